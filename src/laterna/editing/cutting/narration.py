"""A narration's sentences as sounds to be placed: which frames of the recording each takes, and how long it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from laterna.editing.cutting.pins import Pinboard
from laterna.editing.cutting.slots import Line, estimate
from laterna.media.transcript import Transcript

_MARGIN = Fraction(1, 10)  # seconds of the recording kept before and after a sentence, where the pauses have them
_BREATH = Fraction(1, 20)  # seconds of silence at least around that


@dataclass(frozen=True, slots=True)
class Voice:
    """A sentence, and the frames [``start``, ``end``) of the recording that it takes, at the film's rate."""

    number: int
    text: str
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def voices(transcript: Transcript, rate: Fraction, duration: Fraction | None = None) -> list[Voice]:
    """The sentences of a recording of ``duration`` seconds; a pause is shared out between its neighbours."""
    sentences = transcript.sentences
    ends = [Fraction(0), *(s.end for s in sentences)]
    starts = [*(s.start for s in sentences), duration if duration is not None else transcript.end + 2 * _MARGIN]
    pauses = [max(Fraction(0), start - end) for end, start in zip(ends, starts, strict=True)]
    # In whole frames, so that a sentence lies the same in its clip wherever it is in the recording.
    kept = [int(min(_MARGIN, pause / 2) * rate) / rate for pause in pauses]
    return [
        Voice(number, s.text, int((s.start - before) * rate), -int(-(s.end + after) * rate // 1))
        for number, (s, (before, after)) in enumerate(zip(sentences, pairwise(kept), strict=True), 1)
    ]


def breath(rate: Fraction) -> int:
    """Frames of silence at least before and after a sentence."""
    return -int(-_BREATH * rate // 1)


def lines(spoken: Sequence[Voice], pinboard: Pinboard, rate: Fraction) -> list[Line]:
    """What the plan of the film has to know of each sentence."""
    return [
        Line(
            voice.number,
            estimate(voice.text),
            max(voice.length + 2 * breath(rate), pinboard.needed(voice.number)),
            pinboard.offered(voice.number),
        )
        for voice in spoken
    ]
