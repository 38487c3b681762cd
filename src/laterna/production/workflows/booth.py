"""The dubbing booth: lines spoken by a cast, each fitted to its slot, and laid on tracks under a film's pictures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio

from laterna.errors import ModelError
from laterna.media.audio import Audio, write_audio
from laterna.media.dialogue import Line
from laterna.media.loudness import Meter
from laterna.media.pieces import Pieces
from laterna.media.timecode import time_range
from laterna.media.timeline import url
from laterna.media.transcript import Sentence, Word
from laterna.media.video import Video
from laterna.production.report.drawings import clock
from laterna.production.workflows.cast import Cast, Role
from laterna.production.workflows.fitting import Fitting
from laterna.sound.tracks import RATE
from laterna.voice import Speech, speak, stream
from laterna.voice.prosody import Prosody, change
from laterna.voice.text.lexicon import Lexicon

_VOICES = -23.0  # LUFS of the lines before the mix finds its level; the film's own sound is brought to the same
_LOUDEST = -1.0  # dBFS that it is raised to at most
_DUCKED, _DUCKED_EFFECTS = 15.0, 3.0  # dB under the lines: of a sound with voices in it, and of one without
_WORTH_TELLING = Fraction(1, 20)  # seconds that a line may be too long
_SHORTER = 1  # second that music and effects may end before the film


@dataclass(frozen=True, slots=True)
class Dubbed:
    """A line as it is spoken.

    Attributes:
        line: its slot, text and speaker.
        voice: who speaks it, such as "flite/slt".
        start, end: seconds of the film between which it is heard.
        speed: times the pace of its speaker.
        over: seconds that it is too long by, though it was hurried; 0 where it fits.
    """

    line: Line
    voice: str
    start: Fraction
    end: Fraction
    speed: float
    over: Fraction

    def __str__(self) -> str:
        line = self.line
        times = (clock(time) for time in (line.start, line.end, self.start, self.end))
        slot = "{:>6} - {:>6} | {:>6} - {:>6}".format(*times)
        over = f" ({float(self.over):.2f} s over)" if self.over else ""
        speaker = f"{line.speaker}: " if line.speaker else ""
        return f"{line.number:4} | {slot} | {self.speed:.2f} | {speaker}{line.text}{over}"

    def to_json(self) -> dict[str, Any]:
        """Seconds as numbers; ``spoken`` is how long it is heard."""
        line = self.line
        return {
            "number": line.number,
            "speaker": line.speaker,
            "text": line.text,
            "voice": self.voice,
            "slot": [float(line.start), float(line.end)],
            "start": float(self.start),
            "spoken": float(self.end - self.start),
            "speed": self.speed,
            "over": float(self.over),
        }


@dataclass(frozen=True, slots=True)
class Take:
    """A line's sound, in a file of its own, and its sentences in the film's time."""

    path: Path
    dubbed: Dubbed
    sentences: tuple[Sentence, ...]


class Booth:
    """Speaks lines, each sentence once in its life.

    Args:
        cast: who speaks them.
        folder: where takes go.
        language, lexicon, seed, pieces: see :func:`laterna.voice.speak`.
    """

    def __init__(
        self, cast: Cast, folder: Path, *, language: str, lexicon: Path | None, seed: int, pieces: Pieces
    ) -> None:
        self._cast, self._folder, self._seed = cast, folder, seed
        words = Lexicon() if lexicon is None else Lexicon.open(lexicon)
        self._manner: dict[str, Any] = {"language": language, "lexicon": words, "seed": seed, "pieces": pieces}
        self._credits: dict[str, None] = {}
        self._numbers = count()

    @property
    def credits(self) -> tuple[str, ...]:
        """Whose voices were heard."""
        return tuple(self._credits)

    def rehearse(self, script: Sequence[Line]) -> None:
        """See that all can be said, and have each role's first line spoken: what is wrong shows at once.

        Raises:
            DataError: a role's speed, pitch or emotion can't be, or its voice can't say the letters of a line.
            ModelError: a voice is missing, makes no sound, or does not speak the language.
        """
        firsts: dict[Role, Line] = {}
        for line in script:
            stream(line.text, **asdict(self._cast.role(line.speaker)), **self._manner)
            firsts.setdefault(self._cast.role(line.speaker), line)
        for line in firsts.values():
            self._spoken(line)

    def take(self, line: Line, fitting: Fitting) -> Take:
        """Speak a line, and draw it out or in to fit its slot."""
        speech, samples = self._spoken(line)
        place = fitting.place(line, speech.duration)
        samples = change(samples, speech.sample_rate, Prosody(speed=place.speed), seed=self._seed)
        end = place.start + Fraction(len(samples), speech.sample_rate)
        fitting.spoken(line, end)
        path = self._folder / f"{next(self._numbers):05}.wav"
        write_audio(path, [samples[:, np.newaxis]], sample_rate=speech.sample_rate)
        over = end - place.limit
        dubbed = Dubbed(
            line, speech.voice, place.start, end, place.speed, over if over > _WORTH_TELLING else Fraction(0)
        )
        return Take(path, dubbed, tuple(_moved(speech, place.start, end)))

    def _spoken(self, line: Line) -> tuple[Speech, np.ndarray]:
        role = self._cast.role(line.speaker)
        speech = speak(line.text, **asdict(role), **self._manner)
        if speech.samples is None:
            raise ModelError(
                f"The voice {role.voice!r} makes no sound, and a dub needs voices with a sound: name another, such as"
                " 'studio'."
            )
        self._credits |= dict.fromkeys(speech.credits)
        return speech, speech.samples


@dataclass(frozen=True, slots=True)
class Bed:
    """The sound under the lines.

    Attributes:
        audio: a film's own, or its music and effects; None where there is none.
        gain_db: brings it to where the lines, at -23 LUFS, are as loud as the film was.
        duck_db: by how many dB it sinks under the lines.
        notes: what a viewer should know.
    """

    audio: Audio | None
    gain_db: float
    duck_db: float
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, film: Video, music_and_effects: Path | None) -> "Bed":
        """What lies under a film's lines.

        Raises:
            MediaError: a sound is broken.
        """
        own = Audio(film.path) if film.has_audio else None
        audio = own if music_and_effects is None else Audio(music_and_effects)
        if audio is None:
            return cls(None, 0.0, 0.0, ("The film has no sound of its own: its lines are all that is heard.",))
        loudness, peak = _level(own or audio)
        if audio is not own and own is not None:
            _, peak = _level(audio)
        gain = 0.0 if np.isinf(loudness) else min(_VOICES - loudness, _LOUDEST - peak)
        missing = film.duration - audio.duration
        note = f"The music and effects end {float(missing):.1f} s before the film."
        notes = (note,) if audio is not own and missing > _SHORTER else ()
        return cls(audio, gain, _DUCKED if audio is own else _DUCKED_EFFECTS, notes)


def timeline(film: Video, bed: Bed, takes: Sequence[Take], folder: Path) -> otio.schema.Timeline:
    """The film's pictures, the bed under them, and a track of narration for each speaker; it lies in ``folder``."""
    length = round(film.duration * RATE)
    made = otio.schema.Timeline(film.path.stem)
    made.tracks.append(_track("Picture", otio.schema.TrackKind.Video, [(0, _clip(film.path, length, folder))]))
    if bed.audio is not None:
        made.tracks.append(_sound("Location", [(0, _clip(bed.audio.path, length, folder))]))
    spoken: dict[str, list[tuple[int, otio.schema.Clip]]] = {}
    for take in takes:
        start, end = (round(time * RATE) for time in (take.dubbed.start, take.dubbed.end))
        clips = spoken.setdefault(take.dubbed.line.speaker, [])
        clips.append((start, _clip(take.path, end - start, folder)))
    made.tracks.extend([_sound("Narration", clips) for clips in spoken.values()])
    return made


