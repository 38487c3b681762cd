"""EPUB 2 and 3 (W3C, EPUB 3.3), by the standard library alone.

Chapters are what the table of contents names, wherever in a document they begin; without one, each document of the
spine is a chapter.
"""

import contextlib
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from PIL import Image, UnidentifiedImageError

from laterna.errors import DataError, MediaError
from laterna.media.archive import Archive
from laterna.media.books.book import Book, Chapter, Paragraph, chapter, one_line, words
from laterna.media.books.xhtml import blocks, types_of
from laterna.media.files import quoted

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_DOCUMENTS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_LOCKS = {
    "META-INF/rights.xml": "Adobe's DRM",
    "META-INF/sinf.xml": "Apple's DRM",
    "META-INF/license.lcpl": "Readium's LCP",
}
_DEEPEST_CHAPTER = 2  # levels of the table of contents: parts and chapters; below are sections
_LARGEST_COVER = 2400  # pixels of its longer side

_Contents = dict[tuple[str, str], list[str]]  # (document, fragment): titles of what begins there


def read_epub(path: str | os.PathLike[str]) -> Book:
    """Read an EPUB: its text, title, author, language and cover.

    Raises:
        MediaError: it is broken, locked by DRM, or would do harm (see :mod:`laterna.media.archive`).
        DataError: it names no order of reading, or has no words.
    """
    with Archive(Path(path), "book") as archive:
        package = _Package.of(archive)
        spine = package.spine()
        _check_unlocked(archive, spine)
        title = package.metadata("title") or one_line(Path(path).stem.replace("_", " "))
        chapters, notes = _chapters(archive, spine, package.contents(), title)
        if not chapters:
            raise DataError(f"{quoted(path)} has no words to read: it may be a book of pictures.")
        cover, about_cover = _cover(archive, package)
        return Book(title, package.author(), package.metadata("language"), chapters, cover, (*notes, *about_cover))


@dataclass(frozen=True)
class _Item:
    """An entry of the manifest: the file's name as it is referred to, its media type, its properties."""

    href: str
    media_type: str
    properties: frozenset[str]


@dataclass(frozen=True)
class _Package:
    """The package document, which says what the book is made of."""

    archive: Archive
    name: str
    root: Element
    items: Mapping[str, _Item]

    @classmethod
    def of(cls, archive: Archive) -> "_Package":
        rootfile = archive.xml(_CONTAINER).find(".//rootfile")
        reference = "" if rootfile is None else rootfile.get("full-path", "")
        if not reference:
            raise MediaError(f"{quoted(archive.path)} names no package in {_CONTAINER}: it is no whole EPUB.")
        name, _ = archive.resolve("", reference)
        root = archive.xml(name)
        items = {
            item.get("id", ""): _Item(
                item.get("href", ""), item.get("media-type", ""), frozenset(item.get("properties", "").split())
            )
            for item in root.iterfind("./manifest/item")
        }
        return cls(archive, name, root, items)

    def metadata(self, tag: str) -> str:
        """The first of the book's statements of that name; empty where there is none."""
        return next((text for one in self.root.iterfind(f"./metadata//{tag}") if (text := _text(one))), "")

    def author(self) -> str:
        creators = [one for one in self.root.iterfind("./metadata//creator") if one.get("role", "aut") == "aut"]
        return ", ".join(text for one in creators if (text := _text(one)))

    def spine(self) -> list[str]:
        """The documents in the order of reading."""
        references = [
            one.get("idref", "") for one in self.root.iterfind("./spine/itemref") if one.get("linear", "yes") != "no"
        ]
        items = [self.items[idref] for idref in references if idref in self.items]
        found = [
            self.resolve(item.href) for item in items if item.media_type in _DOCUMENTS and "nav" not in item.properties
        ]
        if not found:
            raise DataError(f"{quoted(self.archive.path)} has no spine, which names the order of reading: mend it.")
        return list(dict.fromkeys(found))

    def contents(self) -> _Contents:
        """The table of contents: EPUB 3's navigation document, else EPUB 2's NCX."""
        navigation = next((item for item in self.items.values() if "nav" in item.properties), None)
        if navigation is not None:
            name = self.resolve(navigation.href)
            return self._linked(name, _navigation(self.archive.xml(name)))
        spine = self.root.find("./spine")
        ncx = self.items.get("" if spine is None else spine.get("toc", ""))
        if ncx is None:
            return {}
        name = self.resolve(ncx.href)
        return self._linked(name, _ncx(self.archive.xml(name)))

    def cover(self) -> str:
        """The cover's name; empty where the book has none."""
        stated = {
            one.get("content", "") for one in self.root.iterfind("./metadata//meta") if one.get("name") == "cover"
        }
        for identity, item in self.items.items():
            is_cover = "cover-image" in item.properties or identity in stated
            if is_cover and item.media_type.startswith("image/"):
                return self.resolve(item.href)
        return ""

    def resolve(self, href: str) -> str:
        return self.archive.resolve(self.name, href)[0]

    def _linked(self, base: str, entries: Iterator[tuple[str, str]]) -> _Contents:
        contents: _Contents = {}
        for title, reference in entries:
            with contextlib.suppress(MediaError):  # a link to the web begins no chapter
                contents.setdefault(self.archive.resolve(base, reference), []).append(title)
        return contents


