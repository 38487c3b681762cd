"""Fountain taken apart, by the syntax at fountain.io/syntax.

Where the syntax leaves room: a scene heading or a character needs a blank line before it (or a section, a synopsis, a
page break), a heading none after it. Comments (notes and boneyard) are seen through: what stands around them is read
as if they were not there.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from laterna.media.screenplay.elements import (
    PLACED,
    Action,
    Blank,
    Boneyard,
    Centered,
    Dialogue,
    Element,
    Lyrics,
    Note,
    PageBreak,
    Parenthetical,
    SceneHeading,
    Section,
    Speech,
    Synopsis,
    TitlePage,
    Transition,
)

_LINE_END = re.compile(r"\r\n|\r|\n")
_COMMENT = re.compile(r"/\*|\*/|\[\[|\]\]|(?P<gap>(?:\r\n|\r(?!\n)|\n)(?=[\r\n]))")
_BYTE_ORDER_MARK = "\ufeff"
_EXTENSION = re.compile(r"\(([^()]*)\)")


def parse(text: str) -> tuple[Element, ...]:
    """The elements of a screenplay; their sources, joined, are the text."""
    lines = list(_lines(text))
    found: list[Element] = []
    at = _title_page(lines, found)
    clear = True  # may what comes next be a heading or a character?
    while at < len(lines):
        element, at = _element(lines, at, clear)
        found.append(element)
        if not isinstance(element, Note | Boneyard):
            clear = isinstance(element, Blank | Section | Synopsis | PageBreak)
    return tuple(found)


def comments(text: str) -> list[tuple[int, int]]:
    """Where notes and boneyards stand: the first and the end character of each, marks included, in order.

    A note may run over lines, not over an empty one. What is not closed is no comment.
    """
    found: list[tuple[int, int]] = []
    note = yard = -1
    last_close = text.rfind("*/")
    for match in _COMMENT.finditer(text):
        token = match[0]
        if yard >= 0:
            if token == "*/":
                found.append((yard, match.end()))
                yard = -1
        elif token == "/*":
            yard = match.start() if match.end() <= last_close else -1
        elif match["gap"]:
            note = -1
        elif token == "[[" and note < 0:
            note = match.start()
        elif token == "]]" and note >= 0:
            while found and found[-1][0] > note:  # a boneyard within the note
                found.pop()
            found.append((note, match.end()))
            note = -1
    return found


def content(comment: str) -> str:
    """A comment's text without its marks."""
    return _LINE_END.sub("\n", comment[2:-2].strip())


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file, or several of them, where a comment runs over their ends.

    ``text`` is what is left without comments and the line end; ``comments`` are what was left out.
    """

    source: str
    text: str
    comments: tuple[str, ...]

    @property
    def stripped(self) -> str:
        return self.text.strip()

    @property
    def commented_out(self) -> bool:
        return bool(self.comments) and not self.stripped

    @property
    def blank(self) -> bool:
        return not self.comments and not self.stripped

    @property
    def ends_dialogue(self) -> bool:
        """Two spaces on a blank line keep a dialogue going."""
        return self.blank and len(self.text) < 2


def _lines(text: str) -> Iterator[_Line]:
    spans = comments(text)
    start = first = index = 0
    for end in [*(match.end() for match in _LINE_END.finditer(text)), len(text)]:
        while index < len(spans) and spans[index][0] < end:
            index += 1
        if index > first and spans[index - 1][1] > end:  # the line ends within a comment
            continue
        if end > start:
            yield _line(text, start, end, spans[first:index])
        start, first = end, index


def _line(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> _Line:
    seen, at = [], start
    for first, past in spans:
        seen.append(text[at:first])
        at = past
    seen.append(text[at:end])
    shown = "".join(seen).rstrip("\r\n")
    if start == 0:
        shown = shown.removeprefix(_BYTE_ORDER_MARK)
    return _Line(text[start:end], shown, tuple(text[first:past] for first, past in spans))


def _run(lines: Sequence[_Line], at: int, belongs: Callable[[_Line], bool]) -> int:
    """Where the lines from ``at`` on that belong together end."""
    while at < len(lines) and belongs(lines[at]):
        at += 1
    return at


def _source(lines: Sequence[_Line]) -> str:
    return "".join(line.source for line in lines)


def _title_page(lines: Sequence[_Line], found: list[Element]) -> int:
    """Put the title page into ``found``, if there is one; where it ends."""
    page = lines[: _run(lines, 0, lambda line: not line.blank)]
    fields: list[tuple[str, list[str]]] = []
    for line in page:
        key, colon, value = line.text.partition(":")
        if line.commented_out:
            continue
        if line.text[0].isspace() and fields:
            fields[-1][1].append(line.stripped)
        elif colon and key.strip() and not key[0].isspace():
            fields.append((key.strip().lower(), [value.strip()] if value.strip() else []))
        else:
            return 0
    if not any(values for _, values in fields):  # "FADE IN:" alone opens a film
        return 0
    found.append(TitlePage(_source(page), tuple((key, "\n".join(values)) for key, values in fields)))
    return len(page)


def _element(lines: Sequence[_Line], at: int, clear: bool) -> tuple[Element, int]:
    """The element that begins at line ``at``, and where it ends."""
    line = lines[at]
    if line.blank:
        end = _run(lines, at, lambda one: one.blank)
        return Blank(_source(lines[at:end])), end
    element = _marked(line) or (_heading(line) if clear else None)
    if element is not None:
        return element, at + 1
    if clear and not line.stripped.startswith("!"):
        beyond = _run(lines, at + 1, lambda one: one.commented_out)
        following = lines[beyond] if beyond < len(lines) else None
        if (following is None or following.blank) and _is_upper(line.text) and line.stripped.endswith("TO:"):
            return Transition(line.source, line.stripped), at + 1
        cue = _cue(line.stripped)
        if cue is not None and following is not None and not following.ends_dialogue:
            return _dialogue(lines, at, *cue)
    return _action(lines, at)


def _marked(line: _Line) -> Element | None:
    """What its first characters tell, wherever it stands."""
    text = line.stripped
    if line.commented_out:
        notes = [content(comment) for comment in line.comments if comment.startswith("[[")]
        yards = [content(comment) for comment in line.comments]
        return Note(line.source, "\n".join(notes)) if notes else Boneyard(line.source, "\n".join(yards))
    if text.startswith("===") and not text.strip("="):
        return PageBreak(line.source)
    if text.startswith("="):
        return Synopsis(line.source, text[1:].strip())
    if text.startswith("#"):
        title = text.lstrip("#")
        return Section(line.source, title.strip(), len(text) - len(title))
    if text.startswith("~"):
        return Lyrics(line.source, text[1:].strip())
    if text.startswith(">"):
        if text.endswith("<") and len(text) > 1:
            return Centered(line.source, text[1:-1].strip())
        return Transition(line.source, text[1:].strip())
    return None


def _heading(line: _Line) -> SceneHeading | None:
    text = line.stripped
    if text[0] == "." and text[1:2].isalnum():
        text = text[1:]
    elif not PLACED.match(text):
        return None
    before, _, number = text.removesuffix("#").rpartition("#")
    if text.endswith("#") and before.strip() and number and not any(map(str.isspace, number)):
        return SceneHeading(line.source, before.strip(), number)
    return SceneHeading(line.source, text)


def _is_upper(text: str) -> bool:
    return text == text.upper() and any(character.isupper() for character in text)


def _cue(text: str) -> tuple[str, tuple[str, ...], bool] | None:
    """A character's name, its extensions and whether it speaks with the one before; None for another text."""
    dual = text.endswith("^")
    name, bracket, rest = text.rstrip("^").strip().partition("(")
    forced, name = name.startswith("@"), name.removeprefix("@").strip()
    extensions = bracket + rest
    if not name or not (forced or _is_upper(name)) or _EXTENSION.sub("", extensions).strip():
        return None
    return name, tuple(found.strip() for found in _EXTENSION.findall(extensions)), dual


