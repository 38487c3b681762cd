"""A talk made tight: what is silence, which words go, and what is left."""
