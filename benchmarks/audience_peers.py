"""The recommenders that ours are measured beside, as contenders of the same evaluation."""

import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common import CACHE, HERE, peer_python

from laterna.audience.evaluation.contenders import Question, Score, Setting
from laterna.audience.interactions import Interactions

SMALL = HERE.parent.parent / "shared" / "data" / "ml-latest-small"
ONE_THREAD = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_UNPINNED = ("recbole==1.2.1", "deepctr-torch==0.3.0")


@dataclass(frozen=True)
class PlainEASE:
    """Steck 2019, its published lines in NumPy. Where users are fewer than items, the same by Woodbury's identity."""

    name: str = "EASE, plain"
    grid: Sequence[Setting] = tuple({"regularisation": ridge} for ridge in (50, 100, 200, 400, 800))

    def learn(self, question: Question, setting: Setting, *, choosing: bool) -> tuple[Score, Setting]:
        met, ridge = question.learnt.dense(), setting["regularisation"]
        if len(question.learnt) < len(question.learnt.items):
            inside = np.linalg.inv((met @ met.T).astype(np.float64) + ridge * np.eye(len(met)))
            inverse = met.T @ (inside.astype(np.float32) @ met) / -ridge
            inverse[np.diag_indices(len(inverse))] += 1 / ridge
        else:
            gram = met.T @ met
            gram[np.diag_indices(len(gram))] += ridge
            inverse = np.linalg.inv(gram)
        weights = inverse / -np.diag(inverse)
        weights[np.diag_indices(len(weights))] = 0
        return lambda histories: histories.dense() @ weights, setting


@dataclass(frozen=True)
class Implicit:
    """A model of implicit, in its own environment."""

    name: str
    grid: Sequence[Setting]

    def learn(self, question: Question, setting: Setting, *, choosing: bool) -> tuple[Score, Setting]:
        return answered("audience_implicit.py", peer_python(), question, setting), setting


ALS = Implicit(
    "ALS, implicit",
    tuple(
        {"kind": "als", "factors": factors, "regularization": ridge, "alpha": alpha, "iterations": 15}
        for factors in (32, 64, 128)
        for ridge, alpha in ((0.1, 1.0), (10.0, 1.0), (10.0, 10.0), (50.0, 40.0))
    ),
)
ITEM_KNN = Implicit(
    "ItemKNN, implicit",
    tuple({"kind": kind, "K": count} for kind in ("cosine", "tfidf", "bm25") for count in (20, 100, 400)),
)


@functools.cache
def neural_python() -> Path:
    """The interpreter of the environment of RecBole and deepctr-torch, made once and kept."""
    requirements, folder = HERE / "requirements_neural.txt", CACHE / "neural"
    python, stamp = folder / "bin" / "python", folder / "made-from"
    wanted = requirements.read_text() + "\n".join(_UNPINNED)
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", *_UNPINNED], check=True)
        stamp.write_text(wanted)
    return python


def answered(script: str, python: Path, question: Question, setting: Setting) -> Score:
    """The scores that a peer's script gives to all who are asked about, at once."""
    learnt = question.learnt
    row = {user: number for number, user in enumerate(learnt.users)}
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder) / "asked.npz", Path(folder) / "answer.npy"
        rows = [row[user] for user in question.past.users]
        np.savez(asked, starts=learnt.starts, columns=learnt.columns, items=len(learnt.items), rows=rows)
        words = [str(python), str(HERE / script), str(asked), json.dumps(dict(setting)), str(answer)]
        done = subprocess.run(words, capture_output=True, text=True, env=ONE_THREAD)
        if done.returncode:
            raise SystemExit(f"{script} ended with {done.returncode}:\n{done.stderr}")
        scores = np.load(answer)
    place = {user: number for number, user in enumerate(question.past.users)}

    def score(histories: Interactions) -> np.ndarray:
        return scores[[place[user] for user in histories.users]]

    return score
