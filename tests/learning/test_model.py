"""What every model can do: be built, say its config, be exported, be handed to a hub."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
import toys

from laterna.errors import ModelError
from laterna.learning.model import Phase


def test_the_same_seed_builds_the_same_weights_and_leaves_no_trace() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one, two, other = (toys.Plain.build("debug", seed=seed) for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(one.layers[0].weight, two.layers[0].weight)
    assert not torch.equal(one.layers[0].weight, other.layers[0].weight)


def test_an_unknown_size_is_one_sentence() -> None:
    with pytest.raises(ModelError, match="toys/plain has no size 'huge': use one of debug, base"):
        toys.Plain.build("huge")


def test_a_model_knows_its_arguments() -> None:
    assert toys.Plain(7).config == {"width": 7, "dropout": 0.1}
    assert toys.Mean().config == {}


def test_a_phase_is_due_every_so_many_steps_from_its_start() -> None:
    phase = Phase("generator", every=3, start=4)
    assert [step for step in range(12) if phase.due(step)] == [5, 8, 11]


def test_an_export_answers_alike_for_any_batch(tmp_path: Path) -> None:
    model = toys.Plain.build("debug").train()
    model.export(tmp_path / "plain.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "plain.onnx", providers=["CPUExecutionProvider"])
    for count in (1, 5):
        points = torch.linspace(-1, 1, 2 * count).reshape(count, 2)
        out = session.run(None, {"points": points.numpy()})[0]
        np.testing.assert_allclose(out, model(points).detach().numpy(), atol=1e-4)
    assert [file.name for file in tmp_path.iterdir()] == ["plain.onnx"]


def test_what_cannot_be_exported_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="toys/adversary can't be exported to ONNX"):
        toys.Adversary().export(tmp_path / "a.onnx")


def test_the_hubs_own_way_of_saving_is_ours(tmp_path: Path) -> None:
    model = toys.Plain.build("debug").eval()
    with pytest.raises(ModelError, match="toys/plain has no card yet"):
        model.save_pretrained(tmp_path / "none")
    model.card = toys.card()
    model.save_pretrained(tmp_path / "one")
    assert sorted(file.name for file in (tmp_path / "one").iterdir()) == [
        "README.md", "card.md", "config.json", "model.safetensors",
    ]  # fmt: skip
    assert "| mse | 0.25 | 1 |" in (tmp_path / "one" / "README.md").read_text()
    again = toys.Plain.from_pretrained(tmp_path / "one")
    assert again.card == toys.card()
    assert torch.equal(again(torch.ones(1, 2)), model(torch.ones(1, 2)))
