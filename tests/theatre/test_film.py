"""An edited film: its transitions are exactly where its truth says."""

from fractions import Fraction

import numpy as np
import pytest

from laterna.errors import DataError
from laterna.media.video import Video
from laterna.theatre.canvas import Canvas
from laterna.theatre.film import Film, film
from laterna.theatre.splice import Splice, blend, draw_splice
from laterna.theatre.take import Take
from laterna.theatre.truth import Truth

SIZE = (96, 54)
RATE = Fraction(24)


@pytest.fixture(scope="module")
def drawn():
    """A film of 20 seconds: itself, its frames as I420, its truth."""
    made = Film(3, 480, SIZE, RATE)
    frames = [canvas.i420.copy() for canvas in made.frames()]
    return made, frames, made.truth()


def test_a_film_has_its_length_and_its_shots_tile_it(drawn):
    made, frames, truth = drawn
    assert len(frames) == truth.frames == 480
    assert truth.cuts[0].start_frame == 0
    assert truth.cuts[-1].end_frame == 480
    assert all(a.end_frame == b.start_frame for a, b in zip(truth.cuts, truth.cuts[1:], strict=False))
    assert len(truth.cuts) == len(truth.shots) == len(made.scenes) > 4


def test_at_a_cut_the_picture_changes_at_once(drawn):
    _, frames, truth = drawn
    change = np.abs(np.diff(np.array(frames).astype(int), axis=0)).mean(axis=(1, 2))
    cuts = [shot.start_frame for shot in truth.cuts if shot.transition_in.kind == "cut"]
    assert cuts
    assert all(change[cut - 1] > 4 * np.median(change) for cut in cuts)


def test_a_dissolve_is_the_blend_of_its_neighbours():
    made, splice = next(
        (made, splice)
        for made in (Film(seed, 240, SIZE, RATE) for seed in range(60))
        for splice in made.splices
        if splice.kind == "dissolve"
    )
    number = made.splices.index(splice)
    frames = [canvas.i420.copy() for canvas in made.frames()]
    old, new = (
        [picture.canvas.i420.copy() for picture in Take(made.scenes[k], SIZE, masks=False).frames()]
        for k in (number, number + 1)
    )
    for index in range(splice.length):
        share = (index + 1) / (splice.length + 1)
        before = old[splice.first - made.starts[number] + index].astype(float)
        expected = (1 - share) * before + share * new[index]
        assert np.abs(frames[splice.first + index] - expected).max() <= 1
    assert np.array_equal(frames[splice.first - 1], old[splice.first - 1 - made.starts[number]])
    assert np.array_equal(frames[splice.last + 1], new[splice.length])


def test_disturbances_and_transitions_keep_apart():
    for seed in range(30):
        made = Film(seed, 600, SIZE, RATE)
        for scene, start, end in zip(made.scenes, made.starts, made.ends, strict=True):
            for span in scene.negatives:
                for splice in made.splices:
                    clear = start + span.first_frame > splice.last + 3 or start + span.last_frame < splice.first - 3
                    assert clear
                assert start + span.last_frame < end


def test_all_kinds_of_transition_come_up_and_leave_room_for_shots():
    kinds, styles = set(), set()
    for seed in range(40):
        made = Film(seed, 900, SIZE, RATE)
        kinds |= {splice.kind for splice in made.splices}
        styles |= {splice.style for splice in made.splices}
        edges = [0, *(frame for s in made.splices for frame in (s.first, s.last)), 899]
        assert edges == sorted(edges)
        lengths = [splice.length for splice in made.splices if splice.gradual]
        assert all(8 <= length <= 32 for length in lengths)
    assert kinds == {"cut", "dissolve", "fade", "wipe"}
    assert len(styles) >= 11


def plain(level):
    canvas = Canvas(64, 36)
    canvas.y[:], canvas.u[:], canvas.v[:] = level, 100, 150
    return canvas


@pytest.mark.parametrize(
    "style", ["left", "right", "up", "down", "diagonal", "iris out", "iris in", "clock", "blinds", "bars"]
)
def test_a_wipe_uncovers_the_new_picture_bit_by_bit(style):
    splice, out = Splice("wipe", 0, 9, style, 0.03), Canvas(64, 36)
    shown = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        blend(splice, share, plain(40), plain(200), out)
        shown.append((out.y > 120).mean())
    assert shown == sorted(shown)
    assert shown[0] < 0.05
    assert shown[-1] > 0.95
    assert 0.1 < shown[2] < 0.9


def test_a_wipe_goes_the_way_its_name_says():
    out = Canvas(64, 36)
    blend(Splice("wipe", 0, 9, "right", 0.03), 0.5, plain(40), plain(200), out)
    assert out.y[18, 5] == pytest.approx(200, abs=2)
    assert out.y[18, 58] == pytest.approx(40, abs=2)


@pytest.mark.parametrize(("style", "level"), [("black", 16), ("white", 235)])
def test_a_fade_passes_through_one_colour(style, level):
    out = Canvas(64, 36)
    blend(Splice("fade", 0, 8, style), 0.5, plain(40), plain(200), out)
    assert np.abs(out.y.astype(int) - level).max() <= 1
    assert np.abs(out.u.astype(int) - 128).max() <= 1


def test_a_splice_without_room_is_a_cut():
    rng = np.random.default_rng(0)
    assert all(draw_splice(100, 6, RATE, rng).kind == "cut" for _ in range(30))


def test_a_film_is_written_with_its_truth(tmp_path):
    seen = []
    clip = film(tmp_path / "f.mp4", seconds=4, seed=1, size="96x54", rate="24", progress=lambda *at: seen.append(at))
    truth = Truth.open(clip.truth)
    video = Video(clip.video)
    assert video.frame_count == truth.frames == clip.frames == 96
    assert video.has_audio
    assert seen[-1] == (96, 96)


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    clips = [film(tmp_path / name, seconds=2, seed=2, size="96x54", rate="24") for name in ("a.mp4", "b.mp4")]
    assert clips[0].video.read_bytes() == clips[1].video.read_bytes()
    assert clips[0].truth.read_text() == clips[1].truth.read_text()


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": 0}, {"seconds": float("nan")}, {"size": "96"}, {"size": "97x54"}, {"size": "8x8"}, {"rate": "x"}],
)
def test_a_wrong_wish_is_named(tmp_path, wrong):
    with pytest.raises(DataError):
        film(tmp_path / "f.mp4", **wrong)
    assert not list(tmp_path.iterdir())
