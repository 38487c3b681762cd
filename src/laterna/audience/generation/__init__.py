"""A made audience: items, viewers with known tastes, their visits and what they choose."""
