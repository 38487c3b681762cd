"""The brief: the TOML file in which a user says what film is wanted."""

import difflib
import glob
import json
import os
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

import pydantic
from pydantic import Field, PlainValidator, PrivateAttr

from laterna.errors import BriefError, DataError, MediaError
from laterna.media.books import has_words
from laterna.media.files import quoted, regular_file, write_text
from laterna.media.kinds import kind_named
from laterna.media.moods import Mood
from laterna.media.screenplay import Screenplay, plain
from laterna.media.timecode import parse_rate, seconds
from laterna.media.video import Video
from laterna.production.formats import Format, spoken_length, useless, with_defaults
from laterna.sound.mix import Preset

VERSION = 1
Codec = Literal["h264", "webm"]
NO_MUSIC = "none"

_UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}  # version -> what makes the next one of it
_LONGEST_SIDE = 16384
_LONGEST = 24 * 3600  # seconds


def _length(value: object) -> Fraction:
    length = seconds(value)
    if not 0 < length <= _LONGEST:
        raise ValueError("not a film's length")
    return length


def _range(value: object) -> tuple[Fraction, Fraction]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("not a range")
    start, end = (seconds(part) for part in value)
    if not 0 <= start < end:
        raise ValueError("not a range")
    return start, end


def _size(value: object) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", value) if isinstance(value, str) else None
    width, height = (int(side) for side in match.groups()) if match else (0, 0)
    if width % 2 or height % 2 or not 16 <= min(width, height) <= max(width, height) <= _LONGEST_SIDE:
        raise ValueError("not a size")
    return width, height


