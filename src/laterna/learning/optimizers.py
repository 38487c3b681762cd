"""What a phase asks for, as torch optimizers whose learning rate follows the phase's schedule."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from laterna.errors import ModelError
from laterna.learning.model import Model, Phase

_LOWEST = 0.01  # where the cosine ends, as a share of the learning rate


def moved_by(model: Model, phase: Phase) -> list[nn.Parameter]:
    """The parameters that a phase moves; those which the model has frozen stay so."""
    named = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    chosen = [parameter for name, parameter in named if not phase.parameters or name.startswith(phase.parameters)]
    if not chosen:
        raise ModelError(f"The phase {phase.name!r} of {model.name} moves no parameter: mend its prefixes.")
    return chosen


def fresh_optimizers(model: Model, phase: Phase) -> list[torch.optim.Optimizer]:
    """Fresh optimizers, which step together, of the parameters that a phase moves: two for Muon, else one.

    Muon (Jordan et al. 2024) is for matrices that take vectors to vectors; its steps are as large as AdamW's would be
    (Liu et al. 2025, arXiv:2502.16982), so that the phase's learning rate is right for both. Embeddings, kernels of
    convolutions, biases and norms are moved by AdamW.
    """
    moved = moved_by(model, phase)
    if phase.optimizer == "sgd":
        return [torch.optim.SGD(_groups(moved, phase), lr=phase.learning_rate, momentum=0.9)]
    matrices = _matrices(model, moved) if phase.optimizer == "muon" else []
    own = {id(parameter) for parameter in matrices}
    others = [parameter for parameter in moved if id(parameter) not in own]
    found: list[torch.optim.Optimizer] = []
    if matrices:
        muon = torch.optim.Muon(
            matrices, lr=phase.learning_rate, weight_decay=phase.decay, adjust_lr_fn="match_rms_adamw"
        )
        found.append(muon)
    if others:
        found.append(torch.optim.AdamW(_groups(others, phase), lr=phase.learning_rate, betas=phase.betas))
    return found


def _groups(parameters: Sequence[nn.Parameter], phase: Phase) -> list[dict[str, Any]]:
    """What decays, and what doesn't."""
    return [
        {"params": [parameter for parameter in parameters if parameter.ndim > 1], "weight_decay": phase.decay},
        {"params": [parameter for parameter in parameters if parameter.ndim <= 1], "weight_decay": 0.0},
    ]


def _matrices(model: Model, moved: Sequence[nn.Parameter]) -> list[nn.Parameter]:
    """Matrices that take vectors to vectors."""
    tables = (module for module in model.modules() if isinstance(module, nn.Embedding))
    looked_up = {id(parameter) for table in tables for parameter in table.parameters()}
    return [parameter for parameter in moved if parameter.ndim == 2 and id(parameter) not in looked_up]


def set_rate(optimizer: Any, phase: Phase, step: int, share: float) -> None:
    """Set the learning rate for a step; ``share`` of the phase's time, 0..1, is over."""
    warm = min(1.0, (step - phase.start + 1) / max(1, phase.warmup))
    fall = (1 + math.cos(math.pi * min(1.0, share))) / 2 if phase.schedule == "cosine" else 1.0
    for group in optimizer.param_groups:
        group["lr"] = phase.learning_rate * warm * (_LOWEST + (1 - _LOWEST) * fall)
