"""A table holds only what may be compared, says how sure it is, and prints its protocol beside each figure."""

import json
from dataclasses import replace

import numpy as np
import pytest

from laterna.audience.evaluation.protocols import Full, LeaveLastOut, Sampled
from laterna.audience.evaluation.table import Entry, Table
from laterna.errors import DataError

USERS = np.array([f"u{number}" for number in range(40)])


def entry(model: str, level: float, *, valid: float = 0.1, seed: int = 0) -> Entry:
    values = level + np.random.default_rng(seed).exponential(0.1, len(USERS))
    return Entry(
        model=model,
        protocol=str(LeaveLastOut()),
        ranking=str(Full()),
        k=10,
        splits=("all events",),
        users=USERS,
        split=np.zeros(len(USERS), np.int64),
        values={"ndcg@10": values, "novelty": values * 10},
        coverage=0.25,
        valid=valid,
        settings=({"penalty": 5},),
        seconds=1.5,
    )


def table(*entries: Entry) -> Table:
    groups = {user: "odd" if number % 2 else "even" for number, user in enumerate(USERS)}
    return Table(entries, (300,), groups, "parity")


GOOD, BAD = entry("good", 0.2, valid=0.3), entry("bad", 0.1, valid=0.2)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (replace(BAD, ranking=str(Sampled())), "by one ranking"),
        (replace(BAD, protocol=str(LeaveLastOut((0.5,)))), "by one protocol"),
        (replace(BAD, k=5), "by one k"),
        (replace(BAD, users=USERS[::-1]), "same users"),
        (replace(BAD, model="good"), "one name"),
    ],
)
def test_what_cannot_be_compared_is_refused_whether_it_comes_at_once_or_later(other: Entry, words: str) -> None:
    with pytest.raises(DataError, match=words):
        table(GOOD, other)
    with pytest.raises(DataError, match=words):
        table(GOOD).joined(table(other))


def test_tables_of_the_same_questions_join() -> None:
    assert table(GOOD).joined(table(BAD)).models == ["good", "bad"]
    with pytest.raises(DataError, match="other items"):
        table(GOOD).joined(replace(table(BAD), items=(301,)))


def test_a_table_of_nothing_is_refused() -> None:
    with pytest.raises(DataError, match="no models"):
        table()


def test_the_best_is_chosen_by_the_validation_and_not_by_the_test() -> None:
    lucky = entry("lucky", 0.9, valid=0.1)
    assert table(GOOD, lucky).best == "good"


def test_a_difference_is_told_with_its_paired_interval_and_p() -> None:
    found = table(GOOD, BAD).compare("good", "bad")
    assert found.difference.value == pytest.approx(0.1)
    assert found.difference.low == pytest.approx(0.1)  # the same for every user, so nothing is unsure
    assert found.p is not None
    assert found.p < 0.01


def test_groups_of_users_have_figures_of_their_own() -> None:
    one = replace(GOOD, values={"ndcg@10": np.where(np.arange(40) % 2, 0.9, 0.1) + np.linspace(0, 0.01, 40)})
    found = table(one).gap("good")
    assert found.groups["odd"].value == pytest.approx(0.905, abs=0.01)
    assert found.widest == pytest.approx(0.8, abs=0.01)
    assert found.p < 0.01
    assert table(GOOD).gap("good").p > 0.05  # no group is served better


@pytest.mark.parametrize(
    "words", ["leave-last-out by time", "full ranking", "40 users", "300 items", "95%", "penalty 5"]
)
def test_its_text_says_how_it_was_measured(words: str) -> None:
    assert words in " ".join(str(table(GOOD, BAD)).split())


def test_its_text_has_every_model_with_its_interval() -> None:
    found = table(GOOD, BAD)
    assert f"good  {found.figure('good', 'ndcg@10')}" in str(found)
    assert f"bad   {found.figure('bad', 'ndcg@10')}" in str(found)


def test_json_tells_the_same() -> None:
    found = json.loads(json.dumps(table(GOOD, BAD).to_json()))
    assert found["protocol"] == str(LeaveLastOut())
    assert found["ranking"] == str(Full())
    assert found["best_on_validation"] == "good"
    assert found["models"]["good"]["figures"]["ndcg@10"]["low"] < found["models"]["good"]["figures"]["ndcg@10"]["value"]
    assert found["beside_best"]["bad"]["difference"]["value"] == pytest.approx(-0.1)
    assert {*found["models"]["bad"]["groups"]["groups"]} == {"odd", "even"}


def test_what_is_not_there_is_named_with_what_is() -> None:
    with pytest.raises(DataError, match="it has good"):
        table(GOOD).figure("ugly", "ndcg@10")
    with pytest.raises(DataError, match="it has ndcg@10, novelty"):
        table(GOOD).figure("good", "beauty")
    with pytest.raises(DataError, match="no groups"):
        replace(table(GOOD), group_of={}).gap("good")


def test_its_picture_shows_a_longer_line_where_a_figure_is_less_sure() -> None:
    def longest(one: Entry) -> int:
        pixels = np.asarray(table(one).picture()).astype(int)
        return int((np.abs(pixels - (176, 84, 40)).sum(2) < 60).any(0).sum())

    sure = replace(GOOD, values={"ndcg@10": np.linspace(0.299, 0.301, 40)})
    assert longest(GOOD) > 2 * longest(sure) > 0
