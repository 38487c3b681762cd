"""The project index: what is seen, said and done in every shot of a folder of footage."""
