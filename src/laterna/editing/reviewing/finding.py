"""What a review finds, with exact times and time codes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from laterna.media.loudness import Loudness
from laterna.media.timecode import Timecode
from laterna.media.video import Video

Fault = Literal[
    "black", "frozen", "flash frame", "jump cut", "flashing", "red flashing",
    "clipping", "silence", "click", "loudness", "true peak", "loudness range",
    "fast caption", "cut-off caption",
]  # fmt: skip
Severity = Literal["error", "warning"]

ERRORS_FOUND = 3  # the command's exit code; 0 is none, 1 a bug, 2 what the user can mend


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a film.

    Attributes:
        kind: what it is.
        start, end: seconds from the film's first picture; the end is exclusive.
        severity: "error" for what no film should have, "warning" for what may be meant.
        value, limit: what was measured, and the limit that it passes, in the unit that the sentence names.
        sentence: what is wrong, for a person.
        timecode: of the start, as the film counts.
    """

    kind: Fault
    start: Fraction
    end: Fraction
    severity: Severity
    value: float
    limit: float
    sentence: str
    timecode: str = ""

    def to_json(self) -> dict[str, Any]:
        """Its fields; times as numbers and, under ``exact``, as fractions."""
        return {
            "kind": self.kind,
            "timecode": self.timecode,
            "start": float(self.start),
            "end": float(self.end),
            "exact": [str(self.start), str(self.end)],
            "severity": self.severity,
            "value": self.value,
            "limit": self.limit,
            "sentence": self.sentence,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Finding":
        """Read what :meth:`to_json` gave."""
        start, end = map(Fraction, row["exact"])
        told = (row[name] for name in ("severity", "value", "limit", "sentence", "timecode"))
        return cls(row["kind"], start, end, *told)


@dataclass(frozen=True, slots=True)
class Review:
    """A film's faults in order of time, and its loudness (None for a film without sound).

    ``exit_code`` is what the command ends with: 3 where there are errors.
    """

    film: Path
    findings: tuple[Finding, ...]
    loudness: Loudness | None

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity == "error")

    @property
    def exit_code(self) -> int:
        return ERRORS_FOUND if self.errors else 0

    def to_json(self) -> dict[str, Any]:
        """The findings, how many of them are errors, and the loudness without its curve."""
        heard = None if self.loudness is None else self.loudness.to_json()
        return {
            "film": str(self.film),
            "errors": len(self.errors),
            "findings": [one.to_json() for one in self.findings],
            "loudness": heard and {name: value for name, value in heard.items() if name != "momentary"},
        }

    def __str__(self) -> str:
        """A table for a person, and a line that sums it up."""
        rows = [(one.timecode, one.severity, one.kind, one.sentence) for one in self.findings]
        widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
        lines = [
            "  ".join([*(text.ljust(width) for text, width in zip(row[:3], widths, strict=True)), row[3]])
            for row in rows
        ]
        heard = "no sound" if self.loudness is None else str(self.loudness)
        return "\n".join([*lines, f"{_counted(self)}; {heard}"])


def timecode(video: Video, time: Fraction) -> str:
    """The film's own label of the picture on screen at ``time``; it counts from 0 where the file says nothing."""
    if video.timecode is not None:
        return str(video.timecode + int(time * video.timecode.rate))
    if video.frame_rate >= 1:
        return str(Timecode(int(time * video.frame_rate), video.frame_rate))
    return f"{int(time) // 3600:02}:{int(time) // 60 % 60:02}:{int(time) % 60:02}:00"


def spans(times: Iterable[tuple[Fraction, Fraction]], apart: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Spans in order, those joined that are no further ``apart`` in seconds."""
    joined: list[tuple[Fraction, Fraction]] = []
    for start, end in times:
        if joined and start - joined[-1][1] <= apart:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _counted(review: Review) -> str:
    errors = len(review.errors)
    warnings = len(review) - errors
    if not review.findings:
        return "nothing found"
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"
