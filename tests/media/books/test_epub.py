"""EPUB: real books are read chapter by chapter, and books that would do harm are refused in one sentence."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from laterna.errors import DataError, LaternaError, MediaError
from laterna.media import archive, markup
from laterna.media.books import Book, open_book

TWO = {"one.xhtml": "<h1>One</h1><p>First.</p>", "two.xhtml": "<h1>Two</h1><p>Second.</p>"}
CONTENTS = {"one.xhtml": "1. One", "two.xhtml": "2. Two"}


@pytest.fixture
def book(tmp_path: Path, make_epub: Callable[..., Path]) -> Callable[..., Book]:
    """``book({"one.xhtml": ...}, contents=...)``: the book that such an EPUB is read as."""

    def read(documents: dict[str, str], **more: Any) -> Book:
        return open_book(make_epub(tmp_path / "book.epub", documents, **more))

    return read


def told(book: Book) -> dict[str, list[str]]:
    """Paragraphs by chapter, headings marked."""
    return {
        one.title: [("# " if paragraph.heading else "") + paragraph.text for paragraph in one.paragraphs]
        for one in book.chapters
    }


def test_a_book_is_read_with_what_is_known_of_it(book: Callable[..., Book]) -> None:
    read = book(TWO, contents=CONTENTS)
    assert (read.title, read.author, read.language, read.notes) == ("The Lamps", "Ada Fisher", "en-GB", ())
    assert told(read) == {"1. One": ["# One", "First."], "2. Two": ["# Two", "Second."]}
    assert read.cover is not None
    assert Image.open(io.BytesIO(read.cover)).size == (60, 90)


def test_chapters_begin_wherever_the_contents_point(book: Callable[..., Book]) -> None:
    documents = {
        "a.xhtml": "<p>Before.</p><div id='c1'><h2>One</h2><p>1a</p></div><h2><a id='c2'/>Two</h2><p>2a</p>",
        "b.xhtml": "<p>2b</p><p id='c3'>3a</p>",
    }
    contents = {"a.xhtml#c1": "One", "a.xhtml#c2": "Two", "b.xhtml#c3": "Three"}
    assert told(book(documents, contents=contents)) == {
        "The Lamps": ["Before."],
        "One": ["# One", "1a"],
        "Two": ["# Two", "2a", "2b"],
        "Three": ["# Three", "3a"],  # the title is read where the text lacks it
    }


def test_a_part_and_its_first_chapter_at_one_place_are_one(book: Callable[..., Book]) -> None:
    read = book({"a.xhtml": "<h1 id='p'>I</h1><p>x</p>"}, contents={"a.xhtml": "Part One", "a.xhtml#p": "Chapter 1"})
    assert list(told(read)) == ["Part One. Chapter 1"]


def test_without_contents_each_document_is_a_chapter(book: Callable[..., Book]) -> None:
    read = book({**TWO, "three.xhtml": "<p>Third.</p>"}, files={"OEBPS/nav.xhtml": "<html><body/></html>"})
    assert told(read) == {"One": ["# One", "First."], "Two": ["# Two", "Second."], "Chapter 3": ["Third."]}


def test_links_out_of_the_book_begin_no_chapter(book: Callable[..., Book]) -> None:
    read = book(TWO, contents={**CONTENTS, "http://example.org/": "Shop", "http://[x": "?", "../../etc/passwd": "!"})
    assert list(told(read)) == ["1. One", "2. Two"]


def test_the_contents_of_epub_2_are_read(book: Callable[..., Book]) -> None:
    package = """<opf:package xmlns:opf="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <opf:metadata><dc:title>Old</dc:title><dc:creator opf:role="ill">Nobody</dc:creator>
        <dc:creator opf:role="aut">A</dc:creator><dc:creator>B</dc:creator><opf:meta name="cover" content="pic"/>
        </opf:metadata><opf:manifest><opf:item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
        <opf:item id="pic" href="cover.png" media-type="image/png"/>
        <opf:item id="a" href="a%20b.xhtml" media-type="application/xhtml+xml"/></opf:manifest>
        <opf:spine toc="ncx"><opf:itemref idref="a"/></opf:spine></opf:package>"""
    ncx = """<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Alpha</text></navLabel>
        <content src="a%20b.xhtml#x"/><navPoint><navLabel><text>Beta</text></navLabel><content src="a%20b.xhtml#y"/>
        </navPoint></navPoint></navMap></ncx>"""
    read = book(
        {"a b.xhtml": "<p id='x'>1</p><p id='y'>2</p>"}, files={"OEBPS/book.opf": package, "OEBPS/toc.ncx": ncx}
    )
    assert told(read) == {"Alpha": ["# Alpha", "1"], "Beta": ["# Beta", "2"]}
    assert (read.title, read.author, read.cover is not None) == ("Old", "A, B", True)


def test_what_a_reader_would_skip_is_skipped(book: Callable[..., Book]) -> None:
    body = """<p>Once&nbsp;<em>upon</em> a<br/>time<a epub:type="noteref" href="#n">1</a>
        <sup><a href="#n">[2]</a></sup> there <span epub:type="pagebreak">17</span>was.<!-- no --></p>
        <img alt="a lamp" src="x.png"/><script>x</script>
        <style>p {}</style><aside epub:type="footnote"><p>A note.</p></aside><p hidden="hidden">Hidden.</p>
        <div>Loose <b>text</b><p>Inner</p> after.</div><ul><li>A</li><li>B</li></ul><p>…</p>
        <p><ruby>日<rt>ni</rt></ruby>本</p><p>See <a href="#x">chapter 2</a>.</p>"""
    assert told(book({"one.xhtml": body}))["The Lamps"] == [
        "Once upon a time there was.", "Loose text", "Inner", "after.", "A", "B", "日本", "See chapter 2.",
    ]  # fmt: skip


def test_a_chapter_without_words_is_left_out_and_said(book: Callable[..., Book]) -> None:
    read = book(
        {**TWO, "plates.xhtml": "<img src='a.png'/><p>* * *</p>"}, contents={**CONTENTS, "plates.xhtml": "Plates"}
    )
    assert list(told(read)) == ["1. One", "2. Two"]
    assert read.notes == ("The chapter 'Plates' has no words, and is left out.",)


def test_a_large_or_foreign_cover_becomes_a_jpeg(book: Callable[..., Book]) -> None:
    file = io.BytesIO()
    Image.new("P", (4000, 1000)).save(file, "GIF")
    read = book(TWO, files={"OEBPS/cover.png": file.getvalue()})
    assert read.cover is not None
    with Image.open(io.BytesIO(read.cover)) as cover:
        assert (cover.format, cover.size) == ("JPEG", (2400, 600))


def test_a_broken_cover_is_left_out_and_said(book: Callable[..., Book]) -> None:
    read = book(TWO, files={"OEBPS/cover.png": b"\x89PNG nothing"})
    assert read.cover is None
    assert "cover.png" in read.notes[0]


def test_a_cover_that_the_book_does_not_hold_is_left_out_and_said(book: Callable[..., Book]) -> None:
    read = book(TWO, files={"OEBPS/cover.png": None})
    assert read.cover is None
    assert "cover.png" in read.notes[0]


def test_obfuscated_fonts_lock_nothing(book: Callable[..., Book]) -> None:
    assert len(book(TWO, files={"META-INF/encryption.xml": encrypted("OEBPS/font.otf")}).chapters) == 2


def encrypted(name: str) -> str:
    return f"""<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"
        xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:CipherData>
        <enc:CipherReference URI="{name}"/></enc:CipherData></enc:EncryptedData></encryption>"""


def refusal(path: Path) -> str | None:
    """What is said of a book that can't be read."""
    try:
        assert open_book(path).chapters
    except LaternaError as error:
        return str(error)
    return None


