"""The RL editor: it learns to cut, keeps the contract of a model, and answers the same in NumPy."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("sb3_contrib")
import torch

from laterna.editing.cutters.board import Board
from laterna.editing.cutters.learned import Forward, Learned, rollouts
from laterna.editing.cutters.made import bin_of, problem_of
from laterna.editing.cutters.optimal import best
from laterna.editing.cutters.plain import greedy, random
from laterna.editing.cutters.problem import Problem
from laterna.editing.cutters.reward import Reward, Scored
from laterna.editing.cutters.sight import CHOICES, SEEN, choices, seen
from laterna.editing.indexing.index import Index
from laterna.editing.models.editor import Editor
from laterna.editing.models.editor_lessons import lessons, taught
from laterna.editing.models.editor_recipe import Films, metrics, network, read, recipe, varied
from laterna.errors import DataError
from laterna.learning.card import Card
from laterna.learning.check import check_model
from laterna.learning.weights import save


@pytest.fixture(scope="module")
def problems() -> list[Scored]:
    made = (problem_of(bin_of(seed % 2, 14), seed, seconds=14, order=("free", "kept")[seed % 2]) for seed in range(8))
    return [Scored(problem, Reward()) for problem in made]


class Few:
    """Some problems to learn on."""

    def __init__(self, problems: list[Scored]) -> None:
        self.problems = problems

    def __len__(self) -> int:
        return len(self.problems)

    def sample(self, index: int, rng: np.random.Generator) -> Scored:
        return self.problems[index]


def worths(forward: Forward, problems: list[Scored], tries: int = 1) -> float:
    return float(np.mean([rollouts(forward, scored, tries, np.random.default_rng(0)).worth for scored in problems]))


def blank() -> Editor:
    """An editor that has no idea at all, not even that of its first weights."""
    editor = Editor.build("debug", seed=3)
    with torch.no_grad():
        editor.skip.weight.zero_()
    return editor


def test_practice_alone_teaches_it_to_cut(problems: list[Scored]) -> None:
    editor = blank()
    before = worths(network(editor), problems)
    editor.lessons, editor.steps = 0, 4096
    editor.fit(Few(problems), seed=0)
    chance = np.mean([random(scored, np.random.default_rng(s)).worth for scored in problems for s in range(5)])
    after = worths(network(editor), problems)
    assert after > before + 0.05
    assert after > chance + 0.2


def test_lessons_alone_bring_it_near_the_optimum(problems: list[Scored]) -> None:
    few = [scored for scored in problems if scored.problem.order == "kept"]
    editor = blank()
    before = worths(network(editor), few)
    taught(editor, Few(few), len(few), seed=0)
    top = float(np.mean([best(scored).worth for scored in few]))
    assert worths(network(editor), few) > 0.8 * top
    assert worths(network(editor), few) > before + 0.08


def test_a_lesson_is_an_event_of_the_optimal_cut(problems: list[Scored]) -> None:
    scored = next(scored for scored in problems if scored.problem.order == "kept")
    shown = list(lessons(scored))
    assert 0 < len(shown) <= len(best(scored).events)
    assert all(view[int(right), 0] == 1 for view, right in shown)


def test_trained_from_its_first_weights_it_beats_greed(problems: list[Scored]) -> None:
    editor = Editor.build("base")
    editor.lessons, editor.steps = 4, 2048
    editor.fit(Few(problems), seed=0)
    assert worths(network(editor), problems) > np.mean([greedy(scored).worth for scored in problems])


def test_the_same_seed_gives_the_same_weights_and_leaves_global_chance_alone(problems: list[Scored]) -> None:
    np.random.seed(5)
    states = []
    for seed in (1, 1, 2):
        editor = Editor.build("debug")
        editor.fit(Few(problems), seed=seed)
        states.append(editor.out.weight.detach().clone())
    drawn = np.random.rand()
    np.random.seed(5)
    assert drawn == np.random.rand()
    assert torch.equal(states[0], states[1])
    assert not torch.equal(states[0], states[2])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_numpy_answers_as_torch_does_and_what_is_not_there_is_not_chosen(seed: int) -> None:
    editor = Editor.build("base", seed=seed).eval()
    board = Board.of(Scored(problem_of(bin_of(0, 5), seed, seconds=12), Reward()))
    view = seen(board, choices(board))
    with torch.no_grad():
        logits = editor(torch.from_numpy(view)[None])[0].numpy()
    options = int(view[:, 0].sum())
    assert np.allclose(network(editor).logits(view), logits[:options], atol=1e-4)
    assert (logits[options:] < -1e6).all()


def test_more_tries_are_never_worth_less_and_the_same_seed_cuts_the_same(problems: list[Scored]) -> None:
    forward = network(Editor.build("base"))
    one, many = worths(forward, problems, 1), worths(forward, problems, 8)
    assert many >= one
    assert many == worths(forward, problems, 8)


def test_it_is_kept_and_found_again(tmp_path: Path, problems: list[Scored]) -> None:
    editor, problem = Editor.build("debug"), problems[0].problem
    editor.fit(Few(problems), seed=0)
    said = {"licence": "CC0-1.0", "data": ("takes",), "figures": {"worth": 1.0}, "baseline": {"worth": 0.0}}
    save(editor, Card(editor.name, command="none", protocol="worth", **said), tmp_path / "editor")
    cut = Learned(4, model=str(tmp_path / "editor")).cut(problem, Reward(), seed=1)
    assert cut == rollouts(network(editor), problems[0], 4, np.random.default_rng(1))
    assert not cut.exact


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(tmp_path: Path) -> None:
    few = replace(recipe, read=lambda data: read(data, theatre=2, films=8, judged=3))
    assert "fits" in check_model(few, tmp_path)


def test_a_folder_of_indices_is_parted_whole_and_every_problem_is_always_the_same(tmp_path: Path) -> None:
    for number in range(3):
        rows = [{"start": str(i), "end": str(i + 4), "key_time": str(i), "embedding": [1.0, i]} for i in range(9)]
        Index.of(rows).save(tmp_path / f"film-{number}")
    splits = read(tmp_path, theatre=1, films=4, judged=2)
    assert "9 shots of an index" in splits.data[0]
    first, again = (
        read(tmp_path, theatre=1, films=4, judged=2).train.sample(0, np.random.default_rng(s)) for s in (0, 1)
    )
    assert isinstance(first.problem, Problem)
    assert np.array_equal(first.problem.match, again.problem.match)
    assert first.reward == again.reward


def test_an_index_that_is_not_whole_is_told(tmp_path: Path) -> None:
    Index.of([{"start": "0", "end": "4"}]).save(tmp_path / "film")
    (tmp_path / "film" / "shots.parquet").unlink()
    with pytest.raises(DataError):
        read(tmp_path)


def test_the_rewards_that_it_practises_on_differ() -> None:
    one, two = varied(np.random.default_rng(0)), varied(np.random.default_rng(1))
    assert one.weights != two.weights
    assert one.weights["missing"] == two.weights["missing"]


def test_what_it_sees_has_a_row_for_each_option(problems: list[Scored]) -> None:
    board = Board.of(problems[0])
    view = seen(board, choices(board))
    assert view.shape == (CHOICES, SEEN)
    assert np.isfinite(view).all()
    assert metrics(Editor.build("debug"), Films([lambda: bin_of(0, 8)], 1, 0)).keys() == {"worth", "best_of_16"}
