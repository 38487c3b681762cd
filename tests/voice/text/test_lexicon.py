"""A project's own words: in phones, by other words, and one clear sentence where that fails."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from laterna.errors import DataError
from laterna.voice.text.lexicon import Lexicon
from laterna.voice.text.pronounce import pronounce
from laterna.voice.text.reading import read_out

WRITTEN = """
[phones]
Laterna = "l ae t er n ax"
Fox = "f aa k s"
polish = "p aa l ih sh"
Polish = "p ow l ih sh"
"Zoë" = "z ow iy"

[said_as]
Nguyen = "win"
"Route 66" = "Route sixty-six"
"重庆" = "崇庆"
"""


def letters(words: Sequence[str]) -> list[list[str]]:
    return [["t"] * len(word) for word in words]


@pytest.fixture
def lexicon(tmp_path: Path) -> Lexicon:
    (tmp_path / "lexicon.toml").write_text(WRITTEN)
    return Lexicon.open(tmp_path / "lexicon.toml")


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("Laterna", "l ae t er n ax"),
        ("LATERNA", "l ae t er n ax"),
        ("laterna's", "l ae t er n ax z"),
        ("Fox's", "f aa k s ax z"),
        ("polish", "p aa l ih sh"),
        ("Polish", "p ow l ih sh"),
        ("Zoe", "z ow iy"),
        ("other", "t t t t t"),
    ],
)
def test_its_phones_come_before_all_others(lexicon: Lexicon, word: str, phones: str) -> None:
    assert " ".join(lexicon.over(letters)([word])[0]) == phones


def test_accents_and_typographic_apostrophes_make_no_difference(lexicon: Lexicon) -> None:
    assert str(pronounce("Zoë’s", lexicon.over(letters))) == "z ow iy z ."


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Ms Nguyen's nguyen", "Miz win's win"),
        ("on Route 66", "on Route sixty-six"),
        ("Nguyens stay", "Nguyens stay"),
    ],
)
def test_other_words_are_said_for_a_word(lexicon: Lexicon, written: str, said: str) -> None:
    assert read_out(written, "en", lexicon).text == said


def test_chinese_words_need_no_gaps(lexicon: Lexicon) -> None:
    assert read_out("在重庆市", "zh", lexicon).text == "在崇庆市"


def test_places_are_those_of_what_is_written(lexicon: Lexicon) -> None:
    reading = read_out("Miss Nguyen has $5", "en", lexicon)
    assert [reading.places[reading.text.index(word)] for word in ("win", "has", "five")] == [5, 12, 16]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("[phones]\nLaterna = 'l AE1 t'", "'Laterna' in .* has 'AE1', which is no phone: write 'ae'"),
        ("[phones]\nShe = 'ʃ iy'", "'She' in .* has 'ʃ', which is no phone: write 'sh'"),
        ("[phones]\nBach = 'b aa kh'", "'Bach' in .* has 'kh', which is no phone: write 'k'"),
        ("[phones]\nLaterna = ''", "'Laterna' in .* has no phones"),
        ("[phones]\nLaterna = 5", "'Laterna' in .* has no phones"),
        ("[phones]\n'New York' = 'n uw'", "'New York' in .* is not one word of Latin letters"),
        ("[phones]\n'北京' = 'b ey'", "'北京' in .* is not one word of Latin letters"),
        ("[said_as]\nNguyen = ' '", "'Nguyen' in .* is said as nothing"),
        ("[said_as]\n'' = 'win'", "'' in .* is said as nothing"),
        ("[said_as]\nx = '😀'", "'x' in .* is said as nothing"),
        ("[said_as]\nNguyen = 5", "'Nguyen' in .* is said as 5: write words in quotes"),
        ("Laterna = 'l ae'", "has 'Laterna', which no lexicon has: write .phones. or .said_as. above it"),
        ("phones = 5", "phones in .* is no table"),
        ("[phones\n", "is no TOML: .*line 1"),
        ("[phones]\na = 'ax'\na = 'ey'", "is no TOML: Cannot overwrite"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path, written: str, message: str) -> None:
    path = tmp_path / "lexicon.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(DataError, match=message) as raised:
        Lexicon.open(path)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_missing_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        Lexicon.open(tmp_path / "none.toml")
    (tmp_path / "lexicon.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="saved as UTF-8"):
        Lexicon.open(tmp_path / "lexicon.toml")


def test_an_empty_lexicon_changes_nothing() -> None:
    assert Lexicon().over(letters) is letters
    assert read_out("as it is", "en", Lexicon()).text == "as it is"


def test_a_byte_order_mark_and_letters_with_accents_of_their_own_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.toml"
    path.write_text("[said_as]\n'Café' = 'bar'\n", encoding="utf-8-sig")
    lexicon = Lexicon.open(path)
    for written in ("the Café", "the Cafe\u0301"):
        assert read_out(written, "en", lexicon).text == "the bar"
