"""Our SASRec beside RecBole's: the same events, the same budget of CPU time, full ranking, users paired."""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

import common
import numpy as np
import polars as pl
from audience_peers import ONE_THREAD, SMALL, neural_python
from common import HERE, Row

from laterna.audience.evaluation import metrics
from laterna.audience.evaluation.contenders import Question, Registered
from laterna.audience.evaluation.intervals import Mean, compare, draws, interval
from laterna.audience.evaluation.judging import Asked, ranked
from laterna.audience.evaluation.protocols import Full, LeaveLastOut
from laterna.audience.events import Events
from laterna.audience.interactions import Interactions


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("events", nargs="?", type=Path, default=SMALL, help="what both learn from")
    parser.add_argument("--budget", type=float, default=600, help="seconds of CPU time that RecBole's may take")


def rows(chosen: argparse.Namespace) -> list[Row]:
    """Both learn from all but the last two events of each user, and stop by the last but one."""
    asked = Asked.of(LeaveLastOut().split(Events.open(chosen.events))[0])
    theirs, their_seconds, epochs = recbole(asked, chosen.budget)
    began = time.process_time()
    score, used = Registered("sasrec").learn(asked.valid, {}, choosing=True)
    seconds = time.process_time() - began
    scores = {
        "SASRec, ours": score,
        "SASRec, RecBole": lambda histories: theirs[[asked.test.past.users.index(user) for user in histories.users]],
    }
    users = np.arange(len(asked.test.past))
    means, drawn = {}, draws(len(users))
    for name, one in scores.items():
        found, _ = ranked(name, one, asked.test, Full(), 10)
        means[name] = Mean(metrics.ndcg(found, 10), users)
    ahead = compare(*means.values(), drawn)
    protocol = (
        f"{chosen.events.name}, leave-last-out by time, {len(users):,} users, {len(asked.test.past.items):,} items;"
        " both learn from all but the last two events of each user and keep the weights that are best on the last but"
        " one; full ranking; one thread; RecBole 1.2.1, width 64, 2 layers, length 50, loss over all items,"
        f" {epochs} epochs within {chosen.budget:g} s of CPU time; ours {used['steps']} steps at best"
    )
    figures = [Row(f"{name}, NDCG@10", "", str(interval(mean, drawn)), None, protocol) for name, mean in means.items()]
    return [
        *figures,
        Row("SASRec, ours less RecBole's", ">= 0", str(ahead.difference), ahead.difference.value >= 0, protocol),
        Row(
            "SASRec, our CPU time beside RecBole's",
            "<= 1/5",
            f"{seconds / their_seconds:.2f} ({seconds:.0f} s, {their_seconds:.0f} s)",
            seconds <= their_seconds / 5,
            protocol,
        ),
    ]


def recbole(asked: Asked, budget: float) -> tuple[np.ndarray, float, int]:
    """Scores (users, items) for the test, the seconds that the training took, and its epochs."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "events"
        folder.mkdir()
        _inter(asked.test).write_csv(folder / "events.inter", separator="\t")
        past = asked.test.past
        np.savez(folder / "asked.npz", starts=past.starts, columns=past.columns, items=len(past.items))
        names = [folder / name for name in ("events.inter", "asked.npz", "answer.npz")]
        words = [neural_python(), HERE / "audience_recbole.py", names[0], names[1], budget, names[2]]
        done = subprocess.run([*map(str, words)], capture_output=True, text=True, env=ONE_THREAD, cwd=parent)
        if done.returncode:
            raise SystemExit(f"RecBole ended with {done.returncode}:\n{done.stderr}")
        told = np.load(names[2])
        return told["scores"], float(told["seconds"]), int(told["epochs"])


def _inter(question: Question) -> pl.DataFrame:
    """All events in RecBole's form; its split takes each user's last two away, as ours does."""
    past, targets = question.learnt, question.targets
    users = {user: number for number, user in enumerate(past.users)}
    last = [users[user] for user in targets.users]
    parts = [
        _columns(past, past.owners),
        _columns(targets, np.array(last)[targets.owners]),
    ]
    frame = pl.concat(parts).sort("user_id:token", "order", maintain_order=True)
    return frame.with_columns(
        pl.int_range(pl.len()).over("user_id:token").cast(pl.Float64).alias("timestamp:float")
    ).drop("order")


def _columns(histories: Interactions, owners: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(
        {"user_id:token": owners, "item_id:token": histories.columns, "order": histories.times},
        schema={"user_id:token": pl.Int64, "item_id:token": pl.Int64, "order": pl.Int64},
    )


if __name__ == "__main__":
    common.main()
