"""What is a boundary between shots, what only looks like one, and where exactly boundaries lie."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from laterna import editing
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.shots import ShotTable, Transition
from laterna.media.video import Video

RATE = Fraction(25)
SIZE = 160, 90
Pictures = np.ndarray  # (frames, 90, 160, 3) uint8
Shots = Callable[[Video], ShotTable]


@pytest.fixture(params=["network", "classical"])
def shots(request: pytest.FixtureRequest) -> Shots:
    """Both ways to find shots, which promise the same."""
    if request.param == "network":
        pytest.importorskip("torch")
    return partial(editing.shots, method=request.param)


def place(seed: int, width: int = 400, height: int = 200) -> np.ndarray:
    """A place to film: soft colours, and shapes with edges."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (5, 9, 3)).astype(np.uint8)
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(60):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        cv2.ellipse(picture, (x, y), tuple(int(r) for r in rng.integers(5, 22, 2)), 0, 0, 360, colour, -1, cv2.LINE_AA)
    return picture


def framed(picture: np.ndarray, x: float, y: float, scale: float = 1.0) -> np.ndarray:
    """What a camera sees whose picture's top left corner is at (x, y) of a place."""
    matrix = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]])
    return cv2.warpAffine(picture, matrix, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def still(seed: int, frames: int) -> Pictures:
    return np.stack([framed(place(seed), 100, 50)] * frames)


def pan(seed: int, frames: int, speed: float = 1.0) -> Pictures:
    """A camera that moves ``speed`` pixels a frame to the right."""
    picture = place(seed)
    return np.stack([framed(picture, 60 + speed * index, 50) for index in range(frames)])


def write(path: Path, pictures: Sequence[np.ndarray] | Pictures, rate: Fraction = RATE) -> Video:
    with VideoWriter(path, Encoding(SIZE, rate, preset="ultrafast")) as writer:
        for picture in pictures:
            writer.write(np.ascontiguousarray(picture))
    return Video(path)


def found(table: ShotTable) -> list[Transition]:
    return [shot.transition_in for shot in table][1:]


def shares(length: int) -> np.ndarray:
    return (np.arange(length) + 1)[:, None, None, None] / (length + 1)


def mixed(old: Pictures, new: Pictures, length: int) -> Pictures:
    """Two shots dissolved into one another over ``length`` frames: the last of one, the first of the other."""
    share = shares(length)
    between = old[-length:] * (1 - share) + new[:length] * share
    return np.concatenate([old[:-length], between.astype(np.uint8), new[length:]])


def test_a_cut_is_found_to_the_frame(tmp_path: Path, shots: Shots) -> None:
    table = shots(write(tmp_path / "cut.mp4", np.concatenate([pan(1, 31), pan(2, 44), pan(3, 25)])))
    assert [(t.kind, t.first_frame, t.last_frame) for t in found(table)] == [("cut", 31, 31), ("cut", 75, 75)]
    assert all(0.5 <= t.confidence <= 1 for t in found(table))
    assert [(shot.start, shot.end) for shot in table] == [(0, 31 / RATE), (31 / RATE, 75 / RATE), (75 / RATE, 4)]


def test_a_cut_to_the_same_place_seen_anew_is_found(tmp_path: Path, shots: Shots) -> None:
    closer = np.stack([framed(place(1), 130, 70, 1.6)] * 40)
    table = shots(write(tmp_path / "again.mp4", np.concatenate([still(1, 40), closer])))
    assert [(t.kind, t.first_frame) for t in found(table)] == [("cut", 40)]


def test_cuts_are_found_among_fast_pictures(tmp_path: Path, shots: Shots) -> None:
    table = shots(write(tmp_path / "fast.mp4", np.concatenate([pan(seed, 12, 6) for seed in range(8)])))
    assert [t.first_frame for t in found(table)] == list(range(12, 96, 12))


@pytest.mark.parametrize("length", [6, 14, 30])
def test_a_dissolve_is_found_with_its_extent(tmp_path: Path, shots: Shots, length: int) -> None:
    table = shots(write(tmp_path / "dissolve.mp4", mixed(pan(4, 60, 0.4), pan(5, 60, -0.4), length)))
    (transition,) = found(table)
    assert transition.kind == "dissolve"
    assert abs(transition.first_frame - (60 - length)) <= 2
    assert abs(transition.last_frame - 59) <= 2
    assert table[1].start_frame == (transition.first_frame + transition.last_frame + 1) // 2


@pytest.mark.parametrize(("rate", "length"), [(10, 8), (60, 80)])
def test_transitions_are_found_at_any_rate(tmp_path: Path, shots: Shots, rate: int, length: int) -> None:
    film = mixed(pan(4, length + 40, 0.2), pan(5, length + 40, -0.2), length)
    (transition,) = found(shots(write(tmp_path / "rate.mp4", film, Fraction(rate))))
    assert transition.kind == "dissolve"
    assert abs(transition.first_frame - 40) <= 2
    assert abs(transition.last_frame - (39 + length)) <= 2


@pytest.mark.parametrize("level", [0, 255])
def test_a_fade_through_black_or_white_is_one_transition(tmp_path: Path, shots: Shots, level: int) -> None:
    flat = np.full((5, *SIZE[::-1], 3), level, np.uint8)
    dark = np.full((10, *SIZE[::-1], 3), level, np.uint8)
    film = np.concatenate([mixed(still(6, 50), dark, 10), flat, mixed(dark, still(7, 50), 10)])
    (transition,) = found(shots(write(tmp_path / "fade.mp4", film)))
    assert transition.kind == "fade"
    assert abs(transition.first_frame - 40) <= 2
    assert abs(transition.last_frame - 64) <= 2


def wiped(old: Pictures, new: Pictures, arrival: np.ndarray, length: int) -> Pictures:
    """``new`` uncovered where ``arrival``, 0..1 over the picture, has been passed."""
    uncovered = arrival[None, ..., None] < shares(length)
    between = np.where(uncovered, new[:length], old[-length:])
    return np.concatenate([old[:-length], between, new[length:]])


DOWN, RIGHT = np.mgrid[0 : 1 : SIZE[1] * 1j, 0 : 1 : SIZE[0] * 1j]
EDGES = {
    "across": RIGHT,
    "up": 1 - DOWN,
    "diagonal": (DOWN + RIGHT) / 2,
    "iris": np.hypot(DOWN - 0.5, RIGHT - 0.5) / 0.71,
    "clock": np.arctan2(RIGHT - 0.5, 0.5 - DOWN) / (2 * np.pi) % 1,
    "bars": RIGHT * 5 % 1,
}


@pytest.mark.parametrize("edge", EDGES)
def test_a_wipe_is_found_with_its_extent(tmp_path: Path, shots: Shots, edge: str) -> None:
    film = wiped(pan(8, 60, 0.3), pan(9, 60, 0.3), EDGES[edge], 16)
    (transition,) = found(shots(write(tmp_path / "wipe.mp4", film)))
    assert transition.kind == "wipe"
    assert abs(transition.first_frame - 44) <= 3
    assert abs(transition.last_frame - 59) <= 3


def flash(pictures: Pictures) -> None:
    pictures[40:42] = np.clip(pictures[40:42] * 1.5 + 120.0, 0, 255)


def strobe(pictures: Pictures) -> None:
    for frame in range(40, 60, 3):
        pictures[frame] = pictures[frame] // 8


def lights_on(pictures: Pictures) -> None:
    pictures[:45] = pictures[:45] // 4


def lights_down(pictures: Pictures) -> None:
    gains = np.interp(np.arange(len(pictures)), [40, 52], [1, 0.3])
    pictures[:] = pictures * gains[:, None, None, None]


def passer_by(pictures: Pictures) -> None:
    for index in range(14):
        cv2.ellipse(pictures[40 + index], (-80 + index * 23, 60), (70, 75), 0, 0, 360, (40, 30, 35), -1, cv2.LINE_AA)


def lightning(pictures: Pictures) -> None:
    for index, gain in enumerate([2.2, 1.2, 2.0, 1.7, 1.4, 1.2, 1.1]):
        pictures[40 + index] = np.clip(pictures[40 + index] * gain, 0, 255)


@pytest.mark.parametrize("disturb", [flash, strobe, lights_on, lights_down, passer_by, lightning])
@pytest.mark.parametrize("camera", [still, pan])
def test_what_happens_within_a_shot_is_no_boundary(
    tmp_path: Path, shots: Shots, disturb: Callable[[Pictures], None], camera: Callable[[int, int], Pictures]
) -> None:
    pictures = camera(10, 100)
    disturb(pictures)
    assert found(shots(write(tmp_path / "one.mp4", pictures))) == []


def whip(index: int) -> tuple[float, float, float]:
    return 20 + 190 * (0.5 - 0.5 * np.cos(np.pi * np.clip((index - 40) / 8, 0, 1))), 50, 1


def zoom(index: int) -> tuple[float, float, float]:
    scale = 1 + 1.2 * float(np.clip((index - 30) / 15, 0, 1))
    return 180 - 80 / scale, 95 - 45 / scale, scale


def shake(index: int) -> tuple[float, float, float]:
    x, y = np.random.default_rng(index // 2).normal(0, 5, 2)
    return 100 + x, 50 + y, 1


@pytest.mark.parametrize("move", [whip, zoom, shake])
def test_what_the_camera_does_is_no_boundary(
    tmp_path: Path, shots: Shots, move: Callable[[int], tuple[float, float, float]]
) -> None:
    picture = place(11)
    film = write(tmp_path / "moved.mp4", [framed(picture, *move(index)) for index in range(90)])
    assert found(shots(film)) == []


def test_shots_tile_the_film_and_end_where_it_ends(tmp_path: Path, shots: Shots) -> None:
    film = write(tmp_path / "all.mp4", np.concatenate([mixed(still(1, 50), pan(2, 50), 12), pan(3, 40)]))
    table = shots(film)
    assert (table[0].start_frame, table[0].start, table[-1].end_frame) == (0, 0, 128)
    assert table[-1].end == film.duration == 128 / RATE
    assert all(a.end_frame == b.start_frame and a.end == b.start for a, b in pairwise(table))
    assert ShotTable.from_json(table.to_json()) == ShotTable.from_json(shots(film).to_json())


def test_boundaries_are_found_once_across_a_long_film(tmp_path: Path, shots: Shots) -> None:
    """Long enough that it is looked at in several windows, with cuts where they meet."""
    lengths = [37, 61, 53, 47, 44, 71] * 4
    film = write(tmp_path / "long.mp4", np.concatenate([still(seed, n) for seed, n in enumerate(lengths)]))
    assert [t.first_frame for t in found(shots(film))] == np.cumsum(lengths)[:-1].tolist()


def test_a_film_of_one_frame_is_one_shot(tmp_path: Path, shots: Shots) -> None:
    (shot,) = shots(write(tmp_path / "one.mp4", still(1, 1)))
    assert (shot.start_frame, shot.end_frame, shot.transition_in.kind) == (0, 1, "start")
    assert 0 == shot.start < shot.end


@pytest.mark.parametrize("frames", [2, 3, 9])
def test_short_films_have_cuts_too(tmp_path: Path, shots: Shots, frames: int) -> None:
    film = write(tmp_path / "short.mp4", np.concatenate([still(1, 1), still(2, frames - 1)]))
    assert [t.first_frame for t in found(shots(film))] == [1]


def coded(path: Path, pictures: Pictures, pixels: str, codec: str, stamps: Sequence[int]) -> Video:
    """A film written with PyAV alone; ``stamps`` are in milliseconds."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *SIZE, pixels
        stream.codec_context.time_base = Fraction(1, 1000)
        for picture, stamp in zip(pictures, stamps, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = stamp, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return Video(path)


def test_a_variable_rate_keeps_the_frames_own_times(tmp_path: Path, shots: Shots) -> None:
    steps = np.random.default_rng(3).choice([17, 40, 83], 80)
    stamps = [0, *np.cumsum(steps)[:-1].tolist()]
    film = coded(tmp_path / "vfr.mkv", np.concatenate([pan(1, 33), pan(2, 47)]), "yuv420p", "libx264", stamps)
    table = shots(film)
    assert [(t.kind, t.first_frame) for t in found(table)] == [("cut", 33)]
    assert table[1].start == Fraction(stamps[33], 1000)


@pytest.mark.parametrize(
    ("pixels", "codec"),
    [("yuv420p10le", "libx264"), ("yuv444p", "libx264"), ("gray", "ffv1"), ("bgr0", "ffv1"), ("yuv422p10le", "ffv1")],
)
def test_any_depth_and_layout_of_pixels_is_read(tmp_path: Path, shots: Shots, pixels: str, codec: str) -> None:
    film = coded(
        tmp_path / "deep.mkv", mixed(np.concatenate([still(1, 30), still(2, 40)]), still(3, 40), 12), pixels, codec,
        range(0, 98 * 40, 40),
    )  # fmt: skip
    cut, dissolve = found(shots(film))
    assert (cut.kind, cut.first_frame, dissolve.kind) == ("cut", 30, "dissolve")
    assert abs(dissolve.first_frame - 58) <= 2
