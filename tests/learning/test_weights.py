"""A saved model is the same model when it is loaded, and what is unsafe or broken is refused in one sentence."""

import errno
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
import toys
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from laterna.errors import MediaError, ModelError
from laterna.learning.card import CARD
from laterna.learning.folder import CONFIG, SCALE, WEIGHTS, tensors
from laterna.learning.weights import load, read, save

INPUT = torch.linspace(-1, 1, 8).reshape(4, 2)


@pytest.fixture
def saved(store: Path) -> Path:
    """A plain toy in the user's store."""
    save(toys.Plain.build("debug"), toys.card(), store / "toys" / "plain")
    return store / "toys" / "plain"


def rewritten(folder: Path, **changes: Any) -> None:
    config = json.loads((folder / CONFIG).read_text())
    (folder / CONFIG).write_text(json.dumps(config | changes))


def with_weights(folder: Path, change: Callable[[dict[str, Tensor]], object]) -> None:
    tensors = safetensors.torch.load_file(folder / WEIGHTS)
    change(tensors)
    safetensors.torch.save_file(tensors, folder / WEIGHTS)


def test_a_loaded_model_answers_as_the_saved_one_did(saved: Path) -> None:
    model = load("toys/plain")
    assert isinstance(model, toys.Plain)
    assert model.config == {"width": 4, "dropout": 0.1}
    assert not model.training
    assert torch.equal(model(INPUT), toys.Plain.build("debug").eval()(INPUT))


def test_a_loaded_model_has_its_card(saved: Path) -> None:
    assert load("toys/plain").card == toys.card()


