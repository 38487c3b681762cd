"""A script's sentences get the shots that they tell of, or none; pins and bans are obeyed."""

from fractions import Fraction
from pathlib import Path

import pytest

from laterna.editing import Ban, Index, Pin, match
from laterna.editing.match import read_script
from laterna.errors import BriefError, DataError
from laterna.media.screenplay import Screenplay
from laterna.media.transcript import Sentence, Transcript, Word

CAPTIONS = (
    "A woman waves in a village at dusk.",
    "A man walks on the hills at dawn.",
    "Two boys jump by a lake by day.",
    "An old man with a lantern talks at a harbour at night in the rain.",
)
SAID = (
    "At twilight a lady beckons in a hamlet.",
    "At sunrise a gentleman strolls over the slopes.",
    "Lads leap beside the water at noon.",
    "At midnight, on the quay, a fellow with a lamp chats in a downpour.",
)
ELSEWHERE = "The committee approved the annual budget."


@pytest.fixture(scope="module")
def index() -> Index:
    """Four shots of two seconds, two in each file."""
    return Index.of([
        {"caption": caption, "file": number // 2, "start": str(number % 2 * 2), "end": str(number % 2 * 2 + 2)}
        for number, caption in enumerate(CAPTIONS)
    ])  # fmt: skip


def shots(index: Index, script: object, **options: object) -> list[int | None]:
    return [row.shot for row in match(script, index, **options).rows]  # type: ignore[arg-type]


def test_paraphrases_get_their_shots(index: Index) -> None:
    assert shots(index, SAID) == [0, 1, 2, 3]


def test_what_no_shot_tells_of_gets_none(index: Index) -> None:
    found = match([SAID[0], ELSEWHERE, SAID[2]], index)
    assert [row.shot for row in found.rows] == [0, None, 2]
    assert "1 of 3 sentences have no good match" in found.notes[0]


def test_order_is_kept_unless_it_is_free(index: Index) -> None:
    turned = SAID[::-1]
    assert shots(index, turned, order="free") == [3, 2, 1, 0]
    kept = [shot for shot in shots(index, turned) if shot is not None]
    assert kept == sorted(kept)


@pytest.mark.parametrize("order", ["kept", "free"])
def test_no_shot_is_used_twice(index: Index, order: str) -> None:
    used = [shot for shot in shots(index, [SAID[0]] * 3, order=order) if shot is not None]
    assert len(used) == len(set(used))


def test_reasons_say_which_words_met(index: Index) -> None:
    row = match(SAID, index).rows[0]
    assert "lady ~ woman" in row.reason
    assert (row.path, row.start, row.end) == ("0.mp4", "0", "2")
    assert 0.41 < row.score <= 1
    assert "nearest is shot" in match([*SAID, ELSEWHERE], index).rows[4].reason


def test_a_threshold_may_be_set(index: Index) -> None:
    assert shots(index, SAID, threshold=0.99) == [None] * 4
    assert None not in shots(index, SAID, threshold=0.0)


def test_pins_and_bans_are_obeyed(index: Index) -> None:
    pin = Pin("1.mp4", 1, (Fraction(2), Fraction(3)))
    assert shots(index, SAID[:1], pins=[pin]) == [3]
    assert shots(index, [ELSEWHERE], pins=[Pin("0.mp4")]) in ([0], [1])
    assert shots(index, SAID, bans=[Ban("0.mp4", (Fraction(0), Fraction(1)))])[0] is None


def test_a_pin_without_a_sentence_takes_the_place_that_costs_least(index: Index) -> None:
    """The third sentence has no shot, so it gets the pinned one, though the second is nearer to it."""
    said = [SAID[0], SAID[1], ELSEWHERE]
    both = [Pin("0.mp4", range=(Fraction(0), Fraction(1))), Pin("0.mp4", range=(Fraction(3), Fraction(4)))]
    assert shots(index, said, pins=both) == [0, 1, None]
    assert shots(index, said, pins=[Pin("1.mp4", range=(Fraction(3), Fraction(4)))]) == [0, 1, 3]
    assert set(shots(index, said, pins=[Pin("1.mp4")])) & {2, 3}


def test_a_pin_without_a_sentence_may_be_met_by_a_sentence_that_has_its_own(index: Index) -> None:
    assert shots(index, [SAID[0]], pins=[Pin("1.mp4", 1), Pin("1.mp4")]) == [2]


def test_of_takes_that_words_cannot_tell_apart_the_best_is_used() -> None:
    takes = Index.of([
        {"caption": CAPTIONS[0], "take_group": 0, "sharpness": 0.2, "end": "1"},
        {"caption": CAPTIONS[0], "take_group": 0, "sharpness": 0.8, "file": 1, "end": "1"},
        {"caption": CAPTIONS[1], "take_group": 0, "sharpness": 0.1, "file": 1, "start": "2", "end": "3"},
    ])  # fmt: skip
    assert shots(takes, [SAID[0]] * 2 + [SAID[1]]) == [1, None, 2]
    assert shots(takes, SAID[:1], bans=[Ban("1.mp4", (Fraction(0), Fraction(1)))]) == [0]
    assert shots(takes, SAID[:1], pins=[Pin("0.mp4")]) == [0]


def test_why_a_sentence_has_no_shot_is_said(index: Index) -> None:
    def reason(number: int, script: tuple[str, ...], **options: object) -> str:
        return match(script, index, **options).rows[number].reason  # type: ignore[arg-type]

    assert "nearest is shot 0, which sentence 1 has: " in reason(1, (SAID[0], SAID[0]))
    assert "which is out of order: " in "".join(row.reason for row in match(SAID[::-1], index).rows)
    assert "nearest is shot 0" not in reason(0, SAID, bans=[Ban("0.mp4")])
    assert "bans leave no shot" in reason(0, SAID, bans=[Ban("0.mp4"), Ban("1.mp4")])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"pins": [Pin("0.mp4", range=(Fraction(0), Fraction(1)))] + [Pin("1.mp4", n) for n in (1, 2)]}, "0.mp4"),
        ({"pins": [Pin("0.mp4", 9)]}, "has 4 sentences"),
        ({"pins": [Pin("0.mp4", 1)], "bans": [Ban("0.mp4")]}, "no shot that no ban touches"),
        ({"pins": [Pin("1.mp4", 1), Pin("0.mp4", 2)]}, 'order "free"'),
        ({"pins": [Pin("0.mp4", 1), Pin("1.mp4", 1)]}, "beside another pin"),
        ({"bans": [Ban("9.mp4")]}, "names no file"),
    ],
)
def test_what_cannot_be_obeyed_is_said(index: Index, options: dict[str, object], says: str) -> None:
    with pytest.raises(BriefError, match=says):
        match(SAID, index, **options)  # type: ignore[arg-type]


