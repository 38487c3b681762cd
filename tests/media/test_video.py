"""The source policy: whatever comes in, frames are upright, square, in BT.709, and keep exact times."""

import contextlib
import os
import random
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.errors import DataError, MediaError
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.video import Video

RATE = Fraction(25)


def grey(level: int, size: tuple[int, int] = (64, 48)) -> np.ndarray:
    return np.full((size[1], size[0], 3), level, np.uint8)


def synthesise(
    path: Path,
    pictures: Iterable[av.VideoFrame],
    *,
    stamps: Iterable[int] | None = None,
    time_base: Fraction = Fraction(1, 1000),
    codec: str = "libx264",
    rotation: int = 0,
    aspect: Fraction | None = None,
    tags: dict[str, int] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """A film file with the oddities asked for, written with PyAV alone."""
    pictures = list(pictures)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=RATE, options={"crf": "4"} | (options or {}))
        stream.width, stream.height, stream.pix_fmt = pictures[0].width, pictures[0].height, pictures[0].format.name
        stream.codec_context.time_base = time_base
        for name, value in (tags or {}).items():
            setattr(stream.codec_context, name, value)
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        if rotation:
            stream.set_display_rotation(rotation)
        every = range(0, len(pictures) * 40, 40)
        for picture, stamp in zip(pictures, stamps or every, strict=True):
            picture.pts, picture.time_base = stamp, time_base
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def yuv(luma: int | np.ndarray, cb: int = 128, cr: int = 128, size: tuple[int, int] = (64, 48)) -> av.VideoFrame:
    """A yuv420p picture of exactly these code values."""
    planes = np.empty((size[1] * 3 // 2, size[0]), np.uint8)
    planes[: size[1]] = luma
    planes[size[1] : size[1] * 5 // 4] = cb
    planes[size[1] * 5 // 4 :] = cr
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def counted(path: Path, count: int = 50, **kwargs: Any) -> Path:
    """A film whose frame n has a luma of 20 + 4n: a frame says which one it is."""
    return synthesise(path, (yuv(20 + 4 * index) for index in range(count)), **kwargs)


def restamped(path: Path, whole: Path, stamp: Callable[[int], int]) -> Path:
    """The packets of ``whole`` with other time stamps, in milliseconds."""
    with av.open(str(whole)) as source, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        packets = (packet for packet in source.demux(source.streams.video[0]) if packet.dts is not None)
        for index, packet in enumerate(packets):
            packet.stream, packet.pts, packet.dts = stream, stamp(index), min(stamp(0) + index, stamp(index))
            container.mux(packet)
    return path


def number(frame: Any) -> int:
    """Which frame of a :func:`counted` film this is."""
    return round((float(frame.luma().mean()) - 20) / 4)


def coded_number(picture: av.VideoFrame) -> int:
    return round((int(picture.to_ndarray()[0, 0]) - 20) / 4)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return counted(tmp_path_factory.mktemp("video") / "plain.mp4", options={"g": "12"})


def test_a_file_is_probed_when_opened(plain: Path) -> None:
    video = Video(plain)
    assert (video.size, video.frame_rate, video.duration, video.frame_count) == ((64, 48), RATE, 2, 50)
    assert (video.has_audio, video.hdr, video.rotation, video.bit_depth, video.timecode) == (False, False, 0, 8, None)


def test_frames_carry_the_decoders_times(plain: Path) -> None:
    frames = list(Video(plain).frames())
    assert [frame.time for frame in frames] == [Fraction(index, 25) for index in range(50)]
    assert [number(frame) for frame in frames] == list(range(50))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 55), st.integers(0, 55))
def test_any_range_is_exact_wherever_the_key_frames_are(plain: Path, first: int, end: int) -> None:
    frames = Video(plain).frames(first / RATE, end / RATE)
    assert [number(frame) for frame in frames] == list(range(first, min(end, 50)))


@pytest.mark.parametrize("name", ["x.ts", "x.m2ts", "x.mpg"])
@pytest.mark.parametrize("gop", [12, 250])
def test_a_file_without_an_index_is_searched_as_exactly(tmp_path: Path, name: str, gop: int) -> None:
    """A stream of a camcorder or of television, in which a search lands late, or after the last key frame."""
    grain = np.random.default_rng(0).integers(0, 30, (120, 160), np.uint8)  # tiny pictures have no stamps of their own
    pictures = (
        yuv(np.roll(grain, 5 * index, axis=1) + np.uint8(20 + index % 200), size=(160, 120)) for index in range(250)
    )
    options = {"g": str(gop), "bf": "2", "crf": "20"}
    codec = "mpeg2video" if name == "x.mpg" else "libx264"
    made = synthesise(tmp_path / name, pictures, time_base=1 / RATE, stamps=range(250), codec=codec, options=options)
    video = Video(made)
    whole = [(frame.time, float(frame.luma(4).mean())) for frame in video.frames()]
    for first in range(0, 249, 7):
        start, end = first / RATE, (first + 5) / RATE
        found = [(frame.time, float(frame.luma(4).mean())) for frame in video.frames(start, end)]
        assert found == [frame for frame in whole if start <= frame[0] < end]


@settings(max_examples=20, deadline=None)
@given(st.fractions(0, Fraction(199, 100), max_denominator=1000))
def test_frame_at_gives_the_picture_on_screen(plain: Path, time: Fraction) -> None:
    assert number(Video(plain).frame_at(time)) == int(time * RATE)


def test_frame_at_refuses_times_outside_the_film(plain: Path) -> None:
    with pytest.raises(DataError, match=r"lasts 2\.00 s: there is no frame at 9\.00 s"):
        Video(plain).frame_at(9)


def test_luma_steps_over_samples_and_rows(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(64, dtype=np.uint8) * 3 + 20, (48, 1))
    video = Video(synthesise(tmp_path / "ramp.mp4", [yuv(ramp)]))
    luma = next(iter(video.frames())).luma(4)
    assert luma.shape == (12, 16)
    assert np.abs(luma[0].astype(int) - ramp[0, ::4]).max() <= 3


def test_ten_bit_luma_is_given_in_eight(tmp_path: Path) -> None:
    planes = np.full((72, 64), 512, np.uint16)
    pictures = [av.VideoFrame.from_ndarray(planes, format="yuv420p10le") for _ in range(3)]
    video = Video(synthesise(tmp_path / "deep.mp4", pictures))
    frame = next(iter(video.frames()))
    assert (frame.bit_depth, frame.luma().dtype, int(frame.luma()[0, 0])) == (10, np.uint8, 128)


def test_variable_frame_rate_keeps_each_time(tmp_path: Path) -> None:
    stamps = [0, 40, 50, 300, 900, 910, 1400]
    video = Video(counted(tmp_path / "vfr.mkv", len(stamps), stamps=stamps))
    assert [frame.time for frame in video.frames()] == [Fraction(stamp, 1000) for stamp in stamps]
    assert number(video.frame_at(Fraction(899, 1000))) == 3


def test_variable_frame_rate_is_conformed_to_what_was_on_screen(tmp_path: Path) -> None:
    stamps = [0, 40, 50, 300, 900, 910, 1400]
    video = Video(counted(tmp_path / "vfr.mkv", len(stamps), stamps=stamps))
    shown = [coded_number(picture) for picture in video.conformed(Fraction(0), 15, Fraction(10), (64, 48))]
    assert shown == [0, 2, 2, 3, 3, 3, 3, 3, 3, 4, 5, 5, 5, 5, 6]
    late = [coded_number(picture) for picture in video.conformed(Fraction(4, 5), 3, Fraction(10), (64, 48))]
    assert late == [3, 4, 5]


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001), Fraction(24), Fraction(60), Fraction(10)])
def test_conformed_gives_exactly_the_frames_asked_for(plain: Path, rate: Fraction) -> None:
    pictures = list(Video(plain).conformed(Fraction(1), 12, rate, (64, 48)))
    numbers = [coded_number(picture) for picture in pictures]
    assert numbers == [min(49, int((1 + index / rate) * RATE + Fraction(1, 100))) for index in range(12)]


