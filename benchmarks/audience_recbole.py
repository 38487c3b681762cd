"""RecBole's SASRec, taught and asked in the peers' environment; run by `audience_sequence.py`.

RecBole 1.2.1 doesn't run on NumPy 2: names that NumPy has dropped are given back. Its best weights are kept in memory,
since its checkpoints are pickles. Nothing of its model, its training or its defaults is changed, but for what `TOLD`
says.
"""

import contextlib
import sys
import time
from pathlib import Path

import numpy as np
import torch

for name, kind in {"float_": np.float64, "complex_": np.complex128, "unicode_": np.str_, "bool8": np.bool_}.items():
    if name not in vars(np):
        setattr(np, name, kind)

from recbole.config import Config  # noqa: E402
from recbole.data import create_dataset, data_preparation  # noqa: E402
from recbole.model.sequential_recommender import SASRec  # noqa: E402
from recbole.trainer import Trainer  # noqa: E402

TOLD = {
    "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
    "eval_args": {"split": {"LS": "valid_and_test"}, "order": "TO", "group_by": "user", "mode": "full"},
    "train_neg_sample_args": None,  # the loss over all items, its best
    "metrics": ["NDCG"],
    "topk": [10],
    "valid_metric": "NDCG@10",
    "train_batch_size": 512,
    "eval_batch_size": 512,
    "epochs": 100,
    "stopping_step": 3,
    "use_gpu": False,
    "seed": 0,
    "show_progress": False,
    "state": "ERROR",
    "worker": 0,
    "save_dataset": False,
}


class Keeping(Trainer):
    """RecBole's trainer, which keeps the weights that it would write to a file."""

    best: dict[str, torch.Tensor]

    def _save_checkpoint(self, epoch: int, verbose: bool = True, **more: object) -> None:
        self.best = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}


class BudgetSpentError(Exception):
    """The time is over."""


def main(events: str, asked: str, budget: str, answer: str) -> None:
    torch.set_num_threads(1)
    began, folder = time.process_time(), Path(events).parent
    said = {**TOLD, "data_path": str(folder.parent), "checkpoint_dir": str(folder / "saved")}
    config = Config(model="SASRec", dataset=folder.name, config_dict=said)
    dataset = create_dataset(config)
    train, valid, _ = data_preparation(config, dataset)
    torch.manual_seed(0)
    model = SASRec(config, train.dataset)
    trainer = Keeping(config, model)
    epochs = 0

    def stop(*news: object) -> None:
        nonlocal epochs
        epochs += 1
        if time.process_time() - began > float(budget):
            raise BudgetSpentError

    with contextlib.suppress(BudgetSpentError):
        trainer.fit(train, valid, verbose=False, saved=True, show_progress=False, callback_fn=stop)
    seconds = time.process_time() - began
    model.load_state_dict(trainer.best)
    np.savez(answer, scores=scores(model.eval(), dataset, asked), seconds=seconds, epochs=epochs)


@torch.no_grad()
def scores(model: SASRec, dataset: object, asked: str) -> np.ndarray:
    """(users, items) for the histories that are asked about, whose items are named by our numbers."""
    told = np.load(asked)
    numbers = np.array([dataset.token2id("item_id", str(item)) for item in range(int(told["items"]))])
    found = []
    for first, last in zip(told["starts"][:-1], told["starts"][1:], strict=True):
        recent = told["columns"][first:last][-model.max_seq_length :]
        row = np.zeros(model.max_seq_length, np.int64)
        row[: len(recent)] = numbers[recent]
        asked_of = {"item_id_list": torch.from_numpy(row)[None], "item_length": torch.tensor([len(recent)])}
        found.append(model.full_sort_predict(asked_of).numpy()[0][numbers])
    return np.array(found, np.float32)


if __name__ == "__main__":
    main(*sys.argv[1:])