def _level(audio: Audio) -> tuple[float, float]:
    """LUFS, and the highest sample in dBFS."""
    meter = Meter(audio.sample_rate, peaks=False)
    for block in audio.blocks(channels=min(2, audio.channels)):
        meter.push(block)
    heard = meter.finish()
    return heard.integrated, heard.true_peak


def _moved(speech: Speech, start: Fraction, end: Fraction) -> Sequence[Sentence]:
    """A speech's sentences as they are heard from ``start`` to ``end``."""
    pace = (end - start) / speech.duration
    return [
        Sentence(
            sentence.text,
            tuple(Word(word.text, start + word.start * pace, start + word.end * pace) for word in sentence.words),
        )
        for sentence in speech.transcript.sentences
    ]


def _sound(name: str, clips: Sequence[tuple[int, otio.schema.Clip]]) -> otio.schema.Track:
    return _track(name, otio.schema.TrackKind.Audio, clips)


def _track(name: str, kind: str, clips: Sequence[tuple[int, otio.schema.Clip]]) -> otio.schema.Track:
    """A track whose clips lie at samples of the film, in order."""
    track, at = otio.schema.Track(name, kind=kind), 0
    for start, clip in clips:
        if start > at:
            track.append(otio.schema.Gap(duration=_samples(start - at).duration))
        track.append(clip)
        at = max(at, start) + round(clip.source_range.duration.value)
    return track


def _clip(path: Path, length: int, folder: Path) -> otio.schema.Clip:
    reference = otio.schema.ExternalReference(url(path, folder), _samples(length))
    return otio.schema.Clip(path.stem, reference, _samples(length))


def _samples(count: int) -> otio.opentime.TimeRange:
    return time_range(0, Fraction(count, RATE), Fraction(RATE))
