"""How far what was said is from what should have been: in phones or in words."""

from collections.abc import Hashable, Sequence


def edits(said: Sequence[Hashable], wanted: Sequence[Hashable]) -> int:
    """The fewest insertions, deletions and replacements that make one of the other (Levenshtein 1966)."""
    row = list(range(len(wanted) + 1))
    for count, one in enumerate(said, 1):
        before, row[0] = row[0], count
        for place, other in enumerate(wanted, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (one != other))
    return row[-1]
