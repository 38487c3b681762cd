"""A film dubbed: its lines spoken in other voices or another language, fitted to their slots, and mixed.

Two passes: the first has each line spoken, as a whole and at its speaker's pace, and fits it to its slot; the second
mixes them with the film's own sound, or with music and effects, and lays that beside the pictures. What was spoken is
kept, so a run that was killed speaks only the rest.
"""

import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from laterna import editing, sound
from laterna.errors import DataError
from laterna.media.captions import Captions
from laterna.media.dialogue import Line, read_lines
from laterna.media.files import folder_beside, quoted
from laterna.media.loudness import Loudness
from laterna.media.pieces import kept_beside
from laterna.media.resound import check_holds, resound, sound_codec
from laterna.media.transcript import Transcript
from laterna.media.video import Video
from laterna.production.report.drawings import clock
from laterna.production.workflows.booth import Bed, Booth, Dubbed, Take, timeline
from laterna.production.workflows.cast import Cast, CastTable, Role, open_cast, read_cast
from laterna.production.workflows.fitting import Fitting
from laterna.sound.mix import Preset
from laterna.voice.text.sentences import speaks

Progress = Callable[[int, int], None]

_HEAD = "line | slot            | spoken          | speed"
_AFTER_THE_LINES = 3  # the mix, and what it is coded and joined in


@dataclass(frozen=True)
class Dub:
    """A dubbed film as it was written.

    Attributes:
        film: the film.
        captions: what is said in it, beside it.
        lines: as they are spoken, in order of time.
        loudness: the film's sound as measured.
        credits: whose voices speak; the file says so too.
        notes: what a viewer should know, in words.
    """

    film: Path
    captions: Path
    lines: tuple[Dubbed, ...]
    loudness: Loudness
    credits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The captions' path, and a row for each line: its slot, when it is heard, and how fast."""
        return "\n".join([f"Wrote {self.captions}", _HEAD, *map(str, self.lines)])

    def to_json(self) -> dict[str, Any]:
        """Paths as text, seconds as numbers."""
        loudness = {name: value for name, value in self.loudness.to_json().items() if name != "momentary"}
        return {
            "film": str(self.film),
            "captions": str(self.captions),
            "lines": [line.to_json() for line in self.lines],
            "loudness": loudness,
            "credits": list(self.credits),
            "notes": list(self.notes),
        }


def dub(
    film: Path,
    lines: Path,
    out: Path,
    *,
    cast: Path | CastTable | None = None,
    voice: str = "auto",
    speed: float = 1.0,
    language: str = "en",
    lexicon: Path | None = None,
    music_and_effects: Path | None = None,
    keep_sound: bool = False,
    duck_db: float | None = None,
    loudness: Preset = "online",
    seed: int = 0,
    progress: Progress | None = None,
) -> Dub:
    """Speak a film's lines, each fitted to its slot, and mix them with its sound.

    A line that 0.85 of its pace draws out to its slot's end is drawn out to there. One that is longer than its slot may
    run on into the silence up to the next line before it is hurried, to 1.35 times its pace at most. What is too long
    even so is told, with the seconds; it delays the same speaker's next line. The pictures are copied as they are.

    Captions of what is said are written beside OUT. Spoken sentences are kept there too, in a folder NAME.dub.pieces: a
    run that was stopped goes on where it was.

    Args:
        film: a film file.
        lines: SubRip, WebVTT or a transcript, in the language that is to be spoken; ANNA: before a line (in capitals,
            or as the cast has it), or <v Anna> in WebVTT, names its speaker.
        out: a .mp4, .mov, .mkv or .webm file.
        cast: a TOML file: narrator = "studio/rms", ANNA = { voice = "studio/slt", pitch = 2, emotion = "cheerful" },
            and so on for each speaker.
        voice: the narrator's, who speaks the lines of whoever is not cast; as `laterna voice speak` takes it.
        speed: the narrator's, 0.5 to 2.
        language: of the lines, a BCP 47 tag.
        lexicon: how words are said that the voices don't know: a lexicon.toml.
        music_and_effects: the film's sound without its voices, in place of its own under the lines.
        keep_sound: keep the film's own sound as further tracks.
        duck_db: by how many dB the sound under the lines sinks; 15, or 3 for music and effects, unless given.
        loudness: online (-14 LUFS) or broadcast (-23 LUFS, EBU R128).
        seed: of what the voices leave to chance.
        progress: called with what is done of how much.

    Raises:
        DataError: the lines are no lines, lie beyond the film, or one speaker has two at once; the cast names somebody
            who does not speak; OUT can't hold the film.
        MediaError: a file can't be read or is broken.
        ModelError: a voice is missing, makes no sound, or does not speak the language.
    """
    if duck_db is not None and not 0 <= duck_db < math.inf:
        raise DataError(f"The sound can't be ducked by {duck_db:g} dB: give 0 dB or more.")
    begun = time.time()
    video, out = Video(film), Path(out)
    codec = sound_codec(out)
    captions = out.with_suffix(f".{language}{'.vtt' if Path(lines).suffix.lower() == '.vtt' else '.srt'}")
    _check_files([out, captions], [film, lines, music_and_effects])
    check_holds(video, out, keep_sound=keep_sound)
    script, notes = _script(lines, () if cast is None else open_cast(cast), video.duration)
    roles = read_cast(cast, {line.speaker for line in script if line.speaker}, Role(voice, speed))
    bed = Bed.of(video, music_and_effects)
    pieces = kept_beside(out, "dub")
    told = _Told(len(script) + _AFTER_THE_LINES, progress)
    with folder_beside(out) as folder:
        booth = Booth(roles, folder, language=language, lexicon=lexicon, seed=seed, pieces=pieces)
        booth.rehearse(script)
        fitting = Fitting(script, video.duration)
        takes = [booth.take(line, fitting) for line in told.each(script)]
        _captions(takes, language, video.frame_rate).save(captions)
        mixed = partial(
            sound.mix,
            timeline(video, bed, takes, folder),
            folder / "mix.wav",
            folder=folder,
            stems=folder / "stems",
            loudness=loudness,
            duck_db=bed.duck_db if duck_db is None else duck_db,
            gains={"Location": bed.gain_db},
        )
        coded = sound.coded(mixed, codec)
        told.step(_AFTER_THE_LINES - 1)
        voices = ", ".join(dict.fromkeys(take.dubbed.voice for take in takes))
        comment = " ".join([f"The lines are spoken by a computer, by Laterna ({voices}).", *booth.credits])
        resound(video, out, coded.path, language=language, title="Dubbed", comment=comment, keep_sound=keep_sound)
    told.step()
    pieces.forget(used_before=begun - 1)
    dubbed = tuple(take.dubbed for take in takes)
    notes += [*_uncast(roles, script), *bed.notes, *coded.mix.notes, *_too_long(dubbed)]
    return Dub(out, captions, dubbed, coded.loudness, booth.credits, tuple(notes))