def test_a_start_that_is_not_zero_counts_from_the_first_picture(tmp_path: Path) -> None:
    video = Video(counted(tmp_path / "late.mkv", 10, stamps=range(5000, 5400, 40)))
    assert [frame.time for frame in video.frames()] == [Fraction(index, 25) for index in range(10)]
    assert [number(frame) for frame in video.frames(Fraction(1, 5))] == [5, 6, 7, 8, 9]


def test_negative_stamps_count_from_the_first_picture(tmp_path: Path) -> None:
    whole = counted(tmp_path / "whole.mkv", 10, codec="ffv1")
    video = Video(restamped(tmp_path / "early.mkv", whole, lambda index: 40 * index - 200))
    assert [frame.time for frame in video.frames()] == [Fraction(index, 25) for index in range(10)]
    assert [number(frame) for frame in video.frames(Fraction(1, 5))] == [5, 6, 7, 8, 9]


@pytest.mark.parametrize(("rotation", "corner"), [(0, (0, 0)), (90, (-1, 0)), (180, (-1, -1)), (-90, (0, -1))])
def test_rotation_flags_turn_the_picture_upright(tmp_path: Path, rotation: int, corner: tuple[int, int]) -> None:
    luma = np.full((48, 64), 60, np.uint8)
    luma[:16, :16] = 230  # a mark in the coded top left corner
    video = Video(synthesise(tmp_path / "turned.mp4", [yuv(luma)] * 2, rotation=rotation))
    picture = next(iter(video.frames())).rgb()
    assert video.size == ((48, 64) if rotation in (90, -90) else (64, 48))
    assert picture.shape[:2] == video.size[::-1]
    assert picture[corner].min() > 200
    assert picture.mean() < 100