def _rate(value: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not a rate")
    try:
        return parse_rate(value)
    except DataError as error:
        raise ValueError("not a rate") from error


class _Table(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)


_FOOTAGE_NAME = 'write a file as the footage patterns find it, such as "rushes/take_001.mp4"'
_RANGE = "write [start, end] in seconds, such as [0, 2.5]"


class Pin(_Table):
    """``[[pin]]``: this footage has to be in the film, over a sentence if one is named."""

    footage: str = Field(description=_FOOTAGE_NAME)
    sentence: int | None = Field(None, ge=1, description="write the sentence's number in the narration, from 1")
    range: Annotated[tuple[Fraction, Fraction], PlainValidator(_range)] | None = Field(None, description=_RANGE)


class Forbid(_Table):
    """``[[forbid]]``: this footage, or a range of it, may not be in the film."""

    footage: str = Field(description=_FOOTAGE_NAME)
    range: Annotated[tuple[Fraction, Fraction], PlainValidator(_range)] | None = Field(None, description=_RANGE)


class Brief(_Table):
    """What a user wants. A field's description is the hint that an error gives; :func:`new` writes them out too."""

    version: int = Field(VERSION, description=f"write {VERSION}")
    footage: list[str] = Field(min_length=1, description='write patterns of film files, such as ["rushes/*.mp4"]')
    format: Format = Field("film", description=f"write {', '.join(map(json.dumps, get_args(Format)))}")
    length: Annotated[Fraction, PlainValidator(_length)] | None = Field(
        None, description='write seconds, "20s" or "1m30s"'
    )
    cards: list[str] = Field(
        [], description='write words for a trailer\'s title cards, such as ["A lamp.", "A sheet."]'
    )
    title: str | None = Field(None, description='write the film\'s title in quotes, such as "Night market"')
    narration: str | None = Field(None, description="write the words to be spoken, in quotes")
    narration_file: str | None = Field(
        None,
        description='write the path of a text file, such as "narration.txt", or of a screenplay, such as'
        ' "script.fountain": its dialogue is spoken, its action is not',
    )
    cast: dict[str, Any] = Field(
        {},
        description='write a [cast] table of voices: narrator = "studio/rms", and for each character of a screenplay'
        ' its name = "studio/slt" or = { voice = "studio/slt", pitch = -2 }',
    )
    lexicon: str | None = Field(None, description='write the path of a table of pronunciations, such as "lexicon.toml"')
    music: str | None = Field(
        None,
        description='write the path of a sound file or a score, such as "music/theme.flac" or "theme.mid", or "none";'
        " the film is scored when this is left out",
    )
    match: bool = Field(
        True,
        description="write false to choose shots by their looks alone, else true: a sentence gets the shot that"
        " labels.csv or captions beside the footage tell of",
    )
    cuts: Literal["free", "beats"] = Field(
        "free", description='write "beats" to have cuts land on the beats of the music, else "free"'
    )
    size: Annotated[tuple[int, int], PlainValidator(_size)] = Field(
        (1280, 720), description='write an even width and height, such as "1280x720"'
    )
    rate: Annotated[Fraction, PlainValidator(_rate)] = Field(
        Fraction(25), description='write frames a second: "25", "29.97" or "30000/1001"'
    )
    mood: Mood = Field("calm", description=f"write {', '.join(map(json.dumps, get_args(Mood)))}")
    language: str = Field(
        "en", pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description='write a language tag: "en", "zh", "pt-BR"'
    )
    loudness: Preset = Field("online", description='write "online" (-14 LUFS) or "broadcast" (EBU R128, -23 LUFS)')
    burn_captions: bool = Field(True, description="write true to draw captions into the picture, else false")
    codec: Codec = Field("h264", description='write "h264" (H.264 and AAC in MP4) or "webm" (VP9 and Opus)')
    on_bad_footage: Literal["stop", "skip"] = Field("stop", description='write "stop" or "skip"')
    credits: list[str] = Field([], description='write lines for the credits, such as ["Music: Ada Byron, CC BY 4.0"]')
    seed: int = Field(0, ge=0, description="write a whole number, 0 or more")
    pin: list[Pin] = Field([], description="write [[pin]] tables")
    forbid: list[Forbid] = Field([], description="write [[forbid]] tables")
    steps: dict[str, dict[str, Any]] = Field({}, description="write [steps.NAME] tables")

    _path: Path = PrivateAttr(default=Path("brief.toml"))

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Read ``brief.toml``.

        Raises:
            BriefError: the file is missing or not TOML, or a field is unknown, missing or wrong; the message
                names the field and says what to write.
        """
        data = upgrade(_tables(Path(path)), path)
        try:
            brief = cls.model_validate(with_defaults(data))
        except pydantic.ValidationError as error:
            raise BriefError(_sentence(error, path)) from error
        if (useful := useless(data)) is not None:
            raise BriefError(f"{quoted(path)} has {useful}.")
        if brief.narration is not None and brief.narration_file is not None:
            raise BriefError(f"{quoted(path)} has both narration and narration_file: keep one of them.")
        brief._path = Path(os.path.realpath(Path(path).parent)) / Path(path).name
        return brief._of_some_length()

    def _of_some_length(self) -> Self:
        """A documentary is as long as its words where its brief names no length; an interview's is known last."""
        if self.length is not None or self.format == "interview":
            return self
        if self.format == "documentary" and (lines := self.narration_lines()):
            return self.model_copy(update={"length": spoken_length((text for _, text in lines), self.language)})
        raise BriefError(f"{quoted(self.path)} has no length: {Brief.model_fields['length'].description}.")

    @property
    def path(self) -> Path:
        """Where the brief was read."""
        return self._path

    @property
    def folder(self) -> Path:
        """The folder that the brief's relative paths start from."""
        return self._path.parent

    def footage_files(self, *, outside: Path | None = None) -> list[Path]:
        """The files that the footage patterns find, each once, sorted by path within a pattern.

        Files in the folder ``outside`` (the production's own), and what patterns find in other productions, are left
        out.

        Raises:
            BriefError: a pattern finds nothing.
        """
        found: dict[Path, Path] = {}
        for pattern in self.footage:
            files = [file for file in self._matches(pattern) if outside is None or outside not in file.parents]
            if not files:
                raise BriefError(
                    f"{quoted(self.path)} has the footage pattern {pattern!r}, which finds no file in"
                    f" {quoted(self.folder)}: mend the pattern or add the files."
                )
            found |= {file.resolve(strict=False) if not file.is_symlink() else file: file for file in files}
        return list(found.values())

    def _matches(self, pattern: str) -> list[Path]:
        exact = self.folder / pattern
        if os.path.lexists(exact):  # a name may hold the characters of a pattern
            return [Path(os.path.normpath(exact))]
        names = glob.glob(pattern, root_dir=self.folder, recursive=True)  # noqa: PTH207 (absolute patterns too)
        files = sorted(Path(os.path.normpath(self.folder / name)) for name in names)
        made = {folder for file in files for folder in file.parents if is_production(folder)}
        return [file for file in files if not made & ({*file.parents} - {self.folder, *self.folder.parents})]

    def music_file(self) -> Path | None:
        """Where the music is, or None."""
        return None if self.music in (None, NO_MUSIC) else Path(os.path.normpath(self.folder / str(self.music)))

    def lexicon_file(self) -> Path | None:
        """Where the lexicon is, or None."""
        return None if self.lexicon is None else Path(os.path.normpath(self.folder / self.lexicon))

    def narration_lines(self) -> tuple[tuple[str, str], ...]:
        """What is to be spoken, as (character, text) pairs; the narrator speaks where no character is named.

        Of a screenplay (``.fountain``) that is its dialogue, without parentheticals.

        Raises:
            BriefError: the narration file can't be read, or is a screenplay without dialogue.
        """
        text = self.narration
        if self.narration_file is not None:
            path = self.folder / self.narration_file
            if path.suffix.lower() == ".fountain":
                return _dialogue(path)
            text = _read_text(path)
        text = (text or "").strip()
        return (("", text),) if text else ()

    def narration_text(self) -> str | None:
        """The words to be spoken, from the brief or from its narration file; None when there are none.

        Raises:
            BriefError: see :meth:`narration_lines`.
        """
        return "\n\n".join(text for _, text in self.narration_lines()) or None


def is_production(folder: Path) -> bool:
    """Whether a run of `laterna produce` keeps its versions in ``folder``."""
    return (folder / "versions" / "chosen.json").is_file()


def upgrade(data: dict[str, Any], path: str | os.PathLike[str]) -> dict[str, Any]:
    """Bring a brief's tables from the version they were written in to :data:`VERSION`.

    Raises:
        BriefError: the brief's version is of a newer Laterna, or no version at all.
    """
    version = data.get("version", VERSION)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise BriefError(f"In {quoted(path)}, version = {_shown(version)} can't be used: write {VERSION}.")
    if version > VERSION:
        raise BriefError(f"{quoted(path)} is of version {version}, which a newer Laterna reads: update Laterna.")
    for step in range(version, VERSION):
        data = _UPGRADES[step](data)
    return data | {"version": VERSION}


def new(folder: Path) -> Path:
    """Write a brief for a folder of footage.

    Args:
        folder: holds film files; a sound file there becomes the music, a narration.txt the narration.

    Returns:
        The brief's path, ``folder/brief.toml``.

    Raises:
        BriefError: there is no film in the folder, or a brief already.
    """
    path = folder / "brief.toml"
    if not folder.is_dir():
        raise BriefError(f"{quoted(folder)} is no folder: name the one that your footage is in.")
    if path.exists():
        raise BriefError(f"{quoted(path)} is there already: change it, or move it away first.")
    files = sorted(file for file in folder.rglob("*") if _is_footage(file, folder))
    films = [film for film in map(_film, files) if film is not None]
    if not films:
        raise BriefError(f"{quoted(folder)} holds no film file that can be read: copy your footage there first.")
    write_text(path, _written(_proposal(folder, films)))
    return path


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest known one, or all of them."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if close:
        return f": did you mean {close[0]!r}?".removesuffix("?")
    return f": there is {', '.join(known)}" if known else ""


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_read_text(path))
    except tomllib.TOMLDecodeError as error:
        reason = str(error)[:1].lower() + str(error)[1:]
        raise BriefError(f"{quoted(path)} is not TOML, {reason}: mend that line.") from error


