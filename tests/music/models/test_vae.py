"""MusicVAE: phrases to points and back, each frame from those before it and from its point."""

from collections.abc import Sequence

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.music.attributes import ATTRIBUTES  # noqa: E402
from laterna.music.models.vae import LongMusicVAE, MelodyVAE, MusicVAE, Phrases, batch  # noqa: E402
from laterna.music.pieces import FIRST, HOLD, Piece, merged, tokens_of  # noqa: E402


@pytest.fixture(scope="module")
def network() -> MusicVAE:
    return MusicVAE.build("debug").eval()


def phrases(count: int = 3, bars: int = 2, seed: int = 0) -> list[Piece]:
    drawn = np.random.default_rng(seed).integers(50, 80, (count, bars * 8, 4))
    return [merged("", np.repeat(one, 2, 0), 4) for one in drawn]


def test_a_phrase_is_read_to_a_point_and_a_spread_above_nothing(network: MusicVAE) -> None:
    with torch.no_grad():
        mean, deviation = network.encode(batch(phrases()))
    assert mean.shape == deviation.shape == (3, network.latent)
    assert (deviation > 0).all()
    assert not torch.allclose(mean[0], mean[1])


def test_nats_are_those_of_what_it_would_write(network: MusicVAE) -> None:
    """Teacher-forced nats hear the same frames as writing does: of a greedy phrase no token is likelier."""
    points = torch.randn(2, network.latent, generator=torch.Generator().manual_seed(1))
    made = network.decode(points, keep=1e-6)
    with torch.no_grad():
        surprise = network.nats(made, points)
        other = made.tokens.clone()
        other[:, 5, 0] = torch.where(other[:, 5, 0] == FIRST + 60, FIRST + 61, FIRST + 60)
        assert (network.nats(Phrases(other, made.pitches), points) > surprise).all()


