"""A script against the footage: which sentence has which shot, and which has none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from laterna.editing.cutting.pins import Ban, Pin, named
from laterna.editing.indexing.index import Index
from laterna.editing.matching.assignment import free, in_order
from laterna.editing.matching.corpus import Meeting
from laterna.editing.matching.likeness import THESAURUS, Likeness, Order
from laterna.editing.matching.text import joined, sentences, words
from laterna.errors import BriefError, DataError
from laterna.media.plain import open_text
from laterna.media.screenplay import Screenplay, plain
from laterna.media.screenplay.elements import Action, Dialogue, SceneHeading
from laterna.media.transcript import Transcript

_MOST, _LONGEST = 2_000, 5_000  # sentences of a script, characters of a sentence
_PINNED = 1e4  # what obeying a pin is worth, beside fits of 0..1
_REASONS = 4

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

    All sentences are assigned at once, so that together they fit as well as can be; no shot is used twice.

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
    likeness.corpus.check_language(joined(said))
    least = likeness.thresholds[order] if threshold is None else threshold
    fits = likeness.fits(said)
    allowed = ~_banned(bans, index)
    gains = np.where(allowed, fits - least, -np.inf)
    pinned = _pinned(pins, index, fits, allowed)
    for sentence, shots in pinned.items():
        gains[sentence] = np.where(shots, fits[sentence] + _PINNED, -np.inf)
    chosen = (in_order if order == "kept" else free)(gains)
    _check(pinned, chosen, order)
    rows = tuple(_row(number, said[number], shot, fits, index, likeness) for number, shot in enumerate(chosen))
    return Matches(tuple(rows), fits, least, _notes(said, allowed, chosen))


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


def _banned(bans: Sequence[Ban], index: Index) -> np.ndarray:
    """(shots,) whether a ban touches them."""
    hit = np.zeros(len(index), bool)
    for ban in bans:
        hit |= _touched(ban, index)
    return hit


def _touched(order: Pin | Ban, index: Index) -> np.ndarray:
    """(shots,) whether a shot has a part of what a pin or a ban names."""
    paths = [Path(path) for path in index.files["path"]]
    files = {index.files["file"][number] for number in named(order, paths)}
    low, high = order.range or (Fraction(0), Fraction(1 << 40))
    rows = index.shots.select("file", "start", "end").iter_rows()
    return np.array([file in files and Fraction(start) < high and Fraction(end) > low for file, start, end in rows])


def _pinned(pins: Sequence[Pin], index: Index, fits: np.ndarray, allowed: np.ndarray) -> dict[int, np.ndarray]:
    """For each sentence that has a pin, which shots it may have. A pin without one goes where it fits best."""
    found: dict[int, np.ndarray] = {}
    for pin in sorted(pins, key=lambda pin: pin.sentence is None):
        shots = _touched(pin, index) & allowed
        if not shots.any():
            raise BriefError(f"{pin} finds no shot that no ban touches: mend one of them.")
        if pin.sentence is None:
            free_for = np.array([number not in found for number in range(len(fits))])
            if not free_for.any():
                raise BriefError(f"{pin} finds no sentence without a pin: pin less, or write more sentences.")
            open_fits = np.where(free_for[:, None] & shots, fits, -1.0)
            number = int(open_fits.max(axis=1).argmax())
        else:
            number = pin.sentence - 1
            if not 0 <= number < len(fits):
                raise BriefError(f"{pin} can't be met, for the script has {len(fits)} sentences: mend its number.")
        found[number] = shots & found.get(number, shots)
        if not found[number].any():
            raise BriefError(f"{pin} can't be met beside another pin to the same sentence: pin one shot to each.")
    return found


def _check(pinned: dict[int, np.ndarray], chosen: Sequence[int | None], order: str) -> None:
    for number in sorted(pinned):
        if chosen[number] is None:
            hint = ' or ask for order "free"' if order == "kept" else ""
            raise BriefError(f"The pin to sentence {number + 1} can't be met beside the other pins: mend them{hint}.")


def _row(number: int, text: str, shot: int | None, fits: np.ndarray, index: Index, likeness: Likeness) -> Match:
    best = int(fits[number].argmax())
    met = likeness.corpus.meetings(text, best if shot is None else shot)
    shown = ", ".join(map(str, met[:_REASONS])) or "no word meets another"
    if shot is None:
        score = round(float(fits[number, best]), 3)
        return Match(number + 1, text, None, score, reason=f"nearest is shot {best}: {shown}", meetings=met)
    row = index.shots.row(shot, named=True)
    paths = dict(index.files.select("file", "path").iter_rows())
    place = (paths[row["file"]], row["start"], row["end"])
    return Match(number + 1, text, shot, round(float(fits[number, shot]), 3), *place, shown, met)


def _notes(said: Sequence[str], allowed: np.ndarray, chosen: Sequence[int | None]) -> tuple[str, ...]:
    without = sum(shot is None for shot in chosen)
    notes = []
    if len(said) > allowed.sum():
        notes.append(
            f"The script has {len(said)} sentences and the footage {int(allowed.sum())} shots to choose from:"
            " shoot more, or write less."
        )
    if without:
        notes.append(f"{without} of {len(said)} sentences have no good match: a lower threshold lets more be one.")
    return tuple(notes)
