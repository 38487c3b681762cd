"""Lists of words with their phones: read with care, and made of texts."""

import shutil
from pathlib import Path

import pytest

from laterna.errors import DataError, ModelError
from laterna.voice.text.dictionary import Entry, counted, make, read


def test_a_list_has_a_word_a_line(tmp_path: Path) -> None:
    (tmp_path / "words.tsv").write_text("Of\tah v\t7\n\na\tax\n")
    assert read(tmp_path / "words.tsv") == [Entry("of", ("ah", "v"), 7), Entry("a", ("ax",), 1)]


def test_a_folder_has_several_and_the_first_of_a_word_counts(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("of\tah v\n")
    (tmp_path / "b.txt").write_text("of\taa f\nto\tt ax\n")
    (tmp_path / "notes.md").write_text("no list")
    assert [entry.word for entry in read(tmp_path)] == ["of", "to"]
    assert read(tmp_path)[0].phones == ("ah", "v")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("of ah v", "Line 2 of .* is no entry: write a word"),
        ("of\t", "Line 2 of .* is no entry"),
        ("of\tah v\tmany", "Line 2 of .* is no entry"),
        ("café\tk ae f", "Line 2 of .* is no entry"),
        ("of\tAH0 v", "Line 2 of .* gives 'of' the phone 'AH0', which is none: write ah"),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "words.tsv").write_text(f"a\tax\n{line}\n")
    with pytest.raises(DataError, match=message):
        read(tmp_path)


def test_an_empty_list_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no words: write one a line"):
        read(tmp_path)


def test_words_are_counted_without_accents_and_acronyms(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("The café’s dog. The BBC's CDs, the NATO dog; naïve.")
    assert counted([tmp_path / "text.txt"]) == {"the": 3, "cafe's": 1, "dog": 2, "bbc's": 1, "naive": 1}


def test_wordnet_is_read_for_its_definitions_and_examples(tmp_path: Path) -> None:
    (tmp_path / "data.noun").write_text('00001740 03 n 01 entity 0 | that which lives; "it lives"  \n')
    assert counted([tmp_path]) == {"that": 1, "which": 1, "lives": 2, "it": 1}


def test_a_text_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none.txt' is no text"):
        counted([tmp_path / "none.txt"])


def test_without_flite_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ModelError, match="apt install flite"):
        make([], tmp_path / "words.tsv")


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_flite_says_words_but_not_what_rules_say(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("The lantern of the USA isn't lit, I'm told; Oct. x hmm, dog's xii xhosa o'clock.")
    said = {entry.word: " ".join(entry.phones) for entry in read(make([text], tmp_path / "words.tsv"))}
    assert said == {
        "the": "dh ax",
        "lantern": "l ae n t er n",
        "of": "ah v",
        "isn't": "ih z ax n t",
        "lit": "l ih t",
        "i'm": "ay m",
        "told": "t ow l d",
        "o'clock": "ax k l aa k",
        "laterna": "l ae t er n ax",
    }
