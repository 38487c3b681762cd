"""The built-in voice as an engine: three small networks one after another, and nothing to install."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np

from laterna.errors import ModelError
from laterna.learning.card import CARD, Card
from laterna.learning.folder import WEIGHTS
from laterna.learning.store import find
from laterna.media.files import sha256
from laterna.voice.engines.spoken import Spoken
from laterna.voice.engines.studio import acoustic, g2p, vocoder
from laterna.voice.spectrum import HOP, SAMPLE_RATE
from laterna.voice.text.phones import BOUNDARY, ENDS, PAUSE, PHONES
from laterna.voice.text.pronounce import Pronounced, pronounce
from laterna.voice.text.words import WordsToPhones

_NETWORKS = ("voice/g2p", acoustic.NAME, "voice/melgan")
_LONGEST = 140  # symbols said in one breath: training had few longer sentences
_BREATH = 0.15  # seconds between two breaths
_ATTEMPTS = 3  # at a sentence that does not end by itself


class Studio:
    """Laterna's own voice: English, 16 kHz, of the speakers that its Tacotron has learnt."""

    name = "studio"
    languages = ("en",)

    @property
    def credit(self) -> str:
        """Made speech is marked as such, with whom it was learnt from."""
        data = Card.open(find(acoustic.NAME) / CARD).data
        speakers = dict.fromkeys(line.partition(" read by ")[2] for line in data if " read by " in line)
        return f"Voice: made speech, by Laterna's studio voice, which learnt from {'; '.join(speakers)}"

    @property
    def voices(self) -> tuple[str, ...]:
        """The speakers."""
        return self._acoustic.speakers

    @cached_property
    def fingerprint(self) -> str:
        """Another text for other weights."""
        return " ".join(sha256(find(name) / WEIGHTS)[:16] for name in _NETWORKS)

    def available(self) -> bool:
        try:
            return all(find(name) for name in _NETWORKS)
        except ModelError:
            return False

    def speak_sentence(
        self,
        text: str,
        *,
        language: str,
        speed: float,
        voice: str | None = None,
        words_to_phones: WordsToPhones | None = None,
        seed: int = 0,
    ) -> Spoken:
        speaker = voice or self.voices[0]
        pronounced = pronounce(text, words_to_phones or self._speller)
        mels, ends = self._said(pronounced.symbols, speaker, seed)
        mels, ends = _at_speed(mels, ends, speed)
        samples = self._vocoder.speak(mels)
        times = [Fraction(int(end) * HOP, SAMPLE_RATE) for end in (0, *ends)]
        spans = list(zip(pronounced.symbols, times[:-1], times[1:], strict=True))
        return Spoken(
            samples,
            SAMPLE_RATE,
            Fraction(len(samples), SAMPLE_RATE),
            tuple(_marks(pronounced, times)),
            tuple(span for span in spans if span[0] in PHONES),
        )

    def _said(self, symbols: Sequence[str], speaker: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Mels of a sentence, breath by breath, and the frame at which each symbol ends."""
        mels, ends, frames = list[np.ndarray](), list[np.ndarray](), 0
        for said, count in (one for breath in breaths(symbols) for one in self._breath(breath, speaker, seed)):
            pause = np.full((round(_BREATH * SAMPLE_RATE / HOP) if mels else 0, said.mels.shape[1]), acoustic.QUIETEST)
            mels += [pause.astype(np.float32), said.mels]
            frames += len(pause)
            ends.append(said.ends[:count] + frames)
            frames += len(said.mels)
        return np.concatenate(mels), np.concatenate(ends)

    def _breath(self, symbols: Sequence[str], speaker: str, seed: int) -> Iterator[tuple[acoustic.Said, int]]:
        """A breath as it is said, with its number of symbols; in two where it does not end by itself.

        Raises:
            ModelError: not even a word of it ends.
        """
        for attempt in range(_ATTEMPTS):
            said = self._acoustic.say(symbols, speaker, seed=seed + attempt)
            if said.finished:
                yield said, len(symbols)
                return
        cuts = [i for i, symbol in enumerate(symbols[:-1]) if symbol in (PAUSE, BOUNDARY)]
        if not cuts:
            raise ModelError(f"The built-in voice can't say {' '.join(symbols)}: reword it, or take another voice.")
        cut = min(cuts, key=lambda i: abs(i - len(symbols) / 2))
        for part in ([*symbols[:cut], ENDS[0]], symbols[cut + 1 :]):
            yield from self._breath(part, speaker, seed)

    @cached_property
    def _speller(self) -> WordsToPhones:
        return g2p.speller()

    @cached_property
    def _acoustic(self) -> acoustic.Acoustic:
        return acoustic.read(find(acoustic.NAME))

    @cached_property
    def _vocoder(self) -> vocoder.Vocoder:
        return vocoder.read(find("voice/melgan"))


def breaths(symbols: Sequence[str]) -> Iterator[Sequence[str]]:
    """A sentence in parts of no more than 140 symbols, parted at its pauses, else between two words.

    Each part has an end in place of the symbol that it is parted at; all have together as many as the sentence.
    """
    rest = list(symbols)
    while len(rest) > _LONGEST:
        reach = range(_LONGEST - 1, _LONGEST // 3, -1)
        cut = next((i for mark in (PAUSE, BOUNDARY) for i in reach if rest[i] == mark), _LONGEST - 1)
        yield [*rest[:cut], ENDS[0]]
        rest = rest[cut + 1 :]
    if rest:
        yield rest


def _at_speed(mels: np.ndarray, ends: np.ndarray, speed: float) -> tuple[np.ndarray, np.ndarray]:
    """Frames drawn out or in along time, between neighbours in a straight line."""
    if speed == 1:
        return mels, ends
    count = max(1, round(len(mels) / speed))
    at = np.linspace(0, len(mels) - 1, count)
    low = at.astype(int)
    share = (at - low)[:, None].astype(np.float32)
    drawn = mels[low] * (1 - share) + mels[np.minimum(low + 1, len(mels) - 1)] * share
    return drawn, np.minimum(np.round(ends * count / len(mels)), count).astype(int)


def _marks(pronounced: Pronounced, times: Sequence[Fraction]) -> Iterator[tuple[int, Fraction]]:
    """Where each word begins."""
    begins = True
    for symbol, place, start in zip(pronounced.symbols, pronounced.places, times, strict=False):
        if begins and symbol in PHONES:
            yield place, start
        begins = symbol not in PHONES
