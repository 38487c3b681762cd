"""The three ways to say how well a sentence fits a shot, behind one function, and what each calls a good match."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from laterna.editing.indexing.index import Index
from laterna.editing.matching.corpus import Corpus, Meeting
from laterna.editing.matching.encoder import BUNDLED, Encoder
from laterna.errors import DataError

THESAURUS, SPELLING = "thesaurus", "words"
Order = Literal["kept", "free"]
# The least fit that is a match: where as many right shots are kept as sentences without one are refused, on theatre
# films of seeds and paraphrases that the benchmark does not use (`python benchmarks/match.py --calibrate`). Where the
# order is kept, it refuses by itself much of what does not fit.
THRESHOLDS: Mapping[str, Mapping[Order, float]] = {
    THESAURUS: {"kept": 0.41, "free": 0.49},
    SPELLING: {"kept": 0.05, "free": 0.05},
    BUNDLED: {"kept": 0.28, "free": 0.36},
}
_REASONS = 4  # meetings that are told
_UNCALIBRATED: Mapping[Order, float] = {"kept": 0.28, "free": 0.36}  # for encoders of the hub


class Likeness:
    """How well sentences fit the shots of an index.

    Args:
        index: the shots.
        model: "thesaurus" (words and their kin), "words" (words alone), or an encoder's name.

    Raises:
        DataError: the index has no shots or no words, or no model has that name.
        ModelError: the encoder can't be had.
    """

    def __init__(self, index: Index, model: str = THESAURUS) -> None:
        if model not in THRESHOLDS and not model.startswith("hf:"):
            raise DataError(
                f"No model for matching is called {model!r}: name {', '.join(THRESHOLDS)} or hf:OWNER/NAME."
            )
        self.corpus = Corpus(index, spelling=model == SPELLING)
        self.thresholds = THRESHOLDS.get(model, _UNCALIBRATED)
        self._encoder = None if model in (THESAURUS, SPELLING) else Encoder(model)
        if self._encoder is not None:
            self._shown = _vectors(self._encoder, self.corpus.descriptions)
            self._heard = _vectors(self._encoder, self.corpus.transcripts)

    def fits(self, sentences: Sequence[str]) -> np.ndarray:
        """(sentences, shots) 0..1; an encoder's to what is shown or to what is heard, whichever is nearer."""
        if self._encoder is None:
            return np.stack([self.corpus.fit(sentence) for sentence in sentences])
        vectors = self._encoder.vectors(sentences)
        return np.clip(np.maximum(vectors @ self._shown.T, vectors @ self._heard.T), 0, 1)

    def check_language(self, text: str) -> None:
        """Refuse a text in a language that the index does not have; an encoder may know several.

        Raises:
            DataError: it is in another language.
        """
        if self._encoder is None:
            self.corpus.check_language(text)

    def reason(self, sentence: str, shot: int, fit: float) -> tuple[str, tuple[Meeting, ...]]:
        """Why a sentence fits a shot so well, in words, and which of its words meet the shot's; none for an encoder."""
        if self._encoder is not None:
            return f"cosine {fit:.2f}", ()
        met = self.corpus.meetings(sentence, shot)
        return ", ".join(map(str, met[:_REASONS])) or "no word meets another", met

    def ranks(self, query: str) -> np.ndarray:
        """(shots,) what a search sorts by: BM25, or an encoder's cosine."""
        return self.corpus.search(query) if self._encoder is None else self.fits([query])[0]


def _vectors(encoder: Encoder, texts: Sequence[str]) -> np.ndarray:
    """(texts, size), rows of zeros for empty texts, which are near nothing."""
    vectors = encoder.vectors(texts)
    return vectors * np.array([bool(text.strip()) for text in texts])[:, None]
