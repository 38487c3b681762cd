"""Narrations performed by a cast: whose voice is heard when, and what the credits say."""

import json
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from laterna.errors import BriefError, DataError
from laterna.media.captions import read_captions
from laterna.media.pieces import Pieces
from laterna.production import Outcome, Release, produce
from laterna.production.workflows.cast import Role, read_cast
from laterna.production.workflows.performance import characters, perform
from laterna.voice import Speech, speak

LINES = (("ANNA", "The lamps are out."), ("NARRATOR", "It rained."), ("BOB", "Light them."), ("Anna", "I will."))


def performed(folder: Path, table: dict[str, Any], lines: Any = LINES) -> Speech:
    cast = read_cast(table, characters(lines), Role("low"))
    return perform(lines, cast, pieces=Pieces(folder))


def pitch(speech: Speech, start: Fraction, end: Fraction) -> float:
    """Hz of the loudest tone between two times."""
    assert speech.samples is not None
    part = speech.samples[int(start * speech.sample_rate) : int(end * speech.sample_rate)]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    return float(spectrum.argmax()) * speech.sample_rate / len(part)


def test_characters_are_named_once() -> None:
    assert characters([("ANNA", "a"), ("", "b"), ("BOB", "c"), ("ANNA", "d")]) == ("ANNA", "BOB")


def test_each_line_is_spoken_by_its_character(tmp_path: Path, low: Any, high: Any) -> None:
    speech = performed(tmp_path, {"ANNA": "high"})
    heard = [round(pitch(speech, sentence.start, sentence.end), -1) for sentence in speech.transcript.sentences]
    assert [sentence.text for sentence in speech.transcript.sentences] == [text for _, text in LINES]
    assert heard == [880, 220, 220, 880]


def test_words_follow_one_another_in_the_whole(tmp_path: Path, low: Any, high: Any) -> None:
    speech = performed(tmp_path, {"ANNA": "high"})
    words = speech.transcript.words
    assert all(a.start <= a.end <= b.start for a, b in pairwise(words))
    assert words[-1].end <= speech.duration
    first, second = speech.transcript.sentences[:2]
    assert float(second.start - first.end) == pytest.approx(0.6, abs=0.1)


def test_the_credits_say_that_a_computer_spoke_and_in_which_voices(tmp_path: Path, low: Any, high: Any) -> None:
    assert performed(tmp_path, {"ANNA": "high"}).credits == (
        "Speech: made by a computer, in the voices high (ANNA), low (narrator)",
        "Voice: high",
        "Voice: low",
    )
    assert performed(tmp_path, {}).credits == ("Speech: made by a computer, in the voice low", "Voice: low")
    assert performed(tmp_path, {"narrator": "none"}).credits == ()


def test_one_voice_tells_a_text_as_it_always_does(tmp_path: Path, low: Any) -> None:
    text = "The lamps are out.\n\nIt rained."
    alone, cast = speak(text, voice="low"), performed(tmp_path, {}, [("", text)])
    assert alone.samples is not None
    assert np.array_equal(alone.samples, cast.samples)
    assert cast.transcript == alone.transcript


