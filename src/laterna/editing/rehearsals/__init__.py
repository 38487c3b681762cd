"""Shots whose labels are known, for the analyst to learn from."""
