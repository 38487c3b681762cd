"""A bin from the project's index: what each of its shots offers a cutter."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from laterna.editing.cutters.problem import CLOSE, MEDIUM, UNKNOWN, WIDE, Bin
from laterna.editing.indexing.index import Index
from laterna.errors import DataError

_SIZES = {"wide": WIDE, "medium": MEDIUM, "close-up": CLOSE}
_SHAKEN = 0.2  # picture widths a second
_UNLIT = 3  # the power by which a picture that is nearly black or white loses


def bin_from(index: Index) -> Bin:
    """The shots of an index, row by row.

    Raises:
        DataError: the index has no shots, or a time in it is none.
    """
    shots = index.shots
    if not len(shots):
        raise DataError("The index has no shots to cut from: index a folder that holds films.")
    try:
        start, end, key = (np.array([float(Fraction(t)) for t in shots[name]]) for name in ("start", "end", "key_time"))
    except (ValueError, ZeroDivisionError) as error:
        raise DataError(f"The index holds a time that is none ({error}): make it anew.") from error
    columns = ("sharpness", "exposure", "shake", "motion", "valence", "arousal", "key_score")
    plain = {name: np.nan_to_num(shots[name].to_numpy().astype(float)) for name in columns}
    lit = 1 - np.abs(2 * plain["exposure"] - 1).clip(0, 1) ** _UNLIT
    steady = 1 - (plain["shake"] / _SHAKEN).clip(0, 1)
    settings = [f"{place}/{time}/{weather}".strip("/") for place, time, weather in zip(
        shots["place"], shots["daytime"], shots["weather"], strict=True)]  # fmt: skip
    moves = shots["move"].to_list()
    return Bin(
        length=np.maximum(0, end - start),
        key=np.clip(key - start, 0, np.maximum(0, end - start)),
        key_score=plain["key_score"].clip(0, 1),
        quality=(0.6 * plain["sharpness"] + 0.2 * lit + 0.2 * steady).clip(0, 1),
        scale=np.array([_SIZES.get(scale, UNKNOWN) for scale in shots["scale"]]),
        camera=np.where(np.array(moves) == "static", 0, _numbers(moves)),
        motion=np.maximum(0, plain["motion"]),
        valence=plain["valence"].clip(-1, 1),
        arousal=plain["arousal"].clip(-1, 1),
        setting=_numbers(settings),
        group=shots["take_group"].to_numpy(),
        embedding=_embeddings(shots["embedding"].to_list()),
    )


def _numbers(words: Sequence[str]) -> np.ndarray:
    """A number from 1 on for each word, ``UNKNOWN`` for none."""
    known = {word: number for number, word in enumerate(sorted({*words} - {""}), start=1)}
    return np.array([known.get(word, UNKNOWN) for word in words])


def _embeddings(rows: Sequence[Sequence[float]]) -> np.ndarray:
    """(N, E), rows of zeros where there is none."""
    width = max(1, *(len(row) for row in rows))
    if len({len(row) for row in rows} - {0}) > 1:
        raise DataError("The index holds embeddings of several lengths: make it anew.")
    return np.array([row if len(row) else [0.0] * width for row in rows], float)
