"""How the ranges of a film are chosen and laid out."""