def _dialogue(
    lines: Sequence[_Line], at: int, character: str, extensions: tuple[str, ...], dual: bool
) -> tuple[Element, int]:
    end = _run(lines, at + 1, lambda line: not line.ends_dialogue)
    parts: list[Speech | Parenthetical] = []
    said: list[str] = []
    for line in lines[at + 1 : end]:
        text = line.stripped
        aside, sung = text.startswith("(") and text.endswith(")"), text.startswith("~")
        if aside or sung:
            _say(parts, said)
            parts.append(Parenthetical(text[1:-1].strip()) if aside else Speech(text[1:].strip(), sung=True))
        elif not line.commented_out:
            said.append(text)
    _say(parts, said)
    return Dialogue(_source(lines[at:end]), character, extensions, tuple(parts), dual), end


def _say(parts: list[Speech | Parenthetical], said: list[str]) -> None:
    """Put the lines that were said since the last parenthetical among the parts."""
    text = "\n".join(said).strip()
    if text:
        parts.append(Speech(text))
    said.clear()


def _action(lines: Sequence[_Line], at: int) -> tuple[Element, int]:
    def goes_on(line: _Line) -> bool:
        return not (line.blank or line.stripped.startswith("!") or _marked(line))

    end = _run(lines, at + 1, goes_on)
    first = lines[at].text.rstrip()
    if first.lstrip().startswith("!"):
        first = first.replace("!", "", 1)
    text = "\n".join([first, *(line.text.rstrip() for line in lines[at + 1 : end])])
    return Action(_source(lines[at:end]), text), end
