"""The blend weighs its parts by how people chose: what is watched now, what goes with what, what items are about."""

from pathlib import Path
from typing import cast

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.catalogue import Catalogue  # noqa: E402
from laterna.audience.evaluation.contenders import Question, Score, Setting  # noqa: E402
from laterna.audience.evaluation.protocols import LeaveLastOut  # noqa: E402
from laterna.audience.evaluation.together import together  # noqa: E402
from laterna.audience.events import Events  # noqa: E402
from laterna.audience.generate import Generated, generate  # noqa: E402
from laterna.audience.interactions import Interactions  # noqa: E402
from laterna.audience.models.blend import Blend, recipe  # noqa: E402
from laterna.audience.models.check import check_recommender  # noqa: E402
from laterna.audience.models.learnt import learnt  # noqa: E402
from laterna.learning import check_model  # noqa: E402

DAY = 86_400


class Known:
    """A contender that learns by a recipe and, if it may, from the catalogue."""

    grid = ({},)

    def __init__(self, name: str, catalogue: object = None) -> None:
        self.name, self.catalogue = name, catalogue

    def learn(self, question: Question, setting: Setting, *, choosing: bool) -> tuple[Score, Setting]:
        from laterna.learning.recipe import registered

        made = recipe if self.name.startswith("blend") else registered(f"audience/{self.name}")
        return learnt(made, setting, question.learnt, None, catalogue=self.catalogue)[0].score, setting


@pytest.fixture(scope="module")
def made() -> Generated:
    return generate(600, 150, 25_000, seed=3)


def test_it_keeps_the_contract_of_models(tastes: Path) -> None:
    assert check_model(recipe, tastes)


def test_it_keeps_the_contract_of_recommenders(made: Generated) -> None:
    few = Events(made.events.frame.head(400))
    past = Interactions.of(made.events)
    model, _ = learnt(recipe, {}, past, None, catalogue=made.catalogue)
    assert check_recommender(model, few)


def test_it_beats_ease_on_a_made_audience_and_more_so_when_it_knows_the_content(made: Generated) -> None:
    contenders = [Known("ease"), Known("blend"), Known("blend, content", made.catalogue)]
    found = together(made.events, contenders, LeaveLastOut())
    assert found.compare("blend", "ease").difference.value > 0
    assert found.compare("blend, content", "ease").difference.low > 0
    assert found.compare("blend, content", "blend").difference.value > 0


def watched(rows: list[tuple[int, int]], users: int, items: int) -> Interactions:
    """Of (item, day) pairs, as many for each user."""
    columns, days = np.array(rows).T
    starts = np.arange(users + 1) * (len(rows) // users)
    ids = (tuple(f"{letter}{number:02}" for number in range(count)) for letter, count in (("i", items), ("u", users)))
    ratings = np.full(len(rows), np.nan, np.float32)
    return Interactions(*ids, starts, columns.astype(np.int32), days.astype(np.int64) * DAY, ratings)


def test_what_everybody_watches_now_comes_first_although_more_was_watched_long_ago() -> None:
    rng, rows = np.random.default_rng(0), []
    for user in range(80):
        era, day = (range(0, 8), 0) if user < 50 else (range(8, 16), 300)
        rows += [(item, day + place) for place, item in enumerate(rng.permutation(era)[:5])]
    model, _ = learnt(recipe, {}, watched(rows, 80, 16), None)
    newcomer = watched([(9, 301)], 1, 16)
    first = model.recommend(newcomer, 5)[0][0]
    assert (first >= 8).all()


def test_what_is_watched_now_is_told_from_nothing_that_is_later() -> None:
    rows = [(item, 10 * user) for user in range(64) for item in ((0, 1) if user < 32 else (2, 3))]
    model, _ = learnt(recipe, {}, watched(rows, 64, 4), None)
    assert isinstance(model, Blend)
    early = model._lately(watched([(0, 200)], 1, 4), 2.0)[0]
    assert early[:2].min() > 0
    assert early[2:].max() == 0


def test_without_a_user_of_two_events_it_still_learns() -> None:
    model, _ = learnt(recipe, {}, watched([(0, 0), (1, 1), (1, 2)], 3, 3), None)
    assert np.isfinite(model.score(watched([(0, 0)], 1, 3))).all()


def test_the_same_seed_gives_the_same_weights(made: Generated) -> None:
    past = Interactions.of(made.events)
    one, other = (learnt(recipe, {}, past, None, seed=1)[0] for _ in range(2))
    assert isinstance(one, Blend)
    assert torch.equal(one.weights, other.weights)
    assert one.weights.abs().max() > 0


def test_new_items_are_ranked_by_their_content_and_known_ones_as_before(made: Generated) -> None:
    catalogue, past = made.catalogue, Interactions.of(made.events, made.catalogue.items[:-20])
    known = Catalogue(catalogue.frame[:-20])
    model = cast(Blend, learnt(recipe, {}, past, None, catalogue=known)[0])
    grown = cast(Blend, model.welcome(catalogue))
    assert grown.items == (*model.items, *catalogue.items[-20:])
    few = Interactions.of(made.events, grown.items).rows(np.arange(20))
    before = model.score(Interactions.of(made.events, model.items).rows(np.arange(20)))
    after = grown.score(few)
    assert np.isfinite(after).all()
    assert np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(before, after[:, : len(model.items)], strict=True)]) > 0.9
    assert after[:, len(model.items) :].std() > 0
