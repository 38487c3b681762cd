"""Speech written as it is spoken: any kind of file, the same sound, and no more memory for a longer text."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from laterna.errors import DataError, ModelError
from laterna.media.audio import Audio
from laterna.voice import Speech, recording, speak
from laterna.voice.engines import choose, engines

TEXT = "The lamp was lit. Nobody knew, of all who had come, which of them had lit it.\n\nThe show began."


@pytest.fixture(scope="module")
def voice() -> str:
    names = {engine.name for engine in engines() if engine.available()}
    found = next((name for name in ("flite", "studio", "espeak") if name in names), None)
    return found or pytest.skip("no engine with a sound is installed")


def sounding(path: Path) -> np.ndarray:
    return np.concatenate([block[:, 0] for block in Audio(path).blocks(channels=1)])


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".m4a", ".ogg"])
def test_a_file_holds_what_is_spoken(tmp_path: Path, voice: str, suffix: str) -> None:
    recorded = recording.speak(TEXT, out=tmp_path / f"a{suffix}", voice=voice)
    speech = speak(TEXT, voice=voice)
    assert recorded.duration == speech.duration
    assert recorded.speech.transcript == speech.transcript
    assert recorded.speech.phones == speech.phones
    heard = sounding(tmp_path / f"a{suffix}")
    assert speech.samples is not None
    assert Audio(tmp_path / f"a{suffix}").sample_rate == speech.sample_rate
    assert len(heard) == pytest.approx(len(speech.samples), abs=0.2 * speech.sample_rate)
    if suffix in (".wav", ".flac"):
        np.testing.assert_allclose(heard, speech.samples, atol=2**-22)
    else:
        assert np.std(heard) == pytest.approx(np.std(speech.samples), rel=0.08)


def test_so_does_a_folder_with_all_times(tmp_path: Path, voice: str) -> None:
    recorded = recording.speak(TEXT, out=tmp_path / "a", voice=voice)
    opened, speech = Speech.open(tmp_path / "a"), speak(TEXT, voice=voice)
    assert opened.to_json() == speech.to_json()
    assert recorded.to_json() == {"path": str(tmp_path / "a"), **speech.to_json()}


def test_a_speech_saves_itself_to_either(tmp_path: Path, voice: str) -> None:
    speech = speak("Hello.", voice=voice)
    speech.save(tmp_path / "a.flac")
    recording.speak("Hello.", out=tmp_path / "b.flac", voice=voice)
    assert (tmp_path / "a.flac").read_bytes() == (tmp_path / "b.flac").read_bytes()


def test_an_mp3_says_that_a_machine_spoke(tmp_path: Path, voice: str) -> None:
    recording.speak("Hello.", out=tmp_path / "a.mp3", voice=voice)
    assert b"Read by a computer's voice" in (tmp_path / "a.mp3").read_bytes()


def test_nothing_is_written_where_nothing_is_named(voice: str) -> None:
    recorded = recording.speak("Hello there.", voice=voice)
    assert recorded.path is None
    assert [word.text for word in recorded.speech.transcript.words] == ["Hello", "there."]


def test_progress_counts_sentences(voice: str) -> None:
    told: list[tuple[int, int]] = []
    recording.speak(
        TEXT + " " + "So it went on, and on, and on, " * 6, voice="none", progress=lambda *at: told.append(at)
    )
    assert told[0] == (1, 4)
    assert told[-1] == (4, 4)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_without_a_sound_a_folder_has_the_words_and_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "speech.wav").write_bytes(b"old")
    recording.speak(TEXT, out=tmp_path / "a", voice="none")
    assert Speech.open(tmp_path / "a").samples is None
    with pytest.raises(DataError, match=r"no sound to write to .*a\.wav': install a voice, or name a folder"):
        recording.speak(TEXT, out=tmp_path / "a.wav", voice="none")
    assert not (tmp_path / "a.wav").exists()


def test_an_unknown_suffix_is_named_and_a_file_is_not_overwritten_by_a_folder(tmp_path: Path, voice: str) -> None:
    with pytest.raises(DataError, match=r"names no sound format that can be written"):
        recording.speak("Hello.", out=tmp_path / "a.aiff", voice=voice)
    with pytest.raises(DataError, match="names neither a folder nor a sound"):
        recording.speak("Hello.", out=tmp_path / "a.xyz", voice=voice)
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(DataError, match="names neither a folder nor a sound"):
        recording.speak("Hello.", out=tmp_path / "notes", voice=voice)
    assert (tmp_path / "notes").read_text() == "mine"


def test_a_failure_on_the_way_leaves_no_half_file(tmp_path: Path, voice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = choose(voice, "en").engine
    whole = type(engine).speak_sentence

    def failing(self, text, **options):
        if "show" in text:
            raise ModelError("it broke")
        return whole(self, text, **options)

    def seeming(self, text, *, language, speed, voice=None, seed=0):
        return failing(self, text, language=language, speed=speed)

    monkeypatch.setattr(type(engine), "speak_sentence", seeming)
    with pytest.raises(ModelError, match="it broke"):
        recording.speak(TEXT, out=tmp_path / "a.wav", voice=voice)
    assert list(tmp_path.iterdir()) == []


MEASURED = """
import json, resource, sys
from pathlib import Path
import numpy as np
from fractions import Fraction
from laterna.voice import engines, recording
from laterna.voice.engines import Spoken

class Hum:
    name, credit, languages = "hum", "", ("en",)
    def available(self): return True
    def speak_sentence(self, text, *, language, speed):
        samples = np.sin(np.arange(16000 * len(text) // 16) / 20).astype(np.float32)
        return Spoken(samples, 16000, Fraction(len(samples), 16000), ((0, Fraction(0)),))

engines.register(Hum())
peaks = []
for count in (200, 4000):
    recorded = recording.speak("Nobody knew who had lit it. " * count, out=Path(sys.argv[1]), voice="hum")
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print(json.dumps([float(recorded.duration), *peaks]))
"""


@pytest.mark.slow
def test_a_text_of_a_hundred_thousand_characters_takes_no_more_memory(tmp_path: Path) -> None:
    """Two hours of sound would be 430 MB; words and their times may take some."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(tmp_path / "long.flac")], capture_output=True, text=True, check=True
    )
    seconds, before, after = json.loads(done.stdout)
    assert seconds > 6000
    assert after - before < 60
