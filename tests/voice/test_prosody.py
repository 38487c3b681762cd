"""Speech at another speed and pitch: as much as was asked, no click, no buzz, and nothing else changed."""

import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.errors import DataError
from laterna.voice.emotion import EMOTIONS, prosody_of
from laterna.voice.engines.spoken import Spoken
from laterna.voice.metrics import mel_cepstral_distortion
from laterna.voice.pitch import track
from laterna.voice.prosody import NEUTRAL, Prosody, change, said

RATE = 16_000
TEXT = "She sells sea shells; take thick books to the church picnic."


@pytest.fixture(scope="module", params=["rms", "slt"])
def spoken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """A real voice, one low and one high."""
    return flite(request.param, tmp_path_factory.mktemp("flite"))


def flite(voice: str, folder: Path) -> np.ndarray:
    if shutil.which("flite") is None:
        pytest.skip("flite is not installed")
    subprocess.run(["flite", "-voice", voice, "-t", TEXT, "-o", str(folder / "x.wav")], check=True)
    samples, _ = soundfile.read(folder / "x.wav", dtype="float32")
    return samples


def voice(hertz: float = 120.0, seconds: float = 1.0) -> np.ndarray:
    """A vowel whose pitch falls by a third on its way."""
    count = round(seconds * RATE)
    phase = 2 * np.pi * np.cumsum(hertz * 2 ** np.linspace(1 / 6, -1 / 6, count)) / RATE
    wave = sum(np.cos(n * phase + n) * np.exp(-(((n * hertz - 600) / 500) ** 2)) for n in range(1, 20))
    return np.asarray(wave / np.abs(wave).max() / 2).astype(np.float32)


def noise(seconds: float = 1.0) -> np.ndarray:
    return np.diff(np.random.default_rng(1).normal(0, 0.05, round(seconds * RATE) + 1)).astype(np.float32)


def semitones_up(samples: np.ndarray, changed: np.ndarray) -> float:
    return 12 * np.log2(track(changed, RATE).median / track(samples, RATE).median)


def clicks(samples: np.ndarray) -> float:
    """The sharpest corner, measured by how loud it is about it."""
    around = np.convolve(np.abs(samples), np.ones(320) / 320, "same")[3:]
    return float((np.abs(np.diff(samples, 3)) / (around + 1e-3 * np.abs(samples).max())).max())


def test_nothing_to_change_gives_the_samples_untouched(spoken: np.ndarray) -> None:
    assert change(spoken, RATE, NEUTRAL) is spoken
    assert change(spoken, RATE, Prosody(speed=1.0, pitch=0.0)) is spoken


@pytest.mark.parametrize("speed", [0.7, 1.0, 1.5])
@pytest.mark.parametrize("pitch", [-5.0, -2.0, 2.0, 5.0])
def test_median_pitch_and_duration_come_out_as_asked(spoken: np.ndarray, speed: float, pitch: float) -> None:
    changed = change(spoken, RATE, Prosody(speed, pitch))
    assert len(changed) == round(len(spoken) / speed)
    assert semitones_up(spoken, changed) == pytest.approx(pitch, abs=0.4)


@pytest.mark.parametrize("pitch", [-12.0, -7.0, 7.0, 12.0])
def test_an_octave_either_way_can_be_asked(pitch: float) -> None:
    assert semitones_up(voice(160), change(voice(160), RATE, Prosody(pitch=pitch))) == pytest.approx(pitch, abs=0.1)


@pytest.mark.parametrize(("speed", "pitch"), [(0.5, 0), (0.7, 0), (1.5, 0), (2, 0), (1, -5), (1, 5), (0.8, 3)])
def test_no_click_is_added(spoken: np.ndarray, speed: float, pitch: float) -> None:
    assert clicks(change(spoken, RATE, Prosody(speed, pitch))) < 1.35 * clicks(spoken)


@pytest.mark.parametrize("pitch", [-5.0, -2.0, 2.0, 5.0])
def test_another_pitch_leaves_the_throat_as_it_is(spoken: np.ndarray, pitch: float) -> None:
    """Played at another rate, for comparison, it is over 5 dB away."""
    assert mel_cepstral_distortion(spoken, change(spoken, RATE, Prosody(pitch=pitch))) < 2


@pytest.mark.parametrize("speed", [0.7, 0.9, 1.2])
def test_a_change_of_speed_can_be_taken_back(spoken: np.ndarray, speed: float) -> None:
    back = change(change(spoken, RATE, Prosody(speed)), RATE, Prosody(1 / speed))
    assert mel_cepstral_distortion(spoken, back) < 2.6


