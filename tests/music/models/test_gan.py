"""The GAN writes excerpts of the asked kind from noise, by its seed; and what it holds goes on."""

import pytest

torch = pytest.importorskip("torch")

from laterna.music.models.gan import (  # noqa: E402
    FRAMES,
    GRID,
    MusicGAN,
    Rolls,
    _chosen,
    _decided,
    _gumbel,
    _sung,
    pitch_classes,
)


@pytest.fixture(scope="module")
def network() -> MusicGAN:
    return MusicGAN.build("debug").eval()


def batch(count: int = 6) -> Rolls:
    pitches = torch.randint(55, 67, (count, FRAMES, 4), generator=torch.Generator().manual_seed(0))
    return Rolls(pitches, torch.arange(count) % 2.0, torch.linspace(2, 6, count))


def test_samples_are_excerpts_of_four_voices_by_their_seed(network: MusicGAN) -> None:
    one, again, another = (network.sample(3, seed=seed) for seed in (1, 1, 2))
    assert [(len(piece), piece.grid, piece.pitches.shape[1]) for piece in one] == [(FRAMES, GRID, 4)] * 3
    assert [piece.pitches.tobytes() for piece in one] == [piece.pitches.tobytes() for piece in again]
    assert [piece.pitches.tobytes() for piece in one] != [piece.pitches.tobytes() for piece in another]


def test_samples_lie_in_the_ranges_of_the_voices(network: MusicGAN) -> None:
    for piece in network.sample(8):
        for voice, lowest in enumerate(network.lowest):
            sounding = piece.pitches[:, voice][piece.pitches[:, voice] > 0]
            assert ((lowest <= sounding) & (sounding < lowest + network.pitches)).all()


def test_cold_draws_hang_on_the_noise_alone(network: MusicGAN) -> None:
    told = torch.zeros(4), torch.full((4,), 3.0)
    assert torch.equal(network.write(*told, temperature=0), network.write(*told, temperature=0))
    assert not torch.equal(network.write(*told, temperature=0), network.write(*told, temperature=1))


def test_mode_and_density_are_heard_by_both(network: MusicGAN) -> None:
    real = network.sounds(batch().pitches).float()
    noise, zeros, ones = torch.randn(6, network.latent), torch.zeros(6), torch.ones(6)
    with torch.no_grad():
        for one, other in (((zeros, ones), (ones, ones)), ((zeros, ones), (zeros, 5 * ones))):
            assert not torch.allclose(network.critic(real, *one), network.critic(real, *other))
            made = [network.generator(noise, *told, temperature=0.0) for told in (one, other)]
            assert not torch.equal(*made)


def test_what_is_not_asked_is_drawn_as_often_as_it_was_learnt() -> None:
    network, asked = MusicGAN.build("debug").eval(), []
    network.minors.fill_(0.25)
    network.densities[0], network.densities[1] = 2.0, 5.0
    network.write = lambda minor, density, **_: asked.append((minor, density)) or torch.zeros(len(minor), FRAMES, 4)  # type: ignore[method-assign,func-returns-value]
    network.sample(400)
    network.sample(3, mode="minor", density=4.5)
    (minor, density), (told_minor, told_density) = asked
    assert 0.2 < minor.mean() < 0.3
    assert (density == torch.where(minor > 0, 5.0, 2.0)).all()
    assert (told_minor.tolist(), told_density.tolist()) == ([1.0] * 3, [4.5] * 3)


def test_sounds_are_one_hot_and_moved_into_range_by_octaves(network: MusicGAN) -> None:
    lowest, highest = network.lowest[0], network.lowest[0] + network.pitches - 1
    rolls = network.sounds(torch.tensor([[[0, 60, 60, 60], [lowest, 60, 60, 60], [lowest - 1, 60, 60, 60]]]))
    assert rolls.shape == (1, 4, network.pitches + 1, 3)
    assert (rolls.sum(2) == 1).all()
    assert rolls[0, 0].argmax(0).tolist() == [0, 1, 12]
    above = network.sounds(torch.full((1, 1, 4), highest + 1))
    assert above[0, 0].argmax(0).tolist() == [network.pitches - 11]


def test_a_voice_that_holds_goes_on() -> None:
    pitches = torch.eye(4)[None, None]  # another one in each frame
    holds = torch.tensor([[[1.0, 1.0, 0.0, 1.0]]])
    assert _sung(pitches, holds).argmax(2).tolist() == [[[0, 0, 2, 2]]]


def test_draws_follow_chances_and_gradients_pass() -> None:
    logits = torch.tensor([2.0, 0.0, 1.0]).view(1, 1, 3, 1).expand(20_000, 1, 3, 1).clone().requires_grad_()
    random = torch.Generator().manual_seed(0)
    drawn = _chosen(logits + _gumbel(logits.shape, random))
    assert torch.allclose(drawn.detach().mean(0).flatten(), logits[0].softmax(1).flatten(), atol=0.01)
    on = _decided(torch.tensor(1.0) + _gumbel(torch.Size([20_000]), random) - _gumbel(torch.Size([20_000]), random))
    assert float(on.mean()) == pytest.approx(float(torch.tensor(1.0).sigmoid()), abs=0.01)
    drawn[:, 0, 0].sum().backward()
    assert logits.grad is not None
    assert logits.grad[:, 0, 0].min() > 0 > logits.grad[:, 0, 1].max()


def test_pitch_classes_of_sounds() -> None:
    classes = pitch_classes((60, 47), 14)
    assert classes.shape == (2, 15, 12)
    assert classes[0, 0].sum() == 0  # a rest has none
    assert classes[:, 1:].argmax(2)[:, [0, 1, 13]].tolist() == [[0, 1, 1], [11, 0, 0]]


def test_each_phase_teaches_its_own_part() -> None:
    network = MusicGAN.build("debug")
    for phase, own, other in (("critic", network.critic, network.generator), ("generator", network.generator, None)):
        network.zero_grad()
        losses = network.loss(batch(), phase, 0)
        losses["loss"].backward()
        assert all(each.grad is not None and each.grad.isfinite().all() for each in own.parameters())
        assert other is None or all(each.grad is None for each in other.parameters())


def test_the_penalty_is_none_where_the_slope_is_one() -> None:
    network = MusicGAN.build("debug")
    real = network.sounds(batch().pitches).float()
    weights = torch.randn(real[0].shape)
    weights /= weights.norm()
    network.critic.forward = lambda sounds, *_: (sounds * weights).flatten(1).sum(1)  # type: ignore[method-assign]
    assert float(network._penalty(real, real.flip(0), ())) == pytest.approx(0, abs=1e-6)
    weights *= 3
    assert float(network._penalty(real, real.flip(0), ())) == pytest.approx(4, abs=1e-4)
