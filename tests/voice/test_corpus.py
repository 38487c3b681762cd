"""Corpora that flite reads: sentences made plain, phones told apart into words."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.errors import DataError, ModelError
from laterna.voice import corpus as corpora
from laterna.voice.corpus import corpus, plain, spell
from laterna.voice.manifest import read_manifest, read_speech
from laterna.voice.text.phones import BOUNDARY, ENDS, PAUSE, SYMBOLS

PARTS = ("The", "cat", ",", "a", "dog", ".")
WORDS = [phones.split() for phones in ("dh ax", "k ae t", "ey", "d ao g")]


def timed(phones: str) -> list[tuple[str, float]]:
    return [(name, (number + 1) / 10) for number, name in enumerate(phones.split())]


def test_phones_are_told_apart_into_the_words_that_they_are_read_in() -> None:
    symbols, ends = spell(PARTS, WORDS, timed("pau dh iy k ae t pau ax d ao g pau")) or ((), ())
    assert " ".join(symbols) == "dh iy | k ae t , ax | d ao g ."
    assert ends == (0.2, 0.3, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.8, 0.9, 1.0, 1.1, 1.2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (WORDS[:3], "dh iy k ae t ax d ao g"),  # a word is missing
        (WORDS, "dh ax"),  # more words than phones
        (WORDS, "pau pau"),
        (WORDS, "dh iy k ae t ax d ao zz"),  # no phone of ours
    ],
)
def test_what_can_not_be_told_apart_is_left_out(words: Sequence[Sequence[str]], said: str) -> None:
    assert spell(PARTS, words, timed(said)) is None


@given(st.lists(st.lists(st.sampled_from(SYMBOLS[:6]), min_size=1, max_size=4), min_size=1, max_size=6))
def test_what_is_read_as_it_stands_is_spelt_as_it_stands(words: list[list[str]]) -> None:
    parts = ["word"] * len(words) + ["."]
    spelt = spell(parts, words, timed(" ".join(phone for word in words for phone in word)))
    assert spelt is not None
    assert " ".join(spelt[0]) == f" {BOUNDARY} ".join(" ".join(word) for word in words) + " ."
    assert list(spelt[1]) == sorted(spelt[1])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("the child's dog - a mongrel; barked", "The child's dog, a mongrel, barked."),
        ("Is it well-made?", "Is it well made?"),
        ("It cost 5 dollars", None),
        ("Mr. Brown left.", None),
        ("x", "X."),
        ("...", None),
        ("a" * 300, None),
    ],
)
def test_sentences_are_made_plain_or_left_out(written: str, said: str | None) -> None:
    assert plain(written) == said


@given(st.text(max_size=60))
def test_a_plain_sentence_stays_as_it_is(text: str) -> None:
    line = plain(text)
    assert line is None or (plain(line) == line and line.endswith(ENDS) and PAUSE * 2 not in line)


def test_a_corpus_needs_flite_and_a_new_folder_and_enough_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = tmp_path / "text.txt"
    text.write_text("One sentence only.")
    monkeypatch.setattr(shutil, "which", lambda name: "flite")
    with pytest.raises(DataError, match="no voice 'bob'"):
        corpus(text, tmp_path / "new", voices=("bob",))
    with pytest.raises(DataError, match="from 0 to 1"):
        corpus(text, tmp_path / "new", hard=1.5)
    with pytest.raises(DataError, match="is there already"):
        corpus(text, tmp_path)
    with pytest.raises(DataError, match="are needed"):
        corpus(text, tmp_path / "new")
    with pytest.raises(DataError, match="does not exist"):
        corpus(tmp_path / "none.txt", tmp_path / "new")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ModelError, match="apt install flite"):
        corpus(text, tmp_path / "new")


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed: apt install flite")
def test_flite_reads_a_text_into_a_manifest(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("The lantern was lit. A show began, and everybody laughed. Who lit it? I don't know. She did!")
    told: list[tuple[int, int]] = []
    path = corpus(text, tmp_path / "new", voices=("slt",), sentences=3, progress=lambda *done: told.append(done))
    rows = read_manifest(path)
    assert len(rows) == 3
    assert told[-1] == (3, 3)
    for row in rows:
        seconds = len(read_speech(row)) / 16_000
        assert seconds - 0.5 < row.ends[-1] < seconds + 0.05
        assert row.phones[-1] in ENDS
        assert row.phones.count(BOUNDARY) + row.phones.count(PAUSE) == row.text.count(" ")
    assert (corpora.VOICES[0], rows[0].speaker) == ("rms", "slt")


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed: apt install flite")
def test_a_share_of_a_corpus_is_made_hard(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("The lantern was lit. A show began, and everybody laughed. Who lit it? I don't know. She did!")
    easy, hard = (
        [row.text for row in read_manifest(corpus(text, tmp_path / name, voices=("slt",), sentences=3, hard=share))]
        for name, share in (("easy", 0.0), ("hard", 1.0))
    )
    written = ("the lantern was lit", "a show began", "who lit it", "i don't know", "she did")
    assert all(line.lower().startswith(written) for line in easy)
    assert not set(easy) & set(hard)


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed: apt install flite")
def test_sentences_of_a_benchmark_are_left_out(tmp_path: Path) -> None:
    written = [f"The {word} lamp is lit." for word in ("red", "green", "blue", "old")]
    text, benchmark = tmp_path / "text.txt", tmp_path / "benchmark.txt"
    text.write_text(" ".join(written))
    benchmark.write_text("The red lamp, is lit!\n\nThe old lamp is lit.\n")
    rows = read_manifest(corpus(text, tmp_path / "new", voices=("slt",), sentences=2, without=benchmark, seed=1))
    assert len(rows) == 2
    assert not any(word in row.text.lower() for row in rows for word in ("red", "old"))
    with pytest.raises(DataError, match=r"none\.txt' does not exist"):
        corpus(text, tmp_path / "more", without=tmp_path / "none.txt")