@pytest.mark.parametrize(("size", "edge", "shown"), [((720, 480), 8, 704), ((720, 480), 20, 720), ((640, 480), 8, 640)])
def test_the_blanking_of_a_standard_definition_raster_is_cut_off(
    tmp_path: Path, size: tuple[int, int], edge: int, shown: int
) -> None:
    luma = np.full(size[::-1], 150, np.uint8)
    luma[:, :edge] = luma[:, -edge:] = 16
    video = Video(synthesise(tmp_path / "tape.mp4", [yuv(luma, size=size)]))
    assert video.size == (shown, 480)
    assert (video.frame_at(0).rgb().min() > 100) == (shown == 704)


def test_sample_aspect_gives_square_pixels(tmp_path: Path) -> None:
    video = Video(synthesise(tmp_path / "wide.mp4", [yuv(90)] * 2, aspect=Fraction(4, 3)))
    assert video.size == (85, 48)
    assert next(iter(video.frames())).rgb().shape == (48, 85, 3)


def test_odd_sizes_are_conformed_to_even_ones(tmp_path: Path) -> None:
    picture = av.VideoFrame.from_ndarray(np.full((47, 63, 3), 90, np.uint8), format="rgb24").reformat(format="yuv444p")
    video = Video(synthesise(tmp_path / "odd.mp4", [picture] * 2))
    assert video.size == (63, 47)
    conformed = next(video.conformed(Fraction(0), 1, RATE, (64, 48)))
    assert (conformed.width, conformed.height, conformed.format.name) == (64, 48, "yuv420p")


def test_of_an_interlaced_picture_one_field_is_shown(tmp_path: Path) -> None:
    luma = np.full((48, 64), 60, np.uint8)
    luma[::2] = 200
    options = {"x264-params": "tff=1", "flags": "+ilme+ildct"}
    combed, whole = (
        Video(synthesise(tmp_path / name, [yuv(luma)] * 3, options=given))
        for name, given in (("fields.mp4", options), ("frames.mp4", {}))
    )
    assert np.ptp(next(iter(combed.frames())).rgb()[:, 32, 0].astype(int)) < 20
    assert np.ptp(next(iter(whole.frames())).rgb()[:, 32, 0].astype(int)) > 100
    assert next(combed.conformed(Fraction(0), 1, RATE, (64, 48))).to_ndarray()[:48].min() > 150


# Pure green in each matrix (ITU-R BT.601-7, BT.709-6 and BT.2020-2, limited range): (Y, Cb, Cr).
GREEN = {"bt601": (145, 54, 34), "bt709": (173, 42, 26), "bt2020": (164, 47, 25)}


@pytest.mark.parametrize(
    ("matrix", "tags", "size"),
    [
        ("bt601", {}, (64, 48)),
        ("bt709", {}, (1280, 720)),
        ("bt601", {"colorspace": 6}, (1280, 720)),
        ("bt709", {"colorspace": 1}, (64, 48)),
        ("bt601", {"colorspace": 5}, (64, 48)),
        ("bt2020", {"colorspace": 9}, (1280, 720)),
    ],
    ids=["untagged SD", "untagged HD", "HD tagged 601", "SD tagged 709", "tagged 470BG", "tagged 2020"],
)
def test_colour_is_converted_by_its_tags(
    tmp_path: Path, matrix: str, tags: dict[str, int], size: tuple[int, int]
) -> None:
    video = Video(synthesise(tmp_path / "green.mp4", [yuv(*GREEN[matrix], size=size)], tags=tags))
    frame = next(iter(video.frames()))
    assert np.abs(frame.rgb((16, 16)).astype(int) - (0, 255, 0)).max() <= 6
    conformed = frame.conformed((64, 48)).to_ndarray()
    found = conformed[0, 0], conformed[48:60].flat[0], conformed[60:].flat[0]
    assert np.abs(np.subtract(found, GREEN["bt709"], dtype=int)).max() <= 4