def _text(element: Element) -> str:
    return one_line("".join(element.itertext()))


def _navigation(root: Element) -> Iterator[tuple[str, str]]:
    """Titles and links of a navigation document's table of contents."""
    navs = list(root.iter("nav"))
    tables = [nav for nav in navs if "toc" in types_of(nav)] or navs[:1]
    for table in tables[:1]:
        yield from _listed(table, 1)


def _listed(parent: Element, level: int) -> Iterator[tuple[str, str]]:
    for entry in parent.iterfind("./ol/li"):
        link = entry.find(".//a") if entry.find("./ol") is None else entry.find("./a")
        if link is not None and link.get("href"):
            yield _text(link), link.get("href", "")
        if level < _DEEPEST_CHAPTER:
            yield from _listed(entry, level + 1)


def _ncx(root: Element, level: int = 1) -> Iterator[tuple[str, str]]:
    """Titles and links of an NCX."""
    for point in root.iterfind("./navmap/navpoint" if level == 1 else "./navpoint"):
        label, content = point.find("./navlabel/text"), point.find("./content")
        if content is not None and content.get("src"):
            yield "" if label is None else _text(label), content.get("src", "")
        if level < _DEEPEST_CHAPTER:
            yield from _ncx(point, level + 1)


def _check_unlocked(archive: Archive, spine: list[str]) -> None:
    """Fonts may be obfuscated; a document that is encrypted is DRM."""
    if _ENCRYPTION not in archive.names:
        return
    references = archive.xml(_ENCRYPTION).iter("cipherreference")
    if {unquote(one.get("uri", "")) for one in references} & set(spine):
        lock = next((name for file, name in _LOCKS.items() if file in archive.names), "DRM")
        raise MediaError(f"{quoted(archive.path)} is locked by {lock}, which Laterna can't open: get it without.")


@dataclass
class _Part:
    """A chapter in the making, and the document that it begins in."""

    document: str
    title: str
    paragraphs: list[Paragraph] = field(default_factory=list)


def _chapters(
    archive: Archive, spine: list[str], contents: _Contents, book: str
) -> tuple[tuple[Chapter, ...], list[str]]:
    """The chapters, and a note on each that has no words."""
    parts: list[_Part] = []
    for document in spine:
        _read_document(archive, document, contents, parts)
    chapters: list[Chapter] = []
    notes = []
    for part in parts:
        made = chapter(part.title, part.paragraphs)
        if made is not None:
            chapters.append(
                made if made.title else replace(made, title=f"Chapter {len(chapters) + 1}" if chapters else book)
            )
        elif part.title:
            notes.append(f"The chapter {part.title!r} has no words, and is left out.")
    return tuple(chapters), notes


def _read_document(archive: Archive, document: str, contents: _Contents, parts: list[_Part]) -> None:
    """Add a document's paragraphs to the parts, with a new part wherever the contents say that a chapter begins."""
    found = blocks(archive.xml(document))
    anchors = {anchor for block in found for anchor in block.anchors}
    here = {fragment: titles for (name, fragment), titles in contents.items() if name == document}
    at_start = [title for fragment, titles in here.items() if fragment not in anchors for title in titles]
    if at_start or not contents or not parts:
        parts.append(_Part(document, ". ".join(at_start)))
    for block in found:
        begun = block.anchors & here.keys()
        for title in (title for fragment in here if fragment in begun for title in here[fragment]) if begun else ():
            last = parts[-1]
            if last.paragraphs or last.document != document:
                parts.append(_Part(document, title))
            elif words(last.title) != words(title):
                last.title = f"{last.title}. {title}" if last.title else title
        parts[-1].paragraphs.append(block.paragraph)


def _cover(archive: Archive, package: _Package) -> tuple[bytes | None, tuple[str, ...]]:
    """The cover as a JPEG or PNG of a size that players show; a note where it can't be read."""
    name = ""
    try:
        name = package.cover()
        if not name:
            return None, ()
        data = archive.read(name)
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            if image.format in ("JPEG", "PNG") and max(image.size) <= _LARGEST_COVER:
                return data, ()
            small = image.convert("RGB")
    except (MediaError, UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None, (f"The cover{f' {name!r}' if name else ''} is no picture that can be read, and is left out.",)
    small.thumbnail((_LARGEST_COVER, _LARGEST_COVER))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=90)
    return file.getvalue(), ()
