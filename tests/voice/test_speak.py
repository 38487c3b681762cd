"""Spoken texts: every word timed, nothing cut off, one level, kept in a folder."""

import dataclasses
import itertools
import json
import math
import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyloudnorm
import pytest

from laterna.errors import DataError, MediaError, ModelError
from laterna.media.audio import Audio, write_audio
from laterna.media.pieces import Pieces
from laterna.voice import Speech, engines, speak, stream
from laterna.voice.engines import Spoken, choose
from laterna.voice.pitch import track
from laterna.voice.text.lexicon import Lexicon

TEXT = """Dr. Ash paid $3.50 in 1984, didn't he? "Yes," he said — well-known 🎉 re-entry.

Once upon a time, in a house by the sea, a lantern burned all night. Nobody knew who lit it…"""
SENTENCES = [2, 2]
CHINESE = "今天天气很好，我们去公园。“你好！”他说。"


@pytest.fixture(scope="module", params=["flite", "espeak"])
def speech(request: pytest.FixtureRequest) -> Speech:
    known = {engine.name: engine for engine in engines.engines()}
    if not known[request.param].available():
        pytest.skip(f"the engine {request.param} is not installed")
    return speak(TEXT, voice=request.param)


@pytest.fixture(scope="module")
def espeak() -> str:
    known = {engine.name: engine for engine in engines.engines()}
    if not known["espeak"].available():
        pytest.skip("the engine espeak is not installed")
    return "espeak"


def sounding(speech: Speech) -> np.ndarray:
    assert speech.samples is not None
    return speech.samples


def level(samples: np.ndarray) -> float:
    return 20 * math.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64))) + 1e-9)


def test_every_word_as_written_has_one_span(speech: Speech) -> None:
    written = " ".join(TEXT.split())
    spoken = " ".join(word.text for word in speech.transcript.words)
    assert spoken == written
    assert " ".join(sentence.text for sentence in speech.transcript.sentences) == written


def test_words_follow_one_another_within_the_sound(speech: Speech) -> None:
    words = speech.transcript.words
    assert words[0].start >= 0
    assert all(a.end <= b.start for a, b in pairwise(words))
    assert all(Fraction(3, 100) < word.end - word.start < 3 for word in words)
    assert words[-1].end <= speech.duration == Fraction(len(sounding(speech)), speech.sample_rate)


def test_what_is_read_as_several_words_takes_their_time(speech: Speech) -> None:
    seconds = {word.text: float(word.end - word.start) for word in speech.transcript.words}
    assert seconds["$3.50"] > 3 * seconds["in"]
    assert seconds["1984,"] > 3 * seconds["in"]


def test_signs_sound_as_the_words_that_they_stand_for(speech: Speech) -> None:
    signs, words = (
        speak(text, voice=speech.voice)
        for text in ("It is $3.50 for 5 km.", "It is 3 dollars and 50 cents for 5 kilometres.")
    )
    assert np.array_equal(sounding(signs), sounding(words))
    assert [word.text for word in signs.transcript.words] == ["It", "is", "$3.50", "for", "5", "km."]
    ends = {word.text: word.end for word in words.transcript.words}
    said = {word.text: word for word in signs.transcript.words}
    assert abs(said["$3.50"].end - ends["cents"]) < Fraction(1, 10)
    assert said["for"].start >= said["$3.50"].end


