"""The cast: who reads the narration, and who speaks each character's lines."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from laterna.errors import DataError, MediaError
from laterna.media.files import quoted, regular_file
from laterna.production.brief import nearest

NARRATOR = "narrator"

CastTable = Mapping[str, str | Mapping[str, str | float]]


@dataclass(frozen=True, slots=True)
class Role:
    """How a part is spoken: the options of :func:`laterna.voice.speak`."""

    voice: str = "auto"
    speed: float = 1.0


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
        """Whether a character has a role of its own."""
        return character.casefold() in self.characters


def read_cast(source: CastTable | str | os.PathLike[str] | None, characters: Iterable[str], narrator: Role) -> Cast:
    """Read a cast.

    Args:
        source: a TOML file, or a table: ``narrator`` and characters' names, each with a voice's name, or with a table
            of ``voice``, ``speed``... What a table leaves out is as the narrator has it.
        characters: who speaks; nobody in prose.
        narrator: the role that ``source`` may change.

    Raises:
        DataError: the file is no such table, names somebody who does not speak, or an option that there is not.
        MediaError: the file can't be read.
    """
    if source is None:
        return Cast(narrator, {})
    table, place = (source, "The cast") if isinstance(source, Mapping) else (_opened(Path(source)), quoted(source))
    known = {character.casefold(): character for character in characters}
    narrator = _role(place, NARRATOR, table.get(NARRATOR, {}), narrator)
    roles = {}
    for name, said in table.items():
        if name == NARRATOR:
            continue
        if not known:
            raise DataError(f"{place} has a voice for {name!r}, but prose is read by the narrator alone: leave it out.")
        if name.casefold() not in known:
            raise DataError(f"{place} has a voice for {name!r}, who says nothing{_like(name, known.values())}.")
        roles[name.casefold()] = _role(place, name, said, narrator)
    return Cast(narrator, roles)


def _like(name: str, known: Iterable[str]) -> str:
    return nearest(name.upper(), (character.upper() for character in known))


def _opened(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(regular_file(path).read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise MediaError(f"{quoted(path)} is not Unicode text: save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{quoted(path)} is not TOML ({error}): mend that line.") from error


def _role(place: str, name: str, said: Any, narrator: Role) -> Role:
    options = {"voice": said} if isinstance(said, str) else said
    types = {field.name: type(getattr(narrator, field.name)) for field in fields(Role)}
    if not isinstance(options, Mapping):
        raise DataError(f'{place} gives {name!r} no voice: write its name in quotes, such as "flite".')
    for option, value in options.items():
        if option not in types:
            raise DataError(f"{place} gives {name!r} an unknown {option!r}{nearest(option, types)}.")
        if types[option] is float and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise DataError(f"{place} gives {name!r} the {option} {value!r}: write a number.")
        if types[option] is str and not isinstance(value, str):
            raise DataError(f"{place} gives {name!r} the {option} {value!r}: write a name in quotes.")
    return replace(narrator, **{option: types[option](value) for option, value in options.items()})
