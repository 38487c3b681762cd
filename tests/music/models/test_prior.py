"""The prior of MusicVAE: a density of points, learnt, from which points are drawn."""

import math

import pytest

torch = pytest.importorskip("torch")

from laterna.music.models.prior import Prior  # noqa: E402


@pytest.fixture
def prior() -> Prior:
    torch.manual_seed(0)
    found = Prior(3, 32, 4)
    torch.nn.init.normal_(found.outputs.weight, std=0.5)
    return found


def test_a_density_is_one_in_all(prior: Prior) -> None:
    line = torch.linspace(-12, 12, 97)
    grid = torch.cartesian_prod(line, line, line)
    with torch.no_grad():
        sum_ = (-prior.nats(grid)).exp().sum() * (line[1] - line[0]) ** 3
    assert sum_.item() == pytest.approx(1, abs=0.02)


def test_each_number_depends_on_those_before_it_alone(prior: Prior) -> None:
    points = torch.zeros(1, 3)
    for number in range(3):
        changed = points.clone()
        changed[0, number] = 2.0
        same = [
            torch.equal(one[:, : number + 1], other[:, : number + 1])
            and (number == 2 or not torch.equal(one[:, number + 1 :], other[:, number + 1 :]))
            for one, other in zip(prior._mixtures(points), prior._mixtures(changed), strict=True)
        ]
        assert all(same)


def test_it_learns_where_points_lie_and_draws_such() -> None:
    """Two clusters, where the second number has the sign of the first: one Gaussian has neither."""
    random = torch.Generator().manual_seed(0)
    side = torch.randint(0, 2, (4096, 1), generator=random) * 2.0 - 1
    mean, deviation = torch.cat([side, side], 1), torch.full((4096, 2), 0.1)
    torch.manual_seed(0)
    prior = Prior(2, 16, 3)
    for seed in range(3):  # it is made to be fitted once more, not from nothing
        prior.fit(mean, deviation, seed=seed)
    points = mean + deviation * torch.randn(mean.shape, generator=random)
    entropy = math.log(2) + 2 * (math.log(0.1) + 0.5 * math.log(2 * math.pi * math.e))
    assert prior.nats(points).mean().item() == pytest.approx(entropy, abs=0.15)
    drawn = prior.draw(200, seed=1)
    assert (drawn.abs() - 1).abs().mean() < 0.2
    assert (drawn[:, 0] * drawn[:, 1] > 0).float().mean() > 0.95
    assert 0.3 < (drawn[:, 0] > 0).float().mean() < 0.7


def test_the_same_seed_draws_the_same_points(prior: Prior) -> None:
    assert torch.equal(prior.draw(4, seed=2), prior.draw(4, seed=2))
    assert not torch.equal(prior.draw(4, seed=2), prior.draw(4, seed=3))
