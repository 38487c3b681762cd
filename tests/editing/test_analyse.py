"""What one decoding tells of a film: each measure against pictures and sounds that are known."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import polars as pl
import pyloudnorm
import pytest
from PIL import Image

from laterna.editing import Footage, analyse, shots
from laterna.editing.analyse import FRAMES, SOUND
from laterna.errors import DataError
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.shots import ShotTable
from laterna.media.video import Frame, Video

RATE = Fraction(25)
SIZE = 320, 180
SAMPLE_RATE = 48_000


def texture(seed: int, width: int = 800, height: int = 180) -> np.ndarray:
    """Sharp-edged shapes on mid grey, (height, width, 3)."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 110, np.uint8)
    for _ in range(120):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        colour = tuple(int(c) for c in rng.integers(40, 220, 3))
        cv2.circle(picture, (x, y), int(rng.integers(4, 14)), colour, -1)
    return picture


def moving(seed: int, frames: int, speed: float) -> list[np.ndarray]:
    """A camera that moves ``speed`` pixels a frame across a texture."""
    wide = texture(seed)
    matrices = (np.array([[1, 0, -speed * index], [0, 1, 0]], float) for index in range(frames))
    return [cv2.warpAffine(wide, matrix, SIZE) for matrix in matrices]


def write(path: Path, pictures: Sequence[np.ndarray], sound: np.ndarray | None = None) -> Video:
    """A film; ``sound`` is (samples,) float32 at 48 kHz, in both channels."""
    with VideoWriter(path, Encoding(SIZE, RATE), sample_rate=None if sound is None else SAMPLE_RATE) as writer:
        for picture in pictures:
            writer.write(np.ascontiguousarray(picture))
        if sound is not None:
            writer.write_audio(np.repeat(sound[:, None], 2, axis=1).astype(np.float32))
    return Video(path)


def between(footage: Footage, start: float, end: float) -> pl.DataFrame:
    """The measured frames from ``start`` to ``end`` seconds."""
    times = [float(Fraction(time)) for time in footage.frames["time"]]
    return footage.frames.filter(pl.Series([start <= time < end for time in times]))


def test_blur_lowers_sharpness_whatever_the_contrast(tmp_path: Path) -> None:
    sharp = moving(1, 25, 0)
    blurred = [cv2.GaussianBlur(picture, (0, 0), 4) for picture in sharp]
    faint = [(90 + picture * 0.3).astype(np.uint8) for picture in sharp]
    footage = analyse(write(tmp_path / "blur.mp4", [*sharp, *blurred, *faint]))
    measured = [between(footage, second, second + 1)["sharpness"].mean() for second in range(3)]
    assert measured[1] < 0.5 * measured[0]
    assert measured[2] > 0.7 * measured[0]


def test_exposure_is_mean_brightness_and_what_is_clipped(tmp_path: Path) -> None:
    split = np.zeros((*SIZE[::-1], 3), np.uint8)
    split[:, 240:] = 255
    grey = np.full((*SIZE[::-1], 3), 128, np.uint8)
    footage = analyse(write(tmp_path / "light.mp4", [split] * 25 + [grey] * 25))
    first, second = between(footage, 0, 1), between(footage, 1, 2)
    assert first["exposure"].to_list() == pytest.approx([0.25] * len(first), abs=0.02)
    assert first["black"].to_list() == pytest.approx([0.75] * len(first), abs=0.02)
    assert first["white"].to_list() == pytest.approx([0.25] * len(first), abs=0.02)
    assert second["exposure"].to_list() == pytest.approx([0.5] * len(second), abs=0.02)
    assert second["black"].max() == second["white"].max() == 0


@pytest.mark.parametrize("speed", [0.0, 2.0, 5.0])
def test_motion_is_in_picture_widths_a_second(tmp_path: Path, speed: float) -> None:
    footage = analyse(write(tmp_path / "pan.mp4", moving(2, 50, speed)))
    widths = speed * 25 / SIZE[0]
    assert footage.frames["motion"].median() == pytest.approx(widths, rel=0.2, abs=0.01)
    assert footage.frames["camera"].median() == pytest.approx(widths, rel=0.2, abs=0.01)


def test_what_moves_before_a_still_camera_is_not_the_cameras(tmp_path: Path) -> None:
    pictures = moving(3, 50, 0)
    for index, picture in enumerate(pictures):
        cv2.circle(picture, (40 + 4 * index, 90), 40, (250, 240, 20), -1, cv2.LINE_AA)
    footage = analyse(write(tmp_path / "ball.mp4", pictures))
    assert footage.frames["camera"].median() < 0.01
    assert footage.frames["motion"].median() > 0.02


def test_a_cut_is_no_motion(tmp_path: Path) -> None:
    footage = analyse(write(tmp_path / "cut.mp4", moving(4, 24, 0) + moving(5, 26, 0)))  # frame 24 is measured
    assert [shot.start_frame for shot in footage.shots] == [0, 24]
    assert footage.frames["motion"].max() < 0.01


def test_repeated_pictures_do_not_hide_motion(tmp_path: Path) -> None:
    """A film at 12.5 frames a second kept at 25: each picture twice."""
    footage = analyse(write(tmp_path / "twice.mp4", [p for p in moving(6, 30, 4) for _ in range(2)]))
    assert footage.frames["motion"].median() == pytest.approx(4 * 12.5 / SIZE[0], rel=0.5)


