"""What a phase asks for, as a torch optimizer whose learning rate follows the phase's schedule."""

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


def fresh_optimizer(parameters: Sequence[nn.Parameter], phase: Phase) -> torch.optim.Optimizer:
    """A fresh optimizer of these parameters."""
    groups = [
        {"params": [parameter for parameter in parameters if parameter.ndim > 1], "weight_decay": phase.decay},
        {"params": [parameter for parameter in parameters if parameter.ndim <= 1], "weight_decay": 0.0},
    ]
    if phase.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=phase.learning_rate, momentum=0.9)
    return torch.optim.AdamW(groups, lr=phase.learning_rate, betas=phase.betas)


def set_rate(optimizer: Any, phase: Phase, step: int, share: float) -> None:
    """Set the learning rate for a step; ``share`` of the phase's time, 0..1, is over."""
    warm = min(1.0, (step - phase.start + 1) / max(1, phase.warmup))
    fall = (1 + math.cos(math.pi * min(1.0, share))) / 2 if phase.schedule == "cosine" else 1.0
    for group in optimizer.param_groups:
        group["lr"] = phase.learning_rate * warm * (_LOWEST + (1 - _LOWEST) * fall)
