"""Lines fitted to their slots: each as near its own pace as the time lets it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from laterna.media.dialogue import Line

# Times a line's own pace: beyond these a listener hears that it was stretched.
SLOWEST, FASTEST = Fraction(85, 100), Fraction(135, 100)
BREATH = Fraction(1, 10)  # seconds before the next line, and between two of a speaker where the first is too long


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line is spoken.

    Attributes:
        start: seconds; later than its slot's where the speaker has yet to end the line before.
        speed: times its own pace.
        limit: seconds by which it should have ended: its slot's end, or where the silence after that ends.
    """

    start: Fraction
    speed: float
    limit: Fraction


class Fitting:
    """Lines given their places one after another, in order of time.

    A line has its slot, and may run on into the silence up to the next line, whoever speaks that, and no further than
    the film. One that is shorter than its slot is drawn out to fill it, as far as :data:`SLOWEST` allows; one that is
    longer than its slot and that silence is hurried, up to :data:`FASTEST`. What even then is too long delays the
    same speaker's next line: nobody speaks twice at once.

    Args:
        lines: in order of time.
        end: of the film, in seconds.
    """

    def __init__(self, lines: Sequence[Line], end: Fraction) -> None:
        self._limits = dict(zip(lines, _limits(lines, end), strict=True))
        self._silent: dict[str, Fraction] = {}  # from when on a speaker is free

    def place(self, line: Line, duration: Fraction) -> Place:
        """Where a line that takes ``duration`` seconds at its own pace is spoken."""
        start, limit = max(line.start, self._silent.get(line.speaker, line.start)), self._limits[line]
        slot, room = min(line.end, limit) - start, limit - start
        if slot * SLOWEST <= duration < slot:
            speed = duration / slot
        elif duration <= room:
            speed = Fraction(1)
        else:
            speed = min(duration / room, FASTEST) if room > 0 else FASTEST
        return Place(start, float(speed), limit)

    def spoken(self, line: Line, end: Fraction) -> None:
        """Take note that a line is spoken until ``end``."""
        limit = self._limits[line]
        self._silent[line.speaker] = end if end <= limit else end + BREATH


def _limits(lines: Sequence[Line], end: Fraction) -> list[Fraction]:
    """By when each line should have ended."""
    limits, talk = [], Fraction(0)  # until when those speak who begin before a line ends
    for index, line in enumerate(lines):
        later = lines[index + 1 :]
        meanwhile = later[: sum(other.start < line.end for other in later)]
        talk = max(talk, line.end, *(other.end for other in meanwhile))
        silence = later[len(meanwhile)].start - BREATH if len(meanwhile) < len(later) else end
        limit = line.end if talk > line.end else max(line.end, silence)
        own = next((other.start for other in later if other.speaker == line.speaker), end)
        limits.append(min(limit, own, end))
    return limits
