"""The film's plan: one short function per step. It opens files, calls a department, and saves what that gives.

A step whose result is a folder lays ``about.json`` in it: what later steps, the report and the record have to know.

The cut may land on the music's beats, and the music is as long as the film. That is no circle: a film has exactly the
length that its brief asks for, so the score is composed to that, its beats follow from its tempo, and the cut comes
last.
"""

import importlib.metadata
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import pydantic

from laterna import editing, sound
from laterna.editing.indexing.seeing import NOBODY
from laterna.editing.tidying.words import as_text
from laterna.errors import BriefError, LaternaError, StorageError
from laterna.learning.apart import apart
from laterna.learning.card import CARD, Card
from laterna.learning.store import find
from laterna.media import encode
from laterna.media import timeline as timelines
from laterna.media.audio import Audio
from laterna.media.captions import Captions
from laterna.media.encode import Codec, Encoding
from laterna.media.files import made_folder, sha256, write_bytes, write_text
from laterna.media.loudness import Loudness
from laterna.media.moods import Mood
from laterna.media.pieces import Pieces
from laterna.media.plain import open_record
from laterna.media.scores import open_score, save_score
from laterna.media.transcript import Transcript
from laterna.media.video import Video
from laterna.music.suite import LONGEST, suite
from laterna.production.findings import ABOUT, read_about
from laterna.production.handed import (
    INDEX,
    PLAYED,
    SCORE,
    coded_mix,
    file_clips,
    footage_of,
    index_of,
    matches,
    mix_by_hand,
    music_of,
    refused,
    refused_row,
    seconds_of,
    spoken,
    thumbnail,
    timeline_of,
    used,
    written,
)  # fmt: skip
from laterna.production.steps import step
from laterna.production.store import Version, place
from laterna.production.taste import tasteful
from laterna.production.workflows.cast import Role, read_cast
from laterna.production.workflows.interview import Tidying, known_words, tidied
from laterna.production.workflows.performance import characters, perform
from laterna.sound.mix import Preset
from laterna.voice.engines import choose

Progress = Callable[[int, int], None]
X264Preset = Literal[
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"
]

_CODECS: Mapping[str, Codec] = {"h264": "h264", "webm": "vp9"}  # what the brief calls them
_EXPORTS = ("film.otio", "film.xml", "film.edl", "captions.srt", "captions.vtt")
_SAMPLE_RATE = 48_000  # Hz, of the film's sound
_COMPOSER = "music/transformer"
_SAID = "transcript.txt"
_MOST_REFUSED = 48  # shots on the contact sheet; the timeline's metadata name them all


