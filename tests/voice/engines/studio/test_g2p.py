"""How the built-in voice says words, by the weights that ship."""

from pathlib import Path

import pytest

from laterna.errors import ModelError
from laterna.voice.engines.studio.g2p import read, speller
from laterna.voice.text.pronounce import pronounce


@pytest.mark.parametrize(
    ("sentence", "symbols"),
    [
        ("Hello, my friend.", "hh ax l ow , m ay | f r eh n d ."),
        (
            "A dog of the old woman isn't here.",
            "ax | d ao g | ah v | dh iy | ow l d | w uh m ax n | ih z ax n t | hh ih r .",
        ),
        ("I'm at Laterna's café!", "ay m | ae t | l ae t er n ax z | k ax f ey !"),
        ("NASA and the BBC?", "n ae s ax | ae n d | dh ax | b iy b iy s iy ?"),
        ("two o'clock", "t uw | ax k l aa k ."),
        ("$2", "t uw | d aa l er z ."),
    ],
)
def test_frequent_words_are_right(sentence: str, symbols: str) -> None:
    assert str(pronounce(sentence, speller())) == symbols


def test_words_that_nobody_has_seen_are_said_by_their_letters() -> None:
    assert [" ".join(phones) for phones in speller()(["blorf", "snickle", "dringly"])] == [
        "b l ao r f",
        "s n ih k ax l",
        "d r ih ng l iy",
    ]


@pytest.mark.parametrize("word", ["a" * 5000, "zxcvbnm", "qqq", "x"])
def test_no_word_is_too_odd(word: str) -> None:
    assert speller()([word])[0]


def test_a_folder_of_another_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model": "voice/melgan", "version": 1}')
    with pytest.raises(ModelError, match="holds weights of voice/melgan, not of voice/g2p"):
        read(tmp_path)
