"""The list obeys its rules whatever the candidates, tells what it changed, and says what could not be kept."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.audience.catalogue import Catalogue
from laterna.audience.ranking import (
    Available,
    Diversity,
    Exposure,
    Freshness,
    OfAge,
    Quota,
    Unseen,
    rerank,
)
from laterna.errors import DataError

NOW = datetime(2026, 5, 1, 20, tzinfo=UTC)
DAY = timedelta(days=1)
NEW, LOCAL = pl.col("year") >= 2026, pl.col("tags").list.contains("local")


def catalogue(**columns: object) -> Catalogue:
    return Catalogue.of(pl.DataFrame({"item": ["a", "b", "c", "d"]} | columns))


def test_without_rules_it_is_the_order_of_the_scores_and_nothing_is_changed() -> None:
    found = rerank(["a", "b", "c", "d"], [0.1, 0.4, 0.3, 0.2], catalogue(), most=3)
    assert found.items == ("b", "c", "d")
    assert found.scores.tolist() == [0.4, 0.3, 0.2]
    assert not found.changes
    assert not found.notes


def test_what_is_not_available_too_old_or_seen_is_left_out_with_the_reason() -> None:
    films = catalogue(since=[NOW + DAY, None, None, NOW], until=[None, NOW, None, None], age=[0, 0, 18, 12])
    found = rerank("abcd", [4.0, 3.0, 2.0, 1.0], films, [Available(NOW), OfAge(12)])
    assert found.items == ("d",)
    assert [(change.item, change.after, change.rule) for change in found.changes] == [
        ("a", None, "availability"),
        ("b", None, "availability"),
        ("c", None, "age"),
    ]
    assert found.changes[0].reason == "it is not available yet on 2026-05-01"
    assert str(found.changes[2]) == "c, number 3 by score, was left out (age): it is for viewers older than 12."
    assert found.notes == ("Only 1 of 10 places are filled: no other candidate is allowed.",)
    assert rerank("ab", [2.0, 1.0], films, [Unseen({"a"})], 1).items == ("b",)


def test_what_the_catalogue_does_not_know_is_refused_by_rules_that_ask_it_and_by_no_other() -> None:
    assert rerank(["x", "a"], [2.0, 1.0], catalogue(), [OfAge(90)], 1).items == ("a",)
    assert rerank(["x", "a"], [2.0, 1.0], catalogue(), [Available(NOW)], 1).items == ("a",)
    assert rerank(["x", "a"], [2.0, 1.0], catalogue(), [Unseen(())], 1).items == ("x",)


def test_a_diverse_list_takes_something_else_before_a_second_one_of_a_kind() -> None:
    features = {"a": np.array([1, 0]), "b": np.array([2, 0]), "c": np.array([0, 1])}
    found = rerank("abcd", [1.0, 0.9, 0.8, 0.0], catalogue(), [Diversity(features)], 3)
    assert found.items == ("a", "c", "b")
    (change,) = found.changes
    assert (change.item, change.before, change.after, change.rule) == ("c", 3, 2, "diversity")
    assert change.reason == "b is much like a, which is in the list"
    assert rerank("abcd", [1.0, 0.9, 0.8, 0.0], catalogue(), [Diversity(features, 0.0)], 3).items == ("a", "b", "c")


def test_what_is_fresh_gains_by_its_day_or_its_year() -> None:
    films = catalogue(since=[None, None, NOW - DAY, None], year=[1960, 2025, None, None])
    scores = [1.0, 0.95, 0.9, 0.0]
    found = rerank("abcd", scores, films, [Freshness(NOW, 1.0)], 3)
    assert found.items == ("c", "b", "a")
    assert found.changes[0].reason == "c came 1 days ago"
    assert rerank("abcd", scores, films, [Freshness(NOW, 0.0)], 3).items == ("a", "b", "c")


def test_groups_are_shown_as_much_as_they_deserve_over_many_lists() -> None:
    films = Catalogue.of({"item": [f"{n}" for n in range(20)], "maker": ["big"] * 10 + ["small"] * 10})
    scores = np.linspace(1, 0.6, 20) + np.repeat([0, 0.19], 10)  # nearly alike, but the big ones always a bit ahead
    deserved = np.bincount(np.repeat([0, 1], 10), (scores - scores.min()) / np.ptp(scores))
    shown, plain = {"big": 0.0, "small": 0.0}, {"big": 0.0, "small": 0.0}
    for _ in range(30):
        for seen, rules in ((shown, [Exposure("maker", 3.0, dict(shown))]), (plain, [])):
            for place, item in enumerate(rerank(films.items, scores, films, rules, 5).items):
                seen["big" if int(item) < 10 else "small"] += 1 / np.log2(place + 2)
    wanted = deserved[1] / deserved.sum()
    assert shown["small"] / sum(shown.values()) == pytest.approx(wanted, abs=0.02)
    assert abs(plain["small"] / sum(plain.values()) - wanted) > 0.05


def test_a_quota_raises_the_best_of_its_kind_and_says_so() -> None:
    films = catalogue(year=[1990, 1991, 2026, 2026])
    found = rerank("abcd", [4.0, 3.0, 2.0, 1.0], films, [Quota("new", NEW, least=1)], 2)
    assert found.items == ("a", "c")
    gone, raised = found.changes
    assert (gone.item, gone.after, gone.rule) == ("b", None, "quota")
    assert (raised.item, raised.before, raised.after) == ("c", 3, 2)
    assert raised.reason == "the list needs 1 'new'"


def test_a_quota_limits_its_kind_and_a_list_may_then_be_short() -> None:
    films = catalogue(year=[2026, 2026, 2026, 1990])
    found = rerank("abcd", [4.0, 3.0, 2.0, 1.0], films, [Quota("new", NEW, most=1)], 3)
    assert found.items == ("a", "d")
    assert found.changes[0].reason == "the list has its 1 'new'"
    assert found.notes == ("Only 2 of 3 places are filled: the quotas allow no more.",)


def test_a_quota_that_can_not_be_met_is_met_as_far_as_it_can_and_noted() -> None:
    films = catalogue(year=[1990, 1991, 1992, 2026], tags=[["local"], ["local"], [], []])
    rules = [Quota("new", NEW, least=2)]
    found = rerank("abcd", [4.0, 3.0, 2.0, 1.0], films, rules, 3)
    assert found.items == ("a", "b", "d")
    assert found.notes == ("The list has 1 of the 2 'new' that are asked for: only 1 may be chosen.",)
    both = rerank("abcd", [4.0, 3.0, 2.0, 1.0], films, [*rules, Quota("local", LOCAL, least=2)], 2)
    assert both.items == ("a", "d")
    assert both.notes[1] == ("The list has 1 of the 2 'local' that are asked for: the other rules leave no more room.")


WINDOWS = {  # from when to when, in days from now, and whether it is there now
    (None, None): True,
    (0, None): True,
    (1, None): False,
    (None, 0): False,
    (-2, 0): False,
    (-1, 1): True,
    (1, 2): False,
}
candidate = st.tuples(
    st.floats(-5, 5, width=16),
    st.sampled_from(sorted(WINDOWS, key=str)),
    st.sampled_from([0, 12, 18]),
    st.sampled_from([1990, 2026, None]),
    st.booleans(),
    st.booleans(),
)
quotas = st.tuples(st.integers(0, 4), st.integers(0, 4), st.one_of(st.none(), st.integers(0, 3)))


@settings(max_examples=80, deadline=None)
@given(st.lists(candidate, min_size=1, max_size=8), st.integers(1, 5), quotas, st.booleans())
def test_nothing_that_is_not_allowed_is_ever_in_it_and_quotas_are_met_whenever_they_can_be(
    rows: list[tuple], most: int, quota: tuple[int, int, int | None], soft: bool
) -> None:
    names = [f"{number}" for number in range(len(rows))]
    scores, windows, age, year, local, seen = zip(*rows, strict=True)
    since, until = ([None if day is None else NOW + day * DAY for day in days] for days in zip(*windows, strict=True))
    tags = [["local"] if one else [] for one in local]
    films = Catalogue.of(
        {"item": names, "since": since, "until": until, "age": list(age), "year": list(year), "tags": tags}
    )
    least, other, cap = quota
    rules = [
        Available(NOW),
        OfAge(12),
        Unseen({name for name, one in zip(names, seen, strict=True) if one}),
        Quota("new", NEW, least),
        Quota("local", LOCAL, min(other, 9 if cap is None else cap), cap),
    ]
    if soft:
        rng = np.random.default_rng(most)
        features = {name: rng.random(3) for name in names[::2]}
        rules += [Diversity(features, 0.5), Freshness(NOW), Exposure("year")]
    found = rerank(names, scores, films, rules, most)

    allowed = [n for n in range(len(rows)) if WINDOWS[windows[n]] and age[n] <= 12 and not seen[n]]
    chosen = [int(item) for item in found.items]
    assert {*chosen} <= {*allowed}
    assert len({*chosen}) == len(chosen) <= most

    def counts(some: tuple[int, ...] | list[int]) -> tuple[int, int]:
        return sum(year[n] == 2026 for n in some), sum(local[n] for n in some)

    new, near = counts(chosen)
    assert cap is None or near <= cap
    possible = any(
        counts(some)[0] >= least and rules[4].least <= counts(some)[1] <= (most if cap is None else cap)
        for size in range(min(most, len(allowed)) + 1)
        for some in combinations(allowed, size)
    )
    unmet = [note for note in found.notes if "asked for" in note]
    assert (new >= least and near >= rules[4].least) == possible
    assert bool(unmet) == (not possible)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.integers(1, 12))
def test_without_rules_that_prefer_the_list_is_in_the_order_of_the_scores(scores: list[float], most: int) -> None:
    names = [f"{number}" for number in range(len(scores))]
    found = rerank(names, scores, Catalogue.of({"item": names}), most=most)
    assert found.scores.tolist() == sorted(scores, reverse=True)[:most]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"scores": [1.0]}, "2 candidates have scores of the shape (1,)"),
        ({"scores": [1.0, float("nan")]}, "The score of 'b' is no finite number"),
        ({"items": ["a", "a"]}, "The candidate 'a' is there twice"),
        ({"most": 0}, "A list of 0 places is none"),
        ({"rules": [Available(datetime(2026, 1, 1))]}, "of no zone"),
        ({"rules": [OfAge(-1)]}, "can't be -1 years old"),
        ({"rules": [Quota("odd", pl.col("colour") == "red", 1)]}, "The quota 'odd' can't be asked of the catalogue"),
        ({"rules": [Quota("odd", pl.col("year") + 1, 1)]}, "is no yes or no"),
        ({"rules": [Quota("odd", NEW, 3, 2)]}, "asks for 3 to 2"),
        ({"rules": [Exposure("genres")]}, "has no groups in a column 'genres'"),
        ({"rules": [Freshness(NOW, -1.0)]}, "The weight of freshness is -1"),
        ({"rules": [Freshness(NOW, half_life=0.0)]}, "A half-life of 0 days"),
        ({"rules": [Diversity({"a": np.ones(2), "b": np.ones(3)})]}, "are not all as long"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_sentence(change: dict, sentence: str) -> None:
    asked = {"items": ["a", "b"], "scores": [1.0, 2.0], "catalogue": catalogue(), "rules": [], "most": 2} | change
    with pytest.raises(DataError) as caught:
        rerank(**asked)
    assert sentence in str(caught.value)


def test_minus_infinity_is_never_chosen_and_results_are_plain_values() -> None:
    found = rerank("ab", [-np.inf, 1.0], catalogue(), most=2)
    assert found.to_json() == {
        "items": ["b"],
        "scores": [1.0],
        "changes": [],
        "notes": ["Only 1 of 2 places are filled: no other candidate is allowed."],
    }
