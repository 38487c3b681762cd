"""Steps as a plan declares them, and plans as users write them."""

from pathlib import Path

import pytest

from laterna.errors import BriefError
from laterna.production.steps import Step, load, step


def test_a_step_says_at_once_what_it_may_not_be():
    with pytest.raises(BriefError, match="first parameter be out"):
        step(kind="text", suffix=".txt")(lambda title: None)
    with pytest.raises(BriefError, match="give an option a default"):

        @step(kind="text", suffix=".txt")
        def bare(out: Path, *, loud: bool) -> None: ...


HELLO = "from laterna.production.steps import step\n\n@step(kind='text', suffix='.txt')\ndef hello(out): ...\n"


def test_a_plan_adds_steps_to_the_built_in_ones(tmp_path):
    plan = tmp_path / "mine.py"
    plan.write_text(HELLO)
    steps = load(plan)
    assert isinstance(steps["hello"], Step)
    assert steps.keys() >= load().keys()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def hello(:\n", "can't be loaded, SyntaxError"),
        ("import nothing_of_this_name\n", "can't be loaded, ModuleNotFoundError"),
        ("x = 1\n", "has no step"),
        (HELLO + HELLO, "two steps named 'hello'"),
    ],
)
def test_a_wrong_plan_is_named(tmp_path, source, says):
    plan = tmp_path / "mine.py"
    plan.write_text(source)
    with pytest.raises(BriefError, match=says):
        load(plan)
