"""A sentence encoder in place of words: a stand-in that knows a few words, in two languages."""

from collections.abc import Sequence

import numpy as np
import pytest

from laterna.editing import Index, find, match
from laterna.editing.matching import likeness
from laterna.editing.matching.likeness import Likeness

MEANINGS = {"lantern": 0, "lampe": 0, "budget": 1, "haushalt": 1, "sea": 2, "meer": 2}


class StandIn:
    """Texts as unit vectors: a dimension for each meaning, one for what is not known, and one that all share."""

    def __init__(self, name: str) -> None:
        self.name = name

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        found = np.zeros((len(texts), 5))
        found[:, 4] = 0.3
        for row, text in zip(found, texts, strict=True):
            for word in text.lower().rstrip(".").split():
                row[MEANINGS.get(word, 3)] += 1
        return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "Encoder", StandIn)


@pytest.fixture
def index() -> Index:
    return Index.of([
        {"caption": "Lantern.", "transcript": "budget budget budget budget"},
        {"caption": "Sea."},
        {"transcript": "lantern"},
    ])  # fmt: skip


def test_what_is_heard_counts_as_much_as_what_is_shown(index: Index) -> None:
    """Apart: a long talk does not drown a short caption."""
    fits = Likeness(index, "minilm").fits(["budget", "lantern", "sea"])
    assert fits.argmax(axis=1).tolist() == [0, 0, 1]
    np.testing.assert_allclose([fits[1, 0], fits[1, 2], fits[2, 1]], 1)
    assert fits[0, 0] > 0.95


def test_nothing_known_is_like_nothing(index: Index) -> None:
    assert Likeness(Index.of([{"caption": "Sea."}, {}]), "minilm").fits(["", "sea"])[:, 1].tolist() == [0, 0]


def test_an_encoder_may_know_languages_that_the_captions_lack(index: Index) -> None:
    said = "das meer und die lampe"
    assert find(said, index, model="minilm")
    assert match(["meer", "lampe"], index, order="free", model="hf:some/encoder").rows[0].shot == 1


def test_an_encoders_reason_is_its_cosine(index: Index) -> None:
    row = match(["meer"], index, model="minilm").rows[0]
    assert (row.shot, row.reason, row.meetings) == (1, "cosine 1.00", ())
