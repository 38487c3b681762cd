"""What the steps of a film found out, gathered for the project record and the report."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from laterna import editing
from laterna.media import timeline as timelines
from laterna.media.captions import Captions
from laterna.production.brief import Brief
from laterna.production.credits import FONTS
from laterna.production.engine import Outcome
from laterna.production.report import Contents, Shot

_TOLERANCE = 0.5  # LU from the target that nobody need be told of
ABOUT = "about.json"  # where a step whose result is a folder leaves what others should know


@dataclass(frozen=True, slots=True)
class Skipped:
    """Footage that can't be used, and the sentence that says why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Findings:
    """Reads results by the names of the built-in steps; one that is missing, or of another make, tells nothing."""

    results: Mapping[str, Path]

    @property
    def measured(self) -> dict[str, Any]:
        """The finished film's length, frames, rate, size and loudness with its curve."""
        return _read(self.results.get("measure"))

    @property
    def length(self) -> Fraction | None:
        """Seconds of the finished film."""
        length = self.measured.get("length")
        return None if length is None else Fraction(length)

    @property
    def loudness(self) -> dict[str, Any] | None:
        """Integrated LUFS, true peak in dBTP, range in LU, and the target that was aimed at."""
        measured = self.measured.get("loudness")
        if measured is None:
            return None
        target = self._about("mix").get("target")
        return {key: value for key, value in measured.items() if key != "momentary"} | {"target": target}

    @property
    def footage(self) -> list[dict[str, Any]]:
        """Each file that could be used: its path from the production's folder, content, length, source time code."""
        return [row for row in self._about("analyse").get("footage", []) if "refused" not in row]

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """Each file that could not, by its path from the production's folder, and why."""
        return [(row["path"], row["refused"]) for row in self._about("analyse").get("footage", []) if "refused" in row]

    @property
    def music(self) -> dict[str, Any] | None:
        """By which model and for what the film's music was composed; None where the film brought it, or has none."""
        return self._about("score").get("composed")

    @property
    def faults(self) -> list[editing.Finding]:
        """What the review of the finished film found, in order of time."""
        return [editing.Finding.from_json(row) for row in _read(self.results.get("review")).get("findings", [])]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the result should know."""
        notes = [note for step in ("score", "mix", "export") for note in self._about(step).get("notes", [])]
        if self._about("narrate").get("estimated"):
            notes.append("No voice spoke the narration: its captions are timed by reading speed.")
        loudness = self.loudness or {}
        level, target = loudness.get("integrated"), loudness.get("target")
        if level is not None and target is not None and abs(level - target) > _TOLERANCE:
            notes.append(f"The film is at {level:.1f} LUFS, not at {target:g}: its sound allows no more.")
        errors = sum(fault.severity == "error" for fault in self.faults)
        if errors:
            notes.append(f"The review found {errors} error{'s' * (errors > 1)} in the film: its report says where.")
        return tuple(notes)

    def credits(self, brief: Brief) -> list[str]:
        """Whose work is in the film: what the brief says, then the voice, the music, and the type."""
        made = [line for step in ("narrate", "score") for line in self._about(step).get("credits", [])]
        return [*brief.credits, *made, *FONTS]

    def contents(
        self, brief: Brief, published: Mapping[str, str], steps: Sequence[Outcome], skipped: Sequence[Skipped]
    ) -> Contents:
        """What the report shows."""
        cut, captions, shots = self.results.get("cut"), self.results.get("captions"), self._about("sheet")
        films = [Path(name) for name in published if Path(name).stem == "film" and name.endswith((".mp4", ".webm"))]
        measured = self.measured
        return Contents(
            title=brief.title or brief.path.stem,
            film=films[0] if films else None,
            poster=self.results.get("poster"),
            length=self.length or brief.length or Fraction(0),
            size=tuple(measured.get("size", brief.size)),
            rate=brief.rate,
            timeline=None if cut is None else timelines.load(cut, rate=brief.rate),
            used=[self._shot(row) for row in shots.get("used", [])],
            refused=[self._shot(row) for row in shots.get("refused", [])],
            loudness=measured.get("loudness"),
            target=self._about("mix").get("target"),
            captions=() if captions is None else Captions.open(captions),
            faults=self.faults,
            steps=steps,
            skipped=[(one.path.name, one.reason) for one in skipped],
            notes=self.notes,
            credits=self.credits(brief),
        )

    def _about(self, step: str) -> dict[str, Any]:
        path = self.results.get(step)
        return {} if path is None else read_about(path)

    def _shot(self, row: Mapping[str, Any]) -> Shot:
        return Shot(
            name=row["name"],
            start=Fraction(row["start"]),
            end=Fraction(row["end"]),
            reason=row["reason"],
            image=self.results["sheet"] / row["image"],
            at=None if row.get("at") is None else Fraction(row["at"]),
            timecode=row.get("timecode"),
        )


def read_about(result: Path) -> dict[str, Any]:
    """What a step left in its folder's about.json; nothing where the result is a file, or was made by hand."""
    return _read(result / ABOUT)


def _read(path: Path | None) -> dict[str, Any]:
    """A JSON object that a step wrote; an empty one where there is none."""
    try:
        data = json.loads(path.read_text()) if path is not None else {}
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
