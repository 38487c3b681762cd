"""Loudness against the EBU's own test signals and a second implementation."""

import itertools
import json
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from laterna.errors import DataError
from laterna.media.audio import Audio
from laterna.media.loudness import Loudness, loudness, measure
from laterna.media.video import Video

RATE = 48_000


def sine(decibels: float, seconds: float, *, hertz: float = 1000, phase: float = 0, channels: int = 2) -> np.ndarray:
    """(samples, channels), its peak at ``decibels`` below full scale."""
    angle = 2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE + phase
    wave = 10 ** (decibels / 20) * np.sin(angle)
    return np.repeat(wave[:, np.newaxis], channels, axis=1).astype(np.float32)


def levels(*parts: tuple[float, float]) -> Loudness:
    return measure((sine(decibels, seconds) for decibels, seconds in parts), RATE)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(-23, 20)], -23),
        ([(-33, 20)], -33),
        ([(-36, 10), (-23, 60), (-36, 10)], -23),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ],
    ids=["1", "2", "3", "4", "5"],
)
def test_integrated_loudness_of_the_cases_of_ebu_tech_3341(parts: list[tuple[float, float]], expected: float) -> None:
    assert levels(*parts).integrated == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(-20, 20), (-30, 20)], 10),
        ([(-20, 20), (-15, 20)], 5),
        ([(-40, 20), (-20, 20)], 20),
        ([(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15),
    ],
    ids=["1", "2", "3", "4"],
)
def test_loudness_range_of_the_cases_of_ebu_tech_3342(parts: list[tuple[float, float]], expected: float) -> None:
    assert levels(*parts).range == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("degrees", [0, 45, 60, 67.5])
def test_a_peak_between_samples_is_found(degrees: float) -> None:
    """Cases 15 to 18 of Tech 3341: a sine of a quarter or a sixth of the rate, its crest off the samples."""
    hertz = RATE / (4 if degrees in (0, 45) else 6 if degrees == 60 else 8)
    wave = sine(-6, 1, hertz=hertz, phase=math.radians(degrees))
    fade = np.minimum(1, np.minimum(np.arange(RATE), np.arange(RATE)[::-1]) / 2400).astype(np.float32)
    peak = measure([wave * fade[:, np.newaxis]], RATE).true_peak
    assert -6.4 <= peak <= -5.8


@pytest.mark.parametrize("sample_rate", [22_050, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_pyloudnorm_agrees(sample_rate: int, channels: int) -> None:
    rng = np.random.default_rng(3)
    swell = 0.02 + 0.1 * np.sin(np.arange(8 * sample_rate) / sample_rate) ** 2
    noise = (rng.standard_normal((8 * sample_rate, channels)) * swell[:, np.newaxis]).astype(np.float32)
    other = pyloudnorm.Meter(sample_rate).integrated_loudness(noise.astype(np.float64))
    assert measure([noise], sample_rate).integrated == pytest.approx(other, abs=0.1)


def test_pyloudnorm_agrees_on_the_sound_of_real_footage(data: Path) -> None:
    films = [film for film in sorted((data / "footage").glob("*.mp4")) if Video(film).has_audio]
    assert films
    for audio in map(Audio, films):
        samples = np.concatenate(list(audio.blocks()))
        other = pyloudnorm.Meter(audio.sample_rate).integrated_loudness(samples.astype(np.float64))
        assert loudness(audio).integrated == pytest.approx(other, abs=0.1)


def test_how_the_sound_is_cut_into_blocks_makes_no_difference() -> None:
    noise = (0.1 * np.random.default_rng(1).standard_normal((3 * RATE, 2))).astype(np.float32)
    cuts = [0, 1, 777, 50_000, 50_001, 3 * RATE]
    pieces = [noise[a:b] for a, b in itertools.pairwise(cuts)]
    assert measure(pieces, RATE) == measure([noise], RATE)


def test_the_curve_has_a_value_each_tenth_of_a_second() -> None:
    curve = levels((-23, 2), (-120, 1)).momentary
    assert [time for time, _ in curve] == [Fraction(step, 10) for step in range(1, 31)]
    heard = dict(curve)
    assert heard[Fraction(2)] == pytest.approx(-23, abs=0.1)
    assert heard[Fraction(3)] == -math.inf


def test_a_peak_in_the_last_moment_counts() -> None:
    click = np.zeros((RATE + 100, 1), np.float32)
    click[-1] = 0.5
    assert measure([click], RATE).true_peak == pytest.approx(-6, abs=0.7)


@pytest.mark.parametrize("blocks", [[], [np.zeros((RATE, 2), np.float32)]], ids=["nothing", "zeros"])
def test_silence_is_minus_infinity_and_says_so(blocks: list[np.ndarray]) -> None:
    heard = measure(blocks, RATE)
    assert heard.silent
    assert heard.true_peak == -math.inf
    assert str(heard) == "silence"
    assert json.loads(json.dumps(heard.to_json(), allow_nan=False))["integrated"] is None


def test_what_is_too_faint_is_below_the_gate_but_has_a_peak() -> None:
    heard = levels((-80, 2))
    assert heard.silent
    assert heard.true_peak == pytest.approx(-80, abs=0.5)
    assert "below the gate" in str(heard)


def test_a_film_is_measured_by_its_sound(tmp_path: Path, make_film: Callable[..., Path]) -> None:
    film = make_film(tmp_path / "film.mp4", seconds=3, sound=sine(-20, 3))
    assert loudness(Audio(film)).integrated == pytest.approx(-20, abs=0.3)


def test_more_than_two_channels_are_refused_in_a_sentence() -> None:
    with pytest.raises(DataError, match="mix them to stereo"):
        measure([np.zeros((100, 6), np.float32)], RATE)
