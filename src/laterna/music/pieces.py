"""Pieces of music on a grid: what each voice sounds in each frame. What the models of this department learn from."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from laterna.errors import DataError
from laterna.media.files import quoted
from laterna.music.keys import Key, key_of, shortest

VOICES = 4
PLACES = {0: (), 1: (0,), 2: (0, 3), 3: (0, 1, 3), 4: (0, 1, 2, 3)}  # the voices that so many notes are
REST, HOLD, FIRST = 0, 1, 2  # a voice's tokens: silence, the note goes on, and FIRST + a MIDI number: a note begins
PARTS = ("train", "valid", "test")
_GRIDS = {"quarter": 1, "8th": 2, "16th": 4}  # frames of a quarter note, by what a file's name says
_USUAL_GRID = 4
_LOWEST, _HIGHEST = 33, 98  # MIDI numbers that a piece is moved to, where any key will do


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece on a grid.

    Attributes:
        name: of the piece, or its file.
        pitches: (T, V) int16 MIDI numbers, the highest voice first; 0 where a voice rests.
        held: (T, V) bool: the voice goes on with the note of the frame before.
        grid: frames of a quarter note.
    """

    name: str
    pitches: np.ndarray
    held: np.ndarray
    grid: int

    def __len__(self) -> int:
        return len(self.pitches)

    @property
    def key(self) -> Key:
        """By how long each pitch class sounds."""
        return key_of(np.bincount(self.pitches[self.pitches > 0] % 12, minlength=12).astype(float))

    def moved(self, semitones: int) -> "Piece":
        """Up by so many semitones; what would leave MIDI's numbers is folded back by octaves."""
        moved = np.where(self.pitches > 0, _folded(self.pitches + semitones), 0)
        return Piece(self.name, moved.astype(np.int16), self.held, self.grid)

    def to_tonic(self, tonic: int) -> "Piece":
        """Moved by the shortest way so that its key has this tonic, a pitch class; up where both ways are as long."""
        return self.moved(shortest(tonic - self.key.tonic))

    @property
    def from_signs(self) -> int:
        """By how many semitones up it has to be moved, the shortest way, to be in C major or A minor."""
        return self.key.from_signs

    def to_signs_of(self, other: "Piece") -> "Piece":
        """Moved by the shortest way to the key signature of another."""
        return self.moved(shortest(other.key.signature - self.key.signature))

    def in_any_key(self, rng: np.random.Generator) -> "Piece":
        """Moved by up to half an octave either way, as far as it stays where voices and instruments mostly lie."""
        sounding = self.pitches[self.pitches > 0]
        if not len(sounding):
            return self
        low, high = max(-6, _LOWEST - int(sounding.min())), min(6, _HIGHEST - int(sounding.max()))
        return self.moved(int(rng.integers(low, high + 1))) if low <= high else self

    def part(self, first: int, end: int) -> "Piece":
        """Its frames from ``first`` up to ``end``; what was held into the first of them begins there."""
        held = self.held[first:end].copy()
        held[:1] = False
        return Piece(self.name, self.pitches[first:end], held, self.grid)

    def of_voices(self, kept: Sequence[int] | np.ndarray) -> "Piece":
        """Some of its voices, by their numbers or a mask."""
        return Piece(self.name, self.pitches[:, kept], self.held[:, kept], self.grid)

    def stretch(self, first: int, frames: int) -> "Piece":
        """So many frames of it from ``first`` on, with rests beyond its end."""
        part = self.part(first, first + frames)
        more = ((0, frames - len(part)), (0, 0))
        return Piece(part.name, np.pad(part.pitches, more), np.pad(part.held, more), part.grid)


def _folded(pitches: np.ndarray) -> np.ndarray:
    """By octaves into MIDI's numbers, 1 to 127."""
    return np.where(pitches > 127, 116 + (pitches - 128) % 12, np.where(pitches < 1, 1 + (pitches - 1) % 12, pitches))


