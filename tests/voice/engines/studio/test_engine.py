"""The built-in voice: what it promises of any sentence."""

import itertools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.errors import DataError, ModelError
from laterna.voice.engines import check_engine
from laterna.voice.engines.studio.acoustic import Said
from laterna.voice.engines.studio.engine import _LONGEST, Studio, breaths
from laterna.voice.pitch import track
from laterna.voice.text.phones import BOUNDARY, ENDS, PAUSE, PHONES

SENTENCE = "The lantern was lit at 7:30, and a show began."


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio()


def test_it_keeps_the_promises_of_an_engine_without_torch(studio: Studio) -> None:
    assert studio.available()
    check_engine(studio)


def test_words_and_phones_are_timed_in_order_within_the_sound(studio: Studio) -> None:
    said = studio.speak_sentence(SENTENCE, language="en", speed=1.0)
    places, times = zip(*said.marks, strict=True)
    assert [SENTENCE[place:].split()[0] for place in places] == (
        ["The", "lantern", "was", "lit", "at", "7:30,", "30,", "and", "a", "show", "began."]
    )
    assert list(times) == sorted(times)
    spans = [(start, end) for _, start, end in said.phones]
    assert all(start <= end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    assert spans[-1][1] <= said.duration == Fraction(len(said.samples), 16_000)
    assert 2.5 < said.duration < 5


def test_the_same_seed_says_the_same_and_another_one_almost(studio: Studio) -> None:
    one, again, other = (
        studio.speak_sentence(SENTENCE, language="en", speed=1.0, seed=seed).samples for seed in (0, 0, 1)
    )
    assert one.tobytes() == again.tobytes()
    assert one.tobytes() != other.tobytes()
    assert abs(len(one) / len(other) - 1) < 0.1


@pytest.mark.parametrize("speed", [0.7, 1.3])
def test_speed_draws_sentences_out_or_in_without_changing_the_pitch(studio: Studio, speed: float) -> None:
    usual, changed = (studio.speak_sentence(SENTENCE, language="en", speed=pace) for pace in (1.0, speed))
    assert abs(len(changed.samples) * speed / len(usual.samples) - 1) < 0.01
    assert changed.marks[5][1] * Fraction(speed) == pytest.approx(usual.marks[5][1], abs=0.05)
    pitches = [track(said.samples, 16_000).median for said in (usual, changed)]
    assert abs(12 * np.log2(pitches[0] / pitches[1])) < 0.5


def test_its_two_speakers_are_a_man_and_a_woman(studio: Studio) -> None:
    assert studio.voices == ("rms", "slt")
    low, high = (
        track(studio.speak_sentence(SENTENCE, language="en", speed=1.0, voice=who).samples, 16_000).median
        for who in studio.voices
    )
    assert 80 < low < 140 < high < 240
    with pytest.raises(ModelError, match="no speaker 'bob'"):
        studio.speak_sentence(SENTENCE, language="en", speed=1.0, voice="bob")


@pytest.mark.parametrize("text", ["A.", "No, no, no, no, no.", "B B C.", "X" * 90, " ".join(["lantern"] * 60)])
def test_hard_sentences_come_to_their_end(studio: Studio, text: str) -> None:
    said = studio.speak_sentence(text, language="en", speed=1.0)
    assert np.isfinite(said.samples).all()
    assert max(end - start for _, start, end in said.phones) < 1
    assert np.abs(said.samples).max() > 0.05


def test_made_speech_is_marked_with_whom_it_was_learnt_from(studio: Studio) -> None:
    assert studio.credit.startswith("Voice: made speech")
    assert "CMU Flite's voice rms" in studio.credit


def test_what_it_can_not_say_is_told(studio: Studio) -> None:
    with pytest.raises(DataError, match="can't say '你好'"):
        studio.speak_sentence("你好", language="en", speed=1.0)


@given(st.lists(st.sampled_from([*PHONES[:8], BOUNDARY, PAUSE]), max_size=500))
def test_long_sentences_are_said_in_breaths_that_leave_nothing_out(symbols: list[str]) -> None:
    parts = list(breaths([*symbols, ENDS[0]]))
    assert sum(map(len, parts)) == len(symbols) + 1
    assert all(len(part) <= _LONGEST and part[-1] in ENDS for part in parts)


class Endless:
    """Says each symbol for four frames; what has more than ``most`` of them never ends by itself."""

    speakers = ("rms",)

    def __init__(self, most: int) -> None:
        self.most, self.asked = most, list[tuple[int, int]]()

    def say(self, symbols: Sequence[str], speaker: str, *, seed: int = 0) -> Said:
        self.asked.append((len(symbols), seed))
        ends = 4 * np.arange(1, len(symbols) + 1)
        return Said(np.full((ends[-1], 80), -5, np.float32), ends, len(symbols) <= self.most)


def test_what_does_not_end_is_tried_again_and_then_said_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    studio, endless = Studio(), Endless(8)
    monkeypatch.setitem(studio.__dict__, "_acoustic", endless)
    said = studio.speak_sentence("lantern lantern lantern", language="en", speed=1.0)
    assert [seed for _, seed in endless.asked[:3]] == [0, 1, 2]
    assert {count <= 8 for count, seed in endless.asked if seed == 0} == {False, True}
    assert len(said.phones) == 18
    assert [start for *_, start, _ in said.phones] == sorted(start for *_, start, _ in said.phones)


def test_a_word_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    studio = Studio()
    monkeypatch.setitem(studio.__dict__, "_acoustic", Endless(0))
    with pytest.raises(ModelError, match="can't say l ae n t er n"):
        studio.speak_sentence("lantern", language="en", speed=1.0)


@pytest.mark.parametrize("text", ["It's time he had a real job.", "He is the best by a long shot.", "Yes."])
@pytest.mark.parametrize("speed", [1.0, 1.5])
def test_a_sentence_ends_in_silence(studio: Studio, text: str, speed: float) -> None:
    for who in studio.voices:
        samples = studio.speak_sentence(text, language="en", speed=speed, voice=who).samples
        assert np.abs(samples[-160:]).max() < 0.02 * np.abs(samples).max()
