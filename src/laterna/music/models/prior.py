"""How likely points of a space are: a density that is learnt with the space (Chen et al. 2017, arXiv:1611.02731).

Where points are asked to be spread as a Gaussian, there are always some that no phrase lies near, and bits are spent
on the difference. Here each number of a point is drawn after those before it, from a mixture of Gaussians, which a
masked network gives (Germain et al. 2015, arXiv:1502.03509).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, relu

_NARROWEST, _WIDEST = -6.0, 3.0  # logarithms of a Gaussian's deviation
_EPOCHS, _BATCH, _RATE = 64, 512, 2e-3  # of a fit


class Prior(nn.Module):
    """A density of points.

    Args:
        latent: numbers of a point, at least 2.
        width: of the network's two inner layers.
        parts: Gaussians of a mixture.
    """

    after_inputs: Tensor
    after_inner: Tensor
    before_outputs: Tensor

    def __init__(self, latent: int, width: int, parts: int) -> None:
        super().__init__()
        self.latent, self.parts = latent, parts
        self.inputs, self.inner = nn.Linear(latent, width), nn.Linear(width, width)
        self.outputs = nn.Linear(width, latent * 3 * parts)
        numbers, units = torch.arange(latent), torch.arange(width) % (latent - 1)  # a unit knows numbers up to its own
        masks = {
            "after_inputs": units[:, None] >= numbers,
            "after_inner": units[:, None] >= units,
            "before_outputs": (numbers[:, None] > units).repeat_interleave(3 * parts, 0),
        }
        for name, mask in masks.items():
            self.register_buffer(name, mask.float(), persistent=False)
        with torch.no_grad():  # at first about a standard Gaussian, of parts that differ
            self.outputs.weight.zero_()
            mixture = self.outputs.bias.view(latent, 3, parts).zero_()
            mixture[:, 1] = torch.linspace(-1.5, 1.5, parts)
            mixture[:, 2] = -0.5

    def nats(self, points: Tensor) -> Tensor:
        """(B,): the negative logarithm of the density at points (B, latent)."""
        share, mean, log_deviation = self._mixtures(points)
        apart = (points.float()[..., None] - mean) / log_deviation.exp()
        each = share.log_softmax(2) - 0.5 * apart.square() - log_deviation - 0.5 * math.log(2 * math.pi)
        return -each.logsumexp(2).sum(1)

    def fit(self, mean: Tensor, deviation: Tensor, *, seed: int = 0) -> None:
        """Learn where points lie that are drawn from Gaussians (n, latent): what is left once these move no more.

        Args:
            mean: of each Gaussian.
            deviation: of each Gaussian.
            seed: of their order, and of the points that are drawn.
        """
        random, steps = torch.Generator().manual_seed(seed), math.ceil(_EPOCHS * len(mean) / _BATCH)
        optimizer = torch.optim.AdamW(self.parameters(), lr=_RATE)
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        for _ in range(steps):
            some = torch.randint(len(mean), (_BATCH,), generator=random).to(mean.device)
            away = torch.randn(_BATCH, self.latent, generator=random).to(mean)
            optimizer.zero_grad()
            self.nats(mean[some] + deviation[some] * away).mean().backward()
            optimizer.step()
            falling.step()

    @torch.inference_mode()
    def draw(self, count: int, seed: int) -> Tensor:
        """Points (count, latent)."""
        random = torch.Generator().manual_seed(seed)
        points = torch.zeros(count, self.latent, device=self.inputs.weight.device)
        for number in range(self.latent):
            share, mean, log_deviation = (each[:, number] for each in self._mixtures(points))
            part = torch.multinomial(share.softmax(1).cpu(), 1, generator=random).to(points.device)
            away = torch.randn(count, 1, generator=random).to(points) * log_deviation.gather(1, part).exp()
            points[:, number] = (mean.gather(1, part) + away)[:, 0]
        return points

    def _mixtures(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Shares before softmax, means, and log deviations, each (B, latent, parts), of numbers after those before."""
        with torch.autocast(points.device.type, enabled=False):  # coarse numbers would move what is narrow
            x = relu(linear(points.float(), self.inputs.weight * self.after_inputs, self.inputs.bias))
            x = x + relu(linear(x, self.inner.weight * self.after_inner, self.inner.bias))
            x = linear(x, self.outputs.weight * self.before_outputs, self.outputs.bias)
        share, mean, log_deviation = x.unflatten(1, (self.latent, 3, self.parts)).unbind(2)
        return share, mean, log_deviation.clamp(_NARROWEST, _WIDEST)
