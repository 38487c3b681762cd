"""Where each sentence of a narration stands in a film of a given length.

A sentence owns a slot. Slots are planned from what hardly changes when a text is edited: a sentence's length class
(steps of the square root of two, by its count of words) times one pace for the whole film (from a coarse grid, the
largest that fits). The time left over is the closing's. Measured speech moves only a boundary that it overflows; the
slack of the slots after it takes that up. So one word changed for another moves the cut at its sentence's end, or none.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from laterna.errors import BriefError

_LEAD = Fraction(1, 4)  # seconds more that a sentence waits in its slot when there is slack

_WORDS_A_SECOND = 2.6
_SYLLABIC_A_SECOND = 4.5
_SYLLABIC = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")  # kana, Han, Hangul
_WORD = re.compile(r"\w+(?:['’.,-]\w+)*")
_PACE_STEP = 1.06


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence as the plan sees it.

    Attributes:
        number: its place in the narration, from 1.
        estimate: seconds, by its length class.
        need: frames that it needs at least: its speech, and the pictures pinned to it.
        pinned: frames that the pictures pinned to it can give; None when nothing is pinned.
    """

    number: int
    estimate: float
    need: int
    pinned: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of the film whose pictures are chosen together; half-open ranges of film frames.

    ``planned`` is its range before speech was measured, ``span`` the real one; ``lines`` are the numbers of the
    sentences spoken in it.
    """

    planned: tuple[int, int]
    span: tuple[int, int]
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Slots that tile the film, and the film frame at which each sentence's own time begins."""

    slots: tuple[Slot, ...]
    starts: dict[int, int]


def estimate(text: str) -> float:
    """Seconds that speaking ``text`` takes, raised to its length class: 1, 1.4, 2, 2.8, 4..."""
    syllabic = len(_SYLLABIC.findall(text))
    words = len(_WORD.findall(_SYLLABIC.sub(" ", text)))
    seconds = max(1.0, syllabic / _SYLLABIC_A_SECOND + words / _WORDS_A_SECOND)
    return 2 ** (math.ceil(2 * math.log2(seconds) - 1e-9) / 2)


def plan(length: int, lines: Sequence[Line], rate: Fraction, *, opening: int = 0, shortest: int) -> Plan:
    """Share out ``length`` frames among ``lines``, after ``opening`` frames without words where there is room.

    Raises:
        BriefError: the narration needs more than ``length``.
    """
    if not lines:
        return Plan((Slot((0, length), (0, length)),), {})
    needed = sum(line.need for line in lines)
    if needed > length:
        raise BriefError(
            f"The narration needs {_up(needed, rate)} s and the film lasts {float(length / rate):.2f} s:"
            " shorten the narration, or give the film that length."
        )
    lengths, opening = _nominal(length, lines, rate, opening, shortest)
    groups = _groups(length, lines, lengths, opening, shortest)
    if sum(_need(group, shortest) for group in groups) > length:  # so tight that only packing them will do
        groups = _groups(length, lines, [line.need for line in lines], 0, shortest)
    slots = _settled(groups, length, shortest)
    starts: dict[int, int] = {}
    for group, slot in zip(groups, slots, strict=True):
        starts |= _starts(group.lines, slot.span, rate)
    return Plan(tuple(slots), starts)


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines that share a slot, and its planned range. None at the opening and at the closing."""

    start: int
    end: int
    lines: tuple[Line, ...]


def _nominal(length: int, lines: Sequence[Line], rate: Fraction, opening: int, shortest: int) -> tuple[list[int], int]:
    """The planned length of each line's slot at the largest pace that fits, and what is left of the opening."""

    def lengths(step: int) -> list[int]:
        seconds = (line.estimate * _PACE_STEP**step for line in lines)
        asked = (math.ceil(second * rate) for second in seconds)
        return [max(shortest, min(a, line.pinned or a)) for a, line in zip(asked, lines, strict=True)]

    for lead, low in ((opening, 0), (0, -12)):  # paces of once and of half the estimate; up to a thousand times
        high = 120
        if sum(lengths(low)) + lead > length:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if sum(lengths(middle)) + lead <= length else (low, middle)
        return lengths(low), lead
    return [line.need for line in lines], 0


def _groups(length: int, lines: Sequence[Line], lengths: Sequence[int], opening: int, shortest: int) -> list[_Group]:
    """Slots of at least ``shortest`` frames: what is shorter shares a slot with what comes before it."""
    groups = [_Group(0, opening, ())] if opening else []
    start = opening
    for line, frames in zip(lines, lengths, strict=True):
        if groups and groups[-1].lines and groups[-1].end - groups[-1].start < shortest:
            last = groups.pop()
            groups.append(_Group(last.start, start + frames, (*last.lines, line)))
        else:
            groups.append(_Group(start, start + frames, (line,)))
        start += frames
    if length - start >= shortest:
        groups.append(_Group(start, length, ()))
    else:
        groups[-1] = _Group(groups[-1].start, length, groups[-1].lines)
    last = groups[-1]
    if len(groups) > 1 and last.end - last.start < shortest:
        groups[-2:] = [_Group(groups[-2].start, length, (*groups[-2].lines, *last.lines))]
    return groups


def _need(group: _Group, shortest: int) -> int:
    return max(shortest, sum(line.need for line in group.lines)) if group.lines else 0


def _settled(groups: Sequence[_Group], length: int, shortest: int) -> list[Slot]:
    """Move planned boundaries by what speech really needs: forward where it overflows, back from the film's end."""
    bounds = [groups[0].start, *(group.end for group in groups)]
    needs = [_need(group, shortest) for group in groups]
    for index, need in enumerate(needs):
        bounds[index + 1] = max(bounds[index + 1], bounds[index] + need)
    bounds[-1] = length
    for index in reversed(range(len(groups))):
        bounds[index] = min(bounds[index], bounds[index + 1] - needs[index])
    if not groups[0].lines and bounds[1] < shortest:
        bounds[1] = 0
    if not groups[-1].lines and length - bounds[-2] < shortest:
        bounds[-2] = length
    return [
        Slot((group.start, group.end), span, tuple(line.number for line in group.lines))
        for group, span in zip(groups, pairwise(bounds), strict=True)
    ]


def _starts(lines: Sequence[Line], span: tuple[int, int], rate: Fraction) -> dict[int, int]:
    """When each line of a slot begins: the slack is shared out after the lines, but for a short lead before each."""
    if not lines:
        return {}
    slack = (span[1] - span[0] - sum(line.need for line in lines)) // len(lines)
    lead = min(round(_LEAD * rate), slack // 2)
    starts, at = {}, span[0]
    for line in lines:
        starts[line.number] = at + lead
        at += line.need + slack
    return starts


def _up(frames: int, rate: Fraction) -> str:
    """Seconds rounded up to a hundredth, so that the figure, used as it is, is enough."""
    return f"{math.ceil(frames / rate * 100) / 100:.2f}"
