"""Flashes that may harm photosensitive viewers: ITU-R BT.1702-3, as Ofcom's Guidance Note 2 (annex 1) has it.

A flash is a pair of opposing changes of luminance by 20 cd/m2 or more, the darker of which is below 160 cd/m2; or of
changes to and from a saturated red. More than three flashes in any second on more than a quarter of the screen are
not permitted. Each part of the screen is watched on its own, so that what changes it in turn (a passing crowd, a pan)
counts only where it does; the third criterion, regular patterns that stand still, is not looked for.
"""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from laterna.editing.reviewing.finding import Fault, Finding, spans
from laterna.editing.reviewing.sketches import COLUMNS, RED_COLUMNS, RED_ROWS, ROWS, Sketches
from laterna.media.colour import rolled_off
from laterna.media.video import Video

_FLASHES = 3  # in a second, that are permitted
_AREA = 0.25  # of the screen
_LUMINANCE = 20.0  # cd/m2
_BRIGHT = 160.0  # cd/m2; where both states are brighter, nothing flashes
_RED = 255 * 20 / 320  # (R - G - B) x 320 > 20 (Harding and Binnie 2002), in a sketch's unit
_MARKS = 2 * _FLASHES + 1  # changes that make up more than three flashes


class Flashes:
    """Watches a film's sketches for both kinds of flashes. Memory does not grow but by the spans found."""

    def __init__(self, video: Video) -> None:
        self._time_base = video.time_base
        self._luminance = luminances(video)
        second = round(1 / video.time_base)
        self._light = Changes(ROWS * COLUMNS, _LUMINANCE, _BRIGHT, second)
        self._red = Changes(RED_ROWS * RED_COLUMNS, _RED, 256.0, second)

    def add(self, sketches: Sketches) -> None:
        """Watch the next pictures."""
        for now, light, red in zip(sketches.ticks.tolist(), sketches.light, sketches.red, strict=True):
            self._light.add(now, self._luminance[light].ravel())
            self._red.add(now, red.ravel().astype(np.float32))

    def findings(self) -> Iterator[Finding]:
        """What was found, once all pictures have been watched."""
        kinds: tuple[tuple[Fault, str, Changes], ...] = (
            ("flashing", "The picture flashes", self._light),
            ("red flashing", "Saturated red flashes", self._red),
        )
        for kind, what, changes in kinds:
            found = [(first * self._time_base, last * self._time_base, area) for first, last, area in changes.found]
            for start, end in spans([(first, last) for first, last, _ in found], Fraction(1)):
                inside = [(_FLASHES / (last - first), area) for first, last, area in found if start <= first < end]
                rate, area = float(max(rate for rate, _ in inside)), max(area for _, area in inside)
                sentence = (
                    f"{what} {rate:.1f} times a second over {area:.0%} of the screen (ITU-R BT.1702 permits"
                    f" {_FLASHES} over a quarter)."
                )
                yield Finding(kind, start, end, "error", round(rate, 2), float(_FLASHES), sentence)


class Changes:
    """Counts opposing changes of a level in each part of the screen.

    Args:
        parts: of the screen.
        least: a change.
        bright: a change whose darker state is at or above this is none.
        second: how many ticks a second has.

    Attributes:
        found: (first tick, last tick, share of the screen) where more changes than permitted fell into one second.
    """

    def __init__(self, parts: int, least: float, bright: float, second: int) -> None:
        self._least, self._bright, self._second = least, bright, second
        self._low, self._high = np.full(parts, np.inf, np.float32), np.full(parts, -np.inf, np.float32)
        self._way = np.zeros(parts, np.int8)  # of the last change: 1 up, -1 down, 0 before the first
        self._marks = np.full((_MARKS, parts), np.iinfo(np.int64).min // 2)
        self.found: list[tuple[int, int, float]] = []

    def add(self, now: int, level: np.ndarray) -> None:
        """Take in the next picture: each part's level, (parts,) float32."""
        up = (level - self._low >= self._least) & (self._low < self._bright) & (self._way <= 0)
        down = (self._high - level >= self._least) & (level < self._bright) & (self._way >= 0)
        changed = up | down
        self._low, self._high = np.minimum(self._low, level), np.maximum(self._high, level)
        if not changed.any():
            return
        self._high[up], self._low[down] = level[up], level[down]  # from here the opposite change is measured
        self._way[up], self._way[down] = 1, -1
        self._marks[:-1, changed] = self._marks[1:, changed]
        self._marks[-1, changed] = now
        self._judge(now)

    def _judge(self, now: int) -> None:
        flashing = now - self._marks[0] < self._second
        if np.count_nonzero(flashing) > _AREA * flashing.size:
            first, last = (int(np.median(self._marks[end, flashing])) for end in (0, -1))
            self.found.append((first, last, float(flashing.mean())))


def luminances(video: Video) -> np.ndarray:
    """cd/m2 of each of 256 levels of luma, on the display of 200 cd/m2 that BT.1702 assumes: (256,) float32.

    HDR is rolled off to it as everywhere in Laterna.
    """
    low, span = (0, 255) if video.full_range else (16, 219)
    coded = np.clip((np.arange(256) - low) / span, 0, 1)
    if video.hdr:
        coded = rolled_off(np.repeat(coded[:, None], 3, axis=1), video.transfer)[:, 1].clip(0, 1)
    luminance: np.ndarray = (413.435 * (0.7 * coded + 0.0189623) ** 2.2).astype(np.float32)
    return luminance
