"""A search finds shots by what is known of them in words, and by words of like meaning."""

import pytest

from laterna.editing import Index, find
from laterna.errors import DataError, ModelError

SHOTS = (
    "A woman waves in a village at dusk.",
    "A man walks on the hills at dawn.",
    "Two boys jump by a lake by day.",
    "An old man with a lantern talks at a harbour at night in the rain.",
)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.of([{"caption": caption} for caption in SHOTS])


@pytest.mark.parametrize(
    ("query", "shot"),
    [
        ("someone waves at dusk", 0),
        ("a lady greets as evening falls among the cottages", 0),
        ("a gentleman strolls over the slopes", 1),
        ("leaping lads", 2),
        ("a storm on the quay", 3),
    ],
)
def test_the_shot_that_is_told_of_comes_first(index: Index, query: str, shot: int) -> None:
    assert find(query, index)[0].shot == shot


def test_labels_and_transcripts_are_searched_too() -> None:
    index = Index.of([
        {"place": "harbour", "actions": ["wave"], "subjects": ["dog"]},
        {"caption": "A talk.", "transcript": "the budget of the observatory"},
    ])  # fmt: skip
    assert find("a hound", index)[0].shot == 0
    assert find("observatories", index)[0].shot == 1


def test_it_says_which_words_met(index: Index) -> None:
    found = find("a lady waves", index)[0]
    assert [str(one) for one in found.meetings] == ["waves ~ wave", "lady ~ woman"]
    assert found.caption == SHOTS[0]
    assert found.to_json()["meetings"] == ["waves ~ wave", "lady ~ woman"]


def test_words_alone_find_their_own_forms_alone(index: Index) -> None:
    assert [one.shot for one in find("walking", index, model="words")] == [1]
    assert find("strolling", index, model="words") == []


def test_a_label_that_the_caption_has_counts_once() -> None:
    """Else what has a log loses to what has only labels, and a caption made of these."""
    labels = {"place": "harbour", "actions": ["wave"], "subjects": ["dog"]}
    plain, made = {"caption": "Harbour wave dog."}, labels | {"caption": "A dog, wave, harbour."}
    index = Index.of([plain, made, labels | {"caption": "Dogs waving by a harbour."}, labels])
    scores = {one.shot: one.score for one in find("dog", index, model="words")}
    assert scores == dict.fromkeys(range(4), scores[0])


def test_a_rare_word_counts_more_than_one_of_every_shot() -> None:
    index = Index.of([{"caption": "A man sits."}, {"caption": "A man, a man, a man."}, {"caption": "A lantern."}])
    assert find("man lantern", index, model="words")[0].shot == 2


def test_no_more_than_is_asked_for(index: Index) -> None:
    assert len(find("man", index, most=1)) == 1


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "no words"),
        ("😀😀", "no words"),
        ("the of and", "no words"),
        ("x" * 100_000, "too long"),
        ("一个女人在黄昏挥手", "Chinese and those of the index English"),
        ("la mujer camina en la montaña por la noche", "Spanish and those of the index English"),
        ("qwxz blorfl", "None of the words is known"),
    ],
)
def test_what_cannot_be_searched_for_is_refused_in_a_sentence(index: Index, query: str, says: str) -> None:
    with pytest.raises(DataError, match=says):
        find(query, index)


def test_a_chinese_index_is_searched_in_chinese() -> None:
    index = Index.of([{"caption": "一个男人在森林里走路。"}, {"caption": "一个女人在村庄里挥手。"}])
    assert find("女人挥手", index)[0].shot == 1
    with pytest.raises(DataError, match="English and those of the index Chinese"):
        find("the woman waves at the man", index)


def test_an_index_without_shots_or_words_is_refused() -> None:
    with pytest.raises(DataError, match="no shots"):
        find("dusk", Index.of([]))
    with pytest.raises(DataError, match="Nothing is known in words"):
        find("dusk", Index.of([{}]))


def test_models_that_are_not_there_are_refused(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="No model for matching"):
        find("dusk", index, model="word2vec")
    monkeypatch.setattr("laterna.editing.matching.encoder.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"laterna\[editing-encoder\]"):
        find("dusk", index, model="minilm")