def narrating_voices(fields: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """The voices that narrate, with what their sound depends on: an engine's version, its weights or its file."""
    lines = fields["lines"]
    cast = read_cast(fields["cast"], characters(lines), Role(options["voice"]))
    voices = (choose(cast.role(character).voice, fields["language"]) for character, _ in lines)
    return ", ".join(dict.fromkeys(voice.fingerprint.strip() for voice in voices))


@step(kind="folder", suffix="", uses=("editing",), publish=None, models=("editing/boundary",))
def analyse(
    out: Path, footage: Sequence[Version], on_bad_footage: str, folder: Path, pieces: Pieces, progress: Progress
) -> None:
    """Decode each file once and measure all that the choice of shots needs; a file is analysed once in its life."""
    rows: list[dict[str, Any]] = []
    out.mkdir()
    analysed = partial(_analysed, pieces=pieces, going_on=lambda *_: progress(len(rows), len(footage)))
    with ThreadPoolExecutor(max(1, (os.cpu_count() or 1) // 2)) as pool:
        for index, one in enumerate(pool.map(analysed, footage)):
            row = {"path": os.path.relpath(footage[index].path, folder), "sha256": footage[index].sha256}
            if isinstance(one, Path):
                place(one, out / f"{index:04}", link=True)
                rows.append(row | {"analysis": f"{index:04}"} | _source_facts(footage[index].path))
            elif on_bad_footage == "skip":
                rows.append(row | {"refused": str(one)})
            else:
                pool.shutdown(cancel_futures=True)
                raise one
            progress(index + 1, len(footage))
    if all("refused" in row for row in rows):
        raise BriefError(f"None of the footage can be used; the first: {rows[0]['refused']}")
    _write_about(out, {"footage": rows})


def describing(fields: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """The model that describes shots, and its weights."""
    analyst = options["analyst"]
    return "" if analyst == NOBODY else f"{analyst} {sha256(find(analyst))}"


@step(kind="folder", suffix="", uses=("editing",), publish=None, models=("editing/subject",), engines=describing)
def index(
    out: Path,
    footage: Sequence[Version],
    logs: Sequence[Version],
    on_bad_footage: Literal["stop", "skip"],
    pieces: Pieces,
    progress: Progress,
    *,
    analyst: str = NOBODY,
) -> None:
    """Index the footage, where something beside it or an analyst tells in words what its shots show."""
    made_folder(out)
    if logs or analyst != NOBODY:
        editing.index(
            [one.path for one in footage],
            out=out / INDEX,
            analyst=analyst,
            on_bad_footage=on_bad_footage,
            pieces=pieces,
            progress=progress,
        )


@step(
    kind="speech",
    suffix="",
    uses=("voice", "production.workflows"),
    publish=None,
    engines=narrating_voices,
    lasting=True,
)
def narrate(
    out: Path,
    lines: Sequence[tuple[str, str]],
    cast: Mapping[str, Any],
    language: str,
    lexicon: Version | None,
    pieces: Pieces,
    *,
    voice: str = "auto",
    speed: float = 1.0,
    pitch: float = 0.0,
    emotion: str = "neutral",
    seed: int = 0,
) -> None:
    """Speak the narration, each character in its voice; where there is none, leave a transcript of nothing."""
    if not lines:
        Transcript((), language).save(out / "transcript.json")
        return
    roles = read_cast(cast, characters(lines), Role(voice, speed, pitch, emotion))
    words = None if lexicon is None else lexicon.path
    perform(lines, roles, language=language, lexicon=words, seed=seed, pieces=pieces).save(out)


def composing(fields: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """The libraries that compose, where the film is to be scored: with none of them it has no music."""
    return ", ".join(f"{name} {_installed(name) or 'none'}" for name in ("torch", "symusic") if fields["scored"])


@step(kind="folder", suffix="", uses=("music",), publish=(SCORE,), models=(_COMPOSER,), engines=composing)
def score(
    out: Path,
    scored: bool,
    music: Version | None,
    length: Fraction,
    mood: Mood,
    seed: int,
    *,
    key: str = "",
    tempo: float = 0.0,
) -> None:
    """Compose music as long as the film, where the brief names none; a score that it names is taken as it is."""
    about: dict[str, Any] = {}
    if music is not None and music.kind == "score":
        save_score(open_score(music.path), out / SCORE)
    elif scored and not _installed("torch"):
        about = {"notes": ["The film has no music: to compose it, run `pip install 'laterna[learning]'`."]}
    elif scored:
        wishes = {"seconds": min(float(length), LONGEST), "mood": mood, "key": key, "tempo": tempo, "seed": seed}
        apart(suite, out / SCORE, **wishes)  # torch would stay in memory beside the pictures
        about = {"composed": {"model": _COMPOSER} | wishes, "credits": list(_composers())}
    _write_about(out, about)


@step(kind="folder", suffix="", uses=("sound",), publish=None, lasting=True)
def play(out: Path, score: Version) -> None:
    """Play the score, where there is one."""
    made_folder(out)
    notes = written(score)
    if notes is not None:
        sound.play(open_score(notes), out / PLAYED)


@step(kind="record", suffix=".json", uses=("sound",), publish=None)
def beats(out: Path, cuts: str, score: Version, play: Version, music: Version | None, length: Fraction | None) -> None:
    """The beats that cuts are to land on, if they are: a score's own, else those tracked in the music."""
    heard, notes = music_of(music, play), written(score)
    found: tuple[float, ...] = ()
    if cuts == "beats" and notes is not None and play.path.is_dir():
        found = sound.score_beats(open_score(notes))
    elif cuts == "beats" and heard is not None:
        found = sound.beats(Audio(heard), until=length)
    write_text(out, json.dumps({"beats": found}) + "\n")


def media_of(cut: Version, fields: Mapping[str, Any], folder: Path) -> set[Path]:
    """The files that a timeline shows and plays."""
    timeline, base = timeline_of(cut, folder, fields["rate"])
    return {timelines.resolve(clip.media_reference, base) for clip in file_clips(timeline)}


def tasting(fields: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """The taste that a cutter is to follow, as it is known today."""
    return json.dumps(tasteful().weights) if options["taste"] else ""


@step(kind="folder", suffix="", uses=("editing", "production.workflows"), publish=(_SAID,))
def transcript(
    out: Path, format: str, footage: Sequence[Version], transcripts: Sequence[Version], language: str
) -> None:
    """What is said in an interview, as text: words deleted in a copy named hand.txt are cut out of the film."""
    made_folder(out)
    words = known_words([one.path for one in footage], transcripts, language) if format == "interview" else []
    if any(words):
        write_text(out / _SAID, as_text(words))


@step(
    kind="timeline",
    suffix=".otio",
    uses=("editing", "voice", "production.workflows"),
    publish=None,
    models=("editing/editor",),
    media=media_of,
    engines=tasting,
)
def cut(
    out: Path,
    analyse: Version,
    index: Version,
    narrate: Version,
    narration: str | None,
    language: str,
    music: Version | None,
    play: Version,
    beats: Version,
    length: Fraction | None,
    rate: Fraction,
    size: tuple[int, int],
    title: str | None,
    mood: Mood,
    pin: Sequence[Mapping[str, Any]],
    forbid: Sequence[Mapping[str, Any]],
    seed: int,
    format: editing.Format | Literal["interview"],
    cards: Sequence[str],
    transcript: Version,
    transcripts: Sequence[Version],
    folder: Path,
    *,
    end_title: str | None = None,
    transitions: Literal["cuts", "dissolves"] = "cuts",
    cutter: Literal["rules", "optimal", "learned"] = "rules",
    shortest: float | None = None,
    longest: float | None = None,
    withhold: float | None = None,
    taste: bool = False,
    tidy: Tidying | None = None,
) -> None:
    """Choose shots to the film's exact length; of an interview, cut out what nobody wants to hear."""
    measured, heard = footage_of(analyse, folder), music_of(music, play)
    if length is None:  # as in interviews alone, which last as long as what is left of them
        films = [one.path for one in measured]
        words = known_words(films, transcripts, language)
        talk = partial(tidied, films, words, transcript, tidy or Tidying(), music=heard, title=title)
        timelines.save(talk(rate=rate, size=size, folder=out.parent), out)
        return
    sentences, speech = spoken(narrate, narration, language)
    if taste and cutter == "rules":
        raise BriefError('[steps.cut] has taste, which the rules do not follow: add cutter = "optimal" or "learned".')
    pins = [editing.Pin(str(one["footage"]), one["sentence"], one["range"]) for one in pin]
    bans = [editing.Ban(str(one["footage"]), one["range"]) for one in forbid]
    known = index_of(index)
    made = editing.cut(
        measured,
        length,
        rate=rate,
        size=size,
        sentences=sentences if sentences.sentences else None,
        speech=speech,
        music=heard,
        beats=seconds_of(beats),
        pins=pins,
        bans=bans,
        matches=matches(sentences, known, pins, bans),
        index=known,
        title=title,
        end_title=end_title,
        mood=mood,
        format=cast(editing.Format, format),
        cards=cards,
        withhold=withhold,
        transitions=transitions,
        cutter=cutter,
        reward=tasteful() if taste else None,
        shortest=shortest,
        longest=longest,
        folder=out.parent,
        seed=seed,
    )
    timelines.save(made, out)


@step(kind="captions", suffix=".srt", uses=("editing", "voice", "production.workflows"), publish=None)
def captions(
    out: Path,
    cut: Version,
    narrate: Version,
    narration: str | None,
    language: str,
    rate: Fraction,
    footage: Sequence[Version],
    transcripts: Sequence[Version],
    folder: Path,
    *,
    line_length: int | None = None,
) -> None:
    """Lay out what is said, when the cut has it said."""
    films = [one.path for one in footage]
    talks = zip(films, known_words(films, transcripts, language), strict=True) if transcripts else ()
    said = {film: words for film, words in talks if words} or spoken(narrate, narration, language)[0]
    timeline, base = timeline_of(cut, folder, rate)
    editing.captions(said, timeline, rate=str(rate), line_length=line_length, folder=base).save(out)


@step(kind="folder", suffix="", uses=("sound",), publish=("mix.wav", "stems"))
def mix(
    out: Path,
    cut: Version,
    footage: Sequence[Version],
    narrate: Version,
    music: Version | None,
    play: Version,
    loudness: Preset,
    codec: str,
    rate: Fraction,
    folder: Path,
    *,
    duck_db: float = 10.0,
    narration_db: float = 0.0,
    music_db: float = 0.0,
    location_db: float = 0.0,
    ceiling: float = -1.0,
) -> None:
    """Mix the sound, and encode it as the film will have it: codecs move its level, which is corrected."""
    timeline, base = timeline_of(cut, folder, rate)
    mixed = partial(
        sound.mix,
        timeline,
        out / "mix.wav",
        folder=base,
        stems=out / "stems",
        loudness=loudness,
        duck_db=duck_db,
        narration_db=narration_db,
        music_db=music_db,
        location_db=location_db,
    )
    made = sound.coded(mixed, _CODECS[codec], ceiling=ceiling)
    about = {"notes": made.mix.notes, "target": made.mix.target, "coded": made.path.name}
    _write_about(out, about | {"loudness": made.loudness.to_json()})


@step(kind="folder", suffix="", uses=("editing",), publish=None)
def pictures(
    out: Path,
    cut: Version,
    captions: Version,
    footage: Sequence[Version],
    size: tuple[int, int],
    rate: Fraction,
    codec: str,
    burn_captions: bool,
    draft: bool,
    folder: Path,
    pieces: Pieces,
    progress: Progress,
    *,
    crf: Annotated[int, pydantic.Field(ge=0, le=51)] = 20,
    preset: X264Preset = "veryfast",
) -> None:
    """Encode the pictures, segment by segment: a folder of links to those that are kept, in their order."""
    timeline, base = timeline_of(cut, folder, rate)
    content = {version.path: version.sha256 for version in footage}
    encoding = Encoding(size, rate, _CODECS[codec], preset, crf)
    encoded = editing.pictures(
        timeline,
        folder=base,
        captions=Captions.open(captions.path) if burn_captions else None,
        encoding=encode.draft(encoding) if draft else encoding,
        pieces=pieces,
        fingerprint=lambda path: content.get(path) or sha256(path),
        progress=progress,
    )
    for index, segment in enumerate(encoded):
        place(segment, out / f"{index:04}{segment.suffix}", link=True)


@step(kind="video", suffix=".mp4")
def film(out: Path, pictures: Version, mix: Version, size: tuple[int, int], rate: Fraction, codec: str) -> Path:
    """Join the pictures, and lay the mix under them: nothing is encoded again."""
    encoding = Encoding(size, rate, _CODECS[codec])
    out = out.with_suffix(encoding.suffix)
    segments = sorted(pictures.path.glob(f"*{encoding.suffix}")) if pictures.path.is_dir() else [pictures.path]
    encode.join(segments, out, encoding, sound=coded_mix(mix) or mix_by_hand(mix, segments, rate))
    return out


@step(kind="record", suffix=".json", uses=("sound",), publish=None)
def measure(out: Path, film: Version, mix: Version) -> None:
    """Measure the finished film: its length, its pictures and its loudness, known where its sound is the coded mix."""
    video, coded = Video(film.path), coded_mix(mix)
    known = read_about(mix.path).get("loudness") if coded is not None and encode.same_sound(coded, film.path) else None
    found = {
        "length": str(video.duration),
        "frames": video.frame_count,
        "rate": str(video.frame_rate),
        "size": video.size,
        "loudness": known or sound.loudness(Audio(film.path)).to_json(),
    }
    write_text(out, json.dumps(found) + "\n")


@step(kind="record", suffix=".json", uses=("editing",), publish=None)
def review(
    out: Path, film: Version, captions: Version, measure: Version, mix: Version, pieces: Pieces, progress: Progress
) -> None:
    """Look the finished film over for faults; of its pictures, only at those that it did not have before."""
    known = open_record(measure.path).get("loudness")
    found = editing.review(
        Video(film.path),
        captions=Captions.open(captions.path),
        target=read_about(mix.path).get("target"),
        loudness=Loudness.from_json(known) if known else None,
        pieces=pieces,
        progress=progress,
    )
    write_text(out, json.dumps(found.to_json() | {"film": film.path.name}, ensure_ascii=False) + "\n")


@step(kind="image", suffix=".png", uses=("editing",))
def poster(
    out: Path,
    cut: Version,
    analyse: Version,
    footage: Sequence[Version],
    size: tuple[int, int],
    title: str | None,
    rate: Fraction,
    folder: Path,
) -> None:
    """One picture that stands for the film."""
    timeline, base = timeline_of(cut, folder, rate)
    measured = footage_of(analyse, folder)
    editing.poster(timeline, folder=base, size=size, title=title or "", measured=measured).save(out)


@step(
    kind="folder",
    suffix="",
    uses=("editing",),
    publish=_EXPORTS,
)
def export(
    out: Path, cut: Version, captions: Version, footage: Sequence[Version], rate: Fraction, folder: Path
) -> None:
    """The cut for other programs, its media named as they lie from the production's folder; captions as files."""
    timeline, base = timeline_of(cut, folder, rate)
    for shot, file in refused(timeline, base):
        shot["footage"] = timelines.url(file, folder)
    exported = editing.export(timeline, out / "film", folder=base, home=folder)
    _write_about(out, {"notes": exported.notes})
    for suffix in (".srt", ".vtt"):
        Captions.open(captions.path).save(out / f"captions{suffix}")


@step(kind="folder", suffix="", uses=("editing",), publish=None)
def sheet(out: Path, cut: Version, analyse: Version, footage: Sequence[Version], rate: Fraction, folder: Path) -> None:
    """Thumbnails of the shots that were used and refused, for the report."""
    timeline, base = timeline_of(cut, folder, rate)
    measured = {footage.path: footage for footage in footage_of(analyse, folder)}
    left_out = [refused_row(shot, file) for shot, file in refused(timeline, base)]
    rows = {"used": list(used(timeline, base)), "refused": left_out[:_MOST_REFUSED]}
    for group, shots in rows.items():
        for index, shot in enumerate(shots):
            file, start, end = shot.pop("file"), Fraction(shot["start"]), Fraction(shot["end"])
            shot["image"] = f"{group}_{index:03}.jpg"
            write_bytes(out / shot["image"], thumbnail(measured.get(file), file, start, end))
    _write_about(out, rows)


def _analysed(version: Version, pieces: Pieces, going_on: Progress) -> Path | LaternaError:
    """The folder of a file's analysis, or what is wrong with the file. ``going_on`` ends it when the run stops."""

    def make(out: Path) -> None:
        editing.analyse(Video(version.path), progress=going_on).save(out)

    try:
        return pieces.get(version.sha256, make=make)
    except StorageError:  # no fault of the footage
        raise
    except LaternaError as error:
        return error


def _source_facts(path: Path) -> dict[str, Any]:
    video = Video(path)
    return {
        "duration": str(video.duration),
        "rate": str(video.frame_rate),
        "size": video.size,
        "timecode": str(video.timecode) if video.timecode else None,
        "reel": video.reel,
    }


def _composers() -> Iterator[str]:
    """Made music is marked as such; what its model learnt from may ask for credit too."""
    yield f"Music: composed by a computer, by Laterna's {_COMPOSER}, and played by its synthesizer"
    yield from Card.open(find(_COMPOSER) / CARD).credits


def _installed(package: str) -> str | None:
    """Its version, or None."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _write_about(folder: Path, known: Mapping[str, Any]) -> None:
    write_text(folder / ABOUT, json.dumps(known, indent=1, ensure_ascii=False) + "\n")
