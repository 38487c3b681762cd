"""Films joined on the fly, with every transition known: what the shot-boundary network learns from."""