def test_what_is_written_is_of_its_point_and_seed(network: MusicVAE) -> None:
    points = torch.randn(2, network.latent, generator=torch.Generator().manual_seed(1))
    one, again, other = (network.decode(points, seed=seed).tokens for seed in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert one.shape == (2, 32, 4)


def test_pieces_that_are_written_hold_only_what_sounds(network: MusicVAE) -> None:
    made = network.sample(4, seed=2)
    assert len(made) == 4
    for piece in made:
        assert not (piece.held & (piece.pitches == 0)).any()
        assert not piece.held[0].any()
        assert (piece.pitches[1:] == piece.pitches[:-1])[piece.held[1:]].all()


class Pulling(MusicVAE):
    """Writes one pitch of each point, and reads a pitch of half the way from 60; in fewer voices as time goes on."""

    def phrases(self, points: "torch.Tensor", **drawn: object) -> list[Piece]:
        pitches = 60 + points[:, :1].round().numpy().astype(np.int16)
        self.written += 1
        many = 4 if self.written <= self.rich else 1
        return [merged("", np.where(np.arange(4) < many, np.full((32, 4), pitch), 0), 4) for pitch in pitches]

    def gaussians(self, pieces: Sequence[Piece]) -> tuple["torch.Tensor", "torch.Tensor"]:
        away = torch.tensor([[piece.pitches[0, 0] - 60.0] for piece in pieces])
        return (0.5 * away).expand(-1, self.latent), torch.full((len(away), self.latent), 0.01)


def pulled(rich: int) -> list[Piece]:
    network = Pulling(**MusicVAE.sizes["debug"])
    network.written, network.rich = 0, rich  # type: ignore[assignment]
    with torch.no_grad():  # the prior's points lie near 12
        network.prior.outputs.bias.view(network.latent, 3, -1)[:, 1] = 12.0
    return network.sample(4)


def test_what_is_sampled_is_read_and_written_anew_until_it_lies_where_phrases_do() -> None:
    assert {int(piece.pitches[0, 0]) for piece in pulled(rich=100)} == {60}


def test_a_phrase_that_is_written_anew_stays_as_it_was_asked_for() -> None:
    """After two times all others are in one voice, where four are asked for: they are not taken."""
    for piece in pulled(rich=2):
        assert piece.pitches[0, 0] > 60
        assert piece.pitches.any(0).all()


def charged(network: MusicVAE, pieces: list[Piece]) -> float:
    """Nats of the loss beyond those of what is written."""
    torch.manual_seed(0)
    with torch.no_grad():
        losses = network.loss(batch(pieces), "model", 0)
    return float(losses["loss"] - losses["nats"])


def cost(network: MusicVAE, pieces: list[Piece]) -> np.ndarray:
    """Of the points that :func:`charged` draws."""
    torch.manual_seed(0)
    with torch.no_grad():
        mean, deviation = network.encode(batch(pieces))
        return network.cost(mean + deviation * torch.randn_like(mean), deviation).numpy()


def with_bits(bits: float, **more: float) -> MusicVAE:
    torch.manual_seed(3)
    return MusicVAE(**MusicVAE.sizes["debug"] | {"bits": bits} | more).eval()


def test_phrases_may_cost_their_bits_in_the_mean_before_any_are_charged() -> None:
    pieces = phrases(6)
    each = cost(with_bits(0), pieces)
    assert charged(with_bits(0), pieces) == pytest.approx(each.mean(), rel=1e-4)
    between = (each.mean() + each.max()) / 2 / 4 / np.log(2)  # bits of a voice: the dearest phrase costs more
    assert charged(with_bits(between), pieces) == 0
    less = each.mean() / 2 / 4 / np.log(2)
    assert charged(with_bits(less), pieces) == pytest.approx(each.mean() / 2, rel=1e-4)


def test_more_bits_are_free_while_a_training_is_young() -> None:
    network, pieces, found = with_bits(0.01, young=0.5), phrases(), []
    for network.over in (0.0, 0.25, 0.5, 1.0):
        found.append(charged(network, pieces))
    voices, bit = 4, 0.01 * np.log(2)
    assert found[2] == found[3]
    assert [found[2] - one for one in found[:2]] == pytest.approx([voices * 4 * bit, voices * bit], rel=1e-2)


def test_a_network_of_melodies_reads_and_writes_the_highest_voice() -> None:
    network = MelodyVAE.build("debug").eval()
    both = batch(phrases())
    alone = Phrases(*(one * torch.tensor([1, 0, 0, 0]) for one in both))
    with torch.no_grad():
        points = network.encode(both)[0]
        assert torch.equal(points, network.encode(alone)[0])
    for one in network.phrases(points):
        assert one.pitches.shape == (32, 4)
        assert not one.pitches[:, 1:].any()


def test_points_cost_their_divergence_from_the_prior(network: MusicVAE) -> None:
    """In the mean of many draws, and the choice of one of twelve keys."""
    mean, deviation = torch.full((4000, network.latent), 0.3), torch.full((4000, network.latent), 0.5)
    torch.manual_seed(0)
    drawn = mean + deviation * torch.randn_like(mean)
    with torch.no_grad():
        surprise = network.prior.nats(drawn)
        normal = torch.distributions.Normal(mean, deviation)
        found = network.cost(drawn, deviation)
    apart = (normal.log_prob(drawn).sum(1) + surprise).mean().item()
    assert found.mean().item() == pytest.approx(apart + np.log(12), abs=0.3)


def moved(pieces: list[Piece], semitones: int) -> list[Piece]:
    return [piece.moved(semitones) for piece in pieces]


def test_a_point_knows_no_key_and_what_comes_of_it_is_in_that_of_its_phrase(network: MusicVAE) -> None:
    rng = np.random.default_rng(0)
    scale = [60, 60, 62, 64, 65, 67, 67, 69, 71, 72]  # of C major
    pieces = [merged("", np.repeat(rng.choice(scale, (16, 4)), 2, 0), 4) for _ in range(2)]
    assert [piece.from_signs for piece in pieces] == [0, 0]
    higher = moved(pieces, 2)
    assert torch.allclose(network.locate(pieces), network.locate(higher))
    nothing = dict.fromkeys(ATTRIBUTES, 0.0)
    pushed, same = network.push(higher, nothing), moved(network.push(pieces, nothing), 2)
    assert all((one.pitches == other.pitches).all() for one, other in zip(pushed, same, strict=True))
    blended = network.blend(higher[0], pieces[1], 2)
    same = moved(network.blend(pieces[0], higher[1], 2), 2)
    assert all((one.pitches == other.pitches).all() for one, other in zip(blended, same, strict=True))


def test_a_conductor_leads_sixteen_bars() -> None:
    network = LongMusicVAE.build("debug").eval()
    piece = phrases(1, 16)[0]
    assert network.frames == 256
    assert len(network.phrases(network.locate([piece]))[0]) == 256


def test_a_batch_holds_tokens_and_what_sounds_without_signs() -> None:
    one = phrases(2)
    given = batch(one)
    without = [piece.moved(piece.from_signs) for piece in one]
    assert given.tokens[1].tolist() == tokens_of(without[1]).tolist()
    assert (given.pitches[0].numpy() == without[0].pitches).all()
    assert ((given.tokens == HOLD).numpy() == np.stack([piece.held for piece in one])).all()
