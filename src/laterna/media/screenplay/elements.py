"""What a screenplay is made of.

Each element's ``source`` is its stretch of the file, comments and line ends included: joined, they are the file. Its
``text`` is what is meant to be seen: without notes, boneyard, indents and the marks that force an element's type, but
with emphasis as it is marked (see :func:`laterna.media.screenplay.plain`); lines are parted by ``\\n``.
"""

import re
from dataclasses import dataclass

from laterna.media.screenplay.emphasis import plain

# what a heading begins with: indoors, outdoors, both, or establishing
PLACED = re.compile(r"(?:INT\.?\s*/\s*EXT|EXT\.?\s*/\s*INT|INT|EXT|EST|I/E)(?:[.\s]+|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Element:
    """A stretch of a screenplay."""

    source: str


@dataclass(frozen=True, slots=True)
class Blank(Element):
    """Blank lines."""


@dataclass(frozen=True, slots=True)
class TitlePage(Element):
    """``Title: ...`` and the like, before the first blank line; values by key in lower case, in order."""

    fields: tuple[tuple[str, str], ...]

    def get(self, key: str) -> str:
        """The value of a key, whatever its case; empty where it has none."""
        return dict(self.fields).get(key.lower(), "")


@dataclass(frozen=True, slots=True)
class SceneHeading(Element):
    """``INT. KITCHEN - DAY #12A#``; ``number`` is 12A, empty where there is none."""

    text: str
    number: str = ""

    @property
    def setting(self) -> str:
        """Where and when it plays, without emphasis and what says that it is indoors or not: ``KITCHEN - DAY``."""
        text = plain(self.text)
        placed = PLACED.match(text)
        return text[placed.end() :] if placed else text


@dataclass(frozen=True, slots=True)
class Action(Element):
    """What is seen and heard: one paragraph, its own indents kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Centered(Element):
    """``>THE END<``."""

    text: str


@dataclass(frozen=True, slots=True)
class Speech:
    """What a character says; ``sung`` where it is marked as lyrics."""

    text: str
    sung: bool = False


@dataclass(frozen=True, slots=True)
class Parenthetical:
    """How it is said, without its parentheses."""

    text: str


@dataclass(frozen=True, slots=True)
class Dialogue(Element):
    """A character speaks.

    Attributes:
        character: the name without extensions, as written.
        extensions: such as V.O. and CONT'D, without their parentheses.
        parts: speech and parentheticals in order.
        dual: it is spoken together with the dialogue before.
    """

    character: str
    extensions: tuple[str, ...]
    parts: tuple[Speech | Parenthetical, ...]
    dual: bool = False

    @property
    def text(self) -> str:
        """What is said, without parentheticals."""
        return "\n".join(part.text for part in self.parts if isinstance(part, Speech))


@dataclass(frozen=True, slots=True)
class Lyrics(Element):
    """``~`` lines outside a dialogue."""

    text: str


@dataclass(frozen=True, slots=True)
class Transition(Element):
    """``CUT TO:``."""

    text: str


@dataclass(frozen=True, slots=True)
class Section(Element):
    """``# Act one``: an outline's heading, unseen on paper; ``level`` is the count of its marks."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Synopsis(Element):
    """``= What happens here``, unseen on paper."""

    text: str


@dataclass(frozen=True, slots=True)
class Note(Element):
    """``[[a note]]`` on lines of its own; those within other elements are in the screenplay's ``notes``."""

    text: str


@dataclass(frozen=True, slots=True)
class Boneyard(Element):
    """``/* what was cut */`` on lines of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class PageBreak(Element):
    """``===``."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A heading and what follows it up to the next; what comes before the first heading has none."""

    heading: SceneHeading | None
    elements: tuple[Element, ...]
