"""The rules that a list of recommendations obeys: what is allowed, what is preferred, and what has to be in it."""
