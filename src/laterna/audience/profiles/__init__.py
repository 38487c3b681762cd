"""A viewer's profile: what is measured, how it is said, and how it is drawn."""