def test_full_range_is_brought_to_limited(tmp_path: Path) -> None:
    tags = {"color_range": 2, "colorspace": 1}
    video = Video(synthesise(tmp_path / "full.mp4", [yuv(255), yuv(0)], tags=tags))
    white, black = (frame.conformed((64, 48)).to_ndarray()[0, 0] for frame in video.frames())
    assert (int(white), int(black)) == (235, 16)


@pytest.mark.parametrize("primaries", [9, 12], ids=["BT.2020", "P3"])
def test_a_wide_gamut_is_brought_to_bt709(tmp_path: Path, primaries: int) -> None:
    dull_red = (102, 114, 150)  # BT.709 (150, 104, 108)
    tags = {"color_primaries": primaries, "colorspace": 1, "color_trc": 1}
    plain, wide = (
        next(iter(Video(synthesise(tmp_path / f"{len(given)}.mp4", [yuv(*dull_red)], tags=given)).frames())).rgb()[0, 0]
        for given in ({"colorspace": 1}, tags)
    )
    assert int(wide[0]) > int(plain[0]) + 5
    assert int(wide[2]) < int(plain[2])


@pytest.mark.parametrize("transfer", [16, 18], ids=["PQ", "HLG"])
def test_hdr_is_rolled_off(tmp_path: Path, transfer: int) -> None:
    """Code values that SDR would show at one brightness spread as the transfer says, and highlights don't clip flat."""
    tags = {"color_trc": transfer, "color_primaries": 9, "colorspace": 9}
    planes = [np.full((72, 64), level, np.uint16) for level in (64, 300, 500, 600, 700)]
    for plane in planes:
        plane[48:] = 512
    pictures = [av.VideoFrame.from_ndarray(plane, format="yuv420p10le") for plane in planes]
    video = Video(synthesise(tmp_path / "hdr.mp4", pictures, tags=tags))
    assert video.hdr
    levels = [float(frame.rgb((16, 12)).mean()) for frame in video.frames()]
    assert levels[0] <= 2
    assert all(a < b for a, b in pairwise(levels)), levels
    conformed = next(iter(video.frames())).conformed((64, 48))
    assert conformed.format.name == "yuv420p"


@pytest.mark.parametrize(("fit", "column"), [("crop", 1.0), ("pad", 0.0), ("stretch", 1.0)])
def test_fit_crops_pads_or_stretches(tmp_path: Path, fit: str, column: float) -> None:
    video = Video(synthesise(tmp_path / "tall.mp4", [yuv(200, size=(48, 96))]))
    picture = next(iter(video.frames())).conformed((96, 48), fit).to_ndarray()[:48]  # type: ignore[arg-type]
    assert (picture[:, 0].mean() > 150) == bool(column)
    assert picture[:, 48].mean() > 150


def test_a_thumbnail_keeps_the_shape(plain: Path) -> None:
    assert Video(plain).thumbnail(1, width=32).size == (32, 24)


def test_a_film_of_one_frame(tmp_path: Path) -> None:
    video = Video(counted(tmp_path / "one.mp4", 1))
    assert (video.frame_count, number(video.frame_at(0))) == (1, 0)


def test_memory_of_a_frame_is_its_own(plain: Path) -> None:
    kept = [frame.luma(8) for frame in Video(plain).frames()]
    assert [round((float(luma.mean()) - 20) / 4) for luma in kept] == list(range(50))


@pytest.mark.parametrize("name", ["sp ace.mp4", "日本 語.mp4", "new\nline.mp4", "per%20cent#?.mp4", "-dash.mp4"])
def test_any_file_name_opens(tmp_path: Path, plain: Path, name: str) -> None:
    (tmp_path / name).write_bytes(plain.read_bytes())
    assert Video(tmp_path / name).frame_count == 50


