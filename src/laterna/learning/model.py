"""The contract of a model: its network, its losses, and how they are optimised. It does not know the trainer."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import torch
from huggingface_hub import ModelCard, PyTorchModelHubMixin
from torch import Tensor, nn

from laterna.errors import ModelError
from laterna.learning.card import Card
from laterna.learning.recipe import Samples
from laterna.learning.store import find
from laterna.learning.weights import read, save
from laterna.media.files import written_whole


@dataclass(frozen=True, slots=True)
class Phase:
    """One optimisation within a training: most models have a single one, an adversarial model two.

    Attributes:
        name: handed to the model's ``loss``, and the prefix of what is logged.
        parameters: name prefixes of the parameters it moves, all when empty; the others have no gradient meanwhile.
        every: it steps at each ``every``-th step of the training.
        start: the step of the training from which it takes part.
        optimizer: AdamW; Muon for the matrices that take vectors to vectors, and AdamW for the rest; or stochastic
            gradient descent with momentum 0.9.
        learning_rate: at its highest, after ``warmup`` steps of linear rise.
        betas: of AdamW.
        schedule: "cosine" falls to a hundredth of the learning rate at the end of the training, "constant" stays.
        decay: weight decay of matrices and kernels; vectors (biases, norms) have none.
        clip: largest norm of the gradient that an optimizer sees, None for any.
    """

    name: str
    parameters: tuple[str, ...] = ()
    every: int = 1
    start: int = 0
    optimizer: Literal["adamw", "muon", "sgd"] = "adamw"
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    warmup: int = 0
    schedule: Literal["cosine", "constant"] = "cosine"
    decay: float = 0.0
    clip: float | None = 1.0

    def due(self, step: int) -> bool:
        """Whether the phase takes part in this step, counted from 0."""
        return step >= self.start and (step + 1) % self.every == 0


class Model(nn.Module, PyTorchModelHubMixin):
    """A network that says how it is trained and used, kept as config.json, model.safetensors and card.md.

    A subclass gives its constructor's typed, JSON-like arguments (its config), ``sizes``, ``phases`` and ``loss``, and
    whatever it is for (``sample``, ``score``...). A model that learns without gradients gives ``fit`` in place of
    ``phases`` and ``loss``. All that it learns lies in parameters and buffers.

    Class attributes:
        name: where it is registered, "department/model".
        version: of its weights' meaning; raised when older weights no longer fit.
        sizes: constructor arguments by size; "debug" is tiny and there in every model, "base" is the default.
        exports: names of the inputs of ``forward`` if it can be exported to ONNX; the first axis of each is the batch.
        axes: those of each input that may have any length in an export, by their place, with a name.

    Attributes:
        over: how much of the training is over, 0 to 1, for losses that change with it; the trainer tells it.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    sizes: ClassVar[Mapping[str, Mapping[str, Any]]] = {"debug": {}, "base": {}}
    exports: ClassVar[tuple[str, ...]] = ()
    axes: ClassVar[Mapping[int, str]] = {0: "batch"}
    card: Card | None = None
    over: float = 1.0

    @classmethod
    def build(cls, size: str = "base", *, seed: int = 0) -> Self:
        """A fresh model of one of its sizes; the same seed gives the same weights.

        Raises:
            ModelError: it has no such size.
        """
        if size not in cls.sizes:
            raise ModelError(f"{cls.name} has no size {size!r}: use one of {', '.join(cls.sizes)}.")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return cls(**cls.sizes[size])

    def anew(self, *, seed: int = 0) -> Self:
        """A fresh model of the same build, which has learnt nothing."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return type(self)(**self.config)

    def phases(self) -> Sequence[Phase]:
        """How its parameters are optimised; none for a model that learns by ``fit``."""
        return ()

    def loss(self, batch: Any, phase: str, step: int) -> dict[str, Tensor]:
        """Losses of a batch in a phase: "loss" is back-propagated, all of them are logged."""
        raise NotImplementedError(f"{self.name} has phases and no loss")

    def fit(self, samples: Samples, *, seed: int) -> None:
        """Learn without gradients from the training samples."""
        raise NotImplementedError(f"{self.name} has neither phases nor fit")

    def example(self) -> tuple[Tensor, ...]:
        """Inputs of ``forward``, for a batch of two or more: what an export is traced with."""
        raise NotImplementedError(f"{self.name} has exports and no example")

    def export(self, path: Path) -> None:
        """Write the network as ONNX, for inputs of any length along its ``axes``.

        Raises:
            ModelError: it can't be exported, or onnxscript is missing.
        """
        if not self.exports:
            raise ModelError(f"{self.name} can't be exported to ONNX: use it through laterna.load.")
        shapes = tuple({axis: torch.export.Dim(name) for axis, name in self.axes.items()} for _ in self.exports)
        names = list(self.exports)
        try:
            with written_whole(path) as temporary, warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # torch's, of its own parts
                torch.onnx.export(
                    self.eval(),
                    self.example(),
                    temporary,
                    input_names=names,
                    dynamic_shapes=shapes,
                    external_data=False,
                    verbose=False,
                )
        except ModuleNotFoundError as error:
            raise ModelError(f"ONNX needs {error.name}: run `pip install 'laterna[onnx]'`.") from error

    @property
    def config(self) -> dict[str, Any]:
        """The arguments that it was constructed with."""
        config = self._hub_mixin_config
        return dict(config) if isinstance(config, dict) else {}

    @property
    def device(self) -> torch.device:
        """Where its tensors lie."""
        return next((tensor.device for tensor in self.state()), torch.device("cpu"))

    def state(self) -> Iterator[Tensor]:
        """Parameters, then buffers."""
        yield from self.parameters()
        yield from self.buffers()

    @classmethod
    def upgrade(
        cls, version: int, config: dict[str, Any], tensors: dict[str, Tensor]
    ) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Make config and weights of an older version fit this one.

        Raises:
            ModelError: they can't be.
        """
        raise ModelError(f"These weights of {cls.name} are of version {version}, not {cls.version}: train it again.")

    def _save_pretrained(self, save_directory: Path) -> None:
        if self.card is None:
            raise ModelError(f"{self.name} has no card yet: save it with laterna.learning.save and a Card.")
        save(self, self.card, save_directory)

    def generate_model_card(self, *args: Any, **kwargs: Any) -> ModelCard:
        """What a hub shows: the model's own card."""
        return ModelCard(self.card.text() if self.card else "", ignore_metadata_errors=True)

    @classmethod
    def _from_pretrained(cls, *, model_id: str, revision: str | None = None, **ignored: Any) -> Self:
        """What ``from_pretrained`` of the hub's mixin calls, with a folder or a hub's name; always strict."""
        name = f"hf:{model_id}" + (f"@{revision}" if revision else "")
        return read(cls, Path(model_id) if Path(model_id).is_dir() else find(name))
