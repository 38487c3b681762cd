"""Captions keep broadcasters' measures, lose no word, and break where a reader would breathe."""

from fractions import Fraction
from itertools import pairwise

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.editing import captions, too_fast
from laterna.editing.captions import placed, width
from laterna.errors import DataError
from laterna.media import timeline as timelines
from laterna.media.timecode import time_range
from laterna.media.transcript import Sentence, Transcript, Word
from laterna.voice import speak

RATE = Fraction(25)
TWO_FRAMES = 2 / RATE


def said(*texts: str, start: float = 0, speed: int = 14, pause: float = 0.4, language: str = "en") -> Transcript:
    """Sentences spoken evenly at ``speed`` characters a second; a Chinese one is one long word."""
    now, sentences = Fraction(start), []
    for text in texts:
        words = []
        for word in [text] if language == "zh" else text.split():
            length = Fraction(len(word) + 1, speed)
            words.append(Word(word, now, now + length))
            now += length
        sentences.append(Sentence(text, tuple(words)))
        now += Fraction(pause)
    return Transcript(tuple(sentences), language)


def lines(transcript: Transcript) -> list[tuple[str, ...]]:
    return [caption.lines for caption in captions(transcript)]


def test_a_sentence_that_fits_is_one_caption_from_its_first_word_on():
    (caption,) = captions(said("The wind came down.", start=2))
    assert caption.lines == ("The wind came down.",)
    assert caption.start == 2


def test_a_line_breaks_at_a_clause_and_keeps_both_lines_alike():
    assert lines(said("The wind came down from the hills, and nobody in the valley slept.")) == [
        ("The wind came down from the hills,", "and nobody in the valley slept.")
    ]


def test_a_long_sentence_is_divided_at_its_clauses_by_the_times_of_its_words():
    transcript = said(
        "A puppet is nothing but a shadow with a will of its own; the hand that moves it must be forgotten."
    )
    first, second = captions(transcript)
    assert first.text.endswith("its own;")
    the = next(word for word in transcript.words[5:] if word.text == "the")
    assert abs(second.start - the.start) <= 1 / RATE


@pytest.mark.parametrize("word", ["the", "a", "of", "to", "with", "from", "their"])
def test_no_line_ends_in_a_word_that_belongs_to_the_next(word):
    text = f"She carried every lantern in the house down {word} garden, past {word} river and over {word} bridge."
    assert all(not line.endswith(f" {word}") for block in lines(said(text)) for line in block)


def test_chinese_is_set_in_lines_of_sixteen_without_a_mark_at_their_start():
    text = "皮影戏是中国民间古老的传统艺术，老艺人一边操纵影人，一边用当地流行的曲调讲述故事。"
    blocks = lines(said(text, language="zh", speed=5))
    assert "".join("".join(block) for block in blocks) == text
    for line in (line for block in blocks for line in block):
        assert len(line) <= 16
        assert line[0] not in "，。；：、！？”）》"
        assert line[-1] not in "“（《"


def test_chinese_spoken_by_the_character_breaks_between_phrases():
    """As our own voices time it: each character is a word."""
    text = (
        "2024年，这部由人工智能剪辑的影片《灯影之路》在北京国际电影节上首映。他说：“我们要把这门古老的手艺传给下一代。”"
    )
    speech = speak(text, language="zh", voice="none")
    assert lines(speech.transcript) == [
        ("2024年，这部由人工智能剪辑的",),
        ("影片《灯影之路》", "在北京国际电影节上首映。"),
        ("他说：“我们要把这门古老的", "手艺传给下一代。”"),
    ]


def test_a_title_too_long_for_a_line_is_divided():
    text = "《" + "灯影之路" * 6 + "》"
    assert (
        "".join(line for block in lines(speak(text, language="zh", voice="none").transcript) for line in block) == text
    )


def test_latin_words_inside_chinese_stay_whole_and_spaced():
    text = "我用 Python 写了三年的程序。"
    assert " ".join(lines(said(text, language="zh", speed=5))[0]) == text


def test_a_short_caption_stays_for_a_second_where_there_is_silence():
    first, second = captions(said("Yes.", "No.", pause=3))
    assert first.end - first.start >= 1
    assert second.end - second.start >= 1


def test_fast_speech_is_read_into_the_silence_after_it():
    (caption,) = captions(said("Nobody could have read this sentence as fast as it was said.", speed=40))
    assert width(caption.text) / (caption.end - caption.start) <= 17


def test_what_cannot_be_read_in_time_is_shown_and_reported():
    made = captions(said("Nobody could have read this sentence as fast.", "It was over.", speed=40, pause=0))
    assert len(made) == 2
    assert too_fast(made) == [made[0]]


def test_a_short_pause_is_bridged_to_two_frames():
    first, second = captions(said("The wind came down.", "The lamps went out.", pause=0.4))
    assert second.start - first.end == TWO_FRAMES


def test_slow_words_are_divided_so_that_nothing_stays_longer_than_seven_seconds():
    made = captions(said("One after another the lamps along the river went out.", speed=4))
    assert all(caption.end - caption.start <= 7 for caption in made)
    assert len(made) > 1


def test_line_length_can_be_chosen():
    made = captions(said("The wind came down from the hills, and nobody slept."), line_length=20)
    assert all(len(line) <= 20 for caption in made for line in caption.lines)


def test_a_word_longer_than_a_line_is_divided():
    made = captions(said("https://example.org/" + "a" * 60))
    assert all(len(line) <= 42 for caption in made for line in caption.lines)