def joined(pieces: Sequence[Piece]) -> Piece:
    """Pieces of one grid, one after another."""
    first = pieces[0]
    pitches, held = (np.concatenate([getattr(piece, name) for piece in pieces]) for name in ("pitches", "held"))
    return Piece(first.name, pitches, held, first.grid)


def tokens_of(piece: Piece) -> np.ndarray:
    """(T, V) int64 tokens of a piece's voices."""
    begun = np.where(piece.pitches > 0, FIRST + piece.pitches, REST)
    return np.where(piece.held, HOLD, begun).astype(np.int64)


def moved_tokens(tokens: np.ndarray, semitones: int) -> np.ndarray:
    """Tokens whose notes are so many semitones higher, as :meth:`Piece.moved` does it."""
    return np.where(tokens > FIRST, FIRST + _folded(tokens - FIRST + semitones), tokens)


def merged(name: str, pitches: np.ndarray, grid: int) -> Piece:
    """A piece of which only the pitches are known: the same pitch in the next frame is the same note."""
    held = np.zeros(pitches.shape, bool)
    held[1:] = (pitches[1:] == pitches[:-1]) & (pitches[1:] > 0)
    return Piece(name, pitches.astype(np.int16), held, grid)


def read_table(path: Path) -> Mapping[str, Sequence[Piece]]:
    """Pieces by their parts, from a JSON table such as those of JSB-Chorales-dataset.

    ``{"train": [piece, ...], "valid": ..., "test": ...}``; a piece is a list of frames, a frame a list of up to four
    MIDI numbers, those of the voices (-1 for a rest), or in any order of those that sound; these are sorted, the
    highest first. The grid is told by a word of the file's name: quarter, 8th or 16th; else it is 16th notes.

    Raises:
        DataError: the file is no such table, or a frame holds more than four notes or no MIDI number.
    """
    try:
        parts = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{quoted(path)} can't be read as JSON: give a table of train, valid and test.") from error
    if not isinstance(parts, dict) or any(not isinstance(parts.get(part), list) for part in PARTS):
        raise DataError(f"{quoted(path)} is no table of pieces: it needs lists named train, valid and test.")
    grid = next(
        (frames for word, frames in _GRIDS.items() if re.search(rf"(?<!\d){word}", path.stem, re.I)), _USUAL_GRID
    )
    return {part: tuple(_pieces(parts[part], f"{path.stem} {part}", grid, path)) for part in PARTS}


def _pieces(pieces: Iterable[object], name: str, grid: int, path: Path) -> Iterator[Piece]:
    for number, frames in enumerate(pieces, 1):
        if not isinstance(frames, list) or not frames:
            raise DataError(f"Piece {number} of {name} in {quoted(path)} is no list of frames: mend the file.")
        for frame in frames:
            _check(frame, f"{name} {number} in {quoted(path)}")
        yield merged(f"{name} {number}", _voices(frames), grid)


def _check(frame: object, where: str) -> None:
    if not isinstance(frame, list) or len(frame) > VOICES:
        raise DataError(f"{where} has a frame that is no list of up to {VOICES} notes: mend the file.")
    if any(not isinstance(pitch, int) or not -1 <= pitch < 128 for pitch in frame):
        raise DataError(f"{where} has a note that is no MIDI number: write 1 to 127, or -1 for a rest.")


def _voices(frames: Sequence[list[int]]) -> np.ndarray:
    """(T, V): the voices as they are given, the highest first, where each frame names all; else by height."""
    if all(len(frame) == VOICES for frame in frames):
        given = np.maximum(np.array(frames), 0)
        rises = (np.diff(given, axis=1) >= 0).all()  # the lowest first, and never crossed: sorted, not voices
        if not rises:
            return given if given[:, 0].mean() > given[:, -1].mean() else given[:, ::-1]
    sounding = [sorted((pitch for pitch in frame if pitch > 0), reverse=True) for frame in frames]
    return np.array([notes + [0] * (VOICES - len(notes)) for notes in sounding])
