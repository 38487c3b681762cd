"""Where events and catalogues come from: tables, databases, MovieLens folders and productions."""
