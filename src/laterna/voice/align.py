"""A text laid over a recording of it: word times for narration that a person spoke."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from laterna.errors import DataError
from laterna.media.audio import Audio
from laterna.media.files import quoted
from laterna.media.transcript import Sentence, Transcript, Word
from laterna.voice.text.sentences import Token, paragraphs, spoken_length, tokens
from laterna.voice.timing import Span, spread

_FRAME = Fraction(1, 100)  # seconds
_SHORTEST_PAUSE = 15  # frames; the closures of stops are shorter
_SHORTEST_VOICE = 5  # frames; shorter is a click
_LONGEST_RUN = 40  # stretches of voice that one sentence may have, unless they are too many for the sentences
_PAUSE_WORTH = 0.5  # how much a pause of a second, against none, speaks for the end of a sentence


def align(text: str, audio: Audio, *, language: str = "en") -> Transcript:
    """Time the words of a text in a recording of it: sentences end at pauses, words share the voice by length.

    No recogniser listens: the recording has to hold the text and nothing else, read at an even pace. Sentences come
    out within about a quarter of a second, words within about half a second.

    Args:
        text: what is said in the recording.
        audio: the recording.
        language: a BCP 47 tag.

    Raises:
        DataError: the text has no words, or the recording is silent.
    """
    sentences = [sentence for part in paragraphs(text, language) for sentence in part]
    if not sentences:
        raise DataError("There are no words to align: write the text that the recording speaks.")
    stretches = _voiced(audio)
    if not stretches:
        raise DataError(f"{quoted(audio.path)} is silent: name the recording of the narration.")
    words = [tokens(sentence) for sentence in sentences]
    spans = _spans(words, stretches)
    return Transcript(
        tuple(
            Sentence(sentence, tuple(Word(w.text, start, end) for w, (start, end) in zip(group, times, strict=True)))
            for sentence, group, times in zip(sentences, words, spans, strict=True)
        ),
        language,
    )


def _spans(words: list[list[Token]], stretches: list[Span]) -> list[list[Span]]:
    if len(stretches) < len(words):  # fewer pauses than sentences: the pace alone tells
        together = spread([word for group in words for word in group], stretches)
        bounds = np.cumsum([0, *(len(group) for group in words)])
        return [together[first:end] for first, end in pairwise(bounds)]
    lengths = [float(sum(spoken_length(word.text) for word in group)) for group in words]
    ends = _sentence_ends(lengths, stretches)
    return [spread(group, stretches[first:end]) for group, (first, end) in zip(words, pairwise(ends), strict=True)]


def _sentence_ends(lengths: Sequence[float], stretches: Sequence[Span]) -> list[int]:
    """Bounds, as indices of stretches, that give each sentence the run of them that suits its length best.

    A sentence costs the squared logarithm of how far its pace is from the mean, and earns by the pause that ends it.
    """
    voice = np.array([float(end - start) for start, end in stretches])
    pauses = [float(after[0] - before[1]) for before, after in pairwise(stretches)] + [0.0]
    said = np.concatenate([[0.0], np.cumsum(voice)])
    pace = sum(lengths) / said[-1]
    count, total = len(lengths), len(stretches)
    longest = max(_LONGEST_RUN, total - count + 1 if total > _LONGEST_RUN * count else 0)
    cost = np.full((count + 1, total + 1), np.inf)
    back = np.zeros((count + 1, total + 1), int)
    cost[0, 0] = 0
    for sentence, length in enumerate(lengths, start=1):
        for end in range(sentence, total - (count - sentence) + 1):
            first = np.arange(max(0, end - longest), end)
            misfit = np.log((said[end] - said[first]) * pace / length) ** 2
            candidates = cost[sentence - 1, first] + misfit - _PAUSE_WORTH * min(1.0, pauses[end - 1])
            best = int(np.argmin(candidates))
            cost[sentence, end], back[sentence, end] = candidates[best], first[best]
    return _traced(back, count, total)


def _traced(back: np.ndarray, count: int, total: int) -> list[int]:
    ends = [total]
    for sentence in range(count, 0, -1):
        ends.append(int(back[sentence, ends[-1]]))
    return ends[::-1]


def _voiced(audio: Audio) -> list[Span]:
    """Stretches of voice in a recording that may have a noise floor; pauses shorter than 0.15 s belong to them."""
    size = round(_FRAME * audio.sample_rate)
    blocks = audio.blocks(channels=1, size=size * 500)
    power = np.concatenate([_frame_power(block[:, 0], size) for block in blocks])
    if not power.size:
        return []
    level = 10 * np.log10(power + 1e-12)
    floor, top = np.percentile(level, [5, 95])
    if top < -70:
        return []
    loud = level > max(top - 35, min(floor + 8, top - 10))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(np.int8), [0]]))).reshape(-1, 2)
    runs = [run for run in _merged(edges.tolist()) if run[1] - run[0] >= _SHORTEST_VOICE]
    frame = Fraction(size, audio.sample_rate)
    return [(first * frame, end * frame) for first, end in runs]


def _frame_power(samples: np.ndarray, size: int) -> np.ndarray:
    whole = len(samples) // size * size
    return np.mean(np.square(samples[:whole].reshape(-1, size)), axis=1)


def _merged(runs: list[list[int]]) -> list[list[int]]:
    merged: list[list[int]] = []
    for first, end in runs:
        if merged and first - merged[-1][1] < _SHORTEST_PAUSE:
            merged[-1][1] = end
        else:
            merged.append([first, end])
    return merged