@pytest.mark.parametrize("speed", [0.5, 0.7, 0.85, 1.2, 2.0])
def test_noise_stays_noise(speed: float) -> None:
    """Nothing is heard twice, nor is it louder and softer by turns, either of which would buzz."""
    drawn = change(noise(), RATE, Prosody(speed))
    alike = np.fft.irfft(np.abs(np.fft.rfft(drawn, 2 * len(drawn))) ** 2)
    assert np.abs(alike[32:800]).max() / alike[0] < 5 / np.sqrt(len(drawn))
    power = np.convolve(np.square(drawn), np.ones(32) / 32, "valid")
    tones = np.abs(np.fft.rfft((power - power.mean()) * np.hanning(len(power))))
    band = tones[round(50 * len(power) / RATE) : round(260 * len(power) / RATE)]
    assert band.max() < 6 * np.median(band)
    assert not track(drawn, RATE).voiced.any()
    assert np.std(drawn) == pytest.approx(np.std(noise()), rel=0.07)


def test_noise_is_copied_sample_by_sample_where_the_speed_is_kept() -> None:
    wave = np.concatenate([voice(), noise()])
    changed = change(wave, RATE, Prosody(pitch=4))
    quiet = slice(RATE + RATE // 10, 2 * RATE - RATE // 10)
    np.testing.assert_allclose(changed[quiet], wave[quiet], atol=1e-6)


@pytest.mark.parametrize("speed", [0.5, 0.7, 1.4, 2.0])
def test_a_burst_is_heard_once_and_in_time(speed: float) -> None:
    decay = np.exp(-np.arange(1600) / 160)
    wave = np.concatenate([np.zeros(4000), noise(0.1) * decay, np.zeros(4000)]).astype(np.float32)
    drawn = change(wave, RATE, Prosody(speed))
    level = np.sqrt(np.convolve(np.square(drawn), np.ones(32) / 32, "same"))
    loud = np.flatnonzero(level > level.max() / 3)
    assert loud[0] / RATE == pytest.approx(0.25 / speed, abs=0.003)
    assert np.ptp(loud) / RATE < 0.03
    assert np.abs(drawn).max() == pytest.approx(np.abs(wave).max(), rel=0.1)


@pytest.mark.parametrize("amount", [0.0, 0.5, 1.5, 2.0])
def test_the_range_of_pitch_is_drawn_in_and_out_about_the_median(amount: float) -> None:
    wave = voice(150)
    changed = change(wave, RATE, Prosody(range=amount))
    before, after = (np.log2(track(one, RATE).hertz[10:-10]) * 12 for one in (wave, changed))
    assert np.ptp(after) == pytest.approx(amount * np.ptp(before), abs=0.3)
    assert np.median(after) == pytest.approx(np.median(before), abs=0.15)


def test_loudness_stays_unless_it_is_asked_for(spoken: np.ndarray) -> None:
    for prosody in (Prosody(pitch=5), Prosody(pitch=-5), Prosody(speed=0.7)):
        assert np.std(change(spoken, RATE, prosody)) == pytest.approx(np.std(spoken), rel=0.03)
    np.testing.assert_allclose(change(spoken, RATE, Prosody(energy=-6)), spoken * 10 ** (-6 / 20), rtol=1e-6)
    assert np.abs(change(spoken, RATE, Prosody(energy=12))).max() <= 1


def test_a_whisper_has_no_voice_and_the_same_throat(spoken: np.ndarray) -> None:
    whisper = change(spoken, RATE, Prosody(breath=1))
    before, after = track(spoken, RATE), track(whisper, RATE)
    kept = (
        np.abs(np.log2(after.hertz[before.voiced & after.voiced] / before.hertz[before.voiced & after.voiced])) < 1 / 12
    )
    assert kept.sum() < 0.05 * before.voiced.sum()
    assert after.voiced.mean() < 0.35 * before.voiced.mean()
    assert mel_cepstral_distortion(spoken, whisper) < 5.5
    half = change(spoken, RATE, Prosody(breath=0.3))
    assert track(half, RATE).voiced.mean() > 0.9 * track(spoken, RATE).voiced.mean()
    assert 0.5 < mel_cepstral_distortion(spoken, half) < mel_cepstral_distortion(spoken, whisper)


@pytest.mark.parametrize("prosody", [Prosody(0.8, 3), *EMOTIONS.values()])
def test_the_same_gives_the_same_samples(spoken: np.ndarray, prosody: Prosody) -> None:
    np.testing.assert_array_equal(change(spoken, RATE, prosody, seed=3), change(spoken, RATE, prosody, seed=3))


def test_the_seed_changes_breath_alone() -> None:
    wave = voice()
    assert np.array_equal(change(wave, RATE, Prosody(pitch=3), seed=1), change(wave, RATE, Prosody(pitch=3), seed=2))
    assert np.any(change(wave, RATE, Prosody(breath=1), seed=1) != change(wave, RATE, Prosody(breath=1), seed=2))


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 48_000])
def test_any_rate_will_do(rate: int) -> None:
    times = np.arange(rate) / rate
    wave = sum(np.cos(2 * np.pi * 140 * n * times + n) for n in range(1, 15)).astype(np.float32) / 20
    changed = change(wave, rate, Prosody(0.8, 4))
    assert len(changed) == round(rate / 0.8)
    assert track(changed, rate).median == pytest.approx(140 * 2 ** (4 / 12), rel=0.01)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 100, 1000])