class TestBrokenFiles:
    """Each gives one sentence that names the file, and none hangs."""

    @staticmethod
    def sentence(path: Path) -> str:
        with pytest.raises(MediaError) as caught:
            for _ in Video(path).frames():
                pass
        message = str(caught.value)
        assert repr(str(path)) in message
        assert "\n" not in message
        return message

    def test_missing(self, tmp_path: Path) -> None:
        assert "does not exist" in self.sentence(tmp_path / "no.mp4")

    def test_zero_bytes(self, tmp_path: Path) -> None:
        (tmp_path / "x.mp4").touch()
        assert "is empty" in self.sentence(tmp_path / "x.mp4")

    def test_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "x.mp4").mkdir()
        assert "is a folder" in self.sentence(tmp_path / "x.mp4")

    def test_a_pipe(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "x.mp4")
        assert "is a pipe" in self.sentence(tmp_path / "x.mp4")

    def test_a_link_that_loops(self, tmp_path: Path) -> None:
        (tmp_path / "x.mp4").symlink_to(tmp_path / "x.mp4")
        assert "leads back to itself" in self.sentence(tmp_path / "x.mp4")

    def test_text_and_random_bytes(self, tmp_path: Path) -> None:
        for data in (b"a diary, not a film\n" * 100, random.Random(1).randbytes(20_000)):
            (tmp_path / "x.mp4").write_bytes(data)
            assert "is not a film" in self.sentence(tmp_path / "x.mp4")

    def test_a_playlist_that_names_other_files(self, tmp_path: Path, plain: Path) -> None:
        (tmp_path / "x.mp4").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{plain}\n#EXT-X-ENDLIST\n")
        self.sentence(tmp_path / "x.mp4")

    def test_sound_alone(self, tmp_path: Path) -> None:
        with av.open(str(tmp_path / "x.mp4"), "w") as container:
            stream: Any = container.add_stream("aac", rate=48_000, layout="mono")
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate = 48_000
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        assert "has no picture" in self.sentence(tmp_path / "x.mp4")

    @pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
    def test_cut_short(self, tmp_path: Path, plain: Path, share: float) -> None:
        data = plain.read_bytes()
        (tmp_path / "x.mp4").write_bytes(data[: int(len(data) * share)])
        self.sentence(tmp_path / "x.mp4")

    def test_cut_short_in_the_middle_of_the_pictures(self, tmp_path: Path) -> None:
        with VideoWriter(tmp_path / "whole.mp4", Encoding((64, 48), RATE, gop=10)) as writer:  # its index comes first
            noise = np.random.default_rng(0)
            for _ in range(100):
                writer.write(noise.integers(0, 255, (48, 64, 3), np.uint8))
        data = (tmp_path / "whole.mp4").read_bytes()
        (tmp_path / "x.mp4").write_bytes(data[: len(data) // 2])
        self.sentence(tmp_path / "x.mp4")

    def test_no_key_frame(self, tmp_path: Path, plain: Path) -> None:
        with av.open(str(plain)) as source, av.open(str(tmp_path / "x.mkv"), "w") as container:
            stream = container.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(source.streams.video[0]):
                if packet.dts is not None and not packet.is_keyframe:
                    packet.stream = stream
                    container.mux(packet)
        self.sentence(tmp_path / "x.mkv")

    def test_stamps_that_run_backwards(self, tmp_path: Path) -> None:
        whole = counted(tmp_path / "whole.mkv", 20, codec="ffv1")
        assert "run backwards at 0.36 s" in self.sentence(
            restamped(tmp_path / "x.mkv", whole, lambda index: 40 * (index if index < 10 else index - 5) + 100)
        )

    def test_stamps_that_jump(self, tmp_path: Path) -> None:
        stamps = [*range(0, 400, 40), *range(9_000_000, 9_000_400, 40)]
        assert "jump" in self.sentence(counted(tmp_path / "x.mkv", 20, stamps=stamps))

    def test_a_huge_declared_size(self, tmp_path: Path, plain: Path) -> None:
        data = bytearray(counted(tmp_path / "y.mp4", 5).read_bytes())
        entry = data.index(b"avc1", data.index(b"stsd")) + 28  # width and height in the sample entry
        data[entry : entry + 4] = b"\xff\xfe\xff\xfe"
        header = data.index(b"avcC")
        data[header + 4 : header + 30] = bytes(26)
        (tmp_path / "x.mp4").write_bytes(data)
        self.sentence(tmp_path / "x.mp4")

    @pytest.mark.parametrize("seed", range(12))
    def test_flipped_bits_give_frames_or_a_sentence(self, tmp_path: Path, plain: Path, seed: int) -> None:
        data, dice = bytearray(plain.read_bytes()), random.Random(seed)
        for _ in range(30):
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        (tmp_path / "x.mp4").write_bytes(data)
        with contextlib.suppress(MediaError):
            assert sum(1 for _ in Video(tmp_path / "x.mp4").frames()) > 0
