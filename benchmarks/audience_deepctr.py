"""deepctr-torch's click models, taught and asked in the peers' environment; run by `audience_clicks.py`.

deepctr-torch has no rows for ids that it hasn't learnt from, and fails on them: one is set aside for all of these.
Genres are its own variable-length feature. Embedding width, depth, epochs and L2 are chosen on the validation.
"""

import json
import sys
import time

import numpy as np
import torch
from deepctr_torch.inputs import SparseFeat, VarLenSparseFeat
from deepctr_torch.models import WDL, DeepFM

MODELS = {"deepfm": DeepFM, "wide_deep": WDL}
PARTS = ("train", "valid", "test")


def main(rows: str, settings: str, answer: str) -> None:
    torch.set_num_threads(1)
    told, setting = np.load(rows), json.loads(settings)
    began = time.process_time()
    users, items = int(told["users"]), int(told["items"])
    genres = told["genres"]  # (rows of all parts, most of an item), 0 for none
    width = setting["width"]
    features = [
        SparseFeat("user", users + 1, embedding_dim=width),
        SparseFeat("item", items + 1, embedding_dim=width),
        VarLenSparseFeat(SparseFeat("genre", int(genres.max()) + 1, embedding_dim=width), genres.shape[1], "mean"),
    ]
    model = MODELS[setting["kind"]](
        features,
        features,
        dnn_hidden_units=(64, 32),
        l2_reg_linear=setting["l2"],
        l2_reg_embedding=setting["l2"],
        dnn_dropout=0.2,
        seed=0,
        device="cpu",
    )
    model.compile("adam", "binary_crossentropy", metrics=[])
    inputs = {
        part: {"user": told["user"][where], "item": told["item"][where], "genre": genres[where]}
        for part in PARTS
        for where in [told["part"] == PARTS.index(part)]
    }
    label = told["label"].astype(np.float32)
    found = {}
    for epoch in range(1, setting["epochs"] + 1):
        model.fit(inputs["train"], label[told["part"] == 0], batch_size=1024, epochs=1, verbose=0)
        for part in ("valid", "test"):
            found[f"{part}{epoch}"] = model.predict(inputs[part], 4096)[:, 0]
    np.savez(answer, **found, seconds=time.process_time() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
