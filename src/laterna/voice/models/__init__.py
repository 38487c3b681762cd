"""The models of the voice, one file each, and what they learn from."""
