"""How boundaries of shots are found in pictures that stream by."""