def package(href: str) -> str:
    return f"""<package><metadata/><manifest><item id="a" media-type="text/html" href="{href}"/></manifest>
        <spine><itemref idref="a"/></spine></package>"""


def bodies(body: str) -> dict[str, str]:
    return {"OEBPS/one.xhtml": body}


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><html><body><p>&b;</p></body></html>'
THIEF = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><html><body><p>&a;</p></body></html>'
SPINELESS = "<package><metadata/><manifest/><spine/></package>"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (bodies(BOMB), "declares the entity 'a'"),
        (bodies(THIEF), "declares the entity 'a'"),
        (bodies("<html><body><p>open</body></html>"), "not well-formed XML"),
        (bodies("<div>" * 1000 + "</div>" * 1000), "nested more than 200"),
        ({"OEBPS/one.xhtml": None}, "lacks its file 'OEBPS/one.xhtml'"),
        ({"META-INF/container.xml": None}, "lacks its file 'META-INF/container.xml'"),
        ({"META-INF/container.xml": "<container/>"}, "names no package"),
        ({"META-INF/container.xml": '<c><rootfile full-path="../../etc/passwd"/></c>'}, "out of the book"),
        ({"OEBPS/book.opf": SPINELESS}, "has no spine"),
        ({"OEBPS/book.opf": package("../../../etc/passwd")}, "out of the book"),
        ({"OEBPS/book.opf": package("/etc/passwd")}, "out of the book"),
        ({"OEBPS/book.opf": package("..%2f..%2fetc/passwd")}, "out of the book"),
        ({"OEBPS/book.opf": package("file:///etc/passwd")}, "out of the book"),
        ({"OEBPS/book.opf": package("http://example.org/a.xhtml")}, "out of the book"),
        ({"META-INF/encryption.xml": encrypted("OEBPS/one.xhtml")}, "locked by DRM"),
        ({"META-INF/encryption.xml": encrypted("OEBPS/one.xhtml"), "META-INF/rights.xml": "<r/>"}, "Adobe's DRM"),
        ({"OEBPS/one.xhtml": "<html><body/></html>", "OEBPS/two.xhtml": "<html><body/></html>"}, "no words to read"),
        (bodies("<?xml version='1.0' encoding='gbk'?><a/>"), "not well-formed XML"),
        (bodies("<?xml version='1.0' encoding='martian'?><a/>"), "not well-formed XML"),
    ],
)  # fmt: skip
def test_what_is_no_good_book_is_said_in_one_sentence(
    tmp_path: Path, make_epub: Callable[..., Path], files: dict[str, str | None], message: str
) -> None:
    path = make_epub(tmp_path / "a.epub", TWO, contents=CONTENTS, files=files)
    with pytest.raises(LaternaError, match=message) as caught:
        open_book(path)
    assert repr(str(path)) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_zip_bomb_is_not_unpacked(
    tmp_path: Path, make_epub: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_LARGEST_FILE", 1 << 20)
    path = make_epub(tmp_path / "a.epub", {"one.xhtml": "<p>" + "a" * (2 << 20) + "</p>"})
    assert path.stat().st_size < 100_000
    with pytest.raises(MediaError, match="unpacks to more than a book holds"):
        open_book(path)


def test_many_small_bombs_are_one(
    tmp_path: Path, make_epub: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_LARGEST_SUM", 1 << 20)
    path = make_epub(tmp_path / "a.epub", {f"{index}.xhtml": "a" * (1 << 17) for index in range(9)})
    with pytest.raises(MediaError, match="unpacks to more than a book holds"):
        open_book(path)


def test_too_many_elements_are_no_chapter(
    tmp_path: Path, make_epub: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markup, "_MOST_ELEMENTS", 50)
    with pytest.raises(MediaError, match="more than 50 elements"):
        open_book(make_epub(tmp_path / "a.epub", {"one.xhtml": "<p/>" * 50}))


def test_too_many_files_are_no_book(
    tmp_path: Path, make_epub: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_MOST_FILES", 5)
    with pytest.raises(MediaError, match="too many for a book"):
        open_book(make_epub(tmp_path / "a.epub", TWO))


def test_a_password_is_said(tmp_path: Path, make_epub: Callable[..., Path]) -> None:
    path = make_epub(tmp_path / "a.epub", TWO)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as zipped:
        at = zipped.getinfo("META-INF/container.xml").header_offset
    data[at + 6] |= 1
    entry = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 4)
    data[entry + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(MediaError, match="locked with a password"):
        open_book(path)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing", b"<html/>"])
def test_a_file_that_is_no_zip_is_said(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.epub").write_bytes(data)
    with pytest.raises(MediaError) as caught:
        open_book(tmp_path / "a.epub")
    assert "\n" not in str(caught.value)


@settings(max_examples=60)
@given(cut=st.integers(0, 2000), at=st.integers(0, 2000), byte=st.integers(0, 255))
def test_a_damaged_book_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, make_epub: Callable[..., Path], cut: int, at: int, byte: int
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "a.epub"
    data = bytearray(make_epub(path, TWO, contents=CONTENTS).read_bytes())
    data[at % len(data)] = byte
    path.write_bytes(data[: max(1, len(data) - cut % 40)])
    said = refusal(path)
    assert said is None or "\n" not in said


@pytest.mark.parametrize("name", ["a.pdf", "a.mobi", "a"])
def test_other_files_are_no_books(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(DataError, match="convert it to EPUB"):
        open_book(tmp_path / name)