WORDS = st.lists(st.text("abcdefghij,.", min_size=1, max_size=14), min_size=1, max_size=30)


@given(
    texts=st.lists(WORDS, min_size=1, max_size=4),
    speed=st.integers(3, 40),
    pause=st.fractions(0, 2, max_denominator=50),
    rate=st.sampled_from(["24", "25", "30000/1001", "60"]),
)
def test_every_word_is_shown_in_order_within_the_measures(texts, speed, pause, rate):
    transcript = said(*(" ".join(words) for words in texts), speed=speed, pause=pause)
    made = captions(transcript, rate=rate)
    exact = Fraction(rate)
    assert "".join(caption.text for caption in made).replace(" ", "") == "".join(w for words in texts for w in words)
    assert all(1 <= len(caption.lines) <= 2 for caption in made)
    assert all(len(line) <= 42 for caption in made for line in caption.lines)
    assert all(0 < caption.end - caption.start <= 7 for caption in made)
    assert all((time * exact).denominator == 1 for caption in made for time in (caption.start, caption.end))
    assert all(later.start - earlier.end >= 2 / exact for earlier, later in pairwise(made))


def narrated(transcript: Transcript, *clips: tuple[float, float, float]) -> otio.schema.Timeline:
    """A timeline whose narration plays (source start, seconds, gap before)."""
    made = timelines.new("film", RATE, (160, 90))
    narration = timelines.track(made, "Narration")
    for start, seconds, gap in clips:
        narration.append(otio.schema.Gap(source_range=time_range(0, Fraction(gap), RATE)))
        reference = otio.schema.ExternalReference("speech.wav", time_range(0, transcript.end, RATE))
        narration.append(otio.schema.Clip("speech", reference, time_range(Fraction(start), Fraction(seconds), RATE)))
    return made


def test_captions_follow_the_narration_to_its_place_in_the_film():
    transcript = said("The wind came down.", "The lamps went out.", pause=1)
    second = transcript.sentences[1].start
    timeline = narrated(transcript, (0, 2, 3), (float(second) - 0.2, 3, 4))
    first_caption, second_caption = captions(transcript, timeline)
    assert first_caption.start == 3
    assert abs(second_caption.start - Fraction("9.2")) <= 1 / RATE


def test_a_film_without_narration_has_no_captions():
    transcript = said("The wind came down.")
    made = narrated(transcript, (0, 2, 3))
    del made.tracks[3]
    assert not list(captions(transcript, made))


def test_a_narrator_filmed_with_a_time_code_is_captioned(tmp_path, make_film):
    """Another program may leave it to the file where its time code starts."""
    make_film(tmp_path / "speech.mp4", timecode="01:00:00:00")
    transcript = said("The wind came down.")
    made = narrated(transcript, (3600, 2, 3))
    clip = next(iter(made.find_clips()))
    clip.media_reference = otio.schema.ExternalReference("speech.mp4")
    assert next(iter(captions(transcript, made, folder=tmp_path))).start == 3


@pytest.mark.parametrize("late", [Fraction(0), Fraction(1, 100), Fraction(1, 30), Fraction(39, 1000)])
def test_captions_keep_their_frames_when_the_recording_moves_by_a_part_of_one(late):
    """One word changed before a sentence moves the rest of the recording: the rest of the film should stay."""
    transcript = said("The wind came down from the hills, and nobody in the valley slept that night.", start=1 + late)
    kept = captions(said("The wind came down from the hills, and nobody in the valley slept that night.", start=1))
    placed_late = captions(transcript, narrated(transcript, (1, 8, 1)))
    assert [(c.start, c.end, c.lines) for c in placed_late] == [(c.start, c.end, c.lines) for c in kept]


def test_words_that_the_film_leaves_out_have_no_caption():
    transcript = said("The wind came down.", "The lamps went out.", pause=1)
    assert [s.text for s in placed(transcript, narrated(transcript, (0, 2, 0))).sentences] == ["The wind came down."]


@pytest.mark.parametrize(("cut", "end"), [("1.6", "1.6"), ("1.2", "1.68"), ("2.4", "1.68")])
def test_a_caption_that_has_been_read_goes_with_the_cut(cut, end):
    """Said until 1.4 s and lingering until 1.68 s; a later cut is too far, an earlier one comes amid its words."""
    transcript = said("The wind came down.")
    made = narrated(transcript, (0, transcript.end, 0))
    pictures = timelines.track(made, "Picture")
    for seconds in (Fraction(cut), 4 - Fraction(cut)):
        pictures.append(otio.schema.Gap(source_range=time_range(0, seconds, RATE)))
    assert captions(transcript, made)[0].end == Fraction(end)


def test_captions_end_with_the_film():
    transcript = said("The wind came down.")
    timeline = narrated(transcript, (0, transcript.end, 0))
    assert captions(transcript, timeline)[0].end == Fraction(36, 25)  # in whole frames


def test_silence_has_no_captions():
    assert len(captions(Transcript(()))) == 0


def test_sentences_out_of_order_are_refused():
    transcript = said("One.", "Two.")
    with pytest.raises(DataError, match="not in order of time"):
        captions(Transcript(transcript.sentences[::-1]))


def test_a_line_too_short_for_words_is_refused():
    with pytest.raises(DataError, match="allow 8 or more"):
        captions(said("One."), line_length=3)
