"""A cut lets a matched shot stand over its sentence, and says why."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from laterna.editing import Footage, Index, cut, match
from laterna.media.timeline import track
from laterna.media.transcript import Sentence, Transcript, Word

CAPTIONS = (
    "A boy jumps by a lake.",
    "A woman waves in a village.",
    "A man walks on the hills.",
    "A dog at night.",
)
SAID = ("A gentleman strolls over the slopes.", "A lady greets us in the hamlet.")


@pytest.fixture
def footage(measured: Callable[..., Footage], make_film: Callable[..., Path], tmp_path: Path) -> Footage:
    """Four shots of five seconds in one file."""
    return measured(make_film(tmp_path / "rushes.mp4", seconds=Fraction(1, 5)), [5, 5, 5, 5])


@pytest.fixture
def index(footage: Footage) -> Index:
    shots = [{"caption": one, "start": str(5 * at), "end": str(5 * at + 5)} for at, one in enumerate(CAPTIONS)]
    return Index.of(shots, files=[{"file": 0, "path": str(footage.path)}])


def spoken() -> Transcript:
    def sentence(text: str, start: int) -> Sentence:
        return Sentence(text, (Word(text, Fraction(start), Fraction(start + 3)),))

    return Transcript((sentence(SAID[0], 0), sentence(SAID[1], 4)))


def over(footage: Footage, **options: object) -> dict[int, set[int]]:
    """For each sentence the numbers (from 1) of the shots that it is heard over."""
    timeline = cut([footage], 8, sentences=spoken(), **options)  # type: ignore[arg-type]
    heard: dict[int, set[int]] = {}
    for clip in track(timeline, "Picture").find_clips():
        for number in clip.metadata["laterna"].get("sentences", []):
            heard.setdefault(number, set()).add(clip.metadata["laterna"]["shot"])
    return heard


def test_each_sentence_is_heard_over_its_own_shot(footage: Footage, index: Index) -> None:
    matches = match(spoken(), index, order="free")
    assert [row.shot for row in matches.rows] == [2, 1]
    heard = over(footage, matches=matches)
    assert 3 in heard[1]
    assert 2 in heard[2]
    assert over(footage)[1] != heard[1]  # measures alone would choose otherwise


def test_the_clip_says_why(footage: Footage, index: Index) -> None:
    timeline = cut([footage], 8, sentences=spoken(), matches=match(spoken(), index, order="free"))
    reasons = [clip.metadata["laterna"]["reason"] for clip in track(timeline, "Picture").find_clips()]
    assert any("fits sentence 1" in reason and "gentleman ~ man" in reason for reason in reasons)


def test_matches_of_other_footage_change_nothing(footage: Footage, index: Index) -> None:
    elsewhere = Index.of(index.shots.to_dicts(), files=[{"file": 0, "path": "/elsewhere/rushes.mp4"}])
    assert over(footage, matches=match(spoken(), elsewhere, order="free")) == over(footage)
