"""Workflows: verbs that need several departments, shown under the one where a user looks for them."""
