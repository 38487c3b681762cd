"""A script against the footage: which sentence has which shot, and which has none."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from laterna.editing.cutting.pins import Ban, Pin
from laterna.editing.indexing.index import Index
from laterna.editing.indexing.rating import Part
from laterna.editing.matching.assignment import free, in_order
from laterna.editing.matching.corpus import Meeting
from laterna.editing.matching.likeness import THESAURUS, Likeness, Order
from laterna.editing.matching.orders import Orders
from laterna.editing.matching.text import joined, sentences, words
from laterna.errors import DataError
from laterna.media.plain import open_text
from laterna.media.screenplay import Screenplay, plain
from laterna.media.screenplay.elements import Action, Dialogue, SceneHeading
from laterna.media.transcript import Transcript

_MOST, _LONGEST = 2_000, 5_000  # sentences of a script, characters of a sentence

Script = Screenplay | Transcript | Sequence[str] | str | Path


@dataclass(frozen=True)
class Match:
    """A sentence and its shot.

    Attributes:
        sentence: its number in the script, from 1.
        text: the sentence.
        shot: the shot's number in the index; None where no good match is left.
        score: how well they fit, 0..1; without a shot, that of the best shot that it might have had.
        path, start, end: where the shot is; "" without one. Seconds as exact fractions.
        reason: why, in words.
        meetings: which words of the sentence meet which of the shot's.
    """

    sentence: int
    text: str
    shot: int | None
    score: float
    path: str = ""
    start: str = ""
    end: str = ""
    reason: str = ""
    meetings: tuple[Meeting, ...] = ()

    def __str__(self) -> str:
        where = (
            f"{Path(self.path).name} {float(Fraction(self.start)):.2f} s" if self.shot is not None else "no good match"
        )
        return f"{self.sentence}. {self.text} -> {where} ({self.score:.2f}: {self.reason})"


@dataclass(frozen=True)
class Matches:
    """A script's sentences in order, each with its shot or without.

    Attributes:
        rows: one for each sentence.
        fits: (sentences, shots) how well each sentence fits each shot, 0..1.
        threshold: the least fit that is a good match.
        notes: what whoever asked should be told.
    """

    rows: tuple[Match, ...]
    fits: np.ndarray = field(repr=False, compare=False)
    threshold: float = 0.0
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        rows = [{**vars(row), "meetings": [str(one) for one in row.meetings]} for row in self.rows]
        return {"sentences": rows, "threshold": self.threshold, "notes": list(self.notes)}

    def __str__(self) -> str:
        return "\n".join(map(str, (*self.rows, *self.notes)))


def match(
    script: Script,
    index: Index,
    *,
    order: Order = "kept",
    pins: Sequence[Pin] = (),
    bans: Sequence[Ban] = (),
    threshold: float | None = None,
    model: str = THESAURUS,
) -> Matches:
    """Give each sentence of a script its best shot, or none where no shot is a good match.

    All sentences are assigned at once, so that together they fit as well as can be. No shot is used twice, and of
    takes of one set-up that words can't tell apart only the best is used.

    Args:
        script: Sentences, a text, a transcript or a screenplay (each sentence of its actions and speeches, with the
            heading of its scene); or a file: .fountain, .transcript.json or text.
        index: The project index.
        order: "kept": the shots' order is that of the footage; "free": any.
        pins: Footage that has to be used; with a sentence named, for that sentence.
        bans: Footage that may not be used: no shot that touches it is.
        threshold: The least score of a good match, 0..1; by default, what was found best for the model.
        model: As in find.

    Raises:
        DataError: the script has no words, too many, or words of a language that the index lacks; the index is empty.
        BriefError: pins and bans can't be obeyed.
        ModelError: the encoder can't be had.
    """
    said = read_script(script)
    likeness = Likeness(index, model)
    likeness.check_language(joined(said))
    least = likeness.thresholds[order] if threshold is None else threshold
    fits = likeness.fits(said)
    orders = Orders(pins, bans, index, len(said))
    usable = orders.allowed & (orders.asked | ~_worse_takes(index, fits, orders.allowed))
    gains = np.where(usable, fits - least, -np.inf)
    chosen = orders.obeyed(gains, fits, in_order if order == "kept" else free, order)
    telling = _Telling(said, fits, least, usable, chosen, index, likeness)
    rows = tuple(map(telling.row, range(len(said))))
    return Matches(rows, fits, least, _notes(said, int(usable.sum()), chosen))


def read_script(script: Script) -> list[str]:
    """A script's sentences, each in one line.

    Raises:
        DataError: it has no words, or too many.
        MediaError: its file can't be read.
    """
    said = _sentences(script)
    if not any(map(words, said)):
        raise DataError("The script has no words that tell anything: write at least one sentence.")
    if len(said) > _MOST:
        raise DataError(f"The script has {len(said)} sentences, and {_MOST} can be matched at once: match it in parts.")
    for number, one in enumerate(said, 1):
        if len(one) > _LONGEST:
            raise DataError(
                f"Sentence {number} has {len(one)} characters, {_LONGEST} at most can be matched: divide it."
            )
    return said


def _sentences(script: Script) -> list[str]:
    if isinstance(script, Path):
        return _sentences(_opened(script))
    if isinstance(script, Screenplay):
        return _told(script)
    if isinstance(script, Transcript):
        return [sentence.text for sentence in script.sentences]
    return sentences(script) if isinstance(script, str) else [" ".join(one.split()) for one in script]


def _opened(path: Path) -> Script:
    if path.suffix.lower() == ".fountain":
        return Screenplay.open(path)
    return Transcript.open(path) if path.suffix.lower() == ".json" else open_text(path)


def _told(screenplay: Screenplay) -> list[str]:
    """Each sentence of what is seen and said in a screenplay, with where and when its scene plays."""
    found, setting = [], ""
    for element in screenplay.elements:
        if isinstance(element, SceneHeading):
            setting = element.setting
        elif isinstance(element, Action | Dialogue):
            found += [f"{setting} {sentence}".strip() for sentence in sentences(plain(element.text))]
    return found


def _worse_takes(index: Index, fits: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """(shots,) whether a better take of the set-up, or as good a one, is there, which fits all sentences alike."""
    worse = np.zeros(len(index), bool)
    for _, shots in index.shots.group_by("take_group", maintain_order=True):
        rated = [one.row["shot"] for one in Part(shots.to_dicts(), None).rated() if allowed[one.row["shot"]]]
        for place, shot in enumerate(rated):
            worse[shot] = any(np.allclose(fits[:, shot], fits[:, better]) for better in rated[:place])
    return worse


@dataclass(frozen=True)
class _Telling:
    """Tells what was decided, and why."""

    said: Sequence[str]
    fits: np.ndarray
    least: float
    usable: np.ndarray
    chosen: Sequence[int | None]
    index: Index
    likeness: Likeness

    def row(self, number: int) -> Match:
        """What a sentence got; numbers from 0."""
        shot = self.chosen[number]
        near = int(np.where(self.usable, self.fits[number], -1.0).argmax()) if shot is None else shot
        fit = float(self.fits[number, near])
        reason, met = self.likeness.reason(self.said[number], near, fit)
        one = Match(number + 1, self.said[number], shot, round(fit, 3), meetings=met)
        if shot is None:
            return replace(one, reason=f"{self._why_not(near, fit)}: {reason}")
        row = self.index.shots.row(shot, named=True)
        path = dict(self.index.files.select("file", "path").iter_rows())[row["file"]]
        return replace(one, path=path, start=row["start"], end=row["end"], reason=reason)

    def _why_not(self, near: int, fit: float) -> str:
        if not self.usable.any():
            return "bans leave no shot"
        nearest = f"nearest is shot {near}"
        if fit <= self.least:
            return nearest
        if near in self.chosen:
            return f"{nearest}, which sentence {self.chosen.index(near) + 1} has"
        return f"{nearest}, which is out of order"


def _notes(said: Sequence[str], usable: int, chosen: Sequence[int | None]) -> tuple[str, ...]:
    without = sum(shot is None for shot in chosen)
    notes = []
    if len(said) > usable:
        notes.append(
            f"The script has {len(said)} sentences and the footage {usable} shots to choose from:"
            " shoot more, or write less."
        )
    if without:
        notes.append(f"{without} of {len(said)} sentences have no good match: a lower threshold lets more be one.")
    return tuple(notes)
