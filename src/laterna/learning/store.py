"""Where models are kept: the user's own, the bundled weights, a path, a hub. Finding one loads no torch."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import laterna
from laterna.errors import ModelError, StorageError
from laterna.learning import recipe
from laterna.learning.card import CARD, Card
from laterna.learning.folder import CONFIG, WEIGHTS
from laterna.media.files import quoted


@dataclass(frozen=True, slots=True)
class Stored:
    """A model's name, and its weights if it has any; ``problem`` says why a card can't be read."""

    name: str
    weights: Literal["yours", "bundled", "none"]
    folder: Path | None = None
    card: Card | None = None
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        card = self.card
        said = {"licence": card.licence, "figures": card.figures, "baseline": card.baseline} if card else {}
        return {"name": self.name, "weights": self.weights, "folder": self.folder, **said, "problem": self.problem}


def user_store() -> Path:
    """The folder of the user's own models: ``$LATERNA_MODELS``, else below the XDG data folder."""
    named = os.environ.get("LATERNA_MODELS")
    return Path(named) if named else user_data() / "models"


def user_data() -> Path:
    """The folder of all that is the user's own, below the XDG data folder."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "laterna"


def bundled_store() -> Path:
    """The folder of the weights that ship in the package."""
    return Path(laterna.__file__).parent / "weights"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a model's folder for one training alone; what a killed one left half-written is removed.

    Raises:
        ModelError: another training holds it.
        StorageError: it can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise StorageError(f"{quoted(folder)} can't be written ({error.strerror}): choose another folder.") from error
    try:
        _lock(handle, folder)
        for left in folder.glob(".partial-*"):
            left.unlink()
        yield
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ModelError(
            f"Another training is at work in {quoted(folder)}: wait until it ends, or use --out."
        ) from error


def models() -> list[Stored]:
    """Every model that is registered or has weights, by name; the user's weights hide bundled ones of their name."""
    found = {name: Stored(name, "none") for name in recipe.registry()}
    stores: Mapping[Literal["bundled", "yours"], Path] = {"bundled": bundled_store(), "yours": user_store()}
    for weights, store in stores.items():
        for config in store.rglob(CONFIG):
            name = config.parent.relative_to(store).as_posix()
            found[name] = _stored(name, weights, config.parent)
    return [found[name] for name in sorted(found)]


def _stored(name: str, weights: Literal["bundled", "yours"], folder: Path) -> Stored:
    try:
        return Stored(name, weights, folder, Card.open(folder / CARD))
    except ModelError as error:
        return Stored(name, weights, folder, problem=str(error))


def find(name: str) -> Path:
    """The folder that holds a model.

    Args:
        name: ``./``, ``../``, ``/`` or ``~`` begin a path; ``hf:owner/name`` is on a hub, with ``@`` and a revision if
            wanted; any other name ("music/vae") is looked up in the user's store, then among the bundled weights.

    Raises:
        ModelError: there is none.
    """
    if name.startswith("hf:"):
        return _from_hub(name[3:])
    if name.startswith(("./", "../", "/", "~")):
        folder = Path(name).expanduser()
        if not folder.is_dir():
            raise ModelError(f"{quoted(folder)} is not a folder: name the one that holds {CONFIG} and {WEIGHTS}.")
        return folder
    for store in (user_store(), bundled_store()):
        if (store / name / CONFIG).exists():
            return store / name
    recipe.registered(name)  # says so if the name is unknown
    raise ModelError(f"{name} has no weights yet: make them with `laterna train {name} DATA`.")


def _from_hub(repository: str) -> Path:
    import huggingface_hub  # only a hub's names need it
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    owner_and_name, _, revision = repository.partition("@")
    try:
        folder = huggingface_hub.snapshot_download(
            owner_and_name, revision=revision or None, allow_patterns=[CONFIG, WEIGHTS, CARD]
        )
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(f"'hf:{repository}' can't be fetched: check its name and the network.") from error
    return Path(folder)
