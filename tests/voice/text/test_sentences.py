"""A text taken apart: nothing is lost, and sentences end where a reader would end them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.voice.text.sentences import paragraphs, speaks, spoken_length, tokens, without_pictographs

TEXTS = st.text(alphabet="abZé19 .,!?…“”\"'()-—\n。，！好的“「」🎉$%\t\u200b", max_size=60)


def squeezed(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        (
            "Dr. Smith met Mrs. Jones at St. Mary's. They talked.",
            ["Dr. Smith met Mrs. Jones at St. Mary's.", "They talked."],
        ),
        ("It cost 3.50 in 1984. Nobody paid.", ["It cost 3.50 in 1984.", "Nobody paid."]),
        (
            "J. R. R. Tolkien wrote it. So did I. Then we slept.",
            ["J. R. R. Tolkien wrote it.", "So did I.", "Then we slept."],
        ),
        ("The U.S. Army left the U.S. They flew.", ["The U.S. Army left the U.S.", "They flew."]),
        ("At 5 p.m. sharp, bread, milk etc. We ate.", ["At 5 p.m. sharp, bread, milk etc.", "We ate."]),
        ("Some fruit, e.g. Bramley apples, i.e. sour ones.", ["Some fruit, e.g. Bramley apples, i.e. sour ones."]),
        ('"Stop!" he said. "Why?" She ran.', ['"Stop!" he said.', '"Why?"', "She ran."]),
        ("(He left.) She stayed.", ["(He left.)", "She stayed."]),
        ("Wait… what? Well... Maybe.", ["Wait… what?", "Well...", "Maybe."]),
        ("See no. 5. No. He said no. It was over.", ["See no. 5.", "No.", "He said no.", "It was over."]),
        ("No full stop", ["No full stop"]),
        ("One.\nTwo lines,\none sentence.", ["One.", "Two lines, one sentence."]),
        ("Look! 🎉 Then — go.", ["Look! 🎉", "Then — go."]),
    ],
)
def test_english_sentences(text: str, sentences: list[str]) -> None:
    assert paragraphs(text) == [sentences]


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("zh", "今天天气很好，我们去公园。你呢？好！", ["今天天气很好，我们去公园。", "你呢？", "好！"]),
        ("zh", "他说：“走吧。”然后走了3.5公里……", ["他说：“走吧。”", "然后走了3.5公里……"]),
        ("zh", "写成\n两行。", ["写成两行。"]),
        ("ja", "「行こう。」彼は言った。", ["「行こう。」", "彼は言った。"]),
        (
            "de",
            "Am 3. Mai kam Hr. Weiß z. B. nach Köln. Er blieb.",
            ["Am 3. Mai kam Hr. Weiß z. B. nach Köln.", "Er blieb."],
        ),
        ("es", "¿Qué? ¡Nada! Adiós.", ["¿Qué?", "¡Nada!", "Adiós."]),
        ("hi", "नमस्ते। आप कैसे हैं?", ["नमस्ते।", "आप कैसे हैं?"]),
    ],
)
def test_sentences_of_other_languages(language: str, text: str, sentences: list[str]) -> None:
    assert paragraphs(text, language) == [sentences]


def test_blank_lines_part_paragraphs() -> None:
    assert paragraphs("One.\r\n\r\nTwo. Three.\n \n\nFour") == [["One."], ["Two.", "Three."], ["Four"]]


@pytest.mark.parametrize("text", ["", "  \n ", "🎉", "…", "— 🎉 —\n\n🎬"])
def test_a_text_without_a_word_has_no_sentence(text: str) -> None:
    assert paragraphs(text) == []


@given(TEXTS)
def test_sentences_hold_all_that_is_written(text: str) -> None:
    found = [sentence for part in paragraphs(text) for sentence in part]
    if found:
        assert squeezed("".join(found)) == squeezed(text)
    assert all(speaks(sentence) for sentence in found)
    assert bool(found) == speaks(text)


@given(TEXTS)
def test_words_hold_all_that_a_sentence_has_in_order(text: str) -> None:
    for sentence in (sentence for part in paragraphs(text) for sentence in part):
        words = tokens(sentence)
        assert squeezed("".join(word.text for word in words)) == squeezed(sentence)
        assert all(word.text == sentence[word.first : word.end] and speaks(word.text) for word in words)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ('"Yes," he said — well-known 🎉 re-entry.', ['"Yes,"', "he", "said —", "well-known 🎉", "re-entry."]),
        ("— ¿Qué pasa & por qué?", ["— ¿Qué", "pasa", "&", "por", "qué?"]),
        ("他说：“走吧，Tom！”", ["他", "说：", "“走", "吧，", "Tom！”"]),
        ("用Python编程3.5小时。", ["用", "Python", "编", "程", "3.5", "小", "时。"]),
        ("「はい」と", ["「は", "い」", "と"]),
        ("한국어 문장.", ["한국어", "문장."]),
    ],
)
def test_words_as_written(sentence: str, words: list[str]) -> None:
    assert [word.text for word in tokens(sentence)] == words


def test_digits_and_chinese_characters_take_longer_to_say_than_letters() -> None:
    assert spoken_length("1984") > spoken_length("four")
    assert spoken_length("好") > spoken_length("a")
    assert spoken_length("said —") == spoken_length("said")


def test_emoji_are_not_read_out_and_nothing_moves() -> None:
    assert without_pictographs("go 🎉 on ☀️ at 20 °C") == "go   on    at 20 °C"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Who goes there on Jan. 3rd? I do.", ["Who goes there on Jan. 3rd?", "I do."]),
        ("Apt. 4B, P.O. Box 12, see Sec. 4 and Art. 9.", ["Apt. 4B, P.O. Box 12, see Sec. 4 and Art. 9."]),
        ("Adm. Nelson met Maj. Tom and Messrs. Smith.", ["Adm. Nelson met Maj. Tom and Messrs. Smith."]),
        ("I came in Jan. He left.", ["I came in Jan.", "He left."]),
        ("It was plan B. Then we ran.", ["It was plan B.", "Then we ran."]),
        ("Vitamin C. Anna left.", ["Vitamin C.", "Anna left."]),
        ("J. R. R. Tolkien wrote. Chap. II begins.", ["J. R. R. Tolkien wrote.", "Chap. II begins."]),
        ("Wait...what?! Yes.", ["Wait...what?!", "Yes."]),
    ],
)
def test_a_stop_after_an_abbreviation_ends_no_sentence_unless_it_does(text: str, sentences: list[str]) -> None:
    assert paragraphs(text) == [sentences]


@pytest.mark.parametrize("run", ["!", ".", "。", "?.", ". "])
def test_a_long_run_of_marks_is_read_once(run: str) -> None:
    """A hundred thousand of them would otherwise take minutes, and the test's time run out."""
    assert len(paragraphs("Go " + run * 100_000 + "a")) == 1
