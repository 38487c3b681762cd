"""Click models beside deepctr-torch's: whether an event is rated 4 or more, random 80/10/10, AUC."""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import common
import numpy as np
import torch
from audience_peers import ONE_THREAD, SMALL, neural_python
from common import HERE, Row

from laterna.audience.catalogue import Catalogue
from laterna.audience.evaluation.intervals import compare, draws, interval
from laterna.audience.evaluation.metrics import auc, calibration_error, logloss
from laterna.audience.evaluation.protocols import RandomSplit
from laterna.audience.events import Events
from laterna.audience.features import is_liked
from laterna.audience.models.clicks import collate, parted
from laterna.learning import launch
from laterna.learning.loop import Settings
from laterna.learning.recipe import Splits, registered

OURS = ("logistic", "wide_deep", "deepfm")
PEERS = {"Wide&Deep, deepctr-torch": "wide_deep", "DeepFM, deepctr-torch": "deepfm"}
GRID = [{"width": width, "l2": l2, "epochs": 8} for width in (4, 16) for l2 in (1e-5, 1e-4, 1e-3)]
BOOTSTRAP = 500


@dataclass(frozen=True)
class Told:
    """Probabilities of the test's events, (n,)."""

    probabilities: np.ndarray
    setting: str


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("events", nargs="?", type=Path, default=SMALL, help="with their catalogue: a MovieLens folder")


def rows(chosen: argparse.Namespace) -> list[Row]:
    events, catalogue = Events.open(chosen.events), Catalogue.open(chosen.events)
    splits = parted(events, catalogue)
    told: dict[str, Told] = {f"{name}, ours": ours(name, splits) for name in OURS}
    told |= peers(events, catalogue)
    test = RandomSplit().split(events)[0].test
    labels, users = _labels(test), np.unique(test.frame["user"].to_numpy(), return_inverse=True)[1]
    drawn = draws(users.max() + 1, count=BOOTSTRAP)
    protocol = (
        f"{chosen.events.name}, liked is rated 4 or more, {len(labels):,} events of the test; random 80/10/10, seed 0,"
        " first meetings only; settings and steps are chosen on the validation, and nothing learns anew; ours with"
        " content features, deepctr-torch's with genres; intervals of 95% by the bootstrap over users"
    )

    def figure(name: str) -> Callable[[np.ndarray], float]:
        return lambda sample: auc(labels, told[name].probabilities, sample[users])

    found = []
    for name, one in told.items():
        nats, off = logloss(labels, one.probabilities), calibration_error(labels, one.probabilities)
        more = f"logloss {nats:.4f}, calibration error {off:.3f}"
        found.append(
            Row(
                f"clicks, {name}, AUC",
                "",
                f"{interval(figure(name), drawn)}; {more}",
                None,
                f"{protocol}; {one.setting}",
            )
        )
    for name, peer in (("wide_deep", "Wide&Deep, deepctr-torch"), ("deepfm", "DeepFM, deepctr-torch")):
        for rival in ("logistic, ours", peer):
            ahead = compare(figure(f"{name}, ours"), figure(rival), drawn).difference
            found.append(Row(f"clicks, our {name} less {rival}", ">= 0", str(ahead), ahead.value >= 0, protocol))
    return found


def ours(name: str, splits: Splits) -> Told:
    """A model of ours; the validation chooses its step."""
    recipe = registered(f"audience/{name}")
    assert recipe.suit is not None
    model = recipe.suit(recipe.model.build(seed=0), splits.train)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(recipe.steps, recipe.batch_size, device="cpu")
        state = launch.run(launch.Job(recipe, splits, settings, Path(folder)), model)
    test = splits.test
    with torch.no_grad():
        batches = np.array_split(np.arange(len(test)), 20)
        logits = [model(collate([test.sample(int(n), np.random.default_rng(0)) for n in batch])) for batch in batches]
    return Told(torch.cat(logits).sigmoid().double().numpy(), f"step {state.best_step}, chosen on the validation")


def peers(events: Events, catalogue: Catalogue) -> Mapping[str, Told]:
    """deepctr-torch's models on the same rows; width, L2 and epochs are chosen on the validation."""
    split = RandomSplit().split(events)[0]
    parts = [split.train, split.valid, split.test]
    frames = [part.frame for part in parts]
    users, items = ({name: n for n, name in enumerate(sorted({*frames[0][kind]}), 1)} for kind in ("user", "item"))
    genres = dict(zip(catalogue.frame["item"], catalogue.frame["genres"], strict=True))
    numbers = {name: n for n, name in enumerate(sorted({one for some in genres.values() for one in some}), 1)}
    every = [item for frame in frames for item in frame["item"]]
    padded = np.zeros((len(every), max(map(len, genres.values()))), np.int64)
    for row, item in enumerate(every):
        own = [numbers[one] for one in genres.get(item, ())]
        padded[row, : len(own)] = own
    told = {
        "user": np.array([users.get(user, 0) for frame in frames for user in frame["user"]]),
        "item": np.array([items.get(item, 0) for item in every]),
        "genres": padded,
        "label": np.concatenate([_labels(part) for part in parts]),
        "part": np.repeat([0, 1, 2], [*map(len, parts)]),
        "users": len(users),
        "items": len(items),
    }
    valid = told["label"][told["part"] == 1]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder) / "asked.npz", Path(folder) / "answer.npz"
        np.savez(asked, **told)
        for name, kind in PEERS.items():
            best = (0.0, Told(np.zeros(0), ""))
            for setting in GRID:
                words = [
                    neural_python(),
                    HERE / "audience_deepctr.py",
                    asked,
                    json.dumps({"kind": kind, **setting}),
                    answer,
                ]
                done = subprocess.run([*map(str, words)], capture_output=True, text=True, env=ONE_THREAD)
                if done.returncode:
                    raise SystemExit(f"deepctr-torch ended with {done.returncode}:\n{done.stderr}")
                said = np.load(answer)
                for epoch in range(1, setting["epochs"] + 1):
                    shown = f"width {setting['width']}, L2 {setting['l2']:g}, {epoch} epochs, chosen on the validation"
                    one = (auc(valid, said[f"valid{epoch}"]), Told(said[f"test{epoch}"].astype(float), shown))
                    best = max(best, one, key=lambda pair: pair[0])
            found[name] = best[1]
    return found


def _labels(part: Events) -> np.ndarray:
    return is_liked(part.frame["rating"].to_numpy()).astype(int)


if __name__ == "__main__":
    common.main()
