"""Footage that has to be used, or may not be."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from laterna.editing.cutting.material import Material, Piece, Range, Source
from laterna.editing.cutting.rules import Reserved, Rules
from laterna.editing.cutting.slots import Slot
from laterna.errors import BriefError


@dataclass(frozen=True, slots=True)
class Pin:
    """Footage that has to be in the film, over a sentence if one is named.

    Attributes:
        footage: a file's path, the end of it, or a pattern ("take_0*.mp4"), which asks for one of its files.
        sentence: the sentence's number in the narration, from 1.
        range: seconds in the file; any part of it will do when left out.
    """

    footage: str
    sentence: int | None = None
    range: tuple[Fraction, Fraction] | None = None

    def __str__(self) -> str:
        where = f" to sentence {self.sentence}" if self.sentence else ""
        return f"The pin of {self.footage!r}{where}"


@dataclass(frozen=True, slots=True)
class Ban:
    """Footage, or a range of it in seconds, that may not be in the film; ``footage`` as in :class:`Pin`."""

    footage: str
    range: tuple[Fraction, Fraction] | None = None

    def __str__(self) -> str:
        return f"The ban of {self.footage!r}"


def named(order: Pin | Ban, paths: Sequence[Path]) -> list[int]:
    """Which of ``paths`` an order means.

    Raises:
        BriefError: none of them.
    """
    exact = [index for index, path in enumerate(paths) if os.fspath(path) == order.footage]
    ends = Path(order.footage).parts
    hits = exact or [index for index, path in enumerate(paths) if path.parts[-len(ends) :] == ends]
    hits = hits or [index for index, path in enumerate(paths) if path.match(order.footage)]
    if not hits:
        raise BriefError(f"{order} names no file of the footage: write one of their names, or a pattern such as *.mp4.")
    return hits


def banned(bans: Sequence[Ban], paths: Sequence[Path], rate: Fraction) -> list[list[Range]]:
    """For each file the ranges, in film frames, that may not be used."""
    ranges: list[list[Range]] = [[] for _ in paths]
    for ban in bans:
        for index in named(ban, paths):
            whole = (0, 1 << 40)
            ranges[index].append(whole if ban.range is None else _outer(ban.range, rate))
    return ranges


def pinned(pins: Sequence[Pin], paths: Sequence[Path], rate: Fraction) -> list[list[Range]]:
    """For each file the ranges, in film frames, that pins ask for by their times."""
    ranges: list[list[Range]] = [[] for _ in paths]
    for pin in pins:
        if pin.range is not None:
            ranges[named(pin, paths)[0]].append(_outer(pin.range, rate))
    return ranges


class Pinboard:
    """Finds the material that pins ask for, and sets it apart."""

    def __init__(self, pins: Sequence[Pin], material: Material, rules: Rules, rate: Fraction) -> None:
        self._material = material
        self._rules = rules
        paths = [source.footage.path for source in material.sources]
        asked = [(pin, [material.sources[index] for index in named(pin, paths)]) for pin in pins]
        self._exact: list[tuple[Pin, Piece]] = []
        for pin, sources in asked:
            if pin.range is not None:
                self._exact.append((pin, self._exact_region(pin, pin.range, sources[0], rate)))
        self._loose = [(pin, sources) for pin, sources in asked if pin.range is None]

    def offered(self, sentence: int) -> int | None:
        """Frames that the footage pinned to a sentence can give; None when nothing is."""
        exact = [region.length for pin, region in self._exact if pin.sentence == sentence]
        loose = [
            min(self._rules.longest, max((p.length for p in self._pieces(sources)), default=0))
            for pin, sources in self._loose
            if pin.sentence == sentence
        ]
        return sum(exact) + sum(loose) if exact or loose else None

    def needed(self, sentence: int) -> int:
        """The fewest frames that the footage pinned to a sentence needs."""
        exact = sum(region.length for pin, region in self._exact if pin.sentence == sentence)
        return exact + self._rules.shortest * sum(pin.sentence == sentence for pin, _ in self._loose)

    def reserve(self, slots: Sequence[Slot]) -> list[list[Reserved]]:
        """For each slot what has to be in it, in order; its frames are taken from the material.

        Raises:
            BriefError: what a pin asks for is used up, or fits in no slot.
        """
        board: list[list[Reserved]] = [[] for _ in slots]
        for pin, region in self._exact:
            self._put(board, slots, pin, region, whole=True)
        for pin, sources in self._loose:
            self._put(board, slots, pin, self._loose_region(pin, sources, self._wanted(pin, slots)), whole=False)
        return [sorted(pins, key=lambda pin: pin.at) for pins in board]

    def _exact_region(self, pin: Pin, seconds: tuple[Fraction, Fraction], source: Source, rate: Fraction) -> Piece:
        start, end = round(seconds[0] * rate), round(seconds[1] * rate)
        if not 0 <= start < end <= source.length:
            raise BriefError(
                f"{pin} asks for {float(seconds[0]):.2f} s to {float(seconds[1]):.2f} s of a file that lasts"
                f" {float(source.length / rate):.2f} s: mend its range."
            )
        piece = Piece(source.index, source.shot_at((start + end) // 2), start, end)
        if not self._material.is_free(piece):
            raise BriefError(f"{pin} asks for a range that another pin or a ban has: mend one of them.")
        self._material.take(piece)
        return piece

    def _loose_region(self, pin: Pin, sources: Sequence[Source], wanted: int) -> Piece:
        pieces = self._pieces(sources)
        if not pieces:
            raise BriefError(f"{pin} finds nothing left of it: other pins and bans have it all.")
        best = max(pieces, key=lambda p: (not p.fault, min(p.length, wanted), self._quality(p)))
        length = best.length if best.length - wanted < self._rules.shortest else wanted
        start = self._material.sources[best.source].best_start(best, min(length, best.length), 0)
        region = best.part(start, start + length)
        self._material.take(region)
        return region

    def _pieces(self, sources: Sequence[Source]) -> list[Piece]:
        return [piece for source in sources for piece in self._material.free_in(source.index)]

    def _quality(self, piece: Piece) -> float:
        return self._material.sources[piece.source].mean("quality", piece.start, piece.end)

    def _wanted(self, pin: Pin, slots: Sequence[Slot]) -> int:
        """How long a pin's shot is at most: its share of its slot, a usual shot when it has none."""
        if pin.sentence is None:
            return self._rules.beat
        slot = next(slot for slot in slots if pin.sentence in slot.lines)
        sharing = sum(other.sentence in slot.lines for other, _ in self._loose if other.sentence)
        longest = max(end - start for start, end in (slot.planned, slot.span))
        return max(self._rules.shortest, min(self._rules.longest, longest // sharing))

    def _put(self, board: list[list[Reserved]], slots: Sequence[Slot], pin: Pin, region: Piece, *, whole: bool) -> None:
        if pin.sentence is not None:
            index = next(i for i, slot in enumerate(slots) if pin.sentence in slot.lines)
            lines = slots[index].lines
            board[index].append(Reserved(region, str(pin), lines.index(pin.sentence) / len(lines), whole))
            return
        place = self._material.rank(region) * len(slots)
        reserved = Reserved(region, str(pin), 0.0, whole)
        for index in sorted(range(len(slots)), key=lambda i: abs(i + 0.5 - place)):
            if sum(p.least(self._rules.shortest) for p in [*board[index], reserved]) <= _shorter(slots[index]):
                board[index].append(replace(reserved, at=min(1.0, max(0.0, place - index))))
                return
        raise BriefError(f"{pin} fits in no part of the film beside the other pins: pin less, or make the film longer.")


def _shorter(slot: Slot) -> int:
    return min(end - start for start, end in (slot.planned, slot.span))


def _outer(seconds: tuple[Fraction, Fraction], rate: Fraction) -> Range:
    """All film frames that a range in seconds touches."""
    return int(seconds[0] * rate), -int(-seconds[1] * rate // 1)
