"""Every engine keeps the same promises; which engine speaks; and what an engine of one's own takes."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from laterna.errors import DataError, ModelError
from laterna.voice import engines
from laterna.voice.engines import Spoken, Voice, check_engine, choose, match, register, voices_of
from laterna.voice.engines.espeak import Espeak
from laterna.voice.engines.flite import Flite
from laterna.voice.engines.silent import Silent
from laterna.voice.engines.studio.engine import Studio


class Beeper:
    """The smallest engine: each letter is a beep of 50 ms."""

    name = "beeper"
    credit = ""
    languages = ("en", "tlh")

    def available(self) -> bool:
        return True

    def speak_sentence(self, text: str, *, language: str, speed: float) -> Spoken:
        size = round(400 / speed)
        wave = np.tile(np.sin(np.arange(size)).astype(np.float32) * np.float32(0.5), len(text))
        marks = tuple((index, Fraction(index * size, 8000)) for index in range(len(text)))
        return Spoken(wave, 8000, Fraction(len(wave), 8000), marks)


@pytest.fixture
def beeper() -> Iterator[Beeper]:
    engine = Beeper()
    register(engine)
    yield engine
    del engines._registered["beeper"]


def installed(engine: engines.Engine) -> engines.Engine:
    if not engine.available():
        pytest.skip(f"the engine {engine.name} is not installed")
    return engine


@pytest.mark.parametrize("engine", [Flite(), Espeak(), Silent(), Beeper()], ids=lambda engine: engine.name)
def test_it_keeps_its_promises(engine: engines.Engine) -> None:
    check_engine(installed(engine))


@pytest.mark.parametrize("engine", [Flite(), Espeak()], ids=lambda engine: engine.name)
def test_each_of_its_voices_does_so_and_sounds_otherwise(engine: engines.Engine) -> None:
    names = voices_of(installed(engine))[:4]
    assert len(names) > 1
    sounds = []
    for name in names:
        check_engine(engine, "Nobody knew.", voice=name)
        sounds.append(Voice(engine, "en", name).speak("Nobody knew.").samples)
    assert all(not np.array_equal(one, other) for one, other in itertools.combinations(sounds, 2))


def test_flite_tells_its_phones_and_leaves_out_the_voice_that_only_tells_the_time() -> None:
    flite = installed(Flite())
    assert voices_of(flite)[0] == "rms"
    assert "awb_time" not in voices_of(flite)
    spoken = flite.speak_sentence("Yes, sir.", language="en", speed=1.0)
    assert [phone for phone, _, _ in spoken.phones] == ["y", "eh", "s", "s", "er"]
    assert all(a[2] <= b[1] for a, b in itertools.pairwise(spoken.phones))
    assert next(phone for phone, _, _ in flite.speak_sentence("Øre.", language="en", speed=1.0).phones) in ("ao", "ow")
    with pytest.raises(ModelError, match="flite has nothing to say"):
        flite.speak_sentence("…", language="en", speed=1.0)


def test_espeak_spells_texts() -> None:
    espeak = installed(Espeak())
    assert espeak.phonemes(["Hello, world. Yes!", ""], language="en-GB") == ["həlˈəʊ wˈɜːld jˈɛs", ""]
    with pytest.raises(ModelError, match="doesn't speak 'tlh'"):
        espeak.phonemes(["Qapla'"], language="tlh")


@pytest.mark.parametrize("engine", [Flite(), Espeak()], ids=lambda engine: engine.name)
@pytest.mark.parametrize(
    "text",
    ["A.", "$3.50 -- & 10%!", "[[nonsense]] <b>&amp;</b>", "x" * 300, "Ünïcödé çafé — “naïve”", "0", "a\\b|c;`ls`"],
)
def test_odd_text_is_spoken_without_harm(engine: engines.Engine, text: str) -> None:
    spoken = installed(engine).speak_sentence(text, language="en", speed=1.0)
    assert spoken.samples is not None
    assert spoken.duration == Fraction(len(spoken.samples), spoken.sample_rate)


@pytest.mark.parametrize("engine", [Flite(), Espeak()], ids=lambda engine: engine.name)
def test_every_word_of_a_plain_sentence_is_marked(engine: engines.Engine) -> None:
    text = "Seven small boats left the quiet harbour before sunrise."
    spoken = installed(engine).speak_sentence(text, language="en", speed=1.0)
    starts = {index for index in range(len(text)) if index == 0 or text[index - 1] == " "}
    assert starts <= {character for character, _ in spoken.marks}
    gaps = [float(b - a) for (_, a), (_, b) in itertools.pairwise(spoken.marks)]
    assert min(gaps) > 0.05
    assert max(gaps) < 1


def test_espeak_says_a_sentence_the_same_after_another() -> None:
    engine = installed(Espeak())
    alone = engine.speak_sentence("This is a house.", language="en", speed=1.0)
    engine.speak_sentence("Sixty-six sissies were here.", language="en", speed=1.2)
    time.sleep(1.1)  # its noise is seeded by the second unless told otherwise
    again = engine.speak_sentence("This is a house.", language="en", speed=1.0)
    np.testing.assert_array_equal(alone.samples, again.samples)


def test_espeak_does_not_pause_after_an_abbreviation() -> None:
    engine = installed(Espeak())
    texts = "The U.S. Army left.", "The U.S Army left."
    dotted, plain = (engine.speak_sentence(text, language="en", speed=1.0) for text in texts)
    assert abs(dotted.duration - plain.duration) < Fraction(1, 100)


def test_espeak_marks_chinese_characters() -> None:
    spoken = installed(Espeak()).speak_sentence("今天天气很好。", language="zh", speed=1.0)
    assert [character for character, _ in spoken.marks] == [0, 1, 2, 3, 4]  # 很好 is one word to it


def test_espeak_names_over_a_hundred_languages() -> None:
    languages = installed(Espeak()).languages
    assert len(languages) > 100
    assert {"en", "en-gb", "zh", "de", "fr", "es", "ja", "hi", "pt-br", "ru"} <= set(languages)


def test_a_crash_in_espeak_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = installed(Espeak())
    monkeypatch.setitem(engine._voices, "en", "gmw/nowhere")
    with pytest.raises(ModelError, match=r"can't say 'Hello\.' \(it has no voice 'gmw/nowhere"):
        engine.speak_sentence("Hello.", language="en", speed=1.0)


@pytest.mark.parametrize(
    ("language", "tag"),
    [("en", "en"), ("en-GB", "en-gb"), ("en_AU", "en"), ("eng", "en"), ("ZH-Hans-CN", "zh"), ("de", None), ("e", None)],
)
def test_a_language_is_matched_by_dropping_its_subtags(language: str, tag: str | None) -> None:
    assert match(language, ("en", "en-gb", "zh")) == tag


def test_auto_takes_the_first_installed_engine_that_speaks_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Studio, "available", lambda self: False)
    monkeypatch.setattr(Flite, "available", lambda self: True)
    monkeypatch.setattr(Espeak, "available", lambda self: True)
    monkeypatch.setattr(Espeak, "languages", ("en", "zh"))
    assert choose("auto", "en").engine.name == "flite"
    assert choose("auto", "zh-CN").engine.name == "espeak"


def test_auto_is_silent_only_where_no_engine_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Studio, "available", lambda self: False)
    monkeypatch.setattr(Flite, "available", lambda self: False)
    monkeypatch.setattr(Espeak, "available", lambda self: False)
    assert choose("auto", "zh").engine.name == "none"
    monkeypatch.setattr(Flite, "available", lambda self: True)
    with pytest.raises(ModelError, match=r"No installed voice speaks 'zh' \(flite can do en\)"):
        choose("auto", "zh")


@pytest.mark.parametrize(
    ("name", "language", "message"),
    [
        ("flit", "en", "no voice 'flit': did you mean 'flite'"),
        ("flite/rns", "en", "'flite' has no voice 'rns': did you mean 'rms'"),
        ("flite/anna", "en", "'flite' has no voice 'anna': choose rms, "),
        ("none/anna", "en", "'none' has no voice 'anna': it has one voice, so name the engine alone"),
        ("flite/my.onnx", "en", "'flite' reads no file such as 'my.onnx'"),
        ("onnx", "en", "'onnx' speaks files: name one"),
        ("siri", "en", "no voice 'siri': choose auto, studio, flite"),
        ("flite", "de", "No installed voice speaks 'de'"),
        ("espeak", "xx", "No installed voice speaks 'xx'"),
    ],
)
def test_what_cannot_be_chosen_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, language: str, message: str
) -> None:
    monkeypatch.setattr(Flite, "available", lambda self: True)
    monkeypatch.setattr(Espeak, "available", lambda self: True)
    monkeypatch.setattr(Espeak, "languages", ("en", "zh"))
    with pytest.raises(ModelError, match=message):
        choose(name, language)


def test_a_voice_without_its_engine_is_suggested_with_it() -> None:
    installed(Flite())
    with pytest.raises(ModelError, match="no voice 'kal16': did you mean 'flite/kal16'"):
        choose("kal16", "en")


def test_an_engine_is_given_what_it_takes_and_no_more(beeper: Beeper, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}

    def speak_sentence(text: str, *, language: str, speed: float, voice: str = "usual", seed: int = 7) -> Spoken:
        given.update(voice=voice, seed=seed)
        return Spoken(None, 1000, Fraction(1), ((0, Fraction(0)),))

    monkeypatch.setattr(beeper, "speak_sentence", speak_sentence, raising=False)
    Voice(beeper, "en").speak("Hello.", seed=3, words_to_phones=lambda words: [])
    assert given == {"voice": "usual", "seed": 3}
    assert not Voice(beeper, "en").takes_phones
    monkeypatch.setattr(beeper, "voices", ("anna", "bert"), raising=False)
    choose("beeper/bert", "en").speak("Hello.")
    assert given == {"voice": "bert", "seed": 0}
    assert str(choose("beeper", "en")) == "beeper/anna"


def test_a_fingerprint_tells_voices_languages_and_weights_apart(
    beeper: Beeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {Voice(beeper, "en").fingerprint, Voice(beeper, "tlh").fingerprint, Voice(beeper, "en", "anna").fingerprint}
    monkeypatch.setattr(beeper, "fingerprint", "new weights", raising=False)
    assert len(seen | {Voice(beeper, "en").fingerprint}) == 4


def test_an_engine_that_is_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Espeak, "available", lambda self: False)
    with pytest.raises(ModelError, match="pip install"):
        choose("espeak", "en")


def test_a_registered_engine_is_chosen_by_name_and_stands_before_the_silent_one(beeper: Beeper) -> None:
    assert choose("beeper", "tlh").engine is beeper
    assert [engine.name for engine in engines.engines()][-2:] == ["beeper", "none"]


def test_a_plugin_registers_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("beeper", f"{__name__}:Beeper", "laterna.voices")
    monkeypatch.setattr(EntryPoint, "load", lambda self: Beeper)
    monkeypatch.setattr(engines, "entry_points", lambda group: [entry] if group == "laterna.voices" else [])
    engines._load_plugins.cache_clear()
    try:
        assert choose("beeper", "en").engine.name == "beeper"
    finally:
        del engines._registered["beeper"]


class Forgetful(Beeper):
    """Breaks one promise at a time."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        self.count = 0

    def speak_sentence(self, text: str, *, language: str, speed: float) -> Spoken:
        self.count += 1
        spoken = super().speak_sentence(text, language=language, speed=1.0 if self.fault == "speed" else speed)
        samples, marks = spoken.samples, spoken.marks
        assert samples is not None
        if self.fault == "order":
            marks = marks[::-1]
        elif self.fault == "characters":
            marks = ((len(text), Fraction(0)),)
        elif self.fault == "stereo":
            samples = np.stack([samples, samples])
        elif self.fault == "loud":
            samples = samples * 3
        elif self.fault == "phones":
            return replace(spoken, phones=(("aa", Fraction(1, 2), Fraction(1)), ("iy", Fraction(0), Fraction(1, 2))))
        elif self.fault == "moody":
            samples = samples / np.float32(self.count)
        return Spoken(samples, spoken.sample_rate, spoken.duration, marks)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("order", "follow one another"),
        ("characters", "characters that the sentence doesn't have"),
        ("phones", "phones that don't follow one another"),
        ("stereo", "not mono float32"),
        ("loud", "beyond -1..1"),
        ("moody", "in two ways"),
        ("speed", "no shorter"),
    ],
)
def test_the_check_finds_each_broken_promise(fault: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_engine(Forgetful(fault))
