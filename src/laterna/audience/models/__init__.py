"""The recommenders and the click models, each with its recipe."""
