"""Words deleted from a transcript: which ones they are, what can't be, and what a film loses with them."""

import tracemalloc
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.editing.tidying import words
from laterna.errors import DataError
from laterna.media.transcript import Sentence, Transcript, Word


def talk(*sentences: str, language: str = "en") -> Transcript:
    """A word each half second, 0.4 s long."""
    at, made = 0, []
    for text in sentences:
        said = []
        for word in text.split():
            said.append(Word(word, Fraction(at, 2), Fraction(at, 2) + Fraction(2, 5)))
            at += 1
        made.append(Sentence(text, tuple(said)))
    return Transcript(tuple(made), language)


def tokens(text: str) -> list[words.Token]:
    return [words.Token(one, "on line 1") for one in words._tokens(text)]


def gone(said: str, left: str) -> list[str]:
    known = talk(said).words
    return [known[index].text for index in sorted(words.deleted(known, tokens(left), "talk.transcript.txt"))]


@pytest.mark.parametrize(
    ("said", "left", "out"),
    [
        ("We went to the sea.", "We went to the sea.", []),
        ("We went, um, to the sea.", "we went to the sea", ["um,"]),
        ("We don't know.", "we  KNOW!", ["don't"]),
        ("So it is. We wait. So it was.", "So it was.", ["So", "it", "is.", "We", "wait."]),
        ("a b x y a b c", "a b c", ["a", "b", "x", "y"]),
        ("the the end", "The end.", ["the"]),
        ("a b", "", ["a", "b"]),
        ("Straße — nass", "STRASSE nass", []),
    ],
)
def test_the_words_that_are_gone_are_found(said, left, out):
    assert gone(said, left) == out


def gaps_of(indices: list[int]) -> int:
    return sum(b != a + 1 for a, b in zip([-1, *indices], indices, strict=False))


@given(st.lists(st.sampled_from("abc"), max_size=9), st.data())
def test_a_reading_has_the_fewest_gaps_of_all(said, data):
    stays = data.draw(st.lists(st.booleans(), min_size=len(said), max_size=len(said)))
    left = [word for word, stay in zip(said, stays, strict=True) if stay]
    found = words._closest_reading(said, left)
    assert [said[index] for index in found] == left
    every = [[i for i in range(len(said)) if mask >> i & 1] for mask in range(1 << len(said))]
    fitting = [one for one in every if [said[index] for index in one] == left]

    def holes(indices: list[int]) -> int:
        return gaps_of(indices) + bool(said and (not indices or indices[-1] < len(said) - 1))

    assert holes(found) == min(map(holes, fitting))


def test_long_talks_take_two_bits_for_each_way_to_read_them():
    """Half of 2,000 words gone, in runs: 2 million cells."""
    said = [f"w{number % 97}" for number in range(2_000)]
    left = [word for number, word in enumerate(said) if number // 250 % 2]
    tracemalloc.start()
    found = words._closest_reading(said, left)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [said[index] for index in found] == left
    assert gaps_of(found) <= 4
    assert most < 2_000_000


def test_where_too_many_words_are_gone_to_tell_which_nothing_is_guessed(monkeypatch):
    monkeypatch.setattr(words, "_CELLS", 20)
    assert gone("a b x y", "a b x y") == []
    with pytest.raises(DataError, match="lacks 4 of 7 words, too many to tell which"):
        gone("a b x y a b c", "a b c")


@pytest.mark.parametrize(
    "left", ["We went to the blue sea.", "We sailed to the sea.", "to the sea we went", "We went went"]
)
def test_words_cannot_be_added(left):
    with pytest.raises(DataError, match=r"talk.transcript.txt' has '\w+' on line 1, which is not said there"):
        gone("We went to the sea.", left)


def test_the_added_word_is_the_one_that_is_named(tmp_path):
    path = tmp_path / "talk.transcript.txt"
    path.write_text("We went to\nthe very cold sea\nand came back.\n")
    with pytest.raises(DataError, match="'very' on line 2"):
        words.deleted(talk("We went to the cold sea and came very late back.").words, words.edited_tokens(path), path)


def test_a_transcript_of_something_else_is_named():
    with pytest.raises(DataError, match="is a transcript of something else"):
        gone("We went to the sea.", "Buy the new car today and save")


def test_a_part_of_a_word_cannot_be_deleted():
    with pytest.raises(DataError, match=r"a part of the word 'twenty-five.'"):
        gone("It is twenty-five.", "It is twenty.")


def test_captions_are_edited_too(tmp_path):
    path = tmp_path / "talk.transcript.srt"
    path.write_text("1\n00:00:00,000 --> 00:00:01,000\nWe went\n\n2\n00:00:01,000 --> 00:00:02,000\nto a sea\n")
    left = words.edited_tokens(path)
    assert [token.text for token in left] == ["we", "went", "to", "a", "sea"]
    assert left[-1].place == "in caption 2"


def test_captions_share_their_time_among_their_words(tmp_path):
    path = tmp_path / "talk.srt"
    path.write_text("1\n00:00:02,000 --> 00:00:04,000\nWe went\n\n2\n00:00:04,000 --> 00:00:06,000\n下雨了。\n")
    made = words.transcript_of(path)
    assert [word.text for word in made.words] == ["We", "went", "下", "雨", "了。"]
    assert made.words[0].start == 2
    assert made.words[1].end == made.words[2].start == 4
    assert made.end == 6


@pytest.mark.parametrize(
    ("text", "language", "out"),
    [
        ("Um, we went, uh, home.", "en", ["Um,", "uh,"]),
        ("It was, you know, late.", "en-GB", ["you", "know,"]),
        ("Do you know, or not?", "en", []),
        ("You know the way.", "en", []),
        ("Er ging um acht.", "de", []),
        ("Uh oh.", "fi", []),
    ],
)
def test_fillers_are_those_of_the_language(text, language, out):
    made = talk(text, language=language)
    assert [made.words[index].text for index in sorted(words.fillers(made))] == out


def test_fillers_may_be_named():
    made = talk("Basically we, like, went.")
    assert words.fillers(made, ["basically", "like"]) == {0, 2}
    assert words.fillers(made, []) == set()


def test_a_cut_takes_no_more_than_half_of_the_pauses_around_it():
    known = talk("one two three four five").words
    (row,) = words.gaps(known, {1, 2}, Fraction(1, 4))
    assert row == (Fraction(9, 20), Fraction(29, 20), "two three")
    (row,) = words.gaps(known, {1}, Fraction(1, 100))
    assert row == (Fraction(49, 100), Fraction(91, 100), "two")


def test_words_that_overlap_lose_nothing_to_their_neighbours():
    known = [Word("a", Fraction(0), Fraction(1)), Word("b", Fraction(9, 10), Fraction(2))]
    assert list(words.gaps(known, {1}, Fraction(1, 10))) == [(Fraction(9, 10), Fraction(21, 10), "b")]


def test_the_text_to_edit_has_a_line_for_each_sentence():
    assert words.as_text([talk("We went.", "It rained."), None, talk("So.")]) == "We went.\nIt rained.\n\nSo.\n"
