"""A person's own recording gets word times from its pauses and the text's lengths."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from laterna.errors import DataError
from laterna.media.audio import Audio, write_audio
from laterna.voice import align, engines, speak

TEXT = """The lantern was lit at seven. A crowd had come from the hills, from the harbour, and from the farms beyond.
Nobody spoke. Then the first picture fell upon the wall, and a child laughed out loud!

It was a ship, small and white. It crossed the wall from left to right, and was gone."""


@pytest.fixture(scope="module", params=["flite", "espeak"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[float]]:
    """A recording with a little noise, and when its sentences start."""
    known = {engine.name: engine for engine in engines.engines()}
    if not known[request.param].available():
        pytest.skip(f"the engine {request.param} is not installed")
    speech = speak(TEXT, voice=request.param)
    assert speech.samples is not None
    lead = np.zeros(speech.sample_rate, np.float32)
    noise = np.random.default_rng(0).uniform(-0.002, 0.002, len(speech.samples) + 2 * len(lead)).astype(np.float32)
    path = tmp_path_factory.mktemp("told") / f"{request.param}.wav"
    write_audio(path, [(np.concatenate([lead, speech.samples, lead]) + noise)[:, None]], sample_rate=speech.sample_rate)
    return path, [1 + float(word.start) for word in speech.transcript.words]


def test_sentences_and_words_are_found_near_where_they_are(told: tuple[Path, list[float]]) -> None:
    path, truth = told
    transcript = align(TEXT, Audio(path))
    assert [sentence.text for sentence in transcript.sentences] == [
        sentence.text for sentence in speak(TEXT, voice="none").transcript.sentences
    ]
    off = np.array([float(word.start) for word in transcript.words]) - truth
    heads = np.cumsum([0, *(len(sentence.words) for sentence in transcript.sentences)])[:-1]
    assert np.abs(off[heads]).max() < 0.25
    assert np.abs(off).mean() < 0.2
    assert np.abs(off).max() < 0.7
    words = transcript.words
    assert all(a.end <= b.start for a, b in pairwise(words))
    assert words[-1].end <= Audio(path).duration


def test_more_sentences_than_pauses_are_shared_out_by_length(tmp_path: Path) -> None:
    hum = np.random.default_rng(0).uniform(-0.3, 0.3, (32_000, 1)).astype(np.float32)
    write_audio(tmp_path / "hum.wav", [hum], sample_rate=8000)
    transcript = align("One. Two. Thirty thousand people.", Audio(tmp_path / "hum.wav"))
    lengths = [float(sentence.end - sentence.start) for sentence in transcript.sentences]
    assert sum(lengths) == pytest.approx(4, abs=0.1)
    assert lengths[2] > 2 * lengths[0]


def test_a_long_pause_ends_a_sentence_where_the_pace_is_uneven(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sound = []
    for voice, pause in [(0.5, 0.2), (0.5, 1.0), (0.7, 0.2), (0.7, 0.5)]:  # seconds
        sound += [rng.uniform(-0.3, 0.3, round(voice * 8000)), np.zeros(round(pause * 8000))]
    write_audio(tmp_path / "told.wav", [np.concatenate(sound).astype(np.float32)[:, None]], sample_rate=8000)
    transcript = align("One and two and three now ok. Four and five now.", Audio(tmp_path / "told.wav"))
    assert float(transcript.sentences[1].start) == pytest.approx(2.2, abs=0.02)


def test_real_readings_fill_their_recordings(data: Path) -> None:
    rows = {path.stem: path for path in (data / "ljspeech").rglob("*.wav")}
    texts = transcripts(data / "ljspeech")
    assert texts
    for name, text in list(texts.items())[:8]:
        audio = Audio(rows[name])
        transcript = align(text, audio)
        assert transcript.words[0].start < 0.6
        assert audio.duration - transcript.end < 0.6
        assert len(transcript.words) >= len(text.split()) - 1


def transcripts(folder: Path) -> dict[str, str]:
    rows = (line.split("|") for line in (folder / "metadata.csv").read_text().splitlines())
    return {row[0]: row[-1] for row in rows}


def test_silence_and_muteness_are_named(tmp_path: Path) -> None:
    write_audio(tmp_path / "quiet.wav", [np.zeros((8000, 1), np.float32)], sample_rate=8000)
    with pytest.raises(DataError, match=r"quiet\.wav' is silent"):
        align("Hello.", Audio(tmp_path / "quiet.wav"))
    with pytest.raises(DataError, match="no words to align"):
        align("🎉", Audio(tmp_path / "quiet.wav"))


def test_a_text_without_stops_runs_through_all_of_its_pauses(tmp_path: Path) -> None:
    burst = np.random.default_rng(0).uniform(-0.3, 0.3, 2400)
    sound = np.concatenate([np.concatenate([burst, np.zeros(2000)]) for _ in range(60)]).astype(np.float32)
    write_audio(tmp_path / "told.wav", [sound[:, None]], sample_rate=8000)
    words = align(" ".join(["lantern"] * 60), Audio(tmp_path / "told.wav")).words
    assert words[0].start < 0.1
    assert float(words[-1].end) == pytest.approx(59 * 0.55 + 0.3, abs=0.1)


def test_a_recording_of_a_moment_is_silent(tmp_path: Path) -> None:
    write_audio(tmp_path / "click.wav", [np.full((50, 1), 0.5, np.float32)], sample_rate=8000)
    with pytest.raises(DataError, match="is silent"):
        align("Hello there.", Audio(tmp_path / "click.wav"))
