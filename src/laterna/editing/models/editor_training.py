"""How the editor practises: masked proximal policy optimisation by sb3-contrib, in cutting rooms side by side."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from laterna.editing.cutters.environment import CuttingRoom
from laterna.editing.models.editor import Editor
from laterna.errors import ModelError
from laterna.learning.recipe import Samples

try:
    from sb3_contrib import MaskablePPO
    from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy
    from stable_baselines3.common.vec_env import DummyVecEnv
except ModuleNotFoundError as error:
    raise ModelError(f"Training the editor needs {error.name}: run `pip install 'laterna[learning-rl]'`.") from error

_ROOMS = 8
_EVENTS = 128  # of each room between two lessons
_RATE = 5e-4


def practise(editor: Editor, samples: Samples, *, seed: int) -> None:
    """Train an editor in place for ``editor.steps`` events; the global random states are left as they were.

    Args:
        editor: is moved to the CPU.
        samples: draw ``Scored`` problems.
        seed: of all that is drawn.
    """

    def room() -> CuttingRoom:
        return CuttingRoom(lambda rng: samples.sample(int(rng.integers(len(samples))), rng), shaped=True)

    events = min(_EVENTS, max(8, editor.steps // _ROOMS))
    with _forked():
        learner = MaskablePPO(
            _Policy,
            DummyVecEnv([room] * _ROOMS),
            learning_rate=lambda left: _RATE * max(0.05, left),
            n_steps=events,
            batch_size=events * _ROOMS // 8,
            n_epochs=6,
            gamma=1.0,
            gae_lambda=0.9,
            ent_coef=0.0,
            clip_range=0.15,
            policy_kwargs={"editor": editor},
            device="cpu",
            seed=seed,
        )
        learner.learn(editor.steps)
    editor.eval()


class _Reader(nn.Module):
    """What Stable-Baselines3 calls the extractor: logits for the actor, the whole for the critic."""

    def __init__(self, editor: Editor, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.editor = editor
        self._shape = shape
        self.latent_dim_pi, self.latent_dim_vf = shape[0], 2 * editor.mix.out_features

    def forward(self, flat: Tensor) -> tuple[Tensor, Tensor]:
        return self.editor.answer(flat.reshape(-1, *self._shape))

    def forward_actor(self, flat: Tensor) -> Tensor:
        return self(flat)[0]

    def forward_critic(self, flat: Tensor) -> Tensor:
        return self(flat)[1]


class _Policy(MaskableActorCriticPolicy):
    """The editor as an actor, with a critic on what it sees as a whole."""

    def __init__(self, *args: Any, editor: Editor, **more: Any) -> None:
        self._editor = [editor]  # in a list: a module may not be set before nn.Module is ready
        super().__init__(*args, **(more | {"ortho_init": False}))

    def _build_mlp_extractor(self) -> None:
        shape = self.observation_space.shape
        if shape is None:
            raise ModelError("The editor reads tables, and this room shows none.")
        self.mlp_extractor = _Reader(self._editor[0].train(), shape)  # type: ignore[assignment]

    def _build(self, lr_schedule: Callable[[float], float]) -> None:
        super()._build(lr_schedule)
        self.action_net = nn.Identity()  # the editor's logits are the actions'
        self.optimizer = self.optimizer_class(self.parameters(), **(self.optimizer_kwargs | {"lr": lr_schedule(1)}))


@contextmanager
def _forked() -> Iterator[None]:
    """Stable-Baselines3 seeds the global generators: give them back as they were."""
    plain, legacy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[]):
        yield
    random.setstate(plain)
    np.random.set_state(legacy)
