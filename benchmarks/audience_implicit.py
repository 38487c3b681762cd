"""A question of `audience.py` answered by implicit 0.7, in the peers' environment; run by it."""

import json
import sys

import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender
from scipy.sparse import csr_matrix

NEIGHBOURS = {"cosine": CosineRecommender, "tfidf": TFIDFRecommender, "bm25": BM25Recommender}


def main(question: str, settings: str, answer: str) -> None:
    told, setting = np.load(question), json.loads(settings)
    shape = (len(told["starts"]) - 1, int(told["items"]))
    events = np.ones(len(told["columns"]), np.float32)
    met = csr_matrix((events, told["columns"], told["starts"]), shape)
    kind = setting.pop("kind")
    if kind == "als":
        model = AlternatingLeastSquares(**setting, random_state=0, num_threads=1, use_gpu=False)
        model.fit(met, show_progress=False)
        scores = model.user_factors[told["rows"]] @ model.item_factors.T
    else:
        model = NEIGHBOURS[kind](**setting, num_threads=1)
        model.fit(met, show_progress=False)
        scores = (met[told["rows"]] @ model.similarity).toarray()
    np.save(answer, scores.astype(np.float32))


if __name__ == "__main__":
    main(*sys.argv[1:])
