"""The pieces that a model of music learns from: tables of them, or a folder of tables and scores."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from laterna.errors import DataError, LaternaError
from laterna.learning.recipe import parts
from laterna.media.files import quoted
from laterna.media.kinds import kind_named
from laterna.media.scores import open_score
from laterna.music.notation import piece_of
from laterna.music.pieces import PARTS, Piece, read_table

_SHARE = 0.15  # of a folder's scores, to choose by, and to test on
_TOLD = 5  # files that are named, of those that were skipped


@dataclass(frozen=True)
class Pieces:
    """Pieces by what they are for, and what is to be told of where they come from, a line each."""

    train: Sequence[Piece]
    valid: Sequence[Piece]
    test: Sequence[Piece]
    told: tuple[str, ...]


def read_pieces(data: Path) -> Pieces:
    """The pieces of a table, or of all tables and scores of a folder and those within it.

    Tables name their parts; scores are parted by the hash of their names, and laid on a grid of 16th notes. The same
    piece is learnt from once. Files that are no music, or broken, are skipped in a folder, counted and named.

    Raises:
        DataError: a table is wrong, a file is no table, or a folder has neither a table nor three scores.
    """
    if not data.is_dir():
        return _joined([read_table(data)], (data.name,))
    files = sorted(path for path in data.rglob("*") if path.is_file() and not path.name.startswith("."))
    tables = [path for path in files if path.suffix.lower() == ".json"]
    scores, skipped = _scores([path for path in files if path not in tables], data)
    if not tables and len(scores) < len(PARTS):
        why = f"; the first that can't be used: {skipped[0]}" if skipped else ""
        raise DataError(
            f"{quoted(data)} holds no table of pieces, and {len(scores)} scores: give a .json table, or at least"
            f" {len(PARTS)} MIDI, ABC or MusicXML files{why}"
        )
    found = [read_table(path) for path in tables]
    told = [path.name for path in tables]
    if len(scores) >= len(PARTS):
        train, valid, test = parts(scores, lambda piece: piece.name, valid=_SHARE, test=_SHARE)
        found.append({"train": train, "valid": valid, "test": test})
        told.append(f"{len(scores)} scores")
    return _joined(found, (", ".join(told), *_left_out(skipped)))


def _scores(paths: Sequence[Path], folder: Path) -> tuple[list[Piece], list[str]]:
    """The pieces of scores that can be read, and what is wrong with the others."""
    read, skipped, suffixes = list[Piece](), list[str](), kind_named("score").suffixes
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() not in suffixes:
            skipped.append(f"{name} is no score.")
            continue
        try:
            read.append(piece_of(open_score(path), name=name))
        except LaternaError as error:
            skipped.append(str(error))
    return read, skipped


def _left_out(skipped: Sequence[str]) -> Iterator[str]:
    if skipped:
        more = f" And {len(skipped) - _TOLD} more." if len(skipped) > _TOLD else ""
        yield f"skipped files: {len(skipped)}. {' '.join(skipped[:_TOLD])}{more}"


def _joined(tables: Sequence[Mapping[str, Sequence[Piece]]], told: tuple[str, ...]) -> Pieces:
    train, valid, test = ([piece for table in tables for piece in table[part]] for part in PARTS)
    learnt = list({(piece.pitches.tobytes(), piece.held.tobytes(), piece.grid): piece for piece in train}.values())
    return Pieces(learnt, valid, test, (f"{len(learnt)} pieces of {told[0]}", *told[1:]))
