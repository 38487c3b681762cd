"""The list of voices: those that can speak here, and what else could be installed."""

from pathlib import Path

import pytest

from laterna.voice import voices
from laterna.voice.engines import choose
from laterna.voice.engines.espeak import Espeak
from laterna.voice.engines.flite import Flite
from laterna.voice.engines.studio.engine import Studio


@pytest.fixture(autouse=True)
def no_piper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATERNA_VOICES", str(tmp_path))


def test_every_voice_in_the_list_can_be_chosen() -> None:
    listed = [one.voice for one in voices() if one.installed == "yes" and "PATH" not in one.voice]
    assert listed
    for voice in listed:
        assert str(choose(voice, "en")) == voice


def test_it_tells_languages_and_licence() -> None:
    for one in voices():
        assert one.installed != "yes" or (one.languages and one.licence), one
        assert set(one.to_json()) == {"voice", "languages", "licence", "installed"}


def test_of_many_languages_it_names_a_few() -> None:
    if not Espeak().available():
        pytest.skip("eSpeak NG is not installed")
    espeak = next(one for one in voices() if one.voice.startswith("espeak/"))
    assert espeak.languages.startswith("en, zh, hi, es, ar, fr and 1")
    assert "GPL-3.0" in espeak.licence


def test_what_is_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for engine in (Studio, Flite, Espeak):
        monkeypatch.setattr(engine, "available", lambda self: False)
    listed = {one.voice: one.installed for one in voices()}
    assert listed["flite"] == "on Debian and Ubuntu, apt install flite"
    assert listed["espeak"] == "pip install 'laterna[voice-espeak]'"
    assert listed["studio"] != "yes"


def test_voices_that_are_files_are_shown_as_paths() -> None:
    shown = [one.voice for one in voices()]
    assert "onnx/PATH.onnx" in shown
    assert "piper/PATH.onnx" in shown
