"""Transcripts keep words and exact times through their file."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.errors import LaternaError
from laterna.media.transcript import Sentence, Transcript, Word

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def words(draw: st.DrawFn) -> Word:
    start, end = sorted(draw(st.tuples(st.fractions(0, 10**5), st.fractions(0, 10**5))))
    return Word(draw(TEXT), start, end)


transcripts = st.builds(
    Transcript,
    st.lists(st.builds(Sentence, TEXT, st.lists(words(), min_size=1, max_size=3).map(tuple)), max_size=3).map(tuple),
    st.sampled_from(["en", "zh-Hans", "pt-BR"]),
)


@given(transcripts)
def test_a_transcript_survives_its_file_exactly(tmp_path_factory: pytest.TempPathFactory, said: Transcript) -> None:
    path = tmp_path_factory.mktemp("transcript") / "a.transcript.json"
    said.save(path)
    assert Transcript.open(path) == said


def test_times_follow_from_the_words() -> None:
    hello = Word("Hello,", Fraction(1, 2), Fraction(1))
    you = Word("you.", Fraction(1), Fraction(48001, 48000))
    said = Transcript((Sentence("Hello, you.", (hello, you)),))
    assert said.words == (hello, you)
    assert (said.sentences[0].start, said.sentences[0].end, said.end) == (hello.start, you.end, you.end)
    assert Transcript(()).end == 0
    assert said.to_json()["sentences"][0]["words"][1] == {"text": "you.", "start": "1", "end": "48001/48000"}


def garbled(word: Any) -> str:
    return json.dumps({"language": "en", "sentences": [{"text": "x", "words": word}]})


GARBLED = {
    "no JSON": "Hello",
    "not Unicode": b"\xff\xfe\xff",
    "a list": "[]",
    "no sentences": '{"language": "en"}',
    "no language": '{"sentences": []}',
    "no words": garbled([]),
    "a word without end": garbled([{"text": "x", "start": "0"}]),
    "a word that is text": garbled(["x"]),
    "a time that is none": garbled([{"text": "x", "start": "soon", "end": "1"}]),
    "a time over zero": garbled([{"text": "x", "start": "0", "end": "1/0"}]),
    "an endless time": garbled([{"text": "x", "start": 0, "end": float("inf")}]),
    "a word that ends before it starts": garbled([{"text": "x", "start": "2", "end": "1"}]),
}


@pytest.mark.parametrize("kind", GARBLED)
def test_a_garbled_file_is_said_in_one_sentence(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.transcript.json"
    text = GARBLED[kind]
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(LaternaError) as caught:
        Transcript.open(path)
    assert repr(str(path)) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(LaternaError, match="does not exist"):
        Transcript.open(tmp_path / "a.transcript.json")
