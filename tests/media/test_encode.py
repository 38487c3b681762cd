"""The encoder streams, its files are whole or absent, and segments join without a frame changed."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from laterna.errors import DataError, MediaError
from laterna.media.audio import Audio
from laterna.media.encode import Encoding, VideoWriter, draft, encode_sound, join
from laterna.media.timecode import Timecode
from laterna.media.video import Video

RATES = [Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(10), Fraction(60)]


def pictures(count: int, first: int = 0) -> list[np.ndarray]:
    """RGB pictures that differ from one another: a bar that moves a pixel a frame over a gradient."""
    ramp = np.tile(np.linspace(30, 220, 64, dtype=np.uint8), (48, 1))
    frames = []
    for index in range(first, first + count):
        picture = np.stack([ramp, ramp.T.repeat(2, 0)[:48, :48].repeat(2, 1)[:, :64], ramp[:, ::-1]], axis=-1)
        picture[:, index % 64] = 255
        frames.append(np.ascontiguousarray(picture))
    return frames


def write(path: Path, encoding: Encoding, frames: list[np.ndarray], **sound: int) -> None:
    with VideoWriter(path, encoding, **sound) as writer:
        for frame in frames:
            writer.write(frame)
            if sound:
                writer.write_audio(np.zeros((round(sound["sample_rate"] / encoding.rate), 2), np.float32))


def decoded(path: Path) -> list[bytes]:
    return [frame.planes[0].tobytes() + frame.planes[1].tobytes() for frame in Video(path).frames()]


@pytest.mark.parametrize("rate", RATES)
def test_times_are_exact_at_every_rate(tmp_path: Path, rate: Fraction) -> None:
    write(tmp_path / "film.mp4", Encoding((64, 48), rate), pictures(30))
    video = Video(tmp_path / "film.mp4")
    assert video.frame_rate == rate
    assert video.duration == 30 / rate
    assert [frame.time for frame in video.frames()] == [index / rate for index in range(30)]


@pytest.mark.parametrize(("codec", "names"), [("h264", ("h264", "aac")), ("vp9", ("vp9", "opus"))])
def test_both_codecs_carry_picture_and_sound(tmp_path: Path, codec: str, names: tuple[str, str]) -> None:
    encoding = Encoding((64, 48), Fraction(25), codec)  # type: ignore[arg-type]
    path = tmp_path / f"film{encoding.suffix}"
    write(path, encoding, pictures(25), sample_rate=48_000)
    with av.open(str(path)) as container:
        assert (container.streams.video[0].codec_context.name, container.streams.audio[0].codec_context.name) == names
    assert Video(path).matrix == "bt709"


def test_the_same_pictures_give_the_same_bytes(tmp_path: Path) -> None:
    """Again and again: sizes that are no multiple of 32 once gave x264's chance a part in it, one time in ten."""
    shade = np.add.outer(np.linspace(40, 120, 144), np.linspace(0, 80, 176))[..., None].repeat(3, 2).astype(np.uint8)
    frames = [shade.copy() for _ in range(40)]
    for index, frame in enumerate(frames):
        frame[:, index * 3 : index * 3 + 11] = 200
    films = []
    for _ in range(30):
        write(tmp_path / "film.mp4", Encoding((176, 144), Fraction(25)), frames)
        films.append((tmp_path / "film.mp4").read_bytes())
    assert len(set(films)) == 1


def test_colours_come_back_as_they_went_in(tmp_path: Path) -> None:
    red = np.zeros((48, 64, 3), np.uint8)
    red[..., 0] = 200
    write(tmp_path / "red.mp4", Encoding((64, 48), Fraction(25), crf=10), [red] * 3)
    shown = next(iter(Video(tmp_path / "red.mp4").frames())).rgb()
    assert np.abs(shown.astype(int) - red).max() <= 4


