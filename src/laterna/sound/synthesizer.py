"""A plain synthesizer: every note is a sum of harmonics, between a choir and an organ, without vibrato.

The harmonics of a note are the powers of one turning number z, a[1] z + a[2] z² + ..., summed by Horner's rule: where z
shrinks, the higher ones fade first, as on a string. Beside it a second sum turns a little faster: it is added on the
left and taken away on the right, which widens the sound and leaves the two together as they were.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from symusic.core import ScoreTick

from laterna.errors import DataError
from laterna.media.audio import write_audio
from laterna.sound.clock import clock
from laterna.sound.tracks import BLOCK, RATE

PEAK = 0.9  # that no sample exceeds

_HARMONICS = np.array([1.0, 0.5, 0.36, 0.2, 0.14, 0.09, 0.06, 0.04])
_DARK = 2500.0  # Hz above which harmonics are ever fainter
_HIGHEST = 20_000.0  # Hz; no harmonic lies above
_ATTACK, _RELEASE = 0.07, 0.35  # seconds; a note rings on for the second
_FADING = 1.2  # seconds in which a held note comes near to what is left of it
_LEFT = 0.7  # of its strength
_BRIGHT = 0.8  # z of a held note, which began at 1: the eighth harmonic loses four fifths
_WIDTH = 0.3  # how strong the second sum is
_FASTER = 2 ** (4 / 1200)  # and how much faster: 4 hundredths of a semitone
_APART = 0.5  # how far the outer tracks stand from the middle; 1 is one side alone
_LOUDNESS = 1.5  # the power of a velocity that a note's strength is


def play(score: ScoreTick, out: Path) -> Path:
    """Play a score with a plain synthesizer: one tone for all, its tracks side by side from left to right.

    Tempos and velocities are followed; drums, pedals and bends are not heard. No sample exceeds 0.9 of full scale.

    Args:
        score: to play.
        out: a .wav, .flac or .ogg file.

    Raises:
        DataError: no note of the score has a pitch, or the suffix names no format that can be written.
        MediaError: the file can't be written.
    """
    write_audio(out, played(score), sample_rate=RATE)
    return out


def played(score: ScoreTick) -> Iterator[np.ndarray]:
    """Blocks of (samples, 2) float32 at 48 kHz, within ``PEAK``: a score from its start until its last note is silent.

    Raises:
        DataError: no note of the score has a pitch.
    """
    notes = _Notes.of(score)
    total = int(notes.end.max())
    for first in range(0, total, BLOCK):
        block = np.zeros((min(BLOCK, total - first), 2), np.float32)
        for note in np.flatnonzero((notes.start < first + len(block)) & (notes.end > first)).tolist():
            notes.add(note, block, first)
        yield block


@dataclass(frozen=True, slots=True)
class _Notes:
    """The notes of a score, an entry each.

    Attributes:
        start, end: samples, of the first and after the last one heard.
        held: seconds from the start to where the release begins.
        pitch: Hz.
        gains: (notes, 2) to the left and to the right, so that all together stay within ``PEAK``.
    """

    start: np.ndarray
    end: np.ndarray
    held: np.ndarray
    pitch: np.ndarray
    gains: np.ndarray

    @classmethod
    def of(cls, score: ScoreTick) -> "_Notes":
        tracks = [track.notes.numpy() for track in score.tracks if track.notes and not track.is_drum]
        if not tracks:
            raise DataError("The score holds no note that has a pitch: choose another one.")
        names = ("time", "duration", "pitch", "velocity")
        begins, ticks, number, velocity = (np.concatenate([t[name] for t in tracks]).astype(float) for name in names)
        seconds = clock(score)
        since, until = seconds(begins), seconds(begins + ticks)
        start = np.round(since * RATE).astype(np.int64)
        end = start + np.ceil((until - since + _RELEASE) * RATE).astype(np.int64)
        places = np.linspace(-_APART, _APART, len(tracks) + 2)[1:-1]
        angle = (np.repeat(places, [len(one["time"]) for one in tracks]) + 1) * (np.pi / 4)
        gains = np.stack([np.cos(angle), np.sin(angle)], 1) * (velocity / 127)[:, np.newaxis] ** _LOUDNESS
        pitch = 440 * 2 ** ((number - 69) / 12)
        return cls(start, end, until - since, pitch, gains * (PEAK / max(_most(start, end, gains), 1e-9)))

    def add(self, note: int, block: np.ndarray, first: int) -> None:
        """Add a note to a block, which starts at sample ``first``."""
        start, end = max(int(self.start[note]), first), min(int(self.end[note]), first + len(block))
        time = np.arange(start - self.start[note], end - self.start[note]) / RATE
        fading = np.exp((-time / _FADING).astype(np.float32))  # from 1 towards 0
        middle = _tone(time, float(self.pitch[note]), fading)
        side = _WIDTH * _tone(time, float(self.pitch[note]) * _FASTER, fading)
        strength = _envelope(time, float(self.held[note]), fading) / np.float32(1 + _WIDTH)
        left, right = self.gains[note].astype(np.float32)
        block[start - first : end - first, 0] += (middle + side) * strength * left
        block[start - first : end - first, 1] += (middle - side) * strength * right


def _tone(time: np.ndarray, pitch: float, fading: np.ndarray) -> np.ndarray:
    """The sum of a note's harmonics, within -1 to 1, at seconds after its start; float32."""
    hertz = pitch * np.arange(1, len(_HARMONICS) + 1)
    strengths = (_HARMONICS / (1 + (hertz / _DARK) ** 2))[hertz < _HIGHEST]
    turns = (time * pitch) % 1  # in double precision, so that a long note stays in tune
    angle = (turns * (2 * np.pi)).astype(np.float32)
    shrunk = _BRIGHT + (1 - _BRIGHT) * fading
    z = np.empty(len(time), np.complex64)
    z.real, z.imag = np.cos(angle) * shrunk, np.sin(angle) * shrunk
    total = np.zeros(len(time), np.complex64)
    for strength in (strengths / max(strengths.sum(), 1e-9)).astype(np.float32)[::-1]:
        total += strength
        total *= z
    return total.imag


def _envelope(time: np.ndarray, held: float, fading: np.ndarray) -> np.ndarray:
    """A note's strength, 0 to 1: a soft attack, a slow fading, and a release after ``held`` seconds; float32."""
    quarter = np.float32(np.pi / 2)
    rising = np.sin(np.clip(time / _ATTACK, 0, 1).astype(np.float32) * quarter) ** 2
    falling = np.cos(np.clip((time - held) / _RELEASE, 0, 1).astype(np.float32) * quarter) ** 2
    return rising * falling * (_LEFT + (1 - _LEFT) * fading)


def _most(start: np.ndarray, end: np.ndarray, gains: np.ndarray) -> float:
    """The largest sum of the gains, on either side, of notes that are heard at once."""
    times = np.concatenate([start, end])
    changes = np.concatenate([gains, -gains])[np.argsort(times, kind="stable")]
    return float(np.cumsum(changes, 0).max())