def _read_text(path: Path) -> str:
    try:
        return regular_file(path).read_text(encoding="utf-8")
    except MediaError as error:
        raise BriefError(str(error)) from error
    except (UnicodeDecodeError, OSError) as error:
        raise BriefError(f"{quoted(path)} can't be read as UTF-8 text: save it as UTF-8.") from error


def _dialogue(path: Path) -> tuple[tuple[str, str], ...]:
    try:
        spoken = ((one.character, plain(one.text)) for one in Screenplay.open(path).dialogues())
        lines = tuple((character, text) for character, text in spoken if has_words(text))
    except MediaError as error:
        raise BriefError(str(error)) from error
    if not lines:
        raise BriefError(f"{quoted(path)} has no dialogue to speak: give its narrator's lines to a NARRATOR.")
    return lines


def _sentence(error: pydantic.ValidationError, path: str | os.PathLike[str]) -> str:
    """One sentence for the first wrong field; an unknown key, which is often a misspelt one, comes first."""
    first = min(error.errors(), key=lambda entry: entry["type"] != "extra_forbidden")
    place, model, field = _field(first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{quoted(path)} has an unknown key {place!r}{nearest(field, model.model_fields)}."
    hint = model.model_fields[field].description
    if place == "format" and isinstance(first["input"], str):
        hint = nearest(first["input"], get_args(Format)).removeprefix(": ") or hint
    if first["type"] == "missing":
        return f"{quoted(path)} has no {place}: {hint}."
    return f"In {quoted(path)}, {place} = {_shown(first['input'])} can't be used: {hint}."


def _field(location: tuple[int | str, ...]) -> tuple[str, type[_Table], str]:
    """The field's name for a reader, the table that it is in, and its own name."""
    tables: Mapping[Any, type[_Table]] = {"pin": Pin, "forbid": Forbid}
    outer = str(location[0])
    if outer in tables and len(location) > 2:
        return f"{location[2]} of [[{outer}]] {int(location[1]) + 1}", tables[outer], str(location[2])
    if outer == "steps" and len(location) > 1:
        return f"steps.{location[1]}", Brief, "steps"
    return outer, Brief, outer


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _is_footage(path: Path, folder: Path) -> bool:
    """Whether a file below ``folder`` is named as a film is, and is neither the theatre's truth nor a production's."""
    if path.suffix.lower() not in kind_named("video").suffixes or path.stem.endswith(".mask"):
        return False
    return not any(is_production(parent) for parent in path.parents if folder in parent.parents)


def _film(path: Path) -> Video | None:
    try:
        return Video(path)
    except MediaError:  # `produce` says what is wrong with it; here it only gives no hints
        return None


def _proposal(folder: Path, films: list[Video]) -> dict[str, object]:
    width, height = Counter(film.size for film in films).most_common(1)[0][0]
    while width > 1920:
        width, height = width // 2, height // 2
    rate = Counter(film.frame_rate for film in films).most_common(1)[0][0]
    patterns = sorted({_pattern(film.path.relative_to(folder)) for film in films})
    available = sum((film.duration for film in films), Fraction(0))
    proposal: dict[str, object] = {
        "title": folder.absolute().name,
        "footage": patterns,
        "length": f"{max(2, min(60, int(available / 2)))}s",
        "size": f"{max(16, width // 2 * 2)}x{max(16, height // 2 * 2)}",
        "rate": str(rate),
    }
    music = sorted(file.name for file in folder.iterdir() if file.suffix.lower() in kind_named("audio").suffixes)
    if music:
        proposal["music"] = music[0]
    if (folder / "narration.txt").is_file():
        proposal["narration_file"] = "narration.txt"
    return proposal


def _pattern(path: Path) -> str:
    return ("" if path.parent == Path() else "**/") + "*" + path.suffix


def _written(proposal: Mapping[str, object]) -> str:
    """The brief's text: what is proposed, and every other field with its default, commented out."""
    lines = ["# A brief for `laterna produce`. Paths start from this file's folder.", ""]
    for name, field in Brief.model_fields.items():
        if name in ("cast", "pin", "forbid", "steps", "version"):
            continue
        hint = str(field.description).removeprefix("write ")
        if name in proposal:
            lines.append(f"{name} = {json.dumps(proposal[name], ensure_ascii=False)}  # {hint}")
        else:
            example = "..." if field.default is None else field.default
            lines.append(f"# {name} = {json.dumps(example)}  # {hint}")
    lines += ["", *_TABLES_HINT.splitlines()]
    return "\n".join(lines) + "\n"


_TABLES_HINT = """\
# [[pin]]                  # this has to be in the film
# footage = "take_001.mp4"
# range = [0, 2.5]         # seconds, if not any part of it
# sentence = 1             # over this sentence of the narration

# [[forbid]]               # this may not be in it
# footage = "take_002.mp4"

# [cast]                   # whose voices speak; `laterna voice voices` lists them
# narrator = "studio/rms"
# ANNA = { voice = "studio/slt", pitch = 2, speed = 1.1, emotion = "cheerful" }  # where narration_file is a .fountain

# [steps.cut]              # options of a step
# longest = 6.0            # seconds of the longest shot
"""
