"""A film that a cutter decides as a whole: the promises of every cut hold."""

import shutil
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from laterna.editing import Footage, Pin, cut
from laterna.editing.cutters import Optimal, Reward
from laterna.editing.cutters.reward import NAMES
from laterna.editing.cutting.choose import Chooser
from laterna.editing.cutting.decide import decide
from laterna.editing.cutting.formats import STYLES
from laterna.editing.cutting.material import Material, Source
from laterna.editing.cutting.rules import Rules
from laterna.editing.cutting.slots import Slot
from laterna.editing.cutting.story import Story
from laterna.editing.indexing.index import SHOTS, Index
from laterna.editing.match import Match, Matches
from laterna.errors import BriefError
from laterna.media.timeline import track

RATE = Fraction(25)


@pytest.fixture
def rushes(measured: Callable[..., Footage], make_film: Callable[..., Path], tmp_path: Path) -> list[Footage]:
    film = make_film(tmp_path / "take_0.mp4", seconds=Fraction(1, 5))
    paths = [film, *(shutil.copy(film, tmp_path / f"take_{number}.mp4") for number in (1, 2))]
    return [measured(path, [6, 9, 4, 30]) for path in paths]


def chooser_of(rushes: list[Footage], **more: int) -> Chooser:
    rules = Rules(**({"shortest": 38, "longest": 200, "beat": 100, "handle": 7} | more))
    return Chooser(Material([Source(i, file, RATE) for i, file in enumerate(rushes)]), rules, 0, STYLES["film"])


def test_it_fills_the_film_exactly_by_the_rules_and_takes_what_it_uses(rushes: list[Footage]) -> None:
    chooser = chooser_of(rushes)
    picks, _ = decide(chooser, Optimal(8), [Slot((0, 400), (0, 400), (1,)), Slot((400, 1013), (400, 1013))], RATE)
    assert sum(pick.length for pick in picks) == 1013
    assert all(38 <= pick.length <= 200 for pick in picks)
    assert not any(chooser.clash(a.piece, b.piece) for a, b in pairwise(picks))
    assert not any(chooser.material.is_free(pick.piece) for pick in picks)
    ranges = sorted((pick.piece.source, pick.piece.start, pick.piece.end) for pick in picks)
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(ranges))


def test_cuts_seek_the_beats_and_the_pace(rushes: list[Footage]) -> None:
    beats = [2.7, 5.4, 8.1, 10.8]
    picks, _ = decide(chooser_of(rushes, beat=68), Optimal(8), [Slot((0, 338), (0, 338))], RATE, beats=beats)
    at, cuts = 0, []
    for pick in picks[:-1]:
        at += pick.length
        cuts.append(at)
    on_beat = [cut for cut in cuts if min(abs(cut - round(beat * 25)) for beat in beats) == 0]
    assert len(on_beat) >= len(cuts) - 1 > 0


def known(rushes: list[Footage], **columns: list[object]) -> Index:
    """An index of the rushes, with columns of their shots."""
    shots = [(number, shot) for number, file in enumerate(rushes) for shot in file.shots]
    blank = dict.fromkeys(SHOTS)
    rows = [
        blank
        | {"shot": row, "file": file, "start": str(shot.start), "end": str(shot.end), "key_time": str(shot.start)}
        | {"subjects": [], "actions": [], "colours": [], "embedding": [], "take_group": row}
        | {"scale": "", "move": "", "place": "", "daytime": "", "weather": ""}
        | {name: values[row] for name, values in columns.items()}
        for row, (file, shot) in enumerate(shots)
    ]
    files = [{"file": number, "path": str(file.path)} for number, file in enumerate(rushes)]
    return Index.of(rows, files=files)


def test_what_an_index_knows_of_shots_is_weighed(rushes: list[Footage]) -> None:
    """Of shots that are alike in all else, those that are key shots by the index are taken."""
    wanted = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    slots, reward = [Slot((0, 300), (0, 300))], Reward({"key": 1.0, "missing": -9.0})
    picks, features = decide(
        chooser_of(rushes), Optimal(8), slots, RATE, index=known(rushes, key_score=wanted), reward=reward
    )
    assert {pick.piece.source for pick in picks} == {1}
    _, blind = decide(chooser_of(rushes), Optimal(8), slots, RATE, reward=reward)
    assert features["key"] > blind["key"]


def test_two_takes_of_one_set_up_are_not_used_both(rushes: list[Footage]) -> None:
    groups = [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]
    picks, _ = decide(
        chooser_of(rushes), Optimal(8), [Slot((0, 400), (0, 400))], RATE, index=known(rushes, take_group=groups)
    )
    short = [pick.piece for pick in picks if pick.piece.shot < 3]  # the last shot has several parts
    assert len({piece.shot for piece in short}) == len(short)


def test_a_taste_is_followed(rushes: list[Footage]) -> None:
    slots = [Slot((0, 600), (0, 600))]
    long, short = (
        decide(chooser_of(rushes), Optimal(8), slots, RATE, reward=Reward({"long": weight, "missing": -9.0}))
        for weight in (1.0, -1.0)
    )
    assert len(long[0]) < len(short[0])
    assert set(long[1]) == set(NAMES)


@pytest.mark.parametrize("cutter", ["optimal", "learned"])
def test_the_whole_cut_comes_out_as_any_other(
    rushes: list[Footage], tmp_path: Path, cutter: Literal["optimal", "learned"]
) -> None:
    timeline = cut(rushes, 16, cutter=cutter, title="Night", folder=tmp_path)
    pictures = [clip for clip in track(timeline, "Picture") if hasattr(clip, "media_reference")]
    assert sum(round(clip.source_range.duration.value) for clip in pictures) == 400
    assert all("reason" in clip.metadata["laterna"] for clip in pictures)
    again = cut(rushes, 16, cutter=cutter, title="Night", folder=tmp_path)
    assert timeline.to_json_string() == again.to_json_string()
    assert set(timeline.metadata["laterna"]["features"]) == set(NAMES)


def test_what_only_the_rules_can_do_is_told(rushes: list[Footage], tmp_path: Path) -> None:
    with pytest.raises(BriefError, match="met by the rules alone"):
        cut(rushes, 20, cutter="optimal", pins=[Pin(rushes[0].path.name)], folder=tmp_path)
    with pytest.raises(BriefError, match="a rule gives way"):
        cut(rushes[:1], 48, cutter="optimal", folder=tmp_path)


def test_a_shot_that_was_matched_to_a_sentence_stands_over_it(rushes: list[Footage]) -> None:
    chooser = chooser_of(rushes)
    slots = [Slot((0, 100), (0, 100)), Slot((100, 225), (100, 225), (1,)), Slot((225, 325), (225, 325))]
    row = Match(1, "A door opens.", 0, 0.9, str(rushes[2].path), "6", "15", "door")
    chooser.story = Story(Matches((row,), np.ones((1, 1))), chooser.material, slots, RATE)
    picks, at, over = decide(chooser, Optimal(16), slots, RATE)[0], 0, 0
    for pick in picks:
        if pick.piece.source == 2 and 150 <= pick.piece.start < 375:
            over += max(0, min(at + pick.length, 225) - max(at, 100))
        at += pick.length
    assert over >= 100
