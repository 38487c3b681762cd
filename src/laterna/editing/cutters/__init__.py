"""Two cutters behind one interface: an optimal one and a learned one, on the same reward."""