def test_words_are_loud_and_the_pauses_between_sentences_silent(speech: Speech) -> None:
    samples, rate = sounding(speech), speech.sample_rate
    for word in speech.transcript.words:
        assert level(samples[round(word.start * rate) : round(word.end * rate)]) > -45
    for before, after in pairwise(speech.transcript.sentences):
        pause = slice(round((before.end + Fraction(1, 10)) * rate), round(after.start * rate) - rate // 50)
        assert level(samples[pause]) < -90


def test_paragraphs_are_further_apart_than_sentences(speech: Speech) -> None:
    gaps = [after.start - before.end for before, after in pairwise(speech.transcript.sentences)]
    assert Fraction(35, 100) < gaps[0] < Fraction(7, 10)
    assert gaps[1] > gaps[0] + Fraction(3, 10)


def test_no_word_is_cut_off_at_either_end_of_a_sentence(speech: Speech) -> None:
    """What a sentence was trimmed of is at least 40 dB below its loudest moment."""
    engine = {e.name: e for e in engines.engines()}[speech.engine]
    sentence = "Nobody asked, stop!"
    spoken = engine.speak_sentence(sentence, language="en", speed=1.0)
    kept = speak(sentence, voice=speech.voice)
    assert spoken.samples is not None
    start = first_match(spoken.samples, sounding(kept))
    loudest = np.abs(spoken.samples).max()
    dropped = np.concatenate([spoken.samples[:start], spoken.samples[start + len(sounding(kept)) :]])
    assert np.abs(dropped).max(initial=0) < loudest / 100
    assert kept.transcript.end <= kept.duration - Fraction(3, 100)


def first_match(whole: np.ndarray, part: np.ndarray) -> int:
    """Where ``part``, at another level, starts in ``whole``."""
    return int(np.argmax(np.correlate(whole, part, mode="valid")))


def test_it_is_about_as_loud_as_broadcast_speech(speech: Speech) -> None:
    loudness = pyloudnorm.Meter(speech.sample_rate).integrated_loudness(sounding(speech).astype(np.float64))
    assert loudness == pytest.approx(-23, abs=2)
    assert np.abs(sounding(speech)).max() < 0.9


def test_a_sentence_sounds_the_same_wherever_it_stands(speech: Speech) -> None:
    """So that when one word of a narration changes, only its own sentence's times change."""
    changed = speak(TEXT.replace("Dr. Ash", "Professor Ash"), voice=speech.voice)
    for old, new in zip(speech.transcript.sentences[1:], changed.transcript.sentences[1:], strict=True):
        assert [w.end - w.start for w in old.words] == [w.end - w.start for w in new.words]
        cut = [
            sounding(s)[round(x.start * s.sample_rate) : round(x.end * s.sample_rate)]
            for s, x in ((speech, old), (changed, new))
        ]
        gain = np.std(cut[1]) / np.std(cut[0])
        np.testing.assert_allclose(cut[0] * gain, cut[1], atol=1e-5)


def test_the_same_text_gives_the_same_samples(speech: Speech) -> None:
    again = speak(TEXT, voice=speech.voice)
    np.testing.assert_array_equal(sounding(speech), sounding(again))
    assert speech.transcript == again.transcript


def test_speed_shortens_words_and_pauses(speech: Speech) -> None:
    quick = speak(TEXT, voice=speech.voice, speed=1.4)
    assert quick.duration / speech.duration == pytest.approx(1 / 1.4, abs=0.06)


def test_a_stream_laid_end_to_end_is_the_speech(speech: Speech) -> None:
    told = list(stream(TEXT, voice=speech.voice))
    np.testing.assert_array_equal(np.concatenate([sounding(part) for part in told]), sounding(speech))
    starts = list(itertools.accumulate((part.duration for part in told), initial=Fraction(0)))
    words = [(w.text, w.start + at) for part, at in zip(told, starts, strict=False) for w in part.transcript.words]
    assert words == [(word.text, word.start) for word in speech.transcript.words]
    phones = [(p, a + at) for part, at in zip(told, starts, strict=False) for p, a, _ in part.phones]
    assert phones == [(phone, start) for phone, start, _ in speech.phones]


def test_pitch_and_emotion_are_heard(speech: Speech) -> None:
    rate = speech.sample_rate
    plain = track(sounding(speech), rate)
    higher = speak(TEXT, voice=speech.voice, pitch=4)
    assert 12 * np.log2(track(sounding(higher), rate).median / plain.median) == pytest.approx(4, abs=0.5)
    assert higher.duration == pytest.approx(speech.duration, rel=0.02)
    sad = speak(TEXT, voice=speech.voice, emotion="sad")
    assert sad.duration > 1.1 * speech.duration
    assert level(sounding(sad)) == pytest.approx(level(sounding(speech)) - 3, abs=1)
    assert [word.text for word in sad.transcript.words] == [word.text for word in speech.transcript.words]


def test_an_emotion_moves_words_with_their_sound(speech: Speech) -> None:
    """Louder than silence within every word, silent between the sentences."""
    tense = speak(TEXT, voice=speech.voice, emotion="tense", speed=0.8)
    for word in tense.transcript.words:
        assert level(sounding(tense)[round(word.start * tense.sample_rate) : round(word.end * tense.sample_rate)]) > -45
    for before, after in pairwise(tense.transcript.sentences):
        middle = (before.end + after.start) / 2
        at = round(middle * tense.sample_rate)
        assert level(sounding(tense)[at - 200 : at + 200]) < -90


def test_phones_lie_within_the_words_that_they_are_of(speech: Speech) -> None:
    if not speech.phones:
        assert speech.engine == "espeak"  # it does not tell
        return
    assert all(a[2] <= b[1] for a, b in pairwise(speech.phones))
    first = speech.transcript.words[0]
    assert [phone for phone, start, _ in speech.phones if start < first.end - Fraction(1, 50)] == [
        "d",
        "aa",
        "k",
        "t",
        "er",
    ]


def test_a_long_sentence_is_one_in_the_transcript_and_several_in_the_stream(speech: Speech) -> None:
    text = (
        "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness."
    )
    told = list(stream(text, voice=speech.voice))
    assert [part.transcript.sentences[0].text for part in told] == [text[:52], text[53:]]
    (sentence,) = speak(text, voice=speech.voice).transcript.sentences
    assert sentence.text == text
    assert " ".join(word.text for word in sentence.words) == text


def test_it_says_who_spoke(speech: Speech) -> None:
    assert not speech.estimated
    assert len(speech.credits) == 1
    assert re.search("flite|eSpeak", speech.credits[0], re.IGNORECASE)


def test_it_is_saved_and_opened_whole(speech: Speech, tmp_path: Path) -> None:
    speech.save(tmp_path / "narration")
    assert sorted(file.name for file in (tmp_path / "narration").iterdir()) == [
        "about.json",
        "phones.json",
        "speech.wav",
        "transcript.json",
    ]
    opened = Speech.open(tmp_path / "narration")
    assert opened.transcript == speech.transcript
    assert opened.to_json() == speech.to_json()
    np.testing.assert_allclose(sounding(opened), sounding(speech), atol=2**-23)
    assert json.loads(json.dumps(opened.to_json()))["engine"] == speech.engine
    assert (opened.voice, opened.phones) == (speech.voice, speech.phones)


def test_a_folder_of_an_older_laterna_is_opened(tmp_path: Path) -> None:
    """It had no phones, named no voice, and stated no version."""
    speak("Hello.", voice="none").save(tmp_path)
    (tmp_path / "phones.json").unlink()
    (tmp_path / "about.json").write_text('{"engine": "flite", "estimated": false, "credits": ["Voice: CMU Flite"]}')
    opened = Speech.open(tmp_path)
    assert (opened.engine, opened.voice, opened.phones) == ("flite", "", ())
    opened.save(tmp_path)
    assert json.loads((tmp_path / "about.json").read_text())["version"] == 2


def test_a_folder_of_a_newer_laterna_is_refused(tmp_path: Path) -> None:
    speak("Hello.", voice="none").save(tmp_path)
    about = json.loads((tmp_path / "about.json").read_text())
    (tmp_path / "about.json").write_text(json.dumps(about | {"version": 3}))
    with pytest.raises(DataError, match="version 3, which a newer Laterna reads"):
        Speech.open(tmp_path)


@pytest.mark.parametrize(
    "phones", ["{", "[[1]]", '[["aa", "x", "1"]]', '[["aa", "2", "1"]]', '[["aa", "1/0", "1"]]', "7"]
)
def test_garbled_phones_are_named(tmp_path: Path, phones: str) -> None:
    speak("Hello.", voice="none").save(tmp_path)
    (tmp_path / "phones.json").write_text(phones)
    with pytest.raises(DataError, match=r"phones\.json'"):
        Speech.open(tmp_path)


def test_chinese_is_spoken_character_by_character(espeak: str) -> None:
    speech = speak(CHINESE, language="zh", voice=espeak)
    assert "".join(word.text for word in speech.transcript.words) == CHINESE
    assert all(a.end <= b.start for a, b in pairwise(speech.transcript.words))
    assert 3 < speech.duration < 9


@pytest.mark.parametrize("language", ["de", "fr", "es", "ja", "ru", "pt-BR"])
def test_other_languages_are_spoken(espeak: str, language: str) -> None:
    speech = speak("Berlin, Paris.", language=language, voice=espeak)
    assert [word.text for word in speech.transcript.words] == ["Berlin,", "Paris."]
    assert level(sounding(speech)) > -40


def test_with_no_engine_words_are_timed_by_reading_speed() -> None:
    speech = speak(TEXT, voice="none")
    words = speech.transcript.words
    assert (speech.samples, speech.estimated, speech.engine) == (None, True, "none")
    assert all(a.end <= b.start for a, b in pairwise(words))
    assert len(TEXT) / 17 < speech.duration < len(TEXT) / 7  # under captions' 17 characters a second
    assert speech.duration == speech.transcript.end


def test_silent_chinese_leaves_time_to_read() -> None:
    speech = speak(CHINESE, voice="none", language="zh-CN")
    assert 4 < len(CHINESE) / speech.duration < 9


def test_a_speech_without_a_sound_is_saved_over_one_with(tmp_path: Path) -> None:
    silent = speak("Hello.", voice="none")
    sounded = dataclasses.replace(silent, samples=np.zeros(100, np.float32), sample_rate=8000)
    sounded.save(tmp_path / "s")
    silent.save(tmp_path / "s")
    assert Speech.open(tmp_path / "s").samples is None
    assert Speech.open(tmp_path / "s").estimated


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_a_recording_put_in_by_hand_is_opened_without_words(
    tmp_path: Path, make_sound: Callable[..., Path], suffix: str
) -> None:
    speech = Speech.open(make_sound(tmp_path / f"mine{suffix}", seconds=1, sample_rate=44_100, channels=2))
    assert (speech.engine, speech.sample_rate, len(sounding(speech))) == ("hand", 44_100, 44_100)
    assert speech.transcript.sentences == ()


def test_a_folder_with_a_recording_put_in_by_hand_is_opened(tmp_path: Path, make_sound: Callable[..., Path]) -> None:
    make_sound(tmp_path / "speech.wav", seconds=1)
    assert Speech.open(tmp_path).engine == "hand"


def test_a_folder_without_speech_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"neither speech\.wav nor transcript\.json"):
        Speech.open(tmp_path)
    speak("Hello.", voice="none").save(tmp_path)
    (tmp_path / "about.json").write_text("{}")
    with pytest.raises(DataError, match="'engine'"):
        Speech.open(tmp_path)
    with pytest.raises(DataError, match="saved as a folder"):
        speak("Hello.", voice="none").save(tmp_path / "about.json")


