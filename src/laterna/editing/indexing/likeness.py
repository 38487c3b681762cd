"""Which shots are takes of one set-up: their pictures follow one another alike."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from laterna.editing.analyse import Footage
from laterna.media.shots import Shot

_PRINTS = 12  # fingerprints of a shot that are compared, spread over it
_ALIKE = 13.0  # bits of 64; takes of a set-up differ by 3 to 10 in the mean, other shots of its setting by 16 or more
_PLAIN = np.uint64(1 << 63)  # the bit of the mean, which is all that the fingerprint of a plain picture has
_BLOCK = 256  # shots compared with all others at a time


def prints(footage: Footage, shot: Shot) -> np.ndarray:
    """(12,) uint64 fingerprints over a shot; none where it is too short to have been measured."""
    frames = footage.frames.filter(pl.col("frame").is_between(shot.start_frame, shot.end_frame - 1))
    found = frames["fingerprint"].to_numpy()
    return found[np.linspace(0, len(found) - 1, _PRINTS).round().astype(int)] if len(found) else found


def groups(every: Sequence[np.ndarray]) -> list[int]:
    """The take group of each shot: near-duplicates share one, which is the number of its first shot.

    Two shots are near-duplicates where each picture of either finds one like it in the other, so that takes may be of
    different lengths, and a camera may have moved a little faster. What is a near-duplicate of a near-duplicate is of
    the group too. A shot of plain pictures, black or of one colour, is near every other such: it is alone.

    Args:
        every: the :func:`prints` of each shot.
    """
    group = list(range(len(every)))
    known = np.array([number for number, found in enumerate(every) if _tells(found)], int)
    if not len(known):
        return group
    table = np.stack([every[number] for number in known])
    for first in range(0, len(known), _BLOCK):
        for here, there in _pairs(table, first):
            _join(group, int(known[here]), int(known[there]))
    return [_root(group, number) for number in range(len(group))]


def _tells(found: np.ndarray) -> bool:
    """Whether half of a shot's fingerprints, or more, are of something."""
    return len(found) > 0 and bool(2 * np.count_nonzero(found & ~_PLAIN) >= len(found))


def _pairs(table: np.ndarray, first: int) -> list[tuple[int, int]]:
    """Near-duplicates among a block of shots and all shots after each, by their numbers."""
    block = table[first : first + _BLOCK]
    ends = (0, _PRINTS // 2, _PRINTS - 1)
    near = np.ones((len(block), len(table)), bool)
    for at in ends:  # a picture that has no like one anywhere in the other shot rules the pair out at little cost
        best = np.full((len(block), len(table)), 64, np.uint8)
        for other in range(_PRINTS):
            np.minimum(best, np.bitwise_count(block[:, at, None] ^ table[None, :, other]), out=best)
        near &= best <= 3 * _ALIKE
    here, there = np.nonzero(np.triu(near, first + 1))
    return [
        (first + i, j)
        for i, j in zip(here.tolist(), there.tolist(), strict=True)
        if _apart(block[i], table[j]) <= _ALIKE
    ]


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """Bits by which pictures of either shot differ from their likest in the other: the mean, of the worse side."""
    bits = np.bitwise_count(one[:, None] ^ other[None])
    return float(max(bits.min(0).mean(), bits.min(1).mean()))


def _root(group: list[int], number: int) -> int:
    while group[number] != number:
        number = group[number]
    return number


def _join(group: list[int], one: int, other: int) -> None:
    low, high = sorted((_root(group, one), _root(group, other)))
    group[high] = low
