"""Evaluation that can't fool: protocols by name, honest ranks, intervals over users, tables that refuse to mix."""
