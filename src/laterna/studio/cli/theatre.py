"""``laterna theatre``: the functions it exposes."""

from laterna import theatre

FUNCTIONS = [theatre.shoot, theatre.film]
