"""Letters that a voice can't say are found."""

import pytest

from laterna.voice.scripts import strangers


@pytest.mark.parametrize(
    ("text", "languages", "found"),
    [
        ("Hello, world! 12 € 🎉", ("en",), ""),
        ("Ünïcödé çafé, ﬁn, ﬀ, Ａｂ, ª, µm, 𝐁𝐨𝐥𝐝, 5²", ("en",), ""),
        ("He said 你好 to me.", ("en",), "你好"),
        ("He said 你好 to me.", ("en", "zh"), ""),
        ("Привет", ("en", "zh"), "Привет"),
        ("Привет", ("uk",), ""),
        ("カタカナ and 漢字", ("zh-hans",), "カタカナ"),
        ("カタカナ and 漢字", ("ja",), ""),
        ("한국어", ("ko",), ""),
        ("π and Ω", ("en",), "π"),
        ("π and Ω", ("el",), ""),
        ("ᚠᚢᚦ", ("en", "zh", "ru"), "ᚠᚢᚦ"),
        ("abc你def", ("en",), "你"),
        ("漢" * 100, ("en",), "漢" * 20),
        ("漢字", ("*",), ""),
    ],
)
def test_letters_of_other_scripts_are_found(text: str, languages: tuple[str, ...], found: str) -> None:
    assert strangers(text, languages) == found