def test_voices_of_different_rates_are_brought_to_one(
    tmp_path: Path, low: Any, high: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hummed = high.speak_sentence

    def slower(text: str, **how: Any) -> Any:
        spoken = hummed(text, **how)
        return type(spoken)(spoken.samples[::2], 8000, spoken.duration, spoken.marks)

    monkeypatch.setattr(high, "speak_sentence", slower)
    speech = performed(tmp_path, {"ANNA": "high"})
    first = speech.transcript.sentences[0]
    assert speech.sample_rate == 16_000
    assert pitch(speech, first.start, first.end) == pytest.approx(880, abs=10)


def test_a_role_without_sound_keeps_its_time(tmp_path: Path, low: Any) -> None:
    speech = performed(tmp_path, {"ANNA": "none"})
    first, second = speech.transcript.sentences[:2]
    assert speech.samples is not None
    assert not speech.samples[: int(first.end * speech.sample_rate)].any()
    assert pitch(speech, second.start, second.end) == pytest.approx(220, abs=10)
    assert speech.estimated


def test_a_role_that_can_not_be_spoken_is_named(tmp_path: Path, low: Any) -> None:
    with pytest.raises(DataError, match="no emotion 'sly'"):
        performed(tmp_path, {"ANNA": {"emotion": "sly"}})


SCRIPT = """\
INT. SHOP - DAY

A lamp burns.

ANNA
It is late.

BOB
Go home.
"""
BRIEF = """\
footage = ["*.mp4"]
length = 3
size = "96x64"
narration_file = "script.fountain"
music = "none"
steps.narrate.voice = "low"
[cast]
ANNA = "high"
"""


class TestInAProduction:
    @pytest.fixture
    def brief(self, tmp_path: Path, make_film: Callable[..., Path], low: Any, high: Any) -> Path:
        make_film(tmp_path / "warm.mp4", seconds=4, size=(96, 64), gop=25)
        (tmp_path / "script.fountain").write_text(SCRIPT)
        (tmp_path / "brief.toml").write_text(BRIEF)
        return tmp_path / "brief.toml"

    def narrated(self, release: Release) -> Outcome:
        return next(step for step in release.steps if step.step == "narrate")

    def test_the_film_has_its_characters_voices(self, brief: Path, low: Any, high: Any) -> None:
        made = produce(brief)
        assert (high.said, low.said) == (["It is late."], ["Go home."])
        captions = read_captions(made.folder / "captions.srt")
        assert [caption.text for caption in captions] == ["It is late.", "Go home."]
        line = "Speech: made by a computer, in the voices high (ANNA), low (narrator)"
        assert line in json.loads((made.folder / "project.json").read_text())["credits"]
        assert line in (made.folder / "report.html").read_text()

    def test_what_changes_no_line_changes_no_narration(self, brief: Path, low: Any, high: Any) -> None:
        produce(brief)
        (brief.parent / "script.fountain").write_text(SCRIPT.replace("burns", "is lit"))
        assert self.narrated(produce(brief)).kept

    def test_another_cast_is_heard_and_the_rest_is_kept(self, brief: Path, low: Any, high: Any) -> None:
        produce(brief)
        brief.write_text(BRIEF.replace('ANNA = "high"', 'ANNA = "low"'))
        again = self.narrated(produce(brief))
        assert not again.kept
        assert "the cast: " in again.why
        assert (high.said, low.said) == (["It is late."], ["Go home.", "It is late."])

    def test_a_voice_that_was_trained_anew_speaks_anew(
        self, brief: Path, low: Any, high: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        produce(brief)
        monkeypatch.setattr(high, "fingerprint", "of other weights", raising=False)
        again = self.narrated(produce(brief))
        assert not again.kept
        assert (high.said, low.said) == (["It is late."] * 2, ["Go home."])

    @pytest.mark.parametrize(
        ("cast", "message"),
        [
            (
                'ANA = "high"',
                r"\[cast\] of '.*brief.toml' has a voice for 'ANA', who .*: did you mean 'ANNA'",
            ),
            ("ANNA = 3", "gives 'ANNA' no voice"),
            ('ANNA = { vioce = "high" }', "an unknown 'vioce': did you mean 'voice'"),
        ],
    )
    def test_a_wrong_cast_is_named(self, brief: Path, cast: str, message: str) -> None:
        brief.write_text(BRIEF.replace('ANNA = "high"', cast))
        with pytest.raises(BriefError, match=message):
            produce(brief)

    def test_plain_text_is_the_narrators(self, brief: Path, low: Any) -> None:
        (brief.parent / "words.txt").write_text("ANNA: It is late.")
        brief.write_text(BRIEF.replace("script.fountain", "words.txt"))
        with pytest.raises(BriefError, match="'ANNA', who says nothing: prose"):
            produce(brief)
