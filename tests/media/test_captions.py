"""Captions: whatever SubRip and WebVTT look like in the wild is read, and nothing is lost on the way."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from laterna.errors import DataError, MediaError
from laterna.media.captions import Caption, Captions, read_captions, write_captions

HELLO = Caption(Fraction(1), Fraction(5, 2), ("Hello,", "you!"))
THERE = Caption(Fraction(3723_004, 1000), Fraction(3724), ("There.",))

SRT = "1\n00:00:01,000 --> 00:00:02,500\nHello,\nyou!\n\n2\n01:02:03,004 --> 01:02:04,000\nThere.\n"
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHello,\nyou!\n\n01:02:03.004 --> 01:02:04.000\nThere.\n"

LINES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1).filter(str.strip)
TIMES = st.integers(0, 4 * 3600_000)


@st.composite
def captions(draw: st.DrawFn) -> Caption:
    start, end = sorted(draw(st.tuples(TIMES, TIMES)))
    return Caption(Fraction(start, 1000), Fraction(end, 1000), tuple(draw(st.lists(LINES, max_size=3))))


def read(folder: Path, text: str | bytes, name: str = "a.srt") -> list[Caption]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_captions(path)


@pytest.mark.parametrize(("name", "text"), [("a.srt", SRT), ("a.vtt", VTT)])
def test_the_formats_as_they_are_written(tmp_path: Path, name: str, text: str) -> None:
    write_captions(tmp_path / name, [HELLO, THERE])
    assert (tmp_path / name).read_text() == text
    assert read_captions(tmp_path / name) == [HELLO, THERE]


@given(st.lists(captions(), max_size=4))
@example([Caption(Fraction(0), Fraction(0), ())])
@example(
    [Caption(Fraction(1), Fraction(2), ("a --> b & <i>c</i> &lt;", "42", "NOTE", "WEBVTT", "00:01.000 --> 00:02.000"))]
)
def test_webvtt_holds_any_text(tmp_path_factory: pytest.TempPathFactory, given_captions: list[Caption]) -> None:
    path = tmp_path_factory.mktemp("vtt") / "a.vtt"
    write_captions(path, given_captions)
    assert read_captions(path) == given_captions


@given(st.lists(captions(), max_size=4))
@example(
    [
        Caption(Fraction(1), Fraction(2), ("a --> b", "42", "3 < 4 > 2 & {x}", "<")),
        Caption(Fraction(2), Fraction(3), ("7",)),
    ]
)
def test_subrip_holds_any_text_or_says_no(
    tmp_path_factory: pytest.TempPathFactory, given_captions: list[Caption]
) -> None:
    path = tmp_path_factory.mktemp("srt") / "a.srt"
    try:
        write_captions(path, given_captions)
    except DataError:
        assert any(set(line) & set("<{-") for caption in given_captions for line in caption.lines)
        return
    assert read_captions(path) == given_captions


@pytest.mark.parametrize("line", ["<i>so</i>", "{\\an8}up", '<font color="red">x', "00:00:01,000 --> 00:00:02,000"])
def test_subrip_refuses_what_it_would_lose(tmp_path: Path, line: str) -> None:
    with pytest.raises(DataError, match="SubRip"):
        write_captions(tmp_path / "a.srt", [Caption(Fraction(0), Fraction(1), (line,))])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text",
    [
        SRT.replace("\n", "\r\n"),
        SRT.replace("\n", "\r"),
        "\ufeff" + SRT,
        SRT.encode("utf-16"),
        "\n\n" + SRT.replace("\n\n", "\n \n\t\n") + "\n\n\n",
        SRT.rstrip("\n"),
        SRT.replace("1\n00:00", "00:00").replace("2\n01", "01"),
        SRT.replace("1\n", "7\n").replace("2\n01", "7\n01"),
        SRT.replace("\n\n", "\n"),
        SRT.replace(",", ".").replace("Hello.", "Hello,"),
        SRT.replace("02,500", "02,5  X1:100 X2:200 Y1:50 Y2:60"),
        SRT.replace("00:00:01,000 --> ", "0:0:1-->"),
        SRT.replace("Hello,", "{\\an8}<i>Hello,</i>").replace("you!", '<font color="#fff">you!</font>'),
        SRT.replace("Hello,\n", "<b></b>\nHello,\n"),
    ],
    ids=[
        "CRLF",
        "CR",
        "BOM",
        "UTF-16",
        "blank",
        "no last line end",
        "no numbers",
        "wrong numbers",
        "no empty lines",
        "points",
        "coordinates",
        "loose times",
        "markup",
        "empty markup",
    ],
)
def test_subrip_in_the_wild(tmp_path: Path, text: str | bytes) -> None:
    assert read(tmp_path, text) == [HELLO, THERE]


@pytest.mark.parametrize(
    "text",
    [
        VTT.replace("\n", "\r\n"),
        "\ufeff" + VTT,
        VTT.replace("WEBVTT\n", "WEBVTT - made by hand\nKind: captions\n"),
        VTT.replace("00:00:01.000 --> 00:00:02.500", "00:01.000 --> 00:02.500 align:start position:10% line:0"),
        VTT.replace("01:02:03", "intro\n01:02:03"),
        VTT.replace("WEBVTT\n", "WEBVTT\n\nNOTE mind\nthe gap --&gt;\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n"),
        VTT.replace("Hello,", "<v.loud Ann>Hel<00:01.500>lo,</v>").replace("There", "<c.yellow><i>The</i>re</c>"),
        VTT.replace("Hello,", "Hello&#44;").replace("you!", "you&excl;"),
    ],
    ids=["CRLF", "BOM", "header", "settings", "names", "notes and styles", "markup", "entities"],
)
def test_webvtt_in_the_wild(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text, "a.vtt") == [HELLO, THERE]


def test_webvtt_in_a_file_named_srt_is_read_as_webvtt(tmp_path: Path) -> None:
    assert read(tmp_path, VTT, "a.srt") == [HELLO, THERE]


def test_times_are_rounded_to_the_millisecond(tmp_path: Path) -> None:
    write_captions(tmp_path / "a.srt", [Caption(Fraction(1, 3), Fraction(2, 3), ("x",))])
    assert read_captions(tmp_path / "a.srt") == [Caption(Fraction(333, 1000), Fraction(667, 1000), ("x",))]


@pytest.mark.parametrize("name", ["none.srt", "none.vtt"])
def test_no_captions_is_a_file_too(tmp_path: Path, name: str) -> None:
    Captions(()).save(tmp_path / name)
    assert Captions.open(tmp_path / name) == Captions(())


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.srt", SRT.replace("01:02:04,000", "01:02:0x"), 7),
        ("a.srt", SRT + "\nwords\nalone\n", 10),
        ("a.srt", SRT.replace("01:02:04,000", "01:02:01,000"), 7),
        ("a.srt", SRT.replace("00:00:01,000", "00:61:01,000"), 2),
        ("a.srt", "Dear diary,\ntoday\n", 1),
        ("a.srt", SRT.encode().replace(b"There", b"Th\xe9re"), 8),
        ("a.vtt", VTT.replace("WEBVTT", "WEBVT"), 1),
        ("a.vtt", VTT.replace("01:02:04.000", "later"), 7),
        ("a.vtt", VTT + "\nwords alone\n", 10),
    ],
)
def test_a_fault_is_named_by_file_and_line(tmp_path: Path, name: str, text: str | bytes, line: int) -> None:
    with pytest.raises((DataError, MediaError)) as caught:
        read(tmp_path, text, name)
    message = str(caught.value)
    assert repr(str(tmp_path / name)) in message
    assert f"line {line}" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("start", "end", "lines"), [(-1, 1, ("x",)), (2, 1, ("x",)), (0, 1, ("",)), (0, 1, ("a\nb",)), (0, 1, ("a\rb",))]
)
def test_a_caption_that_no_file_could_hold_is_refused(start: int, end: int, lines: tuple[str, ...]) -> None:
    with pytest.raises(DataError):
        Caption(Fraction(start), Fraction(end), lines)


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"use \.srt or \.vtt"):
        write_captions(tmp_path / "a.ass", [HELLO])


def test_as_json() -> None:
    assert Captions((HELLO,)).to_json() == [{"start": 1.0, "end": 2.5, "lines": ["Hello,", "you!"]}]
