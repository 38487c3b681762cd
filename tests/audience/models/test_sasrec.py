"""SASRec reads order, nothing that follows, and learns what comes next."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

torch = pytest.importorskip("torch")

from laterna.audience.events import Events  # noqa: E402
from laterna.audience.interactions import Interactions  # noqa: E402
from laterna.audience.models.histories import History  # noqa: E402
from laterna.audience.models.learnt import learnt  # noqa: E402
from laterna.audience.models.sasrec import SASRec, recipe  # noqa: E402
from laterna.audience.models.stretches import collate, stretches  # noqa: E402
from laterna.learning import check_model  # noqa: E402

ITEMS = 30
TINY = {"width": 16, "depth": 1, "heads": 1, "length": 12, "drop": 0.0, "learning_rate": 1e-2}


def walks(path: Path, users: int = 60, length: int = 10) -> Path:
    """Users who mostly go on to the item after the last one, in a ring."""
    rng = np.random.default_rng(0)
    rows = []
    for user in range(users):
        met = [int(rng.integers(ITEMS))]
        while len(met) < length:
            following = (met[-1] + 1) % ITEMS if rng.random() < 0.9 else int(rng.integers(ITEMS))
            if following not in met:
                met.append(following)
            elif (met[-1] + 1) % ITEMS in met:
                break
        rows += [(f"u{user:02}", f"i{item:02}", 1_700_000_000 + place) for place, item in enumerate(met)]
    pl.DataFrame(rows, ["user", "item", "time"], orient="row").write_csv(path)
    return path


def histories(*rows: list[int], items: int = ITEMS) -> Interactions:
    columns = np.concatenate([np.array(row, np.int32) for row in rows])
    starts = np.cumsum([0, *map(len, rows)])
    users = tuple(f"u{number}" for number in range(len(rows)))
    names = tuple(f"i{number:02}" for number in range(items))
    return Interactions(names, users, starts, columns, np.arange(len(columns)), np.ones(len(columns), np.float32))


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> SASRec:
    splits = recipe.splits(walks(tmp_path_factory.mktemp("data") / "events.csv"))
    model, _ = learnt(recipe, {**TINY, "steps": 150}, splits.train.past, None)
    assert isinstance(model, SASRec)
    return model


def test_it_is_far_better_than_popularity_where_order_tells(taught: SASRec, tmp_path: Path) -> None:
    splits = recipe.splits(walks(tmp_path / "events.csv"))
    assert recipe.metrics(taught, splits.test)["ndcg@10"] > 2 * recipe.baseline(splits)["ndcg@10"]


def test_what_comes_next_hangs_on_the_last_event(taught: SASRec) -> None:
    numbers, _ = taught.recommend(histories([3, 4, 5], [5, 4, 3, 12]), most=1)
    assert numbers.ravel().tolist() == [6, 13]


def test_a_newcomer_is_scored_like_anyone(taught: SASRec) -> None:
    events = Events.of({"user": ["new"] * 3, "item": ["i07", "strange", "i08"], "time": [1, 2, 3]})
    numbers, _ = taught.recommend(taught.fold_in(events), most=1)
    assert numbers.item() == 9


def test_the_last_event_speaks_most_for_what_follows_it_and_what_is_not_read_says_nothing(taught: SASRec) -> None:
    reasons = taught.explain(histories([9, *range(15, 28)]), 28, most=20)
    assert reasons[0].name == "i27"
    assert [reason.share for reason in reasons if reason.name in ("i09", "i15")] == [0, 0]


def test_nothing_that_follows_is_heard() -> None:
    model = SASRec.build("debug").suited(histories([0])).eval()
    x = torch.arange(12)[None]
    changed = x.clone()
    changed[0, 7] = 29
    with torch.inference_mode():
        apart = ((model(x) - model(changed))[0].abs() > 1e-6).any(-1)
    assert not apart[:7].any()
    assert apart[7:].all()


def test_a_sample_of_the_items_stands_for_all_of_them() -> None:
    model = SASRec(ITEMS, 0, **{**TINY, "negatives": 10})
    h, following = torch.randn(4000, 16), torch.randint(ITEMS, (4000,))
    with torch.inference_mode():
        sampled = torch.stack([model._nats(h, following) for _ in range(40)]).mean()
        model.negatives = ITEMS
        assert sampled.item() == pytest.approx(model._nats(h, following).item(), rel=0.02)


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(tmp_path: Path) -> None:
    assert "overfits" in check_model(recipe, walks(tmp_path / "events.csv"), steps=120)


def test_all_events_count_alike_however_long_their_history_is() -> None:
    long, short = np.arange(90), np.arange(90, 100)
    none = np.zeros(0, np.int32)
    batch = collate([History(events, events, none) for events in (long, short)])
    met = torch.cat([stretches(batch, 10, 100)[1].flatten() for _ in range(2000)])
    counts = torch.bincount(met, minlength=101)[:100].float()
    assert counts[20:80].mean().item() == pytest.approx(counts[91:].mean().item(), rel=0.25)
    assert counts[1:].min() > 0
