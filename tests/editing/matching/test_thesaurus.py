"""The thesaurus knows which English words are near in meaning, and all their forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.editing.matching.thesaurus import thesaurus


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [
        ("evening", "dusk", "dog"),
        ("hamlet", "village", "desert"),
        ("stroll", "walk", "sit"),
        ("lady", "woman", "horse"),
        ("quay", "harbour", "forest"),
        ("mist", "fog", "wind"),
        ("cottage", "house", "river"),
    ],
)
def test_kindred_words_are_nearer_than_others(word: str, near: str, far: str) -> None:
    known = thesaurus()
    assert known.nearness(word, near) > 10 * known.nearness(word, far)


@pytest.mark.parametrize(
    ("form", "stem"),
    [("strolls", "stroll"), ("women", "woman"), ("hopped", "hop"), ("flies", "fly"), ("benches", "bench"),
     ("zzyxs", "zzyx")],
)  # fmt: skip
def test_forms_share_a_stem(form: str, stem: str) -> None:
    assert thesaurus().stem(form) == stem


def test_a_meaning_is_a_unit_vector_and_nearness_is_symmetric() -> None:
    known = thesaurus()
    senses, chances = known.meaning("harbour")
    assert len(senses) <= 201
    assert np.linalg.norm(chances) == pytest.approx(1)
    assert known.nearness("harbour", "ship") == pytest.approx(known.nearness("ship", "harbour"))
    assert known.nearness("harbour", "harbour") == pytest.approx(1)


def test_rare_words_tell_more_than_common_ones() -> None:
    known = thesaurus()
    assert 0 <= known.weight("large") < known.weight("lantern") <= known.weight("zzyx") == 1


@given(st.text(max_size=30))
def test_any_text_may_be_asked_for(word: str) -> None:
    assert 0 <= thesaurus().nearness(word, "dusk") <= 1
    assert thesaurus().stem(word) is not None


def test_it_is_small() -> None:
    from importlib.resources import files

    folder = files("laterna.editing.matching")
    assert len(folder.joinpath("wordnet.xz").read_bytes()) <= 1_500_000
    assert "Princeton University" in folder.joinpath("WORDNET.txt").read_text()
