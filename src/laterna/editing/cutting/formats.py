"""Formats of cut: what tells a trailer, highlights and a documentary from a film of any other kind.

They are one cutter's settings: how long shots are from the film's start to its end, how much their order and their
motion count, what is withheld, and whether title cards part the acts. Interviews are cut by what is said, and not by
shots: see :mod:`laterna.editing.tidy`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from laterna.editing.analyse import Footage
from laterna.editing.cutting.material import Range, without
from laterna.errors import BriefError

Format = Literal["film", "trailer", "highlights", "documentary"]


@dataclass(frozen=True, slots=True)
class Style:
    """The settings of one format.

    Attributes:
        shortest, longest: seconds of a shot.
        pace: a usual shot's length at the film's start and at its end, against the mood's.
        spread: within which factors lengths vary.
        each: a shot for each sentence, as long as that, where footage and ``longest`` allow.
        order: what the distance from the footage's own order costs a shot, against a quality of 0..1.
        forward: no shot comes from before the one that precedes it.
        lively: what motion is worth, against that quality.
        telling: what an index's key shots are worth, against that quality.
        restless: what motion costs at the film's start and end.
        withheld: the share of the footage's end that is not shown.
        cards: title cards part its acts, and one with its title ends it.
    """

    shortest: Fraction = Fraction(3, 2)
    longest: Fraction = Fraction(8)
    pace: tuple[float, float] = (1.0, 1.0)
    spread: tuple[float, float] = (0.8, 1.25)
    each: bool = False
    order: float = 0.8
    forward: bool = False
    lively: float = 0.0
    telling: float = 0.0
    restless: float = 2.0
    withheld: Fraction = Fraction(0)
    cards: bool = False

    def pace_at(self, progress: float) -> float:
        """A usual shot's length against the mood's, ``progress`` (0..1) into the film."""
        first, last = self.pace
        return first + (last - first) * min(1.0, max(0.0, progress))


STYLES: Mapping[Format, Style] = {
    "film": Style(),
    "trailer": Style(
        shortest=Fraction(3, 5),
        longest=Fraction(5),
        pace=(1.3, 0.4),
        order=0.5,
        lively=0.4,
        telling=0.6,
        restless=0.0,
        withheld=Fraction(1, 5),
        cards=True,
    ),
    "highlights": Style(
        shortest=Fraction(4, 5),
        longest=Fraction(6),
        pace=(0.7, 0.7),
        order=2.0,
        forward=True,
        lively=0.6,
        telling=0.4,
        restless=0.0,
    ),
    "documentary": Style(longest=Fraction(12), spread=(1.0, 1.0), each=True),
}


def check_format(format: Format, *, music: bool, sentences: bool, title: str | None) -> None:
    """Refuse a format that lacks what it is cut to.

    Raises:
        BriefError: it says what is missing.
    """
    if format == "highlights" and not music:
        raise BriefError(
            "Highlights are cut to the beats of music, and there is none: name a sound file or a score as music, or"
            " have it composed, which `pip install 'laterna[learning]'` makes possible."
        )
    if format == "documentary" and not sentences:
        raise BriefError("A documentary is cut to its narration, and there is none: write the words to be spoken.")
    if format == "trailer" and not (title or "").strip():
        raise BriefError("A trailer ends on a card with the film's title, and there is none: write a title.")


def withheld(
    footage: Sequence[Footage], share: Fraction, rate: Fraction, shown: Sequence[Sequence[Range]]
) -> list[list[Range]]:
    """For each file the ranges, in film frames, that lie in the last ``share`` of all the footage's time.

    ``shown`` are ranges of each that are asked for by name, and so not withheld.
    """
    told = sum((file.duration for file in footage), Fraction(0)) * (1 - share)
    ranges: list[list[Range]] = []
    for file, asked in zip(footage, shown, strict=True):
        first, end = max(0, int(told * rate)), 1 << 40
        ranges.append(without([(first, end)], asked) if share and told < file.duration else [])
        told -= file.duration
    return ranges
