"""A screenplay: its elements in order, its scenes, its characters and what they say."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from laterna.errors import MediaError
from laterna.media.files import quoted, regular_file, write_bytes
from laterna.media.screenplay.elements import Blank, Dialogue, Element, Scene, SceneHeading, TitlePage
from laterna.media.screenplay.emphasis import plain
from laterna.media.screenplay.fountain import comments, content, parse


@dataclass(frozen=True)
class Screenplay:
    """A film's script, as typed elements; as a file, Fountain (``.fountain``).

    No character of a file is lost: what :meth:`open` read, :meth:`save` writes byte for byte.
    """

    elements: tuple[Element, ...]

    @classmethod
    def parse(cls, text: str) -> "Screenplay":
        """Read Fountain. Every text is a screenplay: what nothing marks is action."""
        return cls(parse(text))

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "Screenplay":
        """Read a Fountain file.

        Raises:
            MediaError: it can't be read, or is not UTF-8.
        """
        try:
            return cls.parse(regular_file(path).read_bytes().decode())
        except UnicodeDecodeError as error:
            raise MediaError(f"{quoted(path)} is not Unicode text: save it as UTF-8.") from error

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a Fountain file."""
        write_bytes(path, self.text.encode())

    @property
    def text(self) -> str:
        """The whole as Fountain, line ends as they were."""
        return "".join(element.source for element in self.elements)

    @property
    def title_page(self) -> TitlePage:
        """The title page; an empty one where there is none."""
        return next((one for one in self.elements if isinstance(one, TitlePage)), TitlePage("", ()))

    @property
    def title(self) -> str:
        """The title in one line, without emphasis; empty where none is given."""
        return " ".join(plain(self.title_page.get("title")).split())

    @property
    def author(self) -> str:
        """Who wrote it, in one line; empty where nobody is named."""
        page = self.title_page
        return " ".join(plain(page.get("author") or page.get("authors")).split())

    @property
    def characters(self) -> tuple[str, ...]:
        """Who speaks, in order of first appearance. Names that differ by case alone are one character's."""
        names: dict[str, str] = {}
        for one in self.dialogues():
            names.setdefault(one.character.casefold(), one.character)
        return tuple(names.values())

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """The scenes in order; first, without a heading, what comes before the first one, if anything does."""
        scenes: list[tuple[SceneHeading | None, list[Element]]] = [(None, [])]
        for element in self.elements:
            if isinstance(element, SceneHeading):
                scenes.append((element, []))
            elif not isinstance(element, Blank | TitlePage):
                scenes[-1][1].append(element)
        return tuple(Scene(heading, tuple(inside)) for heading, inside in scenes if heading or inside)

    @property
    def notes(self) -> tuple[str, ...]:
        """All notes in order, those within other elements too, without their brackets."""
        text = self.text
        found = (text[first:end] for first, end in comments(text))
        return tuple(content(comment) for comment in found if comment.startswith("[["))

    def dialogues(self) -> Iterable[Dialogue]:
        """All that is spoken, in order."""
        return (element for element in self.elements if isinstance(element, Dialogue))

    def lines(self, character: str) -> tuple[Dialogue, ...]:
        """What one character says, in order; the case of the name does not matter."""
        return tuple(one for one in self.dialogues() if one.character.casefold() == character.casefold())

    def to_json(self) -> list[dict[str, Any]]:
        """The elements but for blank lines, each a table of its type and what it holds."""
        return [_table(element) for element in self.elements if not isinstance(element, Blank)]


def _table(element: Any) -> dict[str, Any]:
    held = {field.name: getattr(element, field.name) for field in fields(element) if field.name != "source"}
    for name, value in held.items():
        if isinstance(value, tuple):
            held[name] = [_table(one) if hasattr(one, "__dataclass_fields__") else one for one in value]
    return {"type": type(element).__name__, **held}
