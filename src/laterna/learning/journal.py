"""What a training leaves to look at: its learning curve, its last samples, and events for TensorBoard."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from laterna.errors import ModelError
from laterna.learning.curves import draw
from laterna.media.kinds import kind_for

CURVE, EVENTS = "curve.png", "tensorboard"


class Journal:
    """The journal of a training, in its folder; a context that ends with it.

    Args:
        folder: the training's.
        step: at which it goes on: what TensorBoard was told of later ones is withdrawn.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._folder, self._events = folder, _events(folder / EVENTS, step)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        if self._events is not None:
            self._events.close()

    def note(self, step: int, figures: Mapping[str, float]) -> None:
        """Tell TensorBoard of a step."""
        if self._events is not None:
            for name, value in figures.items():
                self._events.add_scalar(name, value, step)

    def draw(self, history: Sequence[Mapping[str, float]]) -> None:
        """Draw the learning curve, and tell TensorBoard of its last point."""
        draw(history, self._folder / CURVE)
        last = history[-1]
        self.note(int(last["step"]), {name: last[name] for name in last if name.startswith("valid/")})

    def show(self, samples: Any) -> str:
        """Keep samples in place of the last ones; in words: themselves if they are text, else where they lie.

        Raises:
            ModelError: no file can hold them.
        """
        kind = kind_for(type(samples))
        if kind is None or not kind.suffixes:
            raise ModelError(f"A model can't show {type(samples).__name__}: return text, a picture or a sound.")
        path = self._folder / f"samples{kind.suffixes[0]}"
        kind.save(samples, path)
        return samples if isinstance(samples, str) else f"samples: {path}"


def _events(folder: Path, step: int) -> Any:
    """TensorBoard's writer where it is installed, else None."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ModuleNotFoundError:
        return None
    return SummaryWriter(folder, purge_step=step + 1)
