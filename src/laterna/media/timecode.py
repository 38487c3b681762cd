"""Rational time: frame rates, SMPTE time codes and the bridge to OpenTimelineIO."""

import re
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from laterna.errors import DataError

_NTSC = {"23.976": Fraction(24000, 1001), "23.98": Fraction(24000, 1001)} | {
    f"{value:.2f}": Fraction(nominal * 1000, 1001) for nominal, value in ((30, 29.97), (48, 47.95), (60, 59.94))
}
_LENGTH = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?")
_TIMECODE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})", re.ASCII)


def seconds(value: object) -> Fraction:
    """Exact seconds from ``20``, ``1.5``, ``"20s"`` or ``"1m30s"``; ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not a length of time")
    if not isinstance(value, str):
        return Fraction(str(value))
    match = _LENGTH.fullmatch(value.replace(" ", ""))
    if match is None or not any(match.groups()):
        raise ValueError("not a length of time")
    hours, minutes, rest = (Fraction(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + rest


def parse_rate(value: str | int | float | Fraction) -> Fraction:
    """Frames per second as an exact fraction: ``25``, ``"30000/1001"``, ``"29.97"`` (read as 30000/1001).

    Raises:
        DataError: not a rate, or outside 1..1000.
    """
    try:
        rate = _NTSC.get(str(value)) or Fraction(value).limit_denominator(100_000)
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise DataError(f"{value!r} is not a frame rate: write 25, 29.97 or 30000/1001.") from error
    if not 1 <= rate <= 1000:
        raise DataError(f"A frame rate of {value} is outside 1 to 1000: write 25, 29.97 or 30000/1001.")
    return snap_rate(rate)


def snap_rate(rate: Fraction | float) -> Fraction:
    """The nearest standard rate (a whole number, or one over 1.001) within 0.01 % of ``rate``, else ``rate`` itself."""
    nominal, exact = round(rate), Fraction(rate)
    standards = (Fraction(nominal), Fraction(nominal * 1000, 1001), Fraction((nominal + 1) * 1000, 1001))
    nearest = min(filter(None, standards), key=lambda standard: abs(standard - exact))
    if abs(nearest - exact) / nearest < Fraction(1, 10_000):
        return nearest
    return Fraction(rate).limit_denominator(100_000)


@dataclass(frozen=True, slots=True)
class Timecode:
    """A SMPTE ST 12-1 time code: ``frames`` since 00:00:00:00 at ``rate``; ``drop`` where it drops labels."""

    frames: int
    rate: Fraction
    drop: bool = False

    @classmethod
    def parse(cls, text: str, rate: Fraction) -> "Timecode":
        """Read ``hh:mm:ss:ff``; a semicolon or comma before the frames means drop-frame.

        Raises:
            DataError: not a time code at this rate, or a label that drop-frame skips.
        """
        match = _TIMECODE.fullmatch(text.strip())
        if match is None:
            raise DataError(f"{text!r} is not a time code: write hh:mm:ss:ff.")
        hours, minutes, seconds, frame = (int(match[i]) for i in (1, 2, 3, 5))
        nominal, drop = round(rate), match[4] in ";,"
        if hours > 23 or minutes > 59 or seconds > 59 or frame >= nominal:
            raise DataError(f"{text!r} is not a time code at {float(rate):.2f} frames a second.")
        if drop and minutes % 10 and seconds == 0 and frame < _dropped_a_minute(rate):
            raise DataError(f"{text!r} is a label that drop-frame time code skips.")
        return cls.from_label(((hours * 60 + minutes) * 60 + seconds) * nominal + frame, rate, drop)

    @classmethod
    def from_label(cls, label: int, rate: Fraction, drop: bool = False) -> "Timecode":
        """The time code whose :attr:`label` that is, or the next where that one is dropped."""
        if drop:
            dropped = _dropped_a_minute(rate)
            minutes, rest = divmod(label, 60 * round(rate))
            label += max(0, dropped - rest) if minutes % 10 else 0
            label -= dropped * (minutes - minutes // 10)
        return cls(label, rate, drop)

    @property
    def label(self) -> int:
        """What ``hh:mm:ss:ff`` says, counted in frames as if no label were dropped."""
        if not self.drop:
            return self.frames
        nominal, dropped = round(self.rate), _dropped_a_minute(self.rate)
        a_minute, ten_minutes = 60 * nominal - dropped, 600 * nominal - 9 * dropped
        tens, rest = divmod(self.frames, ten_minutes)
        return self.frames + dropped * (9 * tens + max(0, (rest - dropped) // a_minute))

    @property
    def seconds(self) -> Fraction:
        """Real time since 00:00:00:00."""
        return self.frames / self.rate

    def __add__(self, frames: int) -> "Timecode":
        return Timecode(self.frames + frames, self.rate, self.drop)

    def __str__(self) -> str:
        nominal = round(self.rate)
        seconds, frame = divmod(self.label, nominal)
        separator = ";" if self.drop else ":"
        return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{separator}{frame:02}"


def has_timecode(rate: Fraction) -> bool:
    """Whether SMPTE ST 12-1, and so other programs, number frames at that rate."""
    return bool(otio.opentime.RationalTime.is_smpte_timecode_rate(float(rate)))


def clock(time: Fraction, rate: Fraction, drop: bool) -> Fraction:
    """What a clock that shows the source's labels at ``time`` reads, in its seconds; between two frames, too."""
    frames, part = divmod(time * rate, 1)
    return (Timecode(int(frames), rate, drop).label + part) / round(rate)


def time_of_clock(reading: Fraction, rate: Fraction, drop: bool) -> Fraction:
    """The source's time at which :func:`clock` gives ``reading``."""
    label, part = divmod(reading * round(rate), 1)
    return (Timecode.from_label(int(label), rate, drop).frames + part) / rate


def rational_time(seconds: Fraction | int, rate: Fraction) -> otio.opentime.RationalTime:
    """``seconds`` as whole frames at ``rate``, rounded to the nearest."""
    return otio.opentime.RationalTime(round(seconds * rate), float(rate))


def time_range(start: Fraction | int, duration: Fraction | int, rate: Fraction) -> otio.opentime.TimeRange:
    """``start`` and ``duration`` in seconds as whole frames at ``rate``."""
    return otio.opentime.TimeRange(rational_time(start, rate), rational_time(duration, rate))


def to_seconds(time: otio.opentime.RationalTime) -> Fraction:
    """An OTIO time as exact seconds; its float rate is taken as the standard rate it stands for."""
    return Fraction(time.value).limit_denominator(100_000) / snap_rate(time.rate)  # finer is a float's noise


def _dropped_a_minute(rate: Fraction) -> int:
    if rate.denominator != 1001 or round(rate) % 30:
        raise DataError(f"Drop-frame time code has no meaning at {float(rate):.3f} frames a second: use 30000/1001.")
    return round(rate) // 15
