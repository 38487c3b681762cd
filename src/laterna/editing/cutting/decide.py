"""The film decided as a whole by a cutter (:mod:`laterna.editing.cutters`), in place of slot by slot by the rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from laterna.editing.cutters import Cutter, Problem, Reward
from laterna.editing.cutters.indexed import bin_from
from laterna.editing.cutters.problem import UNKNOWN, Bin, in_point, marks_of
from laterna.editing.cutters.reward import NAMES, features
from laterna.editing.cutting.choose import Chooser
from laterna.editing.cutting.material import Material, Piece
from laterna.editing.cutting.rules import Pick, Rules
from laterna.editing.cutting.slots import Slot
from laterna.editing.indexing.index import Index
from laterna.errors import BriefError

_MOST = 150  # pieces that are looked at, the best of more
_BITS = 64  # of a fingerprint


def decide(
    chooser: Chooser,
    cutter: Cutter,
    slots: Sequence[Slot],
    rate: Fraction,
    *,
    beats: Sequence[float] = (),
    pace: Callable[[float], float] = lambda progress: 1.0,
    index: Index | None = None,
    reward: Reward | None = None,
    seed: int = 0,
) -> tuple[list[Pick], Mapping[str, float]]:
    """A film's picks, by a cutter, and the features that it is worth something by; the material of it is taken.

    Args:
        chooser: knows the material and the rules.
        cutter: decides.
        slots: tile the film; cuts sit well at their bounds.
        rate: frames a second.
        beats: seconds at which cuts sit well.
        pace: the usual length of a shot against the rules' own, at each part (0..1) of the film.
        index: of the footage, by which sizes, moves, moods, key frames and takes of shots are known.
        reward: what a cut is worth; the craft's own unless given.
        seed: of what is drawn.

    Raises:
        BriefError: the footage does not fill the film without a rule giving way.
    """
    material, rules = chooser.material, chooser.rules
    pieces = _pieces(material, rules)
    problem, frames = _problem(chooser, pieces, slots, rate, beats, pace, index)
    cut = cutter.cut(problem, reward or Reward(), seed=seed)
    if not cut.events or cut.events[-1].end != problem.last:
        raise BriefError(
            f"The {cutter.name} cutter can't fill {float(slots[-1].span[1] / rate):.2f} s with this footage unless a"
            " rule gives way: add footage, or leave the cut to the rules."
        )
    picks = []
    for event in cut.events:
        piece, length = pieces[event.shot], int(frames[event.end] - frames[event.start])
        begins = float(
            in_point(problem.bin, np.array(event.shot), np.array(length / float(rate)), np.array(event.window))
        )
        start = min(piece.start + round(begins * rate), piece.end - length)
        picks.append(Pick(piece.part(start, start + length)))
        material.take(picks[-1].piece)
    return picks, dict(zip(NAMES, features(problem, cut.events).tolist(), strict=True))


def _pieces(material: Material, rules: Rules) -> list[Piece]:
    """Faultless runs of shots, without the handles that are to be left, long ones in parts."""
    offer = material.offer()
    found: list[Piece] = []
    for index in np.sort(np.argsort(-offer.worth, kind="stable")[:_MOST]):
        piece = offer.pieces[index]
        if piece.fault:
            continue
        if piece.length - 2 * rules.handle >= rules.shortest:
            piece = replace(piece, start=piece.start + rules.handle, end=piece.end - rules.handle)
        parts = max(1, piece.length // (2 * rules.longest))
        bounds = np.linspace(piece.start, piece.end, parts + 1).round().astype(int).tolist()
        found += [piece.part(a, b) for a, b in pairwise(bounds) if b - a >= rules.shortest]
    return found


def _problem(
    chooser: Chooser,
    pieces: Sequence[Piece],
    slots: Sequence[Slot],
    rate: Fraction,
    beats: Sequence[float],
    pace: Callable[[float], float],
    index: Index | None,
) -> tuple[Problem, np.ndarray]:
    """What the cutter is asked, and the film frame of each mark."""
    rules, length = chooser.rules, slots[-1].span[1]
    bounds = [float(slot.span[0] / rate) for slot in slots]
    marks, strength = marks_of(float(length / rate), beats=beats, sentence_ends=bounds)
    frames, first = np.unique(np.round(marks * float(rate)).astype(int), return_index=True)
    strength, frames[-1] = strength[first], length
    usual = np.array([rules.beat * pace(frame / length) for frame in frames])
    problem = Problem(
        _known(_bin(chooser.material, pieces, rate), chooser.material, pieces, rate, index),
        frames / float(rate),
        strength,
        usual.clip(rules.shortest, rules.longest) / float(rate),
        *_told(chooser, pieces, slots, rate),
        rules.shortest / float(rate),
        rules.longest / float(rate),
        order="kept" if rules.forward else "free",
        apart=np.array([[bool(chooser.clash(a, b)) for b in pieces] for a in pieces]),
        dissolves=False,  # the brief says whether there are any
    )
    return problem, frames


def _told(
    chooser: Chooser, pieces: Sequence[Piece], slots: Sequence[Slot], rate: Fraction
) -> tuple[np.ndarray, np.ndarray]:
    """(S, 2) from and to of the slots in which sentences are heard, and (S, N) how well each piece fits them, 0..1."""
    heard = [index for index, slot in enumerate(slots) if slot.lines] if chooser.story else []
    if not chooser.story or not heard:
        return np.empty((0, 2)), np.empty((0, len(pieces)))
    worth = np.stack([chooser.story.worth(index, pieces) for index in heard])
    spans = np.array([[bound / float(rate) for bound in slots[index].span] for index in heard])
    return spans, (worth - worth.min()) / max(1e-9, float(np.ptp(worth)))


def _known(found: Bin, material: Material, pieces: Sequence[Piece], rate: Fraction, index: Index | None) -> Bin:
    """The bin with what an index tells of the shots that the pieces are of."""
    rows = _rows(material, pieces, rate, index)
    if index is None or not (rows >= 0).any():
        return found
    told, here = bin_from(index), rows >= 0
    starts = np.array([float(Fraction(time)) for time in index.shots["start"]])
    key = told.key[rows] + starts[rows] - np.array([float(piece.start / rate) for piece in pieces])
    parts = np.zeros(len(pieces), int)  # parts of one shot are no takes of one another, but those of two takes are
    for row in set(rows[here].tolist()):
        parts[rows == row] = np.arange(np.count_nonzero(rows == row))
    groups = np.unique(np.stack([told.group[rows], parts], 1), axis=0, return_inverse=True)[1].ravel()
    names = ("key_score", "scale", "camera", "valence", "arousal")
    return replace(
        found,
        **{name: np.where(here, getattr(told, name)[rows], getattr(found, name)) for name in names},
        key=np.where(here, key.clip(0, found.length), found.key),
        group=np.where(here, groups, groups.max() + 1 + found.group),
    )


def _rows(material: Material, pieces: Sequence[Piece], rate: Fraction, index: Index | None) -> np.ndarray:
    """The row of the index's shot in which the middle of each piece lies; -1 for none."""
    if index is None:
        return np.full(len(pieces), -1)
    shots = index.shots.select("file", "start", "end").rows()
    paths = {row["file"]: row["path"] for row in index.files.iter_rows(named=True)}
    found = []
    for piece in pieces:
        path, middle = material.sources[piece.source].footage.path.resolve(), (piece.start + piece.end) / 2 / rate
        inside = (
            number
            for number, (file, start, end) in enumerate(shots)
            if Path(paths[file]).resolve() == path and Fraction(start) <= middle < Fraction(end)
        )
        found.append(next(inside, -1))
    return np.array(found)


def _bin(material: Material, pieces: Sequence[Piece], rate: Fraction) -> Bin:
    """The pieces as a cutter sees them, by what was measured; what wasn't is unknown."""
    sources = [material.sources[piece.source] for piece in pieces]
    means = {
        name: np.array([source.mean(name, p.start, p.end) for source, p in zip(sources, pieces, strict=True)])
        for name in ("quality", "motion")
    }
    unknown, zero = np.full(len(pieces), UNKNOWN), np.zeros(len(pieces))
    shots = np.unique([(piece.source, piece.shot) for piece in pieces], axis=0, return_inverse=True)[1].ravel()
    prints = [source.prints(p.start, p.end)[1] for source, p in zip(sources, pieces, strict=True)]
    bits = [[1.0 if value >> bit & 1 else -1.0 for bit in range(_BITS)] for value in prints]
    length = np.array([piece.length / float(rate) for piece in pieces])
    return Bin(
        length=length,
        key=length / 2,
        key_score=zero,
        quality=means["quality"].clip(0, 1),
        scale=unknown,
        camera=unknown,
        motion=means["motion"].clip(0),
        valence=zero,
        arousal=zero,
        setting=shots,
        group=np.arange(len(pieces)),
        embedding=np.array(bits),
    )
