"""The department's function: a list for a user with its reasons, from a trained model or one that learns at once."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.catalogue import Catalogue  # noqa: E402
from laterna.audience.events import Events  # noqa: E402
from laterna.audience.ranking import Quota  # noqa: E402
from laterna.audience.recommend import recommend  # noqa: E402
from laterna.errors import DataError, ModelError  # noqa: E402
from laterna.learning import train  # noqa: E402

SPACE, LOVE = ["Nova", "Orbit", "Comet", "Moon", "Mars"], ["Kiss", "Rose", "Vows", "Date", "Ring"]
TITLES = {title.lower(): title for title in (*SPACE, *LOVE)}
NOW = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_trained_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATERNA_MODELS", str(tmp_path / "models"))


@pytest.fixture(scope="module")
def events() -> Events:
    """Twenty who like space and ten who like love have each watched four of five; ann watched two of space."""
    rows = []
    for user in range(30):
        shelf = [title.lower() for title in (SPACE if user < 20 else LOVE)]
        watched = [item for place, item in enumerate(shelf) if place != user % 5]
        rows += [(f"u{user:02}", item) for item in np.random.default_rng(user).permutation(watched).tolist()]
    rows += [("ann", "nova"), ("ann", "orbit")]
    days = [f"2024-01-{1 + place % 28:02}T{place // 28:02}:00" for place in range(len(rows))]
    return Events.of({"user": [user for user, _ in rows], "item": [item for _, item in rows], "time": days})


def catalogue(**columns: list[object]) -> Catalogue:
    return Catalogue.of(pl.DataFrame({"item": [*TITLES], "title": [*TITLES.values()], **columns}))


@pytest.mark.parametrize("model", ["ease", "audience/als", "item_knn"])
def test_a_user_gets_what_those_of_the_same_taste_watched_and_is_told_why(model: str, events: Events) -> None:
    found = recommend(events, "ann", model=model, catalogue=catalogue(), most=3)
    assert {one.title for one in found} == {"Comet", "Moon", "Mars"}
    assert {one.reason for one in found} <= {"you watched Nova and Orbit", "you watched Orbit and Nova"}
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_without_a_catalogue_items_go_by_their_ids(events: Events) -> None:
    assert {one.title for one in recommend(events, "ann", most=3)} == {"comet", "moon", "mars"}


def test_a_stranger_gets_what_most_watched_and_is_told_so(events: Events) -> None:
    first = recommend(events, "nobody")[0]
    assert first.item in {title.lower() for title in SPACE}
    assert first.reason == "nothing that you watched is known, and it is number 1 of 10 in popularity"


def test_what_is_not_there_or_not_for_that_age_is_not_recommended(events: Events) -> None:
    ages = [16 if item == "comet" else 0 for item in TITLES]
    until = [datetime(2024, 5, 1, tzinfo=UTC) if item == "moon" else None for item in TITLES]
    found = recommend(events, "ann", catalogue=catalogue(age=ages, until=until), age=12, at=NOW)
    assert {"comet", "moon"}.isdisjoint(one.item for one in found)
    assert found[0].item == "mars"


def test_what_the_catalogue_lacks_is_not_recommended(events: Events) -> None:
    few = Catalogue(catalogue().frame.filter(pl.col("item") != "mars"))
    assert "mars" not in {one.item for one in recommend(events, "ann", catalogue=few)}


def test_a_rule_that_moves_an_item_is_told(events: Events) -> None:
    genres = [["space" if title in SPACE else "love"] for title in TITLES.values()]
    quota = Quota("love", pl.col("genres").list.contains("love"), least=1)
    found = recommend(events, "ann", catalogue=catalogue(genres=genres), most=3, rules=[quota])
    (raised,) = [one for one in found if one.title in LOVE]
    assert raised.reason.endswith("; moved up, since the list needs 1 'love'")


def test_diversity_brings_in_what_is_unlike(events: Events) -> None:
    genres = [["space" if title in SPACE else "love"] for title in TITLES.values()]
    found = recommend(events, "ann", catalogue=catalogue(genres=genres), most=3, diversity=5.0)
    assert {one.title for one in found} & {*LOVE}


def test_a_trained_model_is_used_as_it_is(events: Events, tmp_path: Path) -> None:
    events.save(tmp_path / "events.csv")
    train("audience/popularity", tmp_path / "events.csv")
    more = Events.of(
        {"user": ["new", "new"], "item": ["kiss", "fresh"], "time": ["2024-03-01", "2024-03-02"]}
    )  # too few for any model to learn from
    found = recommend(more, "new", model="popularity")
    assert len(found) == 9
    assert "kiss" not in {one.item for one in found}


def test_a_model_trained_on_other_items_is_refused(events: Events, tmp_path: Path) -> None:
    events.save(tmp_path / "events.csv")
    train("audience/popularity", tmp_path / "events.csv")
    others = Events.of({"user": ["new"], "item": ["fresh"], "time": ["2024-03-01"]})
    with pytest.raises(DataError, match="knows none of the items of these events: train it on them"):
        recommend(others, "new", model="popularity")


def test_what_can_not_be_answered_is_refused(events: Events) -> None:
    with pytest.raises(ModelError, match="There is no model 'wizard'"):
        recommend(events, "ann", model="wizard")
    with pytest.raises(ModelError, match="music/vae does not rank items"):
        recommend(events, "ann", model="music/vae")
    with pytest.raises(DataError, match="give the catalogue"):
        recommend(events, "ann", age=12)
    with pytest.raises(DataError, match="The best 0 items are none"):
        recommend(events, "ann", most=0)
    gone = [datetime(2020, 1, 1, tzinfo=UTC)] * len(TITLES)
    with pytest.raises(DataError, match="nothing to recommend; of the best item, it is no longer available"):
        recommend(events, "ann", catalogue=catalogue(until=gone))


@pytest.mark.parametrize("model", ["blend", pytest.param("two_tower", marks=pytest.mark.slow)])
def test_a_model_that_knows_content_ranks_what_nobody_has_met(model: str, events: Events) -> None:
    """Of two new items ann gets the one that is about space."""
    genres = [["Sci-Fi"] if title in SPACE else ["Romance"] for title in TITLES.values()]
    rows = {"item": [*TITLES, "ufo", "elope"], "title": [*TITLES.values(), "Ufo", "Elope"]}
    shelf = Catalogue.of(pl.DataFrame(rows | {"genres": [*genres, ["Sci-Fi"], ["Romance"]]}))
    titles = [one.title for one in recommend(events, "ann", model=model, catalogue=shelf, most=10)]
    assert titles.index("Ufo") < titles.index("Elope")
    assert {"Ufo", "Elope"} & {one.title for one in recommend(events, "ann", model="ease", catalogue=shelf)} == set()
