"""Contenders of any kind are judged by the same questions, and the validation alone chooses among settings."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from laterna.audience.catalogue import Catalogue
from laterna.audience.evaluation.contenders import Question, Score, Setting
from laterna.audience.evaluation.judging import Asked, ranked
from laterna.audience.evaluation.protocols import Full, GlobalTime, LeaveLastOut, RandomSplit, Sampled
from laterna.audience.evaluation.together import together
from laterna.audience.events import Events
from laterna.audience.generate import generate
from laterna.audience.interactions import Interactions
from laterna.errors import DataError, ModelError

MADE = generate(60, 40, 600, seed=1)


@dataclass
class Named:
    """A contender that scores by a function of histories, and remembers what it was asked to learn."""

    name: str
    score: Score
    grid: Sequence[Setting] = ({},)
    asked: list[tuple[Question, Setting, bool]] = field(default_factory=list)

    def learn(self, question: Question, setting: Setting, *, choosing: bool) -> tuple[Score, Setting]:
        self.asked.append((question, setting, choosing))
        return self.score, setting


def constant(histories: Interactions) -> np.ndarray:
    return np.zeros((len(histories), len(histories.items)), np.float32)


def test_a_constant_looks_no_better_than_chance() -> None:
    found = together(MADE.events, [Named("constant", constant)], LeaveLastOut())
    (asked,) = map(Asked.of, LeaveLastOut().split(MADE.events))
    left = 40 - asked.test.past.lengths
    assert found.figure("constant", "hr@10").value == pytest.approx(np.minimum(10 / left, 1).mean())


def test_who_knows_the_true_tastes_does_far_better() -> None:
    def oracle(histories: Interactions) -> np.ndarray:
        assert histories.items == MADE.tastes.items
        return MADE.tastes.chances(histories.users)

    found = together(MADE.events, [Named("constant", constant), Named("oracle", oracle)], LeaveLastOut())
    assert found.compare("oracle", "constant").difference.low > 0


class Tuned(Named):
    """One whose settings are good for the validation, or for the test, by looking the targets up."""

    def learn(self, question: Question, setting: Setting, *, choosing: bool) -> tuple[Score, Setting]:
        super().learn(question, setting, choosing=choosing)
        right = setting["valid"] if choosing else setting["test"]

        def score(histories: Interactions) -> np.ndarray:
            rows = [question.past.users.index(user) for user in histories.users]
            return question.targets.rows(rows).dense() * (1 if right else -1)

        return score, setting


def test_settings_are_chosen_by_the_validation_even_if_others_are_better_on_the_test() -> None:
    grid = [{"valid": False, "test": True}, {"valid": True, "test": False}]
    found = together(MADE.events, [Tuned("tuned", constant, grid)], LeaveLastOut())
    assert found.entries[0].settings == (grid[1],)
    assert found.entries[0].valid == 1
    assert found.figure("tuned", "ndcg@10").value == 0


def test_the_chosen_setting_learns_anew_from_the_validation_too_but_from_no_target_of_the_test() -> None:
    spy = Named("spy", constant, [{"a": 1}, {"a": 2}])
    together(MADE.events, [spy], LeaveLastOut())
    *choosing, (last, _, chosen) = spy.asked
    assert [setting for _, setting, _ in choosing] == [{"a": 1}, {"a": 2}]
    assert [flag for *_, flag in choosing] == [True, True]
    assert chosen is False
    assert len(last.learnt.columns) == len(MADE.events) - len(last.targets.columns)
    learnt = {*zip(last.learnt.owners.tolist(), last.learnt.columns.tolist(), strict=True)}
    rows = [last.learnt.users.index(user) for user in last.targets.users]
    assert not learnt & {(row, int(last.targets.row(number)[0])) for number, row in enumerate(rows)}


@pytest.mark.parametrize("protocol", [LeaveLastOut((0.6, 1.0)), GlobalTime((0.6, 0.8), 0.2), RandomSplit()])
def test_every_protocol_asks_each_split(protocol: LeaveLastOut) -> None:
    found = together(MADE.events, [Named("constant", constant)], protocol)
    assert len({*found.entries[0].split.tolist()}) == len(protocol.split(MADE.events)) == len(found.items)


def test_what_users_have_met_is_neither_ranked_nor_listed() -> None:
    (asked,) = map(Asked.of, LeaveLastOut().split(MADE.events))

    def likes_the_known(histories: Interactions) -> np.ndarray:
        return histories.dense()

    ranks, lists = ranked("known", likes_the_known, asked.test, Full(), 10)
    assert (ranks.above == 0).all()
    assert not np.take_along_axis(asked.test.past.seen(), lists, 1)[lists >= 0].any()


def test_a_sampled_figure_flatters() -> None:
    full, sampled = (
        together(MADE.events, [Named("constant", constant)], LeaveLastOut(), ranking)
        for ranking in (Full(), Sampled(12))
    )
    name = ("constant", "ndcg@10")
    assert sampled.figure(*name).value > 2 * full.figure(*name).value
    with pytest.raises(DataError, match="by one ranking"):
        full.joined(sampled)


def test_with_a_catalogue_diversity_is_that_of_genres() -> None:
    alike = Catalogue.of({"item": MADE.events.items, "genres": [["Drama"]] * 40})
    score = Named("constant", constant)
    assert together(MADE.events, [score], LeaveLastOut(), catalogue=alike).figure("constant", "diversity").value == 0
    assert together(MADE.events, [score], LeaveLastOut()).figure("constant", "diversity").value > 0


def test_groups_are_thirds_by_activity_or_a_column_of_the_events() -> None:
    users = MADE.events.frame["user"]
    told = Events(
        MADE.events.frame.with_columns(
            country=users.str.slice(-1).is_in(["1", "2"]).replace_strict({True: "x", False: "y"})
        )
    )
    score = [Named("constant", constant)]
    assert {*together(told, score, LeaveLastOut(), groups="country").gap("constant").groups} == {"x", "y"}
    thirds = together(told, score, LeaveLastOut())
    assert len({*thirds.group_of.values()}) == 3
    with pytest.raises(DataError, match="use one of activity, country"):
        together(told, score, LeaveLastOut(), groups="continent")


def test_progress_is_told_to_the_end() -> None:
    told = list[tuple[int, int]]()
    contenders = [Named("one", constant, [{}, {}]), Named("two", constant)]
    together(MADE.events, contenders, LeaveLastOut(), progress=lambda *news: told.append(news))
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_scores_of_another_shape_are_refused() -> None:
    with pytest.raises(ModelError, match="scores of shape"):
        together(MADE.events, [Named("short", lambda histories: constant(histories)[:, :3])], LeaveLastOut())


def test_nothing_to_judge_or_to_judge_on_is_refused() -> None:
    with pytest.raises(DataError, match="no model"):
        together(MADE.events, [], LeaveLastOut())
    with pytest.raises(DataError, match="no events"):
        together(Events(MADE.events.frame.clear()), [Named("constant", constant)], LeaveLastOut())
