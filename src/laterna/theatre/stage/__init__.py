"""Where they play: land, paper and water in layers, sky and weather."""
