"""A model is judged on what it has not learnt from, beside the trivial baseline."""

import json
from pathlib import Path

import pytest
import toys

from laterna.errors import DataError, ModelError
from laterna.learning.evaluation import Evaluation, evaluate, judge
from laterna.learning.weights import save


def test_the_figures_are_those_of_the_test_part(store: Path, points: Path) -> None:
    splits = toys.read(points)
    model = toys.Mean()
    model.fit(splits.train, seed=0)
    save(model, toys.card(model="toys/mean"), store / "toys" / "mean")
    found = evaluate("toys/mean", points)
    assert found == judge(toys.mean, model, splits)
    assert (found.samples, found.baseline) == (len(splits.test), toys.nothing(splits))
    assert found.figures == toys.error(model, splits.test)


def test_a_person_reads_the_baseline_beside_the_figures() -> None:
    found = Evaluation("toys/plain", "mean squared error", 20, {"mse": 0.25, "bias": -0.1}, {"mse": 1.5})
    assert str(found).splitlines() == [
        "toys/plain on 20 held-out samples: mean squared error",
        "           model    baseline",
        "mse         0.25         1.5",
        "bias        -0.1            ",
    ]
    assert json.loads(json.dumps(found.to_json()))["figures"] == {"mse": 0.25, "bias": -0.1}


def test_a_model_without_weights_or_data_without_samples_are_one_sentence(store: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has no weights yet"):
        evaluate("toys/mean", tmp_path)
    save(toys.Mean(), toys.card(model="toys/mean"), store / "toys" / "mean")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="There are no samples"):
        evaluate("toys/mean", tmp_path / "empty")