def test_fingerprints_tell_pictures_apart_but_not_their_copies(tmp_path: Path) -> None:
    copies = [(20 + texture(seed)[:, :320] * gain).astype(np.uint8) for gain in (0.8, 0.7) for seed in range(4)]
    footage = analyse(write(tmp_path / "prints.mp4", [picture for picture in copies for _ in range(12)]))
    middles = [int(row) for row in footage.frames["fingerprint"].gather([1 + 3 * index for index in range(8)])]
    differ = np.array([[(a ^ b).bit_count() for b in middles] for a in middles])
    same = np.arange(8)[:, None] % 4 == np.arange(8) % 4
    assert differ[same].max() <= 6
    assert differ[~same].min() >= 16


def test_measures_have_the_frames_exact_times(tmp_path: Path) -> None:
    footage = analyse(write(tmp_path / "times.mp4", moving(7, 30, 1)))
    assert [Fraction(time) for time in footage.frames["time"]] == [frame / RATE for frame in footage.frames["frame"]]
    assert 4 <= len(footage.frames) / float(footage.duration) <= 8


def tone(seconds: float, peak: float) -> np.ndarray:
    return (peak * np.sin(2 * np.pi * 997 * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)).astype(np.float32)


def test_loudness_agrees_with_bs1770_and_silence_is_marked(tmp_path: Path) -> None:
    sound = np.concatenate([tone(2, 0.3), np.zeros(SAMPLE_RATE, np.float32), tone(1, 0.03)])
    footage = analyse(write(tmp_path / "sound.mp4", moving(8, 100, 0), sound))
    loudness, silent = footage.sound["loudness"].to_numpy(), footage.sound["silent"].to_numpy()
    reference = pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(tone(2, 0.3))
    assert loudness[2:18] == pytest.approx(reference, abs=0.3)
    assert loudness[32:38] == pytest.approx(reference - 20, abs=0.3)
    assert silent[22:28].all()
    assert not silent[:20].any()
    assert not silent[31:39].any()
    assert [Fraction(start) for start in footage.sound["start"][:3]] == [0, Fraction(1, 10), Fraction(1, 5)]


def test_a_silent_film_has_no_sound_rows(tmp_path: Path) -> None:
    footage = analyse(write(tmp_path / "silent.mp4", moving(9, 10, 1)))
    assert footage.sound.is_empty()
    assert (footage.frames.schema, footage.sound.schema) == (pl.Schema(FRAMES), pl.Schema(SOUND))


@pytest.mark.parametrize("rate", [1, Fraction(1, 2), 120])
def test_footage_of_any_rate_is_analysed(tmp_path: Path, make_film: Callable[..., Path], rate: Fraction) -> None:
    path = make_film(tmp_path / "odd.mp4", seconds=12 / Fraction(rate), rate=rate, shots=[(200, 20, 20), (20, 20, 200)])
    assert analyse(Video(path)).shots.shots[-1].end_frame == 12


def test_pictures_are_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    video = write(tmp_path / "once.mp4", moving(1, 30, 0) + moving(2, 30, 0))
    passes = []
    frames = Video.frames

    def counted(self: Video, *args: Any, **kwargs: Any) -> Iterator[Frame]:
        passes.append(args)
        return frames(self, *args, **kwargs)

    monkeypatch.setattr(Video, "frames", counted)
    footage = analyse(video)
    assert len(passes) == 1
    assert footage.shots == shots(video)


def test_an_analysis_comes_back_from_its_folder(tmp_path: Path) -> None:
    footage = analyse(write(tmp_path / "film.mp4", moving(1, 25, 1) + moving(2, 25, 1), tone(2, 0.2)))
    footage.save(tmp_path / "film")
    again = Footage.open(tmp_path / "film")
    assert (again.path, again.sha256, again.size) == (footage.path, footage.sha256, (320, 180))
    assert (again.duration, again.frame_rate) == (footage.duration, RATE)
    assert again.shots == ShotTable.from_json(footage.shots.to_json())
    assert again.frames.equals(footage.frames)
    assert again.sound.equals(footage.sound)
    assert json.loads(json.dumps(again.to_json()))["shots"] == footage.shots.to_json()


@pytest.mark.parametrize("part", ["about.json", "shots.json", "frames.parquet", "sound.parquet"])
@pytest.mark.parametrize("damage", [b"", b"[{}]", None])
def test_a_damaged_analysis_says_so(tmp_path: Path, part: str, damage: bytes | None) -> None:
    folder = tmp_path / "film"
    analyse(write(tmp_path / "film.mp4", moving(1, 5, 1))).save(folder)
    if damage is None:
        (folder / part).unlink()
    else:
        (folder / part).write_bytes(damage)
    with pytest.raises(DataError, match=r"analyse|shot table") as raised:
        Footage.open(folder)
    assert str(folder)[1:] in str(raised.value)


def test_thumbnails_are_kept_for_each_second_and_found_by_range(make_film, tmp_path):
    make_film(tmp_path / "a.mp4", seconds=3, shots=[(200, 60, 60), (60, 60, 200), (60, 200, 60)])
    footage = analyse(Video(tmp_path / "a.mp4"))
    time, jpeg = footage.thumbnail(Fraction(1), Fraction(2))
    assert 1 <= time < 2
    blue = Image.open(io.BytesIO(jpeg))
    red, green, blueness = blue.resize((1, 1)).getpixel((0, 0))
    assert blue.width == 320
    assert blueness > max(red, green)
    assert footage.thumbnail(Fraction(1, 10), Fraction(2, 10)) is None