class _Told:
    """Tells how much is done."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress, self._done = total, progress, 0

    def step(self, count: int = 1) -> None:
        self._done += count
        if self._progress is not None:
            self._progress(self._done, self._total)

    def each(self, script: Sequence[Line]) -> Iterator[Line]:
        """The lines, each counted when the next one is asked for."""
        for line in script:
            yield line
            self.step()


def _check_files(written: Sequence[Path], read: Sequence[Path | None]) -> None:
    for path in written:
        for other in read:
            if other is not None and path.exists() and path.samefile(other):
                raise DataError(f"{quoted(path)} would be written over, and is needed: give -o another name.")


def _script(path: Path, names: Collection[str], end: Fraction) -> tuple[list[Line], list[str]]:
    """The lines that have something to say, and what is to be told of the others."""
    lines = read_lines(path, names)
    script = [line for line in lines if speaks(line.text)]
    if not script:
        raise DataError(f"{quoted(path)} has nothing to say: give captions with their texts.")
    for line in script:
        if line.start >= end:
            raise DataError(
                f"{quoted(path)} has a line at {clock(line.start)}, {line.text[:40]!r}, and the film ends at"
                f" {clock(end)}: give this film's lines, or mend their times."
            )
    for line, later in pairwise(sorted(script, key=lambda line: (line.speaker, line.start))):
        if (line.speaker, line.start) == (later.speaker, later.start):
            raise DataError(
                f"{quoted(path)} has {line.speaker or 'one speaker'} say two lines at once at {clock(line.start)}: name"
                " their speakers (ANNA: before a line), or mend their times."
            )
    mute = [str(line.number) for line in lines if not speaks(line.text)]
    return script, [f"Captions with nothing to say are left out: {', '.join(mute)}."] if mute else []


def _captions(takes: Sequence[Take], language: str, rate: Fraction) -> Captions:
    """What is said, laid out as captions; where two speak at once theirs are shown at once."""
    layers: list[list[Take]] = []
    for take in takes:
        free = (layer for layer in layers if layer[-1].dubbed.end <= take.dubbed.start)
        layer = next(free, None)
        if layer is None:
            layers.append(layer := [])
        layer.append(take)
    laid_out = [
        caption
        for layer in layers
        for caption in editing.captions(
            Transcript(tuple(sentence for take in layer for sentence in take.sentences), language), rate=str(rate)
        )
    ]
    return Captions(tuple(sorted(laid_out, key=lambda caption: caption.start)))


def _uncast(roles: Cast, script: Sequence[Line]) -> list[str]:
    names = dict.fromkeys(line.speaker for line in script if line.speaker and not roles.has(line.speaker))
    return [f"Nobody is cast for {', '.join(names)}: the narrator's voice speaks their lines."] if names else []


def _too_long(dubbed: Sequence[Dubbed]) -> list[str]:
    return [
        f"Line {one.line.number} at {clock(one.line.start)} is {float(one.over):.2f} s too long, even at"
        f" {one.speed:.2f} times its pace: shorten it."
        for one in dubbed
        if one.over
    ]
