"""The pitch of tones and of speech, hard cases among them."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from laterna.voice.pitch import HIGHEST, LOWEST, STEP, Pitch, track

RATE = 16_000


def harmonics(hertz: np.ndarray | float, seconds: float = 1.0, *, numbers=None, rate: int = RATE) -> np.ndarray:
    """A tone of harmonics up to 3.5 kHz, or of those of the numbers given; ``hertz`` may be a contour."""
    count = round(seconds * rate)
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(hertz, count)) / rate
    numbers = range(1, int(3500 / np.max(hertz)) + 1) if numbers is None else numbers
    wave = np.sum([np.cos(number * phase) for number in numbers], axis=0)
    return (wave / np.abs(wave).max() / 2).astype(np.float32)


def vowel(
    hertz: np.ndarray | float, formants: tuple[float, ...] = (500, 1500, 2500), seconds: float = 1.0
) -> np.ndarray:
    """Harmonics as loud as a throat with resonances lets them be."""
    count = round(seconds * RATE)
    hertz = np.broadcast_to(hertz, count)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    wave = np.zeros(count)
    for number in range(1, int(4000 / hertz.max())):
        at = number * hertz
        wave += np.cos(number * phase + number) * sum(1 / (1 + ((at - f) / 120) ** 2) for f in formants) / number
    return (wave / np.abs(wave).max() / 2).astype(np.float32)


def semitones(pitch: Pitch, hertz: np.ndarray | float) -> np.ndarray:
    """How far each voiced frame is off; contours are given by the sample."""
    places = np.minimum(np.arange(len(pitch.hertz)) * round(STEP * RATE), np.size(hertz) - 1)
    right = np.ravel(hertz)[places]
    return np.abs(12 * np.log2(pitch.hertz[pitch.voiced] / right[pitch.voiced]))


@pytest.mark.parametrize("hertz", [50, 61.7, 100, 101, 123.4, 220, 333.3, 440, 498])
@pytest.mark.parametrize(
    "numbers", [(1,), None, (2, 3, 4, 5), (3, 4, 5)], ids=["sine", "pulses", "no first", "no second"]
)
def test_a_tone_has_its_pitch(hertz: float, numbers) -> None:
    pitch = track(harmonics(hertz, numbers=numbers), RATE)
    assert pitch.voiced.mean() > 0.98
    assert abs(12 * np.log2(pitch.median / hertz)) < 0.03
    assert semitones(pitch, hertz)[10:-10].max() < 0.2


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 44_100, 48_000])
def test_any_rate_will_do(rate: int) -> None:
    pitch = track(harmonics(150, rate=rate), rate)
    assert len(pitch.hertz) == pytest.approx(1 / STEP, abs=1)
    assert pitch.median == pytest.approx(150, rel=0.002)


def test_frames_stand_where_the_sound_is() -> None:
    """A glide tells when each frame was heard: an octave a second is a tenth of a semitone in 8 ms."""
    contour = 100 * 2 ** np.linspace(0, 1, RATE)
    assert np.median(semitones(track(vowel(contour), RATE), contour)) < 0.06


def test_vibrato_is_followed() -> None:
    contour = 200 * 2 ** (np.sin(2 * np.pi * 6 * np.arange(RATE) / RATE) / 12)
    found = track(vowel(contour), RATE)
    assert semitones(found, contour).max() < 0.5
    assert np.ptp(12 * np.log2(found.hertz[20:-20])) == pytest.approx(2, abs=0.4)


@pytest.mark.parametrize("hertz", [80, 120, 200, 300])
@pytest.mark.parametrize("multiple", [2, 3, 4])
def test_a_formant_upon_a_harmonic_is_no_pitch(hertz: float, multiple: int) -> None:
    found = track(vowel(hertz, formants=(multiple * hertz,)), RATE)
    assert semitones(found, hertz)[4:-4].max() < 0.2


def test_a_creaking_voice_does_not_fall_an_octave() -> None:
    """Every other pulse is a little weaker."""
    wave = vowel(120) + 0.1 * vowel(60)
    assert semitones(track(wave, RATE), 120)[4:-4].max() < 0.2


def test_a_voice_is_heard_through_noise() -> None:
    noise = np.random.default_rng(0).normal(0, 0.01, RATE)
    assert semitones(track((vowel(130) + noise).astype(np.float32), RATE), 130)[4:-4].max() < 0.3


@pytest.mark.parametrize("level", [1e-3, 0.1])
def test_noise_has_no_pitch(level: float) -> None:
    noise = np.random.default_rng(0).normal(0, level, 2 * RATE).astype(np.float32)
    assert track(noise, RATE).voiced.mean() < 0.02


def test_hiss_over_a_faint_hum_has_no_pitch() -> None:
    """So are the sibilants of voices made of parameters."""
    noise = np.diff(np.random.default_rng(0).normal(0, 0.2, RATE + 2), 2)
    assert track((noise + 0.02 * vowel(100)).astype(np.float32), RATE).voiced.mean() < 0.02


def test_a_pause_has_no_pitch_and_parts_two_stretches() -> None:
    wave = np.concatenate([vowel(150, seconds=0.5), np.zeros(RATE // 2, np.float32), vowel(100, seconds=0.5)])
    stretches = track(wave, RATE).stretches()
    assert np.array(stretches) * STEP == pytest.approx(np.array([(0, 0.5), (1, 1.5)]), abs=0.03)


@pytest.mark.parametrize("count", [0, 1, 50, 700])
def test_short_and_silent_sounds_have_none(count: int) -> None:
    for samples in (np.zeros(count, np.float32), np.full(count, 0.5, np.float32)):
        found = track(samples, RATE)
        assert found.median == 0
        assert found.stretches() == []
        assert len(found.hertz) == len(found.strength) == -(-count // round(STEP * RATE))


def test_long_sounds_are_looked_at_in_parts_that_do_not_show() -> None:
    wave = np.tile(harmonics(100), 12)
    found = track(wave, RATE)
    assert found.voiced[:-2].all()
    assert semitones(found, 100)[10:-10].max() < 0.05


@pytest.mark.parametrize(("voice", "low", "high"), [("rms", 90, 115), ("slt", 155, 180)])
def test_speech_has_the_pitch_of_its_voice_and_its_sibilants_none(
    voice: str, low: float, high: float, tmp_path: Path
) -> None:
    if shutil.which("flite") is None:
        pytest.skip("flite is not installed")
    text = "She sells sea shells, which is exceptionally strange."
    options = ["-voice", voice, "-t", text, "-psdur", "-o", str(tmp_path / "x.wav")]
    printed = subprocess.run(["flite", *options], capture_output=True, text=True, check=True).stdout
    found = track(*soundfile.read(tmp_path / "x.wav", dtype="float32"))
    assert low < found.median < high
    assert ((found.hertz[found.voiced] > found.median / 2) & (found.hertz[found.voiced] < found.median * 1.6)).all()
    voiced = dict[str, list[bool]]()
    last = 0.0
    for name, end in (part.split(":") for part in printed.split() if ":" in part):
        middle = int(((last + float(end)) / 2) / STEP)
        voiced.setdefault(name, []).extend(found.voiced[middle - 2 : middle + 3])
        last = float(end)
    assert all(all(voiced[phone]) for phone in ("eh", "iy", "l", "ax", "ey"))
    assert np.mean(voiced["s"] + voiced["sh"]) < 0.1
    assert not any(voiced["pau"])


def test_the_range_is_as_it_is_stated() -> None:
    assert track(harmonics(LOWEST), RATE).median == pytest.approx(LOWEST, rel=0.01)
    assert track(harmonics(HIGHEST), RATE).median == pytest.approx(HIGHEST, rel=0.01)
    assert track(harmonics(1200), RATE).median <= HIGHEST
