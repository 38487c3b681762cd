"""The models of the editing department, one file each, and what they learn from."""
