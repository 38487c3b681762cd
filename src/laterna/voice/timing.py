"""Where words lie in sound: spans from an engine's marks, silence cut off, level set."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from laterna.voice.engines.spoken import Spoken
from laterna.voice.text.sentences import Token, spoken_length

Span = tuple[Fraction, Fraction]

_FRAME = Fraction(1, 200)  # seconds; speech is judged voiced or silent in frames of this length
_FLOOR_DB = -45.0  # below the loudest frame: quieter is silence
_TARGET_DB = -23.0
_BLOCK = Fraction(2, 5)  # seconds, as in EBU R128
_PEAK = 0.89  # -1 dBFS


def word_spans(words: Sequence[Token], spoken: Spoken) -> list[Span]:
    """When each word is heard, from the engine's marks, without the silence at either end of it.

    A word that the engine ran together with the one before shares its span, by length.
    """
    spans: list[Span] = []
    for group, (start, end) in _groups(words, spoken):
        spans += spread(group, [_heard(spoken, start, end)])
    return spans


def spread(words: Sequence[Token], stretches: Sequence[Span]) -> list[Span]:
    """Share stretches of time among words, by how long each takes to say."""
    lengths = [spoken_length(word.text) for word in words]
    total = sum((end - start for start, end in stretches), Fraction(0))
    times, said = [], Fraction(0)
    for length in lengths:
        times.append((said, said + length))
        said += length
    return [_placed(first * total / said, last * total / said, stretches) for first, last in times]


def voiced(samples: np.ndarray, sample_rate: int) -> list[tuple[int, int]]:
    """Stretches of sound that are not silence, as (first, end) samples; frames of 5 ms, 45 dB below the loudest."""
    size = max(1, round(_FRAME * sample_rate))
    count = -(-len(samples) // size)
    padded = np.zeros(count * size, np.float32)
    padded[: len(samples)] = samples
    level = np.sqrt(np.mean(np.square(padded.reshape(count, size)), axis=1))
    if not count or level.max() == 0:
        return []
    loud = np.concatenate([[False], level > level.max() * 10 ** (_FLOOR_DB / 20), [False]])
    edges = np.flatnonzero(np.diff(loud.astype(np.int8)))
    return [(int(a) * size, min(int(b) * size, len(samples))) for a, b in edges.reshape(-1, 2)]


def levelled(samples: np.ndarray, sample_rate: int, above_db: float = 0.0) -> np.ndarray:
    """Speech at about -23 LUFS, or so many dB above, whatever its level was; no sample beyond -1 dBFS.

    The mean power of its loud 0.4 s blocks stands in for a full measurement to EBU R128: for speech they agree
    within 2 dB, and the mix measures exactly.
    """
    size = round(_BLOCK * sample_rate)
    blocks = [samples[first : first + size] for first in range(0, len(samples), size // 4)]
    power = np.array([np.mean(np.square(block, dtype=np.float64)) for block in blocks])
    power = power[power > power.max() / 100] if power.size else power
    if not power.size or power.max() == 0:
        return samples
    gain = 10 ** ((_TARGET_DB + above_db) / 20) / np.sqrt(power[power > power.mean() / 10].mean())
    return (samples * min(gain, _PEAK / np.abs(samples).max())).astype(np.float32)


def _groups(words: Sequence[Token], spoken: Spoken) -> list[tuple[list[Token], Span]]:
    """Runs of words that begin with one the engine marked, with the time up to the next such run."""
    groups: list[tuple[list[Token], Fraction]] = []
    for word in words:
        times = [time for character, time in spoken.marks if word.first <= character < word.end]
        start = max(min(times), groups[-1][1]) if times and groups else Fraction(0)
        if groups and (not times or start >= spoken.duration):
            groups[-1][0].append(word)
        else:
            groups.append(([word], start))
    bounds = [start for _, start in groups] + [spoken.duration]
    return [(group, span) for (group, _), span in zip(groups, pairwise(bounds), strict=True)]


def _heard(spoken: Spoken, start: Fraction, end: Fraction) -> Span:
    """``start`` to ``end`` without silence at its ends; whole where nothing is heard."""
    if spoken.samples is None:
        return start, end
    first, last = round(start * spoken.sample_rate), round(end * spoken.sample_rate)
    threshold = np.abs(spoken.samples).max() * 10 ** (_FLOOR_DB / 20)
    loud = np.flatnonzero(np.abs(spoken.samples[first:last]) > threshold)
    if not loud.size:
        return start, end
    return Fraction(first + int(loud[0]), spoken.sample_rate), Fraction(first + int(loud[-1]) + 1, spoken.sample_rate)


def _placed(first: Fraction, last: Fraction, stretches: Sequence[Span]) -> Span:
    """The time of a word said from ``first`` to ``last`` seconds of voice, gaps between stretches left out."""
    start = end = stretches[0][0]
    heard = Fraction(0)
    for begin, finish in stretches:
        length = finish - begin
        if heard <= first < heard + length:
            start = begin + first - heard
        if heard < last <= heard + length:
            end = begin + last - heard
        heard += length
    return start, max(start, end)
