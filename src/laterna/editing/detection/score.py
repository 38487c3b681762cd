"""How well transitions that were found agree with the true ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from laterna.media.shots import Transition


@dataclass
class Score:
    """Found transitions against true ones, added up over films."""

    right: dict[str, int] = field(default_factory=lambda: {"cut": 0, "gradual": 0})
    found: dict[str, int] = field(default_factory=lambda: {"cut": 0, "gradual": 0})
    true: dict[str, int] = field(default_factory=lambda: {"cut": 0, "gradual": 0})
    alarms: int = 0
    negatives: int = 0

    def add(
        self, found: Sequence[Transition], true: Sequence[Transition], negatives: Sequence[tuple[int, int]]
    ) -> None:
        """Count one film's: cuts within 2 frames, gradual ones that touch the true span dilated by 2, one to one."""
        for kind in ("cut", "gradual"):
            ours, theirs = ([t for t in every if (t.kind == "cut") == (kind == "cut")] for every in (found, true))
            self.right[kind] += matched(ours, theirs)
            self.found[kind] += len(ours)
            self.true[kind] += len(theirs)
        false = [t for t in found if not any(near(t, other) for other in true)]
        self.negatives += len(negatives)
        self.alarms += sum(any(a - 2 <= t.last_frame and t.first_frame <= b + 2 for t in false) for a, b in negatives)

    def __str__(self) -> str:
        counts = (f"{self.right[kind]} of {self.true[kind]} {kind}s, {self.found[kind]} found" for kind in self.true)
        return "; ".join([*counts, f"{self.alarms} of {self.negatives} negatives"])

    def figures(self) -> dict[str, float]:
        """F1 of cuts and of gradual transitions, the share of negatives with a false alarm, and one figure of all."""
        scores = [2 * self.right[k] / max(1, self.found[k] + self.true[k]) for k in ("cut", "gradual")]
        alarms = self.alarms / max(1, self.negatives)
        quality = (2 * scores[0] + scores[1] + 1 - alarms) / 4
        return {"quality": quality, "cuts_f1": scores[0], "gradual_f1": scores[1], "false_alarms": alarms}


def near(one: Transition, other: Transition) -> bool:
    """Whether two transitions touch when one is dilated by 2 frames."""
    return one.first_frame <= other.last_frame + 2 and other.first_frame - 2 <= one.last_frame


def matched(found: Sequence[Transition], true: Sequence[Transition]) -> int:
    """How many of both touch, one to one, in order."""
    free = sorted(found, key=lambda t: t.first_frame)
    count = 0
    for transition in sorted(true, key=lambda t: t.first_frame):
        hit = next((t for t in free if near(t, transition)), None)
        if hit is not None:
            free.remove(hit)
            count += 1
    return count
