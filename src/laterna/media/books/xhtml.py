"""The text of an XHTML document as a reader would read it out: paragraphs in order, without notes and page numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from laterna.media.books.book import Paragraph, one_line

_HEADINGS = "h1 h2 h3 h4 h5 h6"
_BLOCKS = f"""
    {_HEADINGS} address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure
    footer form header hgroup hr li main ol p pre section summary table tbody td tfoot th thead tr ul
"""
_UNREAD = "head img math nav noscript rp rt script style svg template title audio video object"
_UNREAD_TYPES = """
    noteref footnote footnotes endnote endnotes rearnote rearnotes pagebreak toc landmarks page-list index
"""  # values of epub:type; DPUB-ARIA's roles are the same with doc- before
_UNREAD_CLASSES = "pg-boilerplate pagenum"  # of Project Gutenberg
_NOTE_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[*†‡§]{1,2})[\])]?")


_heading_tags, _block_tags, _unread_tags, _unread_types, _unread_classes = (
    frozenset(names.split()) for names in (_HEADINGS, _BLOCKS, _UNREAD, _UNREAD_TYPES, _UNREAD_CLASSES)
)


@dataclass
class Block:
    """A paragraph, and the anchors by which links find it."""

    paragraph: Paragraph
    anchors: set[str] = field(default_factory=set)


def blocks(root: Element) -> list[Block]:
    """The paragraphs and headings of a document in order; those without a word too."""
    flow = _Flow()
    for body in root.iter("body"):
        flow.walk(body, heading=False)
    flow.end_block(heading=False)
    return flow.blocks


def types_of(element: Element) -> set[str]:
    """What an element is for: the values of ``epub:type`` and ``role``."""
    stated = f"{element.get('type', '')} {element.get('role', '')}".lower().split()
    return {value.removeprefix("doc-") for value in stated}


@dataclass
class _Flow:
    """What has been read so far of a document."""

    blocks: list[Block] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def walk(self, element: Element, *, heading: bool) -> None:
        if _is_unread(element):
            return
        is_block = element.tag in _block_tags
        if is_block:
            self.end_block(heading=heading)
        self.anchors.update(_anchors(element))
        inside = heading or element.tag in _heading_tags
        self.text.append("\n" if element.tag == "br" else element.text or "")
        for child in element:
            self.walk(child, heading=inside)
            self.text.append(child.tail or "")
        if is_block:
            self.end_block(heading=inside)

    def end_block(self, *, heading: bool) -> None:
        """What was read since the last block ended is a paragraph; anchors without text wait for the next."""
        text = one_line("".join(self.text))
        self.text.clear()
        if text:
            self.blocks.append(Block(Paragraph(text, heading), self.anchors))
            self.anchors = set()


def _anchors(element: Element) -> Iterator[str]:
    for name in ("id", "name"):
        value = element.get(name)
        if value:
            yield value


def _is_unread(element: Element) -> bool:
    if element.tag in _unread_tags or "hidden" in element.attrib or types_of(element) & _unread_types:
        return True
    if _unread_classes & set(element.get("class", "").split()):
        return True
    marks_note = element.tag == "a" and "#" in element.get("href", "")
    return marks_note and _NOTE_MARK.fullmatch(one_line("".join(element.itertext()))) is not None