@pytest.mark.parametrize(
    ("text", "options", "error", "message"),
    [
        ("", {}, DataError, "the text is empty"),
        (" \n\t", {}, DataError, "the text is empty"),
        ("🎉🎬 …", {}, DataError, "nothing to say in '🎉🎬 …'"),
        ("x" * 100_000, {}, DataError, "'x{20}' begins a word of 100000 characters"),
        ("So " + "(" * 501 + "a.", {"voice": "none"}, DataError, "word of 503 characters, which can't be said"),
        ("Hello.", {"speed": 5.0}, DataError, "0.5 to 2"),
        ("Hello.", {"speed": float("nan")}, DataError, "0.5 to 2"),
        ("Hello.", {"pitch": 20}, DataError, "-12 to 12"),
        ("Hello.", {"seed": -1}, DataError, "seed can't be -1"),
        ("Hello.", {"emotion": "angri"}, DataError, "no emotion 'angri': did you mean 'angry'?"),
        ("Hello.", {"voice": "hal"}, ModelError, "no voice 'hal'"),
        ("Hello.", {"voice": "Flite"}, ModelError, "no voice 'Flite': did you mean 'flite'?"),
        ("Hello.", {"voice": "nowhere.onnx"}, MediaError, "does not exist"),
        ("Hello.", {"lexicon": Path("no.toml")}, DataError, r"'no\.toml' does not exist"),
    ],
)
def test_what_cannot_be_spoken_is_one_sentence(text: str, options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        speak(text, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("voice", ["studio", "flite"])
@pytest.mark.parametrize("text", ["He said 你好 to me.", "One two. Three four. Привет, five."])
def test_letters_that_a_voice_cannot_say_are_named_before_it_begins(voice: str, text: str) -> None:
    known = {engine.name: engine for engine in engines.engines()}
    if not known[voice].available():
        pytest.skip(f"the engine {voice} is not installed")
    with pytest.raises(
        DataError, match=r"can't say '(你好|Привет)' in '.*': write it in Latin letters, give a lexicon"
    ):
        stream(text, voice=voice)


def test_a_lexicon_says_words_in_other_words(tmp_path: Path, speech: Speech) -> None:
    lexicon = tmp_path / "lexicon.toml"
    lexicon.write_text('[said_as]\n"你好" = "knee how"\nNguyen = "win"\n')
    said = speak("Nguyen said 你好 to me.", voice=speech.voice, lexicon=lexicon)
    plain = speak("win said knee how to me.", voice=speech.voice)
    np.testing.assert_array_equal(sounding(said), sounding(plain))
    assert [word.text for word in said.transcript.words] == ["Nguyen", "said", "你", "好", "to", "me."]


def test_a_lexicons_phones_reach_a_voice_that_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    class Spelling:
        name, credit, languages = "spelling", "", ("en",)
        heard: ClassVar[list] = []

        def available(self) -> bool:
            return True

        def speak_sentence(self, text: str, *, language: str, speed: float, words_to_phones=None) -> Spoken:
            self.heard.append(words_to_phones and words_to_phones(["Laterna"]))
            return Spoken(np.ones(800, np.float32), 8000, Fraction(1, 10), ((0, Fraction(0)),))

    monkeypatch.setitem(engines._registered, "spelling", Spelling())
    monkeypatch.setattr("laterna.voice.telling.g2p.speller", lambda: lambda words: [("ax",) for _ in words])
    speak("Laterna.", voice="spelling", lexicon=Lexicon({"Laterna": ("l", "ae")}))
    speak("Laterna.", voice="spelling")
    assert Spelling.heard == [[("l", "ae")], None]


def test_kept_sentences_are_told_apart_by_voice_and_speed_but_not_by_pitch(
    tmp_path: Path, speech: Speech, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = Pieces(tmp_path)
    speak("The lamp was lit.", voice=speech.voice, pieces=pieces)
    speak("The lamp was lit.", voice=speech.voice, speed=1.2, pieces=pieces)
    assert len(list(tmp_path.glob("*.npz"))) == 2
    speak("The lamp was lit.", voice=speech.voice, pitch=3, pieces=pieces)
    assert len(list(tmp_path.glob("*.npz"))) == 2


@pytest.mark.parametrize(
    "text",
    [
        "and on " * 14_000,
        "and on, " * 12_500,
        "A b. " * 20_000,
        "Dr. " * 25_000,
        "今天很好" * 25_000,
        "\n" * 100_000 + "Hi.",
    ],
)
def test_a_hundred_thousand_characters_of_any_kind_begin_to_sound(text: str) -> None:
    first = next(stream(text, voice="none"))
    assert 0 < first.duration < 30


def test_an_engine_that_runs_words_together_still_times_each(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slurring:
        name, credit, languages = "slur", "", ("en",)

        def available(self) -> bool:
            return True

        def speak_sentence(self, text: str, *, language: str, speed: float) -> Spoken:
            tone = np.sin(np.arange(8000)).astype(np.float32)
            return Spoken(tone, 8000, Fraction(1), ((4, Fraction(1, 2)),))

    monkeypatch.setitem(engines._registered, "slur", Slurring())
    words = speak("One two three", voice="slur").transcript.words
    assert [word.text for word in words] == ["One", "two", "three"]
    assert words[0].end <= words[1].start
    assert float(words[1].start) == pytest.approx(0.5, abs=0.05)
    assert words[1].end == words[2].start < words[2].end


def test_long_speech_is_written_in_its_own_rate(tmp_path: Path) -> None:
    speech = dataclasses.replace(speak("Hi.", voice="none"), samples=np.zeros(16_000, np.float32), sample_rate=16_000)
    speech.save(tmp_path)
    audio = Audio(tmp_path / "speech.wav")
    assert (audio.sample_rate, audio.channels, audio.duration) == (16_000, 1, 1)


def test_silence_in_a_recording_is_kept(tmp_path: Path) -> None:
    write_audio(tmp_path / "quiet.wav", [np.zeros((4000, 1), np.float32)], sample_rate=8000)
    assert Speech.open(tmp_path / "quiet.wav").duration == Fraction(1, 2)


@pytest.mark.parametrize("engine", ["none", "auto"])
def test_spoken_sentences_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    text = "The lamp was lit at 7. The show began."
    fresh = speak(text, voice=engine)
    first = speak(text, voice=engine, pieces=Pieces(tmp_path))
    voice = choose(engine, "en")
    monkeypatch.setattr(type(voice.engine), "speak_sentence", lambda *_, **__: pytest.fail("it was spoken again"))
    kept = speak("The show began. The lamp was lit at 7.", voice=engine, pieces=Pieces(tmp_path))
    again = speak(text, voice=engine, pieces=Pieces(tmp_path))
    assert fresh.transcript == first.transcript == again.transcript
    assert {s.text for s in kept.transcript.sentences} == {s.text for s in fresh.transcript.sentences}
    if fresh.samples is None or again.samples is None:
        assert fresh.samples is again.samples
    else:
        assert np.array_equal(fresh.samples, again.samples)


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"noise" * 99])
def test_a_damaged_spoken_sentence_is_spoken_again(tmp_path: Path, damage) -> None:
    whole = speak("The lamp was lit.", voice="none", pieces=Pieces(tmp_path))
    for piece in tmp_path.glob("*.npz"):
        piece.write_bytes(damage(piece.read_bytes()))
    assert speak("The lamp was lit.", voice="none", pieces=Pieces(tmp_path)).transcript == whole.transcript


@pytest.mark.parametrize("speed", [0.7, 1.5])
def test_short_sentences_are_as_long_as_was_asked(speed: float) -> None:
    for text in ("That left the four of us.", "It's time he had a real job."):
        plain, changed = (speak(text, voice="studio/slt", speed=s).duration for s in (1.0, speed))
        assert float(changed * Fraction(speed) / plain) == pytest.approx(1, abs=0.05)
