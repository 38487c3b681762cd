"""Words that lie beside a film."""

from fractions import Fraction
from pathlib import Path

import pytest

from laterna.editing.indexing.spoken import text_between, words_of
from laterna.errors import DataError
from laterna.media.transcript import Sentence, Transcript, Word

SRT = "1\n00:00:01,000 --> 00:00:02,000\nLight the\nlantern!\n"


def test_a_caption_shares_its_time_among_its_words(tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_text(SRT)
    words = words_of(tmp_path / "talk.mp4")
    assert [word.text for word in words] == ["Light", "the", "lantern!"]
    assert (words[0].start, words[-1].end) == (1, 2)
    assert words[0].end == words[1].start == 1 + Fraction(5, 16)


@pytest.mark.parametrize("name", ["talk.vtt", "talk.en.vtt", "talk.en-GB.vtt"])
def test_webvtt_and_a_language_in_the_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>Hello</v>\n")
    (tmp_path / "talkative.srt").write_text(SRT)
    assert [word.text for word in words_of(tmp_path / "talk.mp4")] == ["Hello"]


def test_a_transcript_goes_before_captions(tmp_path: Path) -> None:
    word = Word("Now.", Fraction(1, 3), Fraction(1, 2))
    Transcript((Sentence("Now.", (word,)),)).save(tmp_path / "talk.transcript.json")
    (tmp_path / "talk.srt").write_text(SRT)
    assert words_of(tmp_path / "talk.mp4") == (word,)


def test_nothing_beside_it_is_silence(tmp_path: Path) -> None:
    assert words_of(tmp_path / "talk.mp4") == ()


def test_a_word_belongs_to_the_shot_that_its_middle_is_in() -> None:
    words = [Word("one", Fraction(0), Fraction(2)), Word("two", Fraction(2), Fraction(4))]
    assert text_between(words, Fraction(0), Fraction(5, 2)) == "one"
    assert text_between(words, Fraction(5, 2), Fraction(4)) == "two"


def test_broken_captions_are_named(tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_text("1\nno times here\nHello\n")
    with pytest.raises(DataError, match=r"talk\.srt' has no times as they should be on line 1"):
        words_of(tmp_path / "talk.mp4")
