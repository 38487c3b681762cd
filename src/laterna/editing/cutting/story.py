"""What a script's matches (:mod:`laterna.editing.match`) ask of a cut: a sentence's own shot over its sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from laterna.editing.cutting.material import Material, Piece
from laterna.editing.cutting.slots import Slot
from laterna.editing.match import Match, Matches

_FITS = 2.0  # what it is worth that a shot is its sentence's own, against a quality of 0..1
_KEPT = 0.6  # what it costs that it is another's


@dataclass(frozen=True, slots=True)
class _Own:
    """The shot that a sentence was given, on the film's frames, and the slot that the sentence is heard in."""

    slot: int
    region: Piece
    row: Match


class Story:
    """Which pieces of the material belong to which slots.

    Args:
        matches: of the sentences that are spoken; None for none.
        material: what the cut is made of. Matched footage that it lacks is passed over.
        slots: the film's parts, by sentence.
        rate: the film's frames a second.
    """

    def __init__(self, matches: Matches | None, material: Material, slots: Sequence[Slot], rate: Fraction) -> None:
        self._own: list[_Own] = []
        rows = [row for row in matches.rows if row.shot is not None] if matches else []
        places = {source.footage.path.resolve(): source.index for source in material.sources}
        heard = {number: index for index, slot in enumerate(slots) for number in slot.lines}
        for row in rows:
            source = places.get(Path(row.path).resolve())
            if source is not None and row.sentence in heard:
                start, end = (round(Fraction(time) * rate) for time in (row.start, row.end))
                self._own.append(_Own(heard[row.sentence], Piece(source, 0, start, end), row))

    def worth(self, slot: int, pieces: Sequence[Piece]) -> np.ndarray:
        """(pieces,) what each is worth more, or less, in a slot for the sake of the words."""
        worth = np.zeros(len(pieces))
        for own in sorted(self._own, key=lambda own: own.slot == slot):  # what is this slot's own has the last word
            hit = np.array([_meet(own.region, piece) for piece in pieces], bool)
            worth[hit] = _FITS if own.slot == slot else -_KEPT
        return worth

    def reason(self, piece: Piece, sentences: Sequence[int]) -> str:
        """Why a piece stands over some sentences, in words; "" where it is not the own of any."""
        for own in self._own:
            if own.row.sentence in sentences and _meet(own.region, piece):
                return f"fits sentence {own.row.sentence} ({own.row.score:.2f}: {own.row.reason})"
        return ""


def _meet(a: Piece, b: Piece) -> bool:
    return a.source == b.source and a.start < b.end and b.start < a.end
