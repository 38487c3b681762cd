"""The cast: who reads the narration, and who speaks each character's lines."""

import os
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from laterna.errors import DataError, MediaError
from laterna.media.files import quoted, regular_file
from laterna.production.brief import nearest
from laterna.voice.engines import engines

NARRATOR = "narrator"

CastTable = Mapping[str, str | Mapping[str, str | float]]


@dataclass(frozen=True, slots=True)
class Role:
    """How a part is spoken: the options of :func:`laterna.voice.speak`."""

    voice: str = "auto"
    speed: float = 1.0
    pitch: float = 0.0
    emotion: str = "neutral"


@dataclass(frozen=True)
class Cast:
    """A narrator, and a role for each character that has one; characters are known whatever the case of their names."""

    narrator: Role
    characters: Mapping[str, Role]

    @property
    def roles(self) -> tuple[Role, ...]:
        """All roles, the narrator's first."""
        return tuple(dict.fromkeys((self.narrator, *self.characters.values())))

    def role(self, character: str) -> Role:
        """The role of a character; the narrator's for one that has none."""
        return self.characters.get(character.casefold(), self.narrator)

    def has(self, character: str) -> bool:
        """Whether a character has a role of its own; one who is called narrator has the narrator's."""
        return character.casefold() in (NARRATOR, *self.characters)


def read_cast(
    source: CastTable | str | os.PathLike[str] | None,
    characters: Iterable[str],
    narrator: Role,
    *,
    place: str = "The cast",
) -> Cast:
    """Read a cast.

    Args:
        source: a TOML file, or a table: ``narrator`` and characters' names, each with a voice's name, or with a table
            of ``voice``, ``speed``, ``pitch`` and ``emotion``. What a table leaves out is as the narrator has it.
        characters: who speaks; nobody in prose.
        narrator: the role that ``source`` may change.
        place: what errors call a table.

    Raises:
        DataError: the file is no such table, names somebody who does not speak, or an option that there is not.
        MediaError: the file can't be read.
    """
    if source is None:
        return Cast(narrator, {})
    table = open_cast(source)
    place = place if isinstance(source, Mapping) else quoted(source)
    known = {character.casefold(): character for character in characters}
    said = {name.casefold(): said for name, said in table.items()}
    narrator = _role(place, NARRATOR, said.pop(NARRATOR, {}), narrator)
    for name in table:
        if name.casefold() not in (NARRATOR, *known):
            raise DataError(f"{place} has a voice for {name!r}, who says nothing{_like(name, known.values())}.")
    return Cast(narrator, {name: _role(place, known[name], options, narrator) for name, options in said.items()})


def open_cast(source: CastTable | str | os.PathLike[str]) -> dict[str, Any]:
    """The table that a TOML file holds, or the one given; voices that are files are found from the file's folder.

    Raises:
        DataError: the file is not TOML.
        MediaError: it can't be read.
    """
    if isinstance(source, Mapping):
        return dict(source)
    path = Path(source)
    try:
        table = tomllib.loads(regular_file(path).read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise MediaError(f"{quoted(path)} is not Unicode text: save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{quoted(path)} is not TOML ({error}): mend that line.") from error
    return located(table, path.parent)


def located(table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A cast's table with the voices that are files (``./anna.onnx``, ``piper/anna.onnx``) named from ``folder``."""
    found: dict[str, Any] = {}
    for name, said in table.items():
        if isinstance(said, Mapping) and isinstance(said.get("voice"), str):
            found[name] = {**said, "voice": _located(said["voice"], folder)}
        else:
            found[name] = _located(said, folder) if isinstance(said, str) else said
    return found


def _located(voice: str, folder: Path) -> str:
    engine, slash, rest = voice.partition("/")
    prefix, path = (engine + slash, rest) if engine in {one.name for one in engines()} else ("", voice)
    if ".onnx" not in path.lower() or path.startswith("~"):
        return voice
    return prefix + os.path.join(folder, path)  # noqa: PTH118 (what follows the file may be a speaker's name)


def _like(name: str, known: Collection[str]) -> str:
    if not known:
        return ": prose and lines without names are the narrator's"
    return nearest(name.upper(), (character.upper() for character in known))


def _role(place: str, name: str, said: Any, narrator: Role) -> Role:
    options = {"voice": said} if isinstance(said, str) else said
    types = {field.name: type(getattr(narrator, field.name)) for field in fields(Role)}
    if not isinstance(options, Mapping):
        raise DataError(f'{place} gives {name!r} no voice: write its name in quotes, such as "studio/slt".')
    for option, value in options.items():
        if option not in types:
            raise DataError(f"{place} gives {name!r} an unknown {option!r}{nearest(option, types)}.")
        if types[option] is float and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise DataError(f"{place} gives {name!r} the {option} {value!r}: write a number.")
        if types[option] is str and not isinstance(value, str):
            raise DataError(f"{place} gives {name!r} the {option} {value!r}: write a name in quotes.")
    return replace(narrator, **{option: types[option](value) for option, value in options.items()})
