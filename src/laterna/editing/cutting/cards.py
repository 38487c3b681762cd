"""Title cards between the acts of a trailer, and the one that ends it: type on black, while the sound goes on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from laterna.editing.cutting.rules import Pick
from laterna.errors import BriefError

_CARD, _LAST = Fraction(8, 5), Fraction(5, 2)  # seconds
_MOST = Fraction(1, 2)  # of a film that cards may take


@dataclass(frozen=True, slots=True)
class Card:
    """Words that stand alone for so many frames."""

    text: str
    frames: int


class Deck:
    """A film's cards: those between its acts, in order, and one that ends it; none without ``title``.

    Raises:
        BriefError: they would take more than half of the film.
    """

    def __init__(self, texts: Sequence[str], title: str | None, length: int, rate: Fraction) -> None:
        self.between = [Card(text, round(_CARD * rate)) for text in texts if text.strip()] if title else []
        self.last = Card(title, min(round(_LAST * rate), length // 6)) if title else None
        if title and self.frames > _MOST * length:
            raise BriefError(
                f"{len(self.between)} cards and the title take {float(self.frames / rate):.1f} s of a trailer of"
                f" {float(length / rate):.1f} s: write fewer cards, or make it longer."
            )

    @property
    def frames(self) -> int:
        """How many all of them take."""
        return sum(card.frames for card in self.between) + (self.last.frames if self.last else 0)

    def dealt(self, picks: Sequence[Pick], bounds: Collection[int]) -> dict[int, Card]:
        """Which card stands before which of the ``picks``: at the cuts among ``bounds`` that part the film most evenly.

        Raises:
            BriefError: there are more cards than such cuts.
        """
        cuts = list(accumulate(pick.length for pick in picks))
        free = [index for index, cut in enumerate(cuts[:-1], 1) if cut in bounds]
        if len(free) < len(self.between):
            raise BriefError(
                f"The film has {len(free)} places between shots for {len(self.between)} cards: write fewer cards, or"
                " make it longer."
            )
        dealt: dict[int, Card] = {}
        for number, card in enumerate(self.between, 1):
            wanted = cuts[-1] * number / (len(self.between) + 1)
            left = len(self.between) - number
            index = min(free[: len(free) - left], key=lambda one: abs(cuts[one - 1] - wanted))
            free = [one for one in free if one > index]
            dealt[index] = card
        return dealt


def delayed(frame: int, cuts: Mapping[int, Card]) -> int:
    """A frame of the film without cards in the one with them; ``cuts`` has the cards by the frame that they precede."""
    return frame + sum(card.frames for cut, card in cuts.items() if cut <= frame)