def test_a_path_is_loaded_too(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(saved.parent)
    assert load(str(saved)).name == load("./plain").name == "toys/plain"


def test_what_is_not_float_is_kept(tmp_path: Path) -> None:
    model = toys.Frilled.build("debug")
    model.norm.num_batches_tracked += 7
    save(model, toys.card(), tmp_path)
    assert read(toys.Frilled, tmp_path).norm.num_batches_tracked == 7


def test_small_whole_numbers_are_scaled_by_their_rows(saved: Path) -> None:
    def shrunk(tensors: dict[str, Tensor]) -> None:
        for name in [name for name, tensor in tensors.items() if tensor.dim() == 2]:
            scale = tensors[name].abs().amax(1) / 127
            tensors[name] = (tensors[name] / scale[:, None]).round().to(torch.int8)
            tensors[name + SCALE] = scale

    before, exact = load("toys/plain"), dict(load("toys/plain").state_dict())
    with_weights(saved, shrunk)
    after = load("toys/plain")
    assert torch.allclose(after(INPUT), before(INPUT), atol=0.02)
    assert not all(torch.equal(tensor, exact[name]) for name, tensor in after.state_dict().items())
    without_torch = tensors(saved, "np")
    assert all(np.array_equal(without_torch[name], tensor.numpy()) for name, tensor in after.state_dict().items())


@pytest.mark.parametrize("change", [lambda t: t.update({"none.scale": torch.ones(3)}), lambda t: wrong_scale(t)])
def test_scales_that_fit_nothing_are_told(saved: Path, change: Callable[[dict[str, Tensor]], object]) -> None:
    with_weights(saved, change)
    with pytest.raises(ModelError, match="is broken or cut short"):
        load("toys/plain")


def wrong_scale(tensors: dict[str, Tensor]) -> None:
    """One row too many."""
    name = next(name for name, tensor in tensors.items() if tensor.dim() == 2)
    tensors[name + SCALE] = torch.ones(len(tensors[name]) + 1)


def test_weights_of_another_model_are_refused(saved: Path) -> None:
    with pytest.raises(ModelError, match="holds weights of toys/plain, not of toys/frilled: load them by that name"):
        read(toys.Frilled, saved)


def test_weights_of_a_newer_version_are_refused(saved: Path) -> None:
    rewritten(saved, version=2)
    with pytest.raises(ModelError, match=r"was made by a newer Laterna \(weights 2\): update Laterna"):
        load("toys/plain")


def test_weights_of_an_older_version_are_upgraded_or_refused(saved: Path) -> None:
    class Newer(toys.Plain):
        version = 2

    class Upgraded(Newer):
        @classmethod
        def upgrade(cls, version: int, config: dict[str, Any], tensors: dict[str, Tensor]) -> Any:
            return config | {"dropout": 0.0}, tensors

    with pytest.raises(ModelError, match="are of version 1, not 2: train it again"):
        read(Newer, saved)
    assert read(Upgraded, saved).config == {"width": 4, "dropout": 0.0}


def test_weights_of_another_shape_are_refused(saved: Path) -> None:
    rewritten(saved, width=5)
    with pytest.raises(ModelError, match=r"has a config.json and weights that do not fit: copy it again"):
        load("toys/plain")


def test_weights_that_lack_a_tensor_are_refused(saved: Path) -> None:
    with_weights(saved, lambda tensors: tensors.pop("layers.0.bias"))
    with pytest.raises(ModelError, match="do not fit"):
        load("toys/plain")


def test_an_unknown_argument_is_refused(saved: Path) -> None:
    rewritten(saved, height=3)
    with pytest.raises(ModelError, match="do not fit"):
        load("toys/plain")


@pytest.mark.parametrize("kept", [0, 7, 100, -1])
def test_truncated_weights_are_refused(saved: Path, kept: int) -> None:
    data = (saved / WEIGHTS).read_bytes()
    (saved / WEIGHTS).write_bytes(data[:kept])
    with pytest.raises(ModelError, match=r"model.safetensors' is broken or cut short: copy the model again"):
        load("toys/plain")


def test_weights_that_are_no_numbers_are_refused(saved: Path) -> None:
    with_weights(saved, lambda tensors: tensors["layers.0.bias"].fill_(torch.nan))
    with pytest.raises(ModelError, match=r"holds numbers that are not finite, in layers.0.bias: train it again"):
        load("toys/plain")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.pkl", "model.ckpt"])
def test_a_pickle_is_never_read(saved: Path, name: str) -> None:
    (saved / WEIGHTS).rename(saved / name)
    with pytest.raises(ModelError, match=f"only {name}, which could run code when it is read: ask its maker for safe"):
        load("toys/plain")


def test_a_model_without_a_card_is_refused(saved: Path) -> None:
    (saved / CARD).unlink()
    with pytest.raises(ModelError, match=r"has no card.md"):
        load("toys/plain")


def test_a_card_without_licence_is_refused(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="lacks its licence: write it"):
        save(toys.Plain.build("debug"), toys.card(licence=""), tmp_path / "new")
    assert not (tmp_path / "new").exists()
    (saved / CARD).write_text(toys.card(licence="").text())
    with pytest.raises(ModelError, match="lacks its licence: write it"):
        load("toys/plain")


def test_non_commercial_weights_need_a_word(saved: Path) -> None:
    (saved / CARD).write_text(toys.card(licence="CC-BY-NC-4.0").text())
    with pytest.raises(ModelError, match=r"the licence CC-BY-NC-4.0, which forbids commercial use: allow it by"):
        load("toys/plain")
    assert load("toys/plain", allow_non_commercial=True).name == "toys/plain"


@pytest.mark.parametrize("config", ["", "{", "[]", "{}", '{"model": 3, "version": 1}', '{"model": "toys/plain"}'])
def test_a_garbled_config_is_one_sentence(saved: Path, config: str) -> None:
    (saved / CONFIG).write_text(config)
    with pytest.raises(ModelError, match=r"is garbled: copy the model again|names no model of Laterna"):
        load("toys/plain")


def test_a_full_disk_leaves_the_model_that_was_there(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {file.name: file.read_bytes() for file in saved.iterdir()}
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.suffix == ".safetensors":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MediaError, match=r"The disk is full while writing .*model.safetensors"):
        save(toys.Plain.build("base"), toys.card(steps=5), saved)
    assert {file.name: file.read_bytes() for file in saved.iterdir()} == before


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain toy's folder."""
    folder = tmp_path_factory.mktemp("whole")
    save(toys.Plain.build("debug"), toys.card(), folder)
    return folder


@given(st.sampled_from([CARD, CONFIG, WEIGHTS]), st.integers(0, 2000), st.binary(max_size=12))
def test_whatever_is_garbled_is_refused_or_harmless(whole: Path, name: str, place: int, put: bytes) -> None:
    contents = {file.name: file.read_bytes() for file in whole.iterdir()}
    with tempfile.TemporaryDirectory() as folder:
        for known, content in contents.items():
            (Path(folder) / known).write_bytes(content)
        garbled = contents[name][:place] + put + contents[name][place + len(put) :]
        (Path(folder) / name).write_bytes(garbled)
        with suppress(ModelError):
            assert load(folder, allow_non_commercial=True).name == "toys/plain"
