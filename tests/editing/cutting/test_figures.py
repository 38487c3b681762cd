"""A cut in a few numbers."""

from fractions import Fraction

import opentimelineio as otio
import pytest

from laterna import editing
from laterna.editing.cutting.figures import figures
from laterna.errors import DataError
from laterna.media import timeline as timelines

RATE = 25


def cut(*shots: float, files: str = "", dissolves: int = 0) -> otio.schema.Timeline:
    """A timeline of shots that last so many seconds, of the files of these letters, each its own when left out."""
    timeline = timelines.new("film", Fraction(RATE), (160, 90))
    pictures = timelines.track(timeline, "Picture")
    for index, seconds in enumerate(shots):
        span = otio.opentime.TimeRange(
            otio.opentime.RationalTime(0, RATE), otio.opentime.RationalTime(seconds * RATE, RATE)
        )
        letter = files[index] if files else str(index)
        pictures.append(otio.schema.Clip(letter, otio.schema.ExternalReference(f"{letter}.mp4"), span))
        if index < dissolves:
            half = otio.opentime.RationalTime(5, RATE)
            pictures.append(otio.schema.Transition(in_offset=half, out_offset=half))
    return timeline


def test_lengths_are_told():
    found = figures(cut(2, 4, 6))
    assert found["film_seconds"] == 12
    assert found["shot_seconds"] == 4
    assert found["first_shot"] == 0.5
    assert found["last_shot"] == 1.5
    assert found["shot_variation"] == pytest.approx((8 / 3) ** 0.5 / 4)


def test_a_film_whose_shots_get_shorter_quickens():
    assert figures(cut(6, 4, 2))["quickening"] == pytest.approx(1)
    assert figures(cut(2, 4, 6))["quickening"] == pytest.approx(-1)
    assert figures(cut(3, 3, 3))["quickening"] == 0


def test_joins_and_files_seen_again_are_told():
    found = figures(cut(2, 2, 2, 2, 2, files="abcab", dissolves=1))
    assert found["dissolve_share"] == 0.25
    assert found["reuse"] == pytest.approx(0.4)


def test_fades_in_and_out_are_no_joins(tmp_path, make_film, measured):
    files = [make_film(tmp_path / f"take_{index}.mp4", seconds=Fraction(1, 5)) for index in range(6)]
    rushes = [measured(file, [9]) for file in files]
    for transitions, share in (("cuts", 0), ("dissolves", 1)):
        made = editing.cut(rushes, 15, transitions=transitions)
        pictures = timelines.track(made, "Picture")
        assert isinstance(pictures[0], otio.schema.Transition) or isinstance(pictures[-1], otio.schema.Transition)
        assert figures(made)["dissolve_share"] == share


def test_one_shot_has_all_the_figures_that_a_film_has():
    assert figures(cut(3)).keys() == figures(cut(1, 2, 3)).keys()


def test_what_the_maker_left_is_told_too():
    timeline = cut(1, 2)
    timeline.metadata["laterna"]["features"] = {"story": 0.5, "note": "fine", "endless": float("inf")}
    found = figures(timeline)
    assert found["story"] == 0.5
    assert not {"note", "endless"} & {*found}


def test_a_film_without_pictures_has_no_figures():
    assert figures(cut()) == {}
    assert figures(otio.schema.Timeline()) == {}


def test_a_clip_without_a_length_is_told():
    timeline = cut(1)
    timelines.track(timeline, "Picture")[0].source_range = None
    with pytest.raises(DataError, match="clip without a length"):
        figures(timeline)