@pytest.mark.parametrize("codec", ["h264", "vp9"])
def test_segments_join_without_a_frame_changed(tmp_path: Path, codec: str) -> None:
    encoding = Encoding((64, 48), Fraction(30000, 1001), codec)  # type: ignore[arg-type]
    lengths = [7, 1, 20, 12]
    segments = [tmp_path / f"{index}{encoding.suffix}" for index in range(len(lengths))]
    for index, (path, length) in enumerate(zip(segments, lengths, strict=True)):
        write(path, encoding, pictures(length, first=index * 10))
    whole = tmp_path / f"film{encoding.suffix}"
    join(segments, whole, encoding)
    assert decoded(whole) == [frame for path in segments for frame in decoded(path)]
    nominal = [index / encoding.rate for index in range(sum(lengths))]
    times = [frame.time for frame in Video(whole).frames()]
    assert max(abs(a - b) for a, b in zip(times, nominal, strict=True)) <= Fraction(
        1, 1000 if codec == "vp9" else 10**9
    )


def test_joined_sound_runs_as_long_as_it_was_given(tmp_path: Path) -> None:
    encoding = Encoding((64, 48), Fraction(25))
    write(tmp_path / "a.mp4", encoding, pictures(25))
    blocks = (np.zeros((1000, 2), np.float32) for _ in range(48))
    join([tmp_path / "a.mp4"], tmp_path / "film.mp4", encoding, sound=blocks)
    with av.open(str(tmp_path / "film.mp4")) as container:
        sound = container.streams.audio[0]
        assert abs(sound.duration * sound.time_base - 1) < Fraction(1024, 48_000)


@pytest.mark.parametrize("codec", ["h264", "vp9"])
def test_sound_that_is_encoded_already_is_copied(tmp_path: Path, codec: str) -> None:
    encoding = Encoding((64, 48), Fraction(25), codec)  # type: ignore[arg-type]
    suffix = encoding.suffix
    for name in ("a", "b"):
        write(tmp_path / f"{name}{suffix}", encoding, pictures(30))
    times = np.arange(115_200)[:, None] / 48_000
    blocks = np.array_split(np.sin(2 * np.pi * np.array([[440.0, 660.0]]) * times).astype(np.float32) / 2, 7)
    encode_sound(blocks, tmp_path / f"sound{suffix}", encoding.codec)
    segments = [tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"]
    join(segments, tmp_path / f"encoded{suffix}", encoding, sound=blocks)
    join(segments, tmp_path / f"copied{suffix}", encoding, sound=tmp_path / f"sound{suffix}")
    films = [Audio(tmp_path / f"{name}{suffix}") for name in ("encoded", "copied")]
    assert films[0].duration == films[1].duration
    assert np.array_equal(*(np.concatenate([*film.blocks()]) for film in films))
    assert decoded(tmp_path / f"encoded{suffix}") == decoded(tmp_path / f"copied{suffix}")


def test_source_time_code_and_reel_are_written(tmp_path: Path) -> None:
    timecode = Timecode.parse("01:02:03:04", Fraction(25))
    with VideoWriter(tmp_path / "a.mp4", Encoding((64, 48), Fraction(25)), timecode=timecode, reel="A001") as writer:
        writer.write(pictures(1)[0])
    video = Video(tmp_path / "a.mp4")
    assert (video.timecode, video.reel) == (timecode, "A001")


def fails(reason: str) -> np.ndarray:
    raise ValueError(reason)


def test_a_failed_film_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mid-way"), VideoWriter(tmp_path / "a.mp4", Encoding((64, 48), RATES[0])) as w:
        w.write(fails("mid-way"))
    assert list(tmp_path.iterdir()) == []


def test_odd_sizes_are_refused_in_words() -> None:
    with pytest.raises(DataError, match="64x47 can't be encoded: both sides must be even"):
        Encoding((64, 47), Fraction(25))


def test_a_full_disk_is_one_sentence_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("laterna.media.files.os.fsync", full)
    with pytest.raises(MediaError, match=r"The disk is full while writing '.*film\.mp4'"):
        write(tmp_path / "film.mp4", Encoding((64, 48), Fraction(25)), pictures(2))
    assert list(tmp_path.iterdir()) == []


def test_a_draft_is_a_quarter_of_the_size() -> None:
    assert draft(Encoding((1280, 720), Fraction(25))).size == (320, 180)
    assert draft(Encoding((854, 480), Fraction(25))).size == (212, 120)
