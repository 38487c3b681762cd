"""The editor: a network that reads the events that may come next in a film, and says how likely each is right.

It reads every option by the same layers, sees all of them at once by their mean and maximum (Zaheer et al. 2017,
arXiv:1703.06114), and gives each a logit; so any number of options can be read, in any order. A direct way from the
numbers to the logit starts it as one that looks a step ahead. It is shown what the optimal cutter does
(``editor_lessons.py``), and then practises by reinforcement: proximal policy optimisation (Schulman et al. 2017,
arXiv:1707.06347) with impossible actions masked (Huang and Ontanon 2020, arXiv:2006.14171), by sb3-contrib
(``editor_training.py``). It departs from pointer networks for combinatorial
problems (Vinyals et al. 2015; Bello et al. 2016) in that it reads rewards rather than pictures: what an option adds by
the reward at hand, and leaves for later. So it serves a taste that it has never met without being trained anew.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from laterna.editing.cutters.learned import NAME, VERSION
from laterna.editing.cutters.sight import CHOICES, SEEN
from laterna.learning.model import Model
from laterna.learning.recipe import Samples

# What an option is worth, by its join too; what the whole film could be; footage that it leaves too little of.
_FIRST = {1: 1.0, 3: 1.0, 7: 6.0, 19: -6.0}


class Editor(Model):
    """The policy.

    Args:
        width: of its layers.
        lessons: films of the optimal cutter's that it is shown first.
        steps: events that it practises on then.
    """

    name = NAME
    version = VERSION
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "debug": {"width": 8, "lessons": 2, "steps": 512},
        "base": {"width": 48, "lessons": 320, "steps": 60_000},
    }
    exports = ("seen",)

    def __init__(self, width: int = 48, lessons: int = 320, steps: int = 60_000) -> None:
        super().__init__()
        self.lessons = lessons
        self.steps = steps
        self.read = nn.Sequential(nn.Linear(SEEN, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.mix = nn.Linear(3 * width, width)
        self.out = nn.Linear(width, 1)
        self.skip = nn.Linear(SEEN, 1, bias=False)
        with torch.no_grad():
            self.out.weight.mul_(0.1)
            self.skip.weight.zero_()
            self.skip.weight[0, list(_FIRST)] = torch.tensor(list(_FIRST.values()))

    def forward(self, seen: Tensor) -> Tensor:
        """(B, O) logits of what is seen, (B, O, SEEN); very low where there is no option."""
        return self.answer(seen)[0]

    def answer(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """(B, O) logits, and (B, 2 width) what the options are like as a whole."""
        there = seen[..., :1] > 0  # (B, O, 1)
        read = self.read(seen) * there
        mean = read.sum(1) / there.sum(1).clamp(min=1)
        whole = torch.cat([mean, read.amax(1)], 1)  # (B, 2 width); after ReLU, so 0 is no more than any
        spread = whole[:, None].expand(-1, seen.shape[1], -1)
        mixed = torch.relu(self.mix(torch.cat([read, spread], 2)))
        logits = (self.out(mixed) + self.skip(seen))[..., 0]
        return torch.where(there[..., 0], logits, torch.full_like(logits, -1e8)), whole

    def fit(self, samples: Samples, *, seed: int) -> None:
        """Learn from the optimal cutter's example, then by practice, from the weights as they are on."""
        from laterna.editing.models.editor_lessons import taught
        from laterna.editing.models.editor_training import practise  # Stable-Baselines3, which nothing else needs

        taught(self, samples, self.lessons, seed=seed)
        practise(self, samples, seed=seed)

    def example(self) -> tuple[Tensor, ...]:
        """Two views of options, the second with fewer of them."""
        seen = torch.linspace(-1, 1, 2 * CHOICES * SEEN).reshape(2, CHOICES, SEEN).clone()
        seen[..., 0] = 1
        seen[1, CHOICES // 2 :] = 0
        return (seen,)
