"""What of a talk is speech, by loudness alone: the rule that auto-editor made known, on the film's frames.

A frame whose level reaches a threshold is loud. Loud runs shorter than the least speech are clicks, and count as quiet;
then quiet runs shorter than the least silence are pauses within a sentence, and count as loud. What is loud then is
kept, with a margin before and after it. Words that are to go are quiet from the start, and gone in the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from laterna.errors import DataError
from laterna.media.audio import Audio
from laterna.media.files import quoted

_FLOOR = -80.0  # dBFS; a quieter frame is as good as empty
_SILENT = -60.0  # dBFS that a talk reaches somewhere
_BODY = 40.0  # dB under the loudest frame: what lies deeper is no speech
_LOUD = 90  # percentile of that: how loud the voice is
_NEAREST, _FARTHEST = 15.0, 30.0  # dB under the voice between which a threshold is looked for


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule's measures, in frames; ``threshold`` is in dBFS, None to find it in the recording."""

    threshold: float | None
    before: int
    after: int
    least_silence: int
    least_speech: int


def levels(audio: Audio, rate: Fraction, count: int) -> np.ndarray:
    """The level of each of ``count`` frames at ``rate``: dBFS (root mean square over its channels), (count,) float64.

    Raises:
        DataError: no frame is louder than a faint hiss.
    """
    power, samples = np.zeros(count), np.zeros(count)
    step = Fraction(rate) / audio.sample_rate
    first = 0
    for block in audio.blocks(0, count / rate, channels=min(2, audio.channels)):
        frames = (first + np.arange(len(block))) * step.numerator // step.denominator
        lowest = int(frames[0])
        added = np.bincount(frames - lowest, (block.astype(np.float64) ** 2).mean(axis=1))
        reach = min(count, lowest + len(added))
        power[lowest:reach] += added[: reach - lowest]
        samples[lowest:reach] += np.bincount(frames - lowest)[: reach - lowest]
        first += len(block)
    level = 10 * np.log10(np.maximum(power / np.maximum(samples, 1), 10 ** (_FLOOR / 10)))
    if level.max(initial=_FLOOR) < _SILENT:
        raise DataError(f"{quoted(audio.path)} is silent, and talks are cut by what is said: use another format.")
    return level


def threshold_of(level: np.ndarray) -> float:
    """The level in dBFS that best parts a recording's speech from its background.

    It is that of Otsu (1979, "A threshold selection method from gray-level histograms"), kept within 15 and 30 dB under
    the voice: without pauses the method would part vowels from consonants, over digital silence speech from breath.
    """
    loud = level[level > level.max() - _BODY]
    voice = float(np.percentile(loud, _LOUD))
    return min(voice - _NEAREST, max(voice - _FARTHEST, _otsu(level)))


def kept_frames(level: np.ndarray, rule: Rule, gone: np.ndarray) -> np.ndarray:
    """Which frames stay, (frames,) bool; ``gone``, (frames,) bool, are those of words that are to go."""
    threshold = threshold_of(level) if rule.threshold is None else rule.threshold
    loud = (level >= threshold) & ~gone
    for start, end in runs(loud):
        loud[start:end] = end - start >= rule.least_speech
    for start, end in runs(~loud):
        loud[start:end] = end - start < rule.least_silence
    kept = np.zeros(len(level), bool)
    for start, end in runs(loud):
        kept[max(0, start - rule.before) : end + rule.after] = True
    return kept & ~gone


def runs(mask: np.ndarray) -> Iterator[tuple[int, int]]:
    """The half-open ranges in which ``mask`` holds, in order."""
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _otsu(level: np.ndarray) -> float:
    """The bound between two classes of levels whose means lie farthest apart, weighed by their sizes."""
    counts, edges = np.histogram(np.clip(level, _FLOOR, 0), bins=round(-_FLOOR), range=(_FLOOR, 0))
    middles = (edges[1:] + edges[:-1]) / 2
    below, sums = np.cumsum(counts), np.cumsum(counts * middles)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    apart = np.nan_to_num(apart)
    best = np.flatnonzero(apart == apart.max())  # levels between the classes are all as good: their middle
    return float(edges[1 + round(best.mean())])
