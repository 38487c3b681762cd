"""A poster shows the film's best picture and its title, in the shape that is asked for."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest

from laterna.editing import analyse, poster
from laterna.editing.poster import attention
from laterna.errors import DataError
from laterna.media import timeline as timelines
from laterna.media.timecode import time_range
from laterna.media.video import Video

RATE = Fraction(25)
SMALL = (200, 300)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, make_film: Callable[..., Path]) -> tuple[otio.schema.Timeline, Path]:
    """A film of a black shot, a gray one and a colourful one."""
    folder = tmp_path_factory.mktemp("film")
    made = timelines.new("The Quiet Hour", RATE, (160, 90))
    for name, colour in (("black", (2, 2, 2)), ("gray", (90, 90, 90)), ("red", (230, 60, 40))):
        video = Video(make_film(folder / f"{name}.mp4", seconds=2, shots=(colour,), sound=False))
        reference = timelines.clip_reference(video, folder, RATE)
        timelines.track(made, "Picture").append(otio.schema.Clip(name, reference, time_range(0, 2, RATE)))
    return made, folder


def test_the_best_picture_fills_the_upper_part(film):
    picture = np.asarray(poster(film[0], folder=film[1], size=SMALL), int)
    red, green, blue = picture[:120].mean(axis=(0, 1))
    assert red > 2 * max(green, blue)


def test_a_measured_films_thumbnails_are_judged_in_place_of_its_pictures(film, monkeypatch):
    measured = [analyse(Video(file)) for file in film[1].glob("*.mp4")]
    plain = np.asarray(poster(film[0], folder=film[1], size=SMALL), int)
    frame_at, decoded = Video.frame_at, []
    monkeypatch.setattr(Video, "frame_at", lambda video, time: (decoded.append(time), frame_at(video, time))[1])
    picture = np.asarray(poster(film[0], folder=film[1], size=SMALL, measured=measured), int)
    assert len(decoded) == 1
    assert np.abs(picture - plain)[:120].mean() < 30  # the same shot, if another moment


@pytest.mark.parametrize("size", [(200, 300), (320, 180)])
def test_it_has_the_shape_that_is_asked_for(film, size):
    assert poster(film[0], folder=film[1], size=size).size == size


def test_the_title_stands_light_on_the_dark_foot(film):
    titled, plain = (
        np.asarray(poster(film[0], folder=film[1], size=SMALL, title=text).convert("L"), int)
        for text in ("The Quiet Hour", "")
    )
    assert plain[240:].mean() < 40
    rows, columns = np.nonzero(titled - plain > 120)
    assert rows.min() > 150
    assert abs((columns.min() + columns.max()) / 2 - 100) < 5


def test_the_timelines_name_is_the_title_unless_given(film):
    named = poster(film[0], folder=film[1], size=SMALL, title="The Quiet Hour")
    assert poster(film[0], folder=film[1], size=SMALL) == named


def test_chinese_titles_and_a_small_line_are_set(film):
    with_line, without = (
        np.asarray(poster(film[0], folder=film[1], size=SMALL, title="皮影戏", line=line), int)
        for line in ("短片", None)
    )
    assert np.abs(with_line - without)[260:].max() > 100


def test_the_same_seed_gives_the_same_grain(film):
    one, two, other = (np.asarray(poster(film[0], folder=film[1], size=SMALL, seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_a_title_that_cannot_be_set_is_refused(film):
    with pytest.raises(DataError, match="The fonts lack ש"):
        poster(film[0], folder=film[1], title="ש")


def test_a_size_that_is_none_is_refused(film):
    with pytest.raises(DataError, match="A picture of 1x1 can't be drawn"):
        poster(film[0], folder=film[1], size=(1, 1))


def test_attention_falls_on_what_differs():
    picture = np.full((90, 160, 3), 90, np.uint8)
    picture[40:60, 100:120] = (220, 40, 30)
    row, column = np.unravel_index(attention(picture).argmax(), (90, 160))
    assert 38 <= row <= 62
    assert 98 <= column <= 122
