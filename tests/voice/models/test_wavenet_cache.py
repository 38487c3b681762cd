"""The cached states of WaveNet: the same answers as computing everything anew, and fair draws."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.voice.models.wavenet import WaveNet, framed  # noqa: E402
from laterna.voice.models.wavenet_cache import SILENCE, STEP, Cache  # noqa: E402
from laterna.voice.spectrum import HOP  # noqa: E402


def network(**config: int) -> WaveNet:
    """One whose weights are large enough that mistakes show."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        made = WaveNet(**config).eval()
        for layer in made.layers:
            layer.out.weight.mul_(2)
        made.bias.normal_()
        made.head[3].weight.mul_(5)
    return made


def sound(frames: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, frames * HOP), rng.normal(-5, 2.5, (frames, 80)).astype(np.float32)


def cached(made: WaveNet, codes: np.ndarray, mel: np.ndarray) -> np.ndarray:
    """Logits (N, 256) of the samples of a sound, one by one."""
    cache = made.cache(mel)
    return np.array([cache.logits(last).copy() for last in [SILENCE, *codes[:-1].tolist()]])


@pytest.mark.parametrize(
    "config",
    [
        {"channels": 8, "conditions": 4, "cycles": 1, "doublings": 2},
        {"channels": 8, "conditions": 4, "cycles": 2, "doublings": 5},
        {"channels": 12, "conditions": 4, "cycles": 3, "doublings": 8},
    ],
    ids=["known a sample ahead", "known a step ahead", "known many steps ahead"],
)
def test_cached_logits_are_those_of_the_whole_sound_at_once(config: dict[str, int]) -> None:
    made, (codes, mel) = network(**config), sound(6)
    with torch.no_grad():
        wanted = made(torch.from_numpy(codes)[None], torch.from_numpy(framed(mel, 0, 6))[None])[0].numpy()
    assert wanted.std() > 0.5
    assert np.abs(cached(made, codes, mel) - wanted).max() < 1e-4


def test_cached_logits_are_those_of_one_receptive_field_computed_for_each_sample() -> None:
    made, (codes, mel) = network(channels=16, conditions=4, cycles=2, doublings=7), sound(5)
    got, given = cached(made, codes, mel), torch.from_numpy(codes)[None]
    with torch.no_grad():
        steps = made.conditions(torch.from_numpy(framed(mel, 0, 5))[None])
        for place in range(0, len(codes), 29):
            first, end = max(0, place - made.receptive_field) // STEP, place // STEP + 1
            seen = made.hidden(given[:, first * STEP : end * STEP], steps[first:end])[place - first * STEP, 0]
            assert np.abs(made.head(seen).numpy() - got[place]).max() < 1e-4


def test_the_base_size_is_cached_as_exactly() -> None:
    made, (codes, mel) = WaveNet.build().eval(), sound(10)
    with torch.no_grad():
        wanted = made(torch.from_numpy(codes)[None], torch.from_numpy(framed(mel, 0, 10))[None])[0].numpy()
    assert np.abs(cached(made, codes, mel) - wanted).max() < 1e-4


def test_a_sound_that_is_over_goes_no_further() -> None:
    made, (_, mel) = network(channels=8, conditions=4, cycles=1, doublings=2), sound(1)
    cache = made.cache(mel)
    cache.sample(HOP, seed=0)
    with pytest.raises(IndexError):
        cache.logits(SILENCE)


def biased(probabilities: dict[int, float]) -> Cache:
    """A sound whose samples are drawn by the same probabilities all along."""
    made = network(channels=8, conditions=4, cycles=1, doublings=2)
    with torch.no_grad():
        made.head[3].weight.zero_()
        made.head[3].bias.fill_(-100)
        for value, share in probabilities.items():
            made.head[3].bias[value] = np.log(share)
    return made.cache(np.zeros((32, 80), np.float32))


def test_values_are_drawn_by_their_probabilities() -> None:
    codes = biased({3: 0.2, 200: 0.5, 255: 0.3}).sample(32 * HOP, seed=0)
    shares = np.bincount(codes, minlength=256) / len(codes)
    assert shares[[3, 200, 255]] == pytest.approx([0.2, 0.5, 0.3], abs=0.02)


def test_temperature_sharpens_the_draw() -> None:
    codes = biased({3: 0.2, 200: 0.8}).sample(32 * HOP, seed=0, temperature=0.5)
    assert (codes == 200).mean() == pytest.approx(0.8**2 / (0.8**2 + 0.2**2), abs=0.02)


def test_a_sound_made_in_two_parts_goes_on_where_it_was() -> None:
    made, (_, mel) = network(channels=8, conditions=4, cycles=2, doublings=5), sound(2)
    cache, whole = made.cache(mel), made.cache(mel)
    parts = np.concatenate([cache.sample(100, seed=0, temperature=0), cache.sample(412, seed=0, temperature=0)])
    assert (parts == whole.sample(512, seed=0, temperature=0)).all()
