"""Protocols part events as their text says, and nothing that is asked for is told before."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from laterna.audience.evaluation.protocols import (
    PROTOCOLS,
    Full,
    GlobalTime,
    LeaveLastOut,
    RandomSplit,
    Sampled,
    Split,
)
from laterna.audience.events import Events
from laterna.errors import DataError

DAY = datetime(2020, 1, 1, tzinfo=UTC)


def events(*meetings: tuple[str, str, int]) -> Events:
    """Of (user, item, day)."""
    users, items, days = zip(*meetings, strict=True)
    times = [DAY + timedelta(days=day) for day in days]
    return Events.of(pl.DataFrame({"user": users, "item": items, "time": times}))


def many(users: int = 12, each: int = 10, seed: int = 0) -> Events:
    rng = np.random.default_rng(seed)
    days = iter(rng.permutation(users * each))
    meetings = [(f"u{u:02}", f"i{item}", int(next(days))) for u in range(users) for item in rng.permutation(30)[:each]]
    return events(*meetings)


def said(part: Events) -> list[tuple[str, str]]:
    return [*zip(part.frame["user"], part.frame["item"], strict=True)]


FEW = events(
    ("ann", "a", 0), ("ann", "b", 1), ("ann", "c", 2), ("ann", "d", 3),
    ("bob", "a", 0), ("bob", "b", 9),
    ("eve", "b", 4), ("eve", "c", 5), ("eve", "a", 6),
)  # fmt: skip


def test_leave_last_out_tests_on_the_last_and_chooses_by_the_one_before() -> None:
    (split,) = LeaveLastOut().split(FEW)
    assert said(split.test) == [("ann", "d"), ("eve", "a")]
    assert said(split.valid) == [("ann", "c"), ("eve", "c")]
    assert said(split.train) == [("ann", "a"), ("bob", "a"), ("ann", "b"), ("eve", "b"), ("bob", "b")]
    assert {*said(split.known)} == {*said(split.train), *said(split.valid)}


def test_only_the_first_meeting_of_a_user_with_an_item_counts() -> None:
    again = events(("ann", "a", 0), ("ann", "b", 1), ("ann", "c", 2), ("ann", "a", 3), ("bob", "a", 0))
    (split,) = LeaveLastOut().split(again)
    assert said(split.test) == [("ann", "c")]


def test_leave_last_out_at_a_cut_knows_nothing_later() -> None:
    early, whole = LeaveLastOut((0.5, 1.0)).split(many())
    assert early.name == "the first 50% of the events"
    middle = many().frame["time"].sort()[60]
    assert max(early.known.frame["time"].max(), early.test.frame["time"].max()) < middle
    assert len(whole.known) > len(early.known)


def test_a_time_split_asks_for_nothing_that_is_earlier_than_what_is_learnt_from() -> None:
    for split in GlobalTime((0.6, 0.8), window=0.2).split(many()):
        assert split.train.frame["time"].max() < split.valid.frame["time"].min()
        assert split.known.frame["time"].max() < split.test.frame["time"].min()
        assert {*split.valid.users} <= {*split.train.users}
        assert {*split.test.users} <= {*split.known.users}
        assert len(split.test) <= 24


def test_events_of_one_moment_are_never_parted() -> None:
    meetings = [(f"u{n % 5}", f"i{n}", min(n // 10, 3)) for n in range(50)]
    (split,) = GlobalTime((0.75,), window=0.3).split(events(*meetings))
    assert split.known.frame["time"].n_unique() == 3


def test_a_random_split_has_its_shares_and_its_seed() -> None:
    (split,) = RandomSplit(seed=1).split(many())
    assert (len(split.train), len(split.valid), len(split.test)) == (96, 12, 12)
    assert said(RandomSplit(seed=1).split(many())[0].test) == said(split.test)
    assert said(RandomSplit(seed=2).split(many())[0].test) != said(split.test)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_no_target_is_known_before(name: str) -> None:
    for split in PROTOCOLS[name]().split(many(users=20)):
        assert not {*said(split.known)} & {*said(split.test)}
        assert not {*said(split.train)} & {*said(split.valid)}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_its_text_says_what_models_were_chosen_by(name: str) -> None:
    assert PROTOCOLS[name].name == name
    assert "settings are chosen on the validation" in str(PROTOCOLS[name]())


@pytest.mark.parametrize(
    ("protocol", "of", "words"),
    [
        (LeaveLastOut(), events(("ann", "a", 0), ("ann", "b", 1), ("ann", "c", 2)), "those of one user"),
        (LeaveLastOut(), events(("ann", "a", 0), ("bob", "b", 1)), "no user has met three items"),
        (GlobalTime((0.5,)), events(*[(f"u{n}", "a", n) for n in range(20)]), "nobody with a history"),
        (RandomSplit(), events(("ann", "a", 0), ("bob", "b", 1)), "too few events"),
    ],
)
def test_a_split_that_leaves_nothing_to_judge_by_is_refused(protocol: LeaveLastOut, of: Events, words: str) -> None:
    with pytest.raises(DataError, match=words):
        protocol.split(of)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: LeaveLastOut((1.5,)),
        lambda: LeaveLastOut(()),
        lambda: GlobalTime((1.0,)),
        lambda: GlobalTime((0.1,), window=0.2),
        lambda: RandomSplit(valid=0.6, test=0.5),
        lambda: Sampled(0),
    ],
)
def test_a_protocol_that_makes_no_sense_is_refused(wrong: type[Split]) -> None:
    with pytest.raises(DataError):
        wrong()


def test_full_ranking_leaves_out_only_what_was_met() -> None:
    met, target = np.array([[True, False, False]]), np.array([[False, True, False]])
    assert Full().candidates(met, target).tolist() == [[False, True, True]]


def test_sampled_ranking_draws_for_each_user_the_same_whichever_batch_they_are_in() -> None:
    met, target = np.zeros((3, 50), bool), np.zeros((3, 50), bool)
    met[:, :10], target[:, 10] = True, True
    drawn = Sampled(5).candidates(met, target)
    assert drawn.sum(axis=1).tolist() == [6, 6, 6]
    assert drawn[:, 10].all()
    assert not drawn[:, :10].any()
    assert (drawn[0] != drawn[1]).any()
    assert (Sampled(5).candidates(met[2:], target[2:], first=2) == drawn[2:]).all()
    assert Sampled(39).candidates(met, target).sum(axis=1).tolist() == [40, 40, 40]  # no target is drawn as another


def test_more_negatives_than_there_are_items_are_refused() -> None:
    nothing = np.zeros((1, 50), bool)
    with pytest.raises(DataError, match="fewer negatives"):
        Sampled(51).candidates(nothing, nothing)
