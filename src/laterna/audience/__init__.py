"""Who will like it: events and catalogues, recommenders, profiles, and an evaluation that can't fool."""