@pytest.mark.parametrize("make", [np.zeros, np.ones, lambda count: noise(1)[:count], lambda count: voice()[:count]])
@pytest.mark.parametrize("prosody", [Prosody(0.5, 12), Prosody(2.0, -12), Prosody(1.3, breath=1.0, energy=3)])
def test_sounds_of_any_length_and_silence_are_changed(count: int, make, prosody: Prosody) -> None:
    changed = change(make(count).astype(np.float32), RATE, prosody)
    assert (len(changed), changed.dtype) == (round(count / prosody.speed), np.float32)
    assert np.isfinite(changed).all()
    assert np.abs(changed).max(initial=0) <= 1


@settings(max_examples=25, deadline=None)
@given(
    speed=st.floats(0.5, 2), pitch=st.floats(-12, 12), span=st.floats(0, 2), hertz=st.floats(55, 450),
)  # fmt: skip
def test_any_change_of_any_voice_is_as_long_as_asked_and_finite(
    speed: float, pitch: float, span: float, hertz: float
) -> None:
    wave = np.concatenate([noise(0.1), voice(hertz, 0.3), np.zeros(800, np.float32), voice(hertz * 1.1, 0.2)])
    changed = change(wave, RATE, Prosody(speed, pitch, span))
    assert len(changed) == round(len(wave) / speed)
    assert np.isfinite(changed).all()
    assert np.abs(changed).max() <= 1


def test_marks_and_phones_move_with_the_sound() -> None:
    """Two notes: where the mark of the second was, it still begins."""
    wave = np.concatenate([voice(100, 0.5), np.zeros(1600, np.float32), voice(200, 0.4)])
    marks = ((0, Fraction(0)), (4, Fraction(3, 5)))
    phones = (("aa", Fraction(0), Fraction(1, 2)), ("iy", Fraction(3, 5), Fraction(1)))
    spoken = Spoken(wave, RATE, Fraction(len(wave), RATE), marks, phones)
    for speed in (0.5, 0.75, 1.25, 2.0):
        moved = said(spoken, Prosody(speed, 3))
        assert moved.duration == Fraction(len(moved.samples), RATE)
        assert [at for at, _ in moved.marks] == [0, 4]
        assert [time for _, time in moved.marks] == [0, Fraction(3, 5) / Fraction(speed)]
        assert moved.phones[1] == ("iy", Fraction(3, 5) / Fraction(speed), moved.duration)
        second = np.flatnonzero(np.abs(moved.samples) > 0.01)
        gap = second[int(np.argmax(np.diff(second))) + 1]
        assert gap / RATE == pytest.approx(0.6 / speed, abs=0.008)


def test_a_sentence_without_a_sound_stays_as_it_is() -> None:
    silent = Spoken(None, 1000, Fraction(1), ((0, Fraction(0)),))
    assert said(silent, Prosody(1.5, 3)) is silent


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("speed", 0.4, "A speaking speed of 0.4 can't be understood: choose 0.5 to 2"),
        ("speed", float("nan"), "A speaking speed of nan"),
        ("pitch", 13.0, "A change of pitch in semitones of 13.0 can't be understood: choose -12 to 12"),
        ("range", -1.0, "A range of pitch of -1.0"),
        ("energy", 40.0, "A change of loudness in dB of 40.0"),
        ("breath", 2.0, "A share of breath of 2.0"),
    ],
)
def test_what_is_out_of_range_is_named(field: str, value: float, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Prosody(**{field: value})


def test_a_speed_and_a_pitch_add_to_an_emotion_as_far_as_a_prosody_goes() -> None:
    cheerful = prosody_of("cheerful")
    assert cheerful.with_speed_and_pitch(1.5, 3) == replace(cheerful, speed=cheerful.speed * 1.5, pitch=5)
    assert cheerful.with_speed_and_pitch(2, 12) == replace(cheerful, speed=2, pitch=12)
    with pytest.raises(DataError, match="13"):
        cheerful.with_speed_and_pitch(1, 13)


@pytest.mark.parametrize("emotion", sorted(set(EMOTIONS) - {"whisper"}))
def test_an_emotion_is_heard_as_its_table_says(spoken: np.ndarray, emotion: str) -> None:
    prosody = prosody_of(emotion)
    made = change(spoken, RATE, prosody)
    assert len(made) / len(spoken) == pytest.approx(1 / prosody.speed, rel=0.001)
    assert semitones_up(spoken, made) == pytest.approx(prosody.pitch, abs=0.4)
    before, after = (track(one, RATE) for one in (spoken, made))
    spread = [np.std(np.log2(one.hertz[one.voiced])) for one in (before, after)]
    assert spread[1] / spread[0] == pytest.approx(prosody.range, abs=0.2)


def test_an_unknown_emotion_is_named_with_the_nearest() -> None:
    with pytest.raises(DataError, match="no emotion 'cheerfull': did you mean 'cheerful'"):
        prosody_of("cheerfull")
    with pytest.raises(DataError, match="no emotion 'x': choose neutral, calm"):
        prosody_of("x")
