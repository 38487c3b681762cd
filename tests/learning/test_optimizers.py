"""A phase moves what it names, at the rate that its schedule gives."""

import pytest
import torch
import toys

from laterna.errors import ModelError
from laterna.learning.model import Phase
from laterna.learning.optimizers import fresh_optimizers, moved_by, set_rate


def rates(phase: Phase, steps: int) -> list[float]:
    (optimizer,) = fresh_optimizers(toys.Plain(), phase)
    found = []
    for step in range(steps):
        set_rate(optimizer, phase, step, step / steps)
        found.append(optimizer.param_groups[0]["lr"])
    return found


def test_warm_up_rises_in_a_line_and_the_cosine_falls_to_a_hundredth() -> None:
    found = rates(Phase("model", learning_rate=1.0, warmup=10), 1000)
    assert found[0] == pytest.approx(0.1)
    assert found[4] == pytest.approx(0.5, abs=1e-3)
    assert found[9] == max(found) == pytest.approx(1, abs=1e-3)
    assert found[500] == pytest.approx(0.505, abs=1e-3)
    assert found[-1] == pytest.approx(0.01, abs=1e-3)


def test_a_constant_rate_stays() -> None:
    assert set(rates(Phase("model", learning_rate=0.5, schedule="constant"), 10)) == {0.5}


def test_a_phase_moves_what_its_prefixes_name_and_what_is_not_frozen() -> None:
    model = toys.Adversary()
    critic = moved_by(model, Phase("critic", ("critic",)))
    assert {id(p) for p in critic} == {id(p) for p in model.critic.parameters()}
    model.critic[0].weight.requires_grad_(False)
    assert len(moved_by(model, Phase("critic", ("critic",)))) == len(critic) - 1


def test_a_phase_that_moves_nothing_is_a_mistake() -> None:
    with pytest.raises(ModelError, match="'critics' of toys/adversary moves no parameter"):
        moved_by(toys.Adversary(), Phase("critics", ("critics",)))


def test_only_matrices_decay() -> None:
    (optimizer,) = fresh_optimizers(toys.Plain(), Phase("model", decay=0.1))
    decays = {p.ndim: group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert decays == {2: 0.1, 1: 0.0}


@pytest.mark.parametrize(("kind", "expected"), [("adamw", torch.optim.AdamW), ("sgd", torch.optim.SGD)])
def test_the_optimizer_is_the_one_that_is_named(kind: str, expected: type) -> None:
    assert [type(one) for one in fresh_optimizers(toys.Plain(), Phase("m", optimizer=kind))] == [expected]  # type: ignore[arg-type]


def test_muon_moves_matrices_between_layers_and_adamw_the_rest() -> None:
    model = toys.Plain()
    model.table = torch.nn.Embedding(3, 2)
    phase = Phase("m", optimizer="muon", learning_rate=0.1, decay=0.2)
    muon, adamw = fresh_optimizers(model, phase)
    assert (type(muon), type(adamw)) == (torch.optim.Muon, torch.optim.AdamW)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found = [[names[id(p)] for group in one.param_groups for p in group["params"]] for one in (muon, adamw)]
    assert all(name.endswith("weight") for name in found[0])
    assert "table.weight" in found[1]
    assert sorted(found[0] + found[1]) == sorted(names.values())
    for one in (muon, adamw):
        assert one.param_groups[0]["weight_decay"] == 0.2
        set_rate(one, phase, 10, 0.5)
        assert one.param_groups[0]["lr"] == pytest.approx(0.0505)


def test_steps_of_muon_are_as_large_as_those_of_adamw() -> None:
    model = toys.Plain(width=64)
    phase = Phase("m", optimizer="muon", learning_rate=0.1)
    muon, _ = fresh_optimizers(model, phase)
    (matrix, *_) = muon.param_groups[0]["params"]
    before = matrix.detach().clone()
    matrix.grad = torch.randn(matrix.shape, generator=torch.Generator().manual_seed(0))
    muon.step()
    assert float((matrix.detach() - before).square().mean().sqrt()) == pytest.approx(
        0.2 * 0.1, rel=0.3
    )  # AdamW's are 0.2 to 0.4 of it


def test_without_matrices_there_is_nothing_for_muon() -> None:
    model = toys.Plain()
    for parameter in model.parameters():
        parameter.requires_grad_(parameter.ndim < 2)
    assert [type(one) for one in fresh_optimizers(model, Phase("m", optimizer="muon"))] == [torch.optim.AdamW]