def test_a_script_may_be_text_a_transcript_a_screenplay_or_a_file(index: Index, tmp_path: Path) -> None:
    text = " ".join(SAID)
    words = tuple(Sentence(one, (Word(one, Fraction(i), Fraction(i + 1)),)) for i, one in enumerate(SAID))
    fountain = "EXT. VILLAGE - DUSK\n\nA lady waves.\n\nEXT. HILLS - DAWN\n\nA man strolls.\n"
    (tmp_path / "script.txt").write_text(text)
    (tmp_path / "script.fountain").write_text(fountain)
    Transcript(words).save(tmp_path / "script.transcript.json")
    assert (
        shots(index, text) == shots(index, Transcript(words)) == shots(index, tmp_path / "script.txt") == [0, 1, 2, 3]
    )
    assert shots(index, tmp_path / "script.transcript.json") == [0, 1, 2, 3]
    assert shots(index, Screenplay.parse(fountain)) == shots(index, tmp_path / "script.fountain") == [0, 1]


def test_each_sentence_of_a_screenplay_plays_where_its_scene_does() -> None:
    play = (
        "INT./EXT. CAR - NIGHT\n\nThey wait. She\nlooks up.\n\nANNA\nGo! (beat)\n(low)\nNow.\n"
        "\nI/E *HOUSE*\n\nA lamp.\n"
    )
    assert read_script(Screenplay.parse(play)) == [
        "CAR - NIGHT They wait.",
        "CAR - NIGHT She looks up.",
        "CAR - NIGHT Go!",
        "CAR - NIGHT (beat) Now.",
        "HOUSE A lamp.",
    ]


def test_a_script_longer_than_the_footage_leaves_sentences_without_a_shot(index: Index) -> None:
    found = match(SAID * 3, index)
    assert sum(row.shot is not None for row in found.rows) <= 4
    assert "12 sentences and the footage 4 shots" in found.notes[0]


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ([], "no words"),
        ("", "no words"),
        (["😀", "…"], "no words"),
        (["x" * 100_000], "Sentence 1 has 100000 characters"),
        (["A man."] * 3_000, "has 3000 sentences"),
        (["一个女人在黄昏挥手。"], "Chinese and those of the index English"),
    ],
)
def test_what_cannot_be_matched_is_refused_in_a_sentence(index: Index, script: object, says: str) -> None:
    with pytest.raises(DataError, match=says):
        match(script, index)  # type: ignore[arg-type]


def test_an_empty_index_is_refused() -> None:
    with pytest.raises(DataError, match="no shots"):
        match(SAID, Index.of([]))


def test_sentences_keep_their_numbers_beside_wordless_ones(index: Index) -> None:
    found = match(["😀", SAID[1]], index)
    assert [(row.sentence, row.shot) for row in found.rows] == [(1, None), (2, 1)]


def test_it_can_be_told_in_json_and_in_words(index: Index) -> None:
    found = match([*SAID[:1], ELSEWHERE], index)
    assert found.to_json()["sentences"][0]["shot"] == 0
    assert "no good match" in str(found)
