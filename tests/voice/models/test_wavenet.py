"""WaveNet: its scale of values, what a prediction depends on, and how it speaks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

torch = pytest.importorskip("torch")

from laterna.errors import ModelError  # noqa: E402
from laterna.voice.models.wavenet import MARGIN, WaveNet, decode, encode, framed  # noqa: E402
from laterna.voice.models.wavenet_cache import SILENCE  # noqa: E402
from laterna.voice.spectrum import HOP, log_mel  # noqa: E402

FRAMES = 4


@pytest.fixture(scope="module")
def network() -> WaveNet:
    return WaveNet.build("debug").double().eval()


def sound(frames: int = FRAMES) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Codes (1, N) and frames with their margins."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 256, (1, frames * HOP))
    return torch.from_numpy(codes), torch.from_numpy(rng.normal(-5, 2.5, (1, frames + 2 * MARGIN, 80)))


# The scale


def test_silence_is_the_middle_of_the_scale() -> None:
    assert (encode(np.zeros(9, np.float32)) == SILENCE).all()
    assert (decode(np.full(9, SILENCE, np.uint8)) == 0).all()


def test_a_tone_comes_back_from_the_scale_with_little_noise() -> None:
    tone = (0.5 * np.sin(np.arange(16_000) * 0.07)).astype(np.float32)
    noise = decode(encode(tone)) - tone
    assert 20 * np.log10(tone.std() / noise.std()) > 25


def test_the_noise_of_the_scale_is_less_where_speech_has_little_to_hide_it() -> None:
    tone = (0.5 * np.sin(np.arange(16_384) * 0.07)).astype(np.float32)
    low, high = np.split(np.abs(np.fft.rfft(decode(encode(tone)) - tone))[1:], 2)
    assert low.mean() > 3 * high.mean()


@given(arrays(np.float32, st.integers(1, 300), elements=st.floats(-1, 1, width=32)))
def test_whatever_is_heard_has_a_place_on_the_scale_and_comes_back_as_a_sound(samples: np.ndarray) -> None:
    codes = encode(samples)
    assert codes.shape == samples.shape
    assert codes.min() >= 1  # one value for zero, as many above it as below
    assert np.abs(decode(codes)).max() <= 1


# What a prediction depends on


def test_a_prediction_depends_on_just_the_receptive_field_before_it(network: WaveNet) -> None:
    codes, mel = sound()
    other, place = codes.clone(), 300
    other[0, place] = (codes[0, place] + 99) % 256
    with torch.no_grad():
        changed = (network(codes, mel) != network(other, mel)).any(2)[0].nonzero()[:, 0].tolist()
    assert (changed[0], changed[-1]) == (place + 1, place + network.receptive_field)


def test_the_base_size_hears_an_eighth_of_a_second() -> None:
    assert WaveNet.build().receptive_field == 2047


def test_a_prediction_depends_on_the_frames_around_it_alone(network: WaveNet) -> None:
    codes, mel = sound()
    other = mel.clone()
    other[0, MARGIN + 3] += 1  # the last frame
    with torch.no_grad():
        changed = (network(codes, mel) != network(codes, other)).any(2)[0].nonzero()[:, 0]
    assert 1 * HOP < changed.min() < 3 * HOP


def test_beyond_its_ends_a_sounds_last_frames_stand_for_ever() -> None:
    mel = np.arange(5)[:, None] * np.ones(80)
    assert framed(mel, 0, 5)[:, 0].tolist() == [0, 0, 0, 1, 2, 3, 4, 4, 4]
    assert framed(mel, 2, 3)[:, 0].tolist() == [0, 1, 2, 3, 4]


# How it speaks


def test_it_speaks_as_long_as_its_frames_and_the_same_from_the_same_seed() -> None:
    network, mel = WaveNet.build("debug").eval(), log_mel(np.random.default_rng(0).normal(0, 0.1, 2 * HOP))
    one, same, other = (network.speak(mel, seed=seed) for seed in (1, 1, 2))
    assert (one.shape, one.dtype) == ((2 * HOP,), np.float32)
    assert np.abs(one).max() <= 1
    assert (one == same).all()
    assert (one != other).any()


def test_without_temperature_it_speaks_the_likeliest_values_whatever_the_seed() -> None:
    network, mel = WaveNet.build("debug").eval(), np.full((1, 80), -5.0)
    one, other = (network.cache(mel).sample(HOP, seed=seed, temperature=0) for seed in (1, 2))
    assert (one == other).all()
    with torch.no_grad():
        logits = network(torch.from_numpy(one.astype(np.int64))[None], torch.from_numpy(framed(mel, 0, 1))[None])
    assert (logits.argmax(2)[0].numpy() == one).all()


def test_no_frames_are_no_sound() -> None:
    assert WaveNet.build("debug").speak(np.zeros((0, 80), np.float32)).shape == (0,)


@pytest.mark.parametrize("temperature", [-1.0, float("nan")])
def test_a_temperature_below_zero_is_refused(temperature: float) -> None:
    with pytest.raises(ModelError, match="draws nothing: give 0"):
        WaveNet.build("debug").speak(np.zeros((1, 80), np.float32), temperature=temperature)
