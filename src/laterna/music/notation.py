"""Between scores, whose notes have ticks, and pieces, whose voices have frames."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from symusic.core import (
    KeySignatureTick,
    NoteTick,
    ScoreTick,
    TempoTick,
    TextMetaTick,
    TimeSignatureTick,
    TrackTick,
)

from laterna.errors import DataError
from laterna.music.keys import Key
from laterna.music.pieces import PLACES, VOICES, Piece

TICKS = 480  # of a quarter note
NAMES = ("Soprano", "Alto", "Tenor", "Bass")
_CHOIR = 52  # General MIDI: "Choir Aahs"
_VELOCITIES = (88, 72, 72, 80)
_SHARPS = {"major": (0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5), "minor": (-3, 4, -1, -6, 1, -4, 3, -2, 5, 0, -5, 2)}


def score_of(piece: Piece, *, tempo: float = 120.0, key: Key | None = None, title: str = "") -> ScoreTick:
    """A piece as a score of a track for each voice.

    Args:
        piece: to write.
        tempo: quarter notes a minute.
        key: of its signature; else told from its notes.
        title: a marker at the start.
    """
    score = ScoreTick(TICKS)
    score.tempos.append(TempoTick(0, tempo))
    score.time_signatures.append(TimeSignatureTick(0, 4, 4))
    score.key_signatures.append(signature(key or piece.key))
    if title:
        score.markers.append(TextMetaTick(0, title))
    for voice in range(piece.pitches.shape[1]):
        track = TrackTick(_name(voice, piece.pitches.shape[1]), _CHOIR)
        for first, end, pitch in notes(piece, voice):
            ticks = TICKS // piece.grid
            velocity = _VELOCITIES[min(voice, VOICES - 1)]
            track.notes.append(NoteTick(first * ticks, (end - first) * ticks, pitch, velocity))
        score.tracks.append(track)
    return score


def timed_as(score: ScoreTick, other: ScoreTick) -> ScoreTick:
    """A score of :func:`score_of` with the tempos, metres and key signatures of another one, where that has any."""
    scale = TICKS / other.ticks_per_quarter
    for name in ("tempos", "time_signatures", "key_signatures"):
        if given := [one.copy() for one in getattr(other, name)]:
            for one in given:
                one.time = round(one.time * scale)
            events = getattr(score, name)
            events.clear()
            events.extend(given)
    return score


def rewritten(score: ScoreTick, piece: Piece, key: Key, title: str) -> ScoreTick:
    """A piece that was written to a score, with that one's tempos, metres and key signatures; without silent voices."""
    heard = np.flatnonzero(piece.pitches.sum(0))
    return timed_as(score_of(piece.of_voices(heard if len(heard) else [0]), key=key, title=title), score)


def signature(key: Key) -> KeySignatureTick:
    """A key as MIDI writes it, at the start."""
    return KeySignatureTick(0, _SHARPS[key.mode][key.tonic], int(key.mode == "minor"))


def notes(piece: Piece, voice: int) -> Iterator[tuple[int, int, int]]:
    """(first frame, end, MIDI number) of each note of a voice."""
    pitches, held = piece.pitches[:, voice], piece.held[:, voice]
    begins = np.flatnonzero(~held)
    for first, end in zip(begins, [*begins[1:], len(pitches)], strict=True):
        if pitches[first]:
            yield int(first), int(end), int(pitches[first])


def piece_of(score: ScoreTick, *, grid: int = 4, name: str = "") -> Piece:
    """A score on a grid; notes begin and end at the nearest frame, and drums are left out.

    Where up to four tracks each sound one note at a time, they are the voices, the highest first; else the notes of
    each frame are, by their height: the highest, the lowest, and the highest of those between. Of fewer than four the
    lowest is the bass, if there are two.

    Raises:
        DataError: the score holds no note that has a pitch.
    """
    tracks = [track for track in score.tracks if track.notes and not track.is_drum]
    if not tracks:
        raise DataError(f"{name or 'The score'} holds no note that has a pitch: choose another one.")
    ticks = score.ticks_per_quarter / grid
    spans = [sorted(_spans(track, ticks)) for track in tracks]
    length = max(end for track in spans for _, end, _ in track)
    if len(tracks) <= VOICES and all(_alone(track) for track in spans):
        spans.sort(key=lambda track: -float(np.mean([pitch for *_, pitch in track])))
        return _laid(name, dict(zip(PLACES[len(spans)], spans, strict=True)), length, grid)
    return _by_height(name, sorted(span for track in spans for span in track), length, grid)


def _spans(track: TrackTick, ticks: float) -> Iterator[tuple[int, int, int]]:
    for note in track.notes:
        first = round(note.start / ticks)
        yield first, max(first + 1, round((note.start + note.duration) / ticks)), note.pitch


def _alone(spans: Sequence[tuple[int, int, int]]) -> bool:
    return all(end <= after for (_, end, _), (after, _, _) in pairwise(spans))


def _laid(name: str, voices: Mapping[int, Sequence[tuple[int, int, int]]], length: int, grid: int) -> Piece:
    pitches, held = np.zeros((length, VOICES), np.int16), np.zeros((length, VOICES), bool)
    for voice, spans in voices.items():
        for first, end, pitch in spans:
            pitches[first:end, voice] = pitch
            held[first + 1 : end, voice] = True
    return Piece(name, pitches, held, grid)


def _by_height(name: str, spans: Sequence[tuple[int, int, int]], length: int, grid: int) -> Piece:
    """The notes of each frame as voices; a voice holds a note where it sounds the same one that began before."""
    sounding: list[dict[int, int]] = [{} for _ in range(length)]
    for first, end, pitch in spans:
        for frame in range(first, end):
            sounding[frame][pitch] = first
    pitches, began = np.zeros((2, length, VOICES), np.int64)
    for frame, found in enumerate(sounding):
        high = sorted(found, reverse=True)
        chosen = high if len(high) <= VOICES else [*high[: VOICES - 1], high[-1]]
        voices = list(PLACES[len(chosen)])
        pitches[frame, voices] = chosen
        began[frame, voices] = [found[pitch] for pitch in chosen]
    held = np.zeros(pitches.shape, bool)
    held[1:] = (pitches[1:] == pitches[:-1]) & (began[1:] == began[:-1]) & (pitches[1:] > 0)
    return Piece(name, pitches.astype(np.int16), held, grid)


def _name(voice: int, count: int) -> str:
    return NAMES[voice] if count == len(NAMES) else f"Voice {voice + 1}"
