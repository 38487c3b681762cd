"""What shots may be like, which of these rules give way first, and what the rules are applied to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from laterna.editing.cutting.material import Piece

RELAXED = {  # what is said of a shot for which a rule gave way, in the order in which they do
    "order": "comes from before the shot that precedes it, for want of others",
    "duplicate": "a near-duplicate of the shot before it, for want of others",
    "long": "longer than shots should be, for want of others",
    "slide": "cut beside its sentence's end, where the footage before it ends",
    "fault": "used for want of better",
    "short": "shorter than shots should be, for want of others",
    "jump": "jumps from another range of the same shot, for want of others",
}

_ENDLESS = 1 << 40


@dataclass(frozen=True, slots=True)
class Rules:
    """What a shot may be like, in frames; ``beat`` is the usual length, ``handle`` what to leave before and after."""

    shortest: int
    longest: int
    beat: int
    handle: int = 0
    duplicates: bool = False
    faults: bool = False
    jumps: bool = False
    forward: bool = False

    def ladder(self) -> Iterator[tuple[str, "Rules"]]:
        """The rules, ever less strict, each step with its name in ``RELAXED``."""
        rules = self
        yield "", rules
        if rules.forward:
            yield "order", (rules := replace(rules, forward=False))
        yield "duplicate", (rules := replace(rules, duplicates=True))
        yield "long", (rules := replace(rules, longest=_ENDLESS))
        yield "slide", rules
        yield "fault", (rules := replace(rules, faults=True))
        yield "short", (rules := replace(rules, shortest=1))
        yield "jump", replace(rules, jumps=True)

    def fitting(self, available: int, want: int, rest: int) -> int | None:
        """How long a shot of up to ``available`` frames to use where ``rest`` are to be filled; None: it can't be."""
        if available - 2 * self.handle >= self.shortest:
            available -= 2 * self.handle
        most = min(available, self.longest, rest)
        if self.shortest <= rest <= most and rest - want < self.shortest:
            return rest
        length = max(self.shortest, min(want, most))
        if not self.handle and available - length < self.shortest and available <= min(self.longest, want * 4 // 3):
            length = available  # rather than leave a stub that nothing can use
        if 0 < rest - length < self.shortest:
            length = rest - self.shortest
        return length if self.shortest <= length <= most else None


@dataclass(frozen=True, slots=True)
class Reserved:
    """Footage that has to be used in a slot, set apart (taken) before anything else is chosen.

    Attributes:
        region: where its frames come from.
        name: how a message calls it.
        at: how far into its slot it belongs, 0..1.
        whole: the user asked for this very range, which is kept whole if it fits.
    """

    region: Piece
    name: str
    at: float = 0.0
    whole: bool = False

    def least(self, shortest: int) -> int:
        """The fewest frames of it that will do, where a shot has to have ``shortest``."""
        return self.region.length if self.whole else min(shortest, self.region.length)


@dataclass(frozen=True, slots=True)
class Pick:
    """A range that stands in the film, and the pin that asked for it."""

    piece: Piece
    pin: Reserved | None = None

    @property
    def length(self) -> int:
        return self.piece.length
