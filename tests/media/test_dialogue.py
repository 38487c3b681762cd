"""Lines of captions and transcripts: who says them, and when."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.errors import LaternaError
from laterna.media.dialogue import Line, read_lines
from laterna.media.transcript import Sentence, Transcript, Word


def srt(folder: Path, *texts: str) -> Path:
    """Captions of 2 s, one every 3 s."""
    cues = (f"{i}\n00:00:{3 * i:02},000 --> 00:00:{3 * i + 2:02},000\n{text}\n" for i, text in enumerate(texts))
    (folder / "a.srt").write_text("\n".join(cues))
    return folder / "a.srt"


def said(path: Path, *names: str) -> list[tuple[str, str]]:
    return [(line.speaker, line.text) for line in read_lines(path, names)]


def test_lines_have_the_times_of_their_captions(tmp_path: Path) -> None:
    assert read_lines(srt(tmp_path, "Good\nevening.", "<i>Come in!</i>")) == [
        Line(1, Fraction(0), Fraction(2), "Good evening."),
        Line(2, Fraction(3), Fraction(5), "Come in!"),
    ]


def test_a_name_in_capitals_tells_who_speaks(tmp_path: Path) -> None:
    path = srt(tmp_path, "ANNA: Good evening.", "OLD MAN 2:\nWho's there?", "MRS. O'HARA-LEE: Me.", "ÉLISE: Oui.")
    assert said(path) == [
        ("ANNA", "Good evening."), ("OLD MAN 2", "Who's there?"), ("MRS. O'HARA-LEE", "Me."), ("ÉLISE", "Oui."),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["Listen: it's late.", "At 12:30, then.", "他说：你好。", "He said: “Go”.", ": what?"])
def test_other_colons_do_not(tmp_path: Path, text: str) -> None:
    assert said(srt(tmp_path, text)) == [("", text)]


def test_names_that_are_known_may_be_in_any_case(tmp_path: Path) -> None:
    assert said(srt(tmp_path, "Anna: Go.", "ANNA: Now.", "小明：你好。"), "anna", "小明") == [
        ("anna", "Go."), ("anna", "Now."), ("小明", "你好。"),
    ]  # fmt: skip
    assert said(srt(tmp_path, "BOB: Go.", "Bob: Now.")) == [("BOB", "Go."), ("BOB", "Now.")]


def test_those_who_share_a_caption_share_its_time(tmp_path: Path) -> None:
    assert read_lines(srt(tmp_path, "- ANNA: Go on.\n- BOB: I will not go.")) == [
        Line(1, Fraction(0), Fraction(2 * 6, 6 + 14), "Go on.", "ANNA"),
        Line(1, Fraction(2 * 6, 6 + 14), Fraction(2), "I will not go.", "BOB"),
    ]
    assert said(srt(tmp_path, "- Go on.\n– No!")) == [("", "Go on. No!")]


def test_webvtts_voices_tell_who_speaks(tmp_path: Path) -> None:
    (tmp_path / "a.vtt").write_text(
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v.loud Anna &amp; Co>Go <b>on</b>,\nplease.\n\n"
        "00:03.000 --> 00:04.000\n<v Bob>No.</v> <v Anna>Yes.\n\n00:05.000 --> 00:06.000\nRain.\n"
    )
    assert said(tmp_path / "a.vtt") == [
        ("Anna & Co", "Go on, please."), ("Bob", "No."), ("Anna", "Yes."), ("", "Rain."),
    ]  # fmt: skip


def test_sounds_and_notes_are_not_said(tmp_path: Path) -> None:
    assert said(srt(tmp_path, "[door slams]", "♪ ♪", "ANNA: [sighs] Go.", "[rain\nfalls] Wait.")) == [
        ("", ""), ("", ""), ("ANNA", "Go."), ("", "Wait."),
    ]  # fmt: skip


def test_a_transcript_has_lines_too(tmp_path: Path) -> None:
    words = (Word("BOB:", Fraction(1), Fraction(2)), Word("Go!", Fraction(2), Fraction(5, 2)))
    Transcript((Sentence("BOB: Go!", words),)).save(tmp_path / "a.transcript.json")
    assert read_lines(tmp_path / "a.transcript.json") == [Line(1, Fraction(1), Fraction(5, 2), "Go!", "BOB")]


def test_lines_come_in_order_of_time(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text("00:00:05,000 --> 00:00:06,000\nB\n\n00:00:01,000 --> 00:00:02,000\nA\n")
    assert [(line.number, line.text) for line in read_lines(tmp_path / "a.srt")] == [(2, "A"), (1, "B")]


@pytest.mark.parametrize(("name", "text"), [("a.json", "{"), ("a.srt", "Hello"), ("a.vtt", "Hello"), ("a.srt", None)])
def test_what_is_no_file_of_lines_is_named(tmp_path: Path, name: str, text: str | None) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(LaternaError, match=name) as caught:
        read_lines(tmp_path / name)
    assert "\n" not in str(caught.value)


@given(st.lists(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])), max_size=3))
def test_any_text_gives_lines_within_their_captions(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("srt") / "a.srt"
    cue = "\n".join(line for text in texts for line in text.split("\n") if line.strip() and "-->" not in line)
    path.write_text(f"00:00:01,000 --> 00:00:02,000\n{cue}\n")
    lines = read_lines(path)
    assert (lines[0].start, lines[-1].end) == (1, 2)
    assert all(before.end == after.start for before, after in pairwise(lines))
