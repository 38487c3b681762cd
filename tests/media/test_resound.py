"""A film with other sound: its pictures are the same packets, at the same times."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition

from laterna.errors import DataError, MediaError
from laterna.media.audio import Audio
from laterna.media.encode import Encoding, VideoWriter, encode_sound
from laterna.media.resound import check_holds, resound, sound_codec
from laterna.media.timecode import Timecode
from laterna.media.video import Video

SIZE, RATE = (96, 64), Fraction(30_000, 1001)


def beep() -> Iterator[np.ndarray]:
    """Two seconds of silence but for a tone in the middle tenth of a second."""
    sound = np.zeros((96_000, 2), np.float32)
    sound[48_000:52_800] = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(4800) / 48_000)[:, np.newaxis]
    yield sound


def copied(source: Path, path: Path) -> Path:
    """The streams of a film in another container."""
    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        pairs = [(one, new.add_stream_from_template(one)) for one in old.streams if one.type in ("video", "audio")]
        streams: dict[int, Any] = {one.index: other for one, other in pairs}
        for packet in old.demux(*(one for one, _ in pairs)):
            if packet.size:
                packet.stream = streams[packet.stream.index]
                new.mux(packet)
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds whose frames are reordered, with a time code and a tone."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    start = Timecode.parse("10:00:00:00", RATE)
    with VideoWriter(path, Encoding(SIZE, RATE, gop=12), sample_rate=48_000, timecode=start) as writer:
        for index in range(60):
            picture = np.full((SIZE[1], SIZE[0], 3), 40, np.uint8)
            picture[:, index : index + 8] = 240
            writer.write(picture)
        writer.write_audio(np.full((96_000, 2), 0.25, np.float32))
    return path


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sound")
    files = {"h264": folder / "beep.mp4", "vp9": folder / "beep.webm"}
    encode_sound(beep(), files["h264"], "h264")
    encode_sound(beep(), files["vp9"], "vp9")
    return files


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def heard(path: Path) -> float:
    """Seconds at which the beep begins."""
    sound = np.concatenate(list(Audio(path).blocks(channels=1)))[:, 0]
    return float(np.flatnonzero(np.abs(sound) > 0.2)[0]) / Audio(path).sample_rate


@pytest.mark.parametrize("source", [".mp4", ".mkv", ".ts"])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_pictures_are_copied_and_the_sound_lies_where_it_should(
    tmp_path: Path, film: Path, sounds: dict[str, Path], source: str, suffix: str
) -> None:
    given = film if source == ".mp4" else copied(film, tmp_path / f"given{source}")
    out = tmp_path / f"out{suffix}"
    resound(Video(given), out, sounds[sound_codec(out)])
    if source != ".ts":  # whose packets are framed otherwise
        assert packets(out) == packets(given)
    before, after = (list(Video(path).frames()) for path in (given, out))
    assert len(after) == len(before) == 60
    for one, other in zip(before, after, strict=True):
        assert abs(one.time - other.time) <= Fraction(1, 1000)
        assert np.array_equal(one.luma(), other.luma())
    assert heard(out) == pytest.approx(1, abs=0.002)


def test_webm_takes_vp9_and_opus(tmp_path: Path, make_film: Callable[..., Path], sounds: dict[str, Path]) -> None:
    given = make_film(tmp_path / "given.webm")
    resound(Video(given), tmp_path / "out.webm", sounds[sound_codec("out.webm")])
    assert packets(tmp_path / "out.webm") == packets(given)
    assert heard(tmp_path / "out.webm") == pytest.approx(1, abs=0.002)


def test_what_the_film_says_of_itself_stays(tmp_path: Path, film: Path, sounds: dict[str, Path]) -> None:
    tagged = tmp_path / "tagged.mp4"
    with av.open(str(film)) as old, av.open(str(tagged), "w", options={"movflags": "use_metadata_tags"}) as new:
        new.metadata.update({"title": "Lamps", "comment": "A film."})
        chapter: Any = {"id": 1, "start": 0, "end": 1000, "time_base": Fraction(1, 1000), "metadata": {"title": "One"}}
        new.set_chapters([chapter])
        stream = new.add_stream_from_template(old.streams.video[0])
        for one in (stream, new):
            one.metadata.update({"timecode": "10:00:00:00", "reel_name": "L003"})
        for packet in old.demux(video=0):
            if packet.size:
                packet.stream = stream
                new.mux(packet)
    out = tmp_path / "out.mp4"
    resound(Video(tagged), out, sounds["h264"], comment="Dubbed.")
    with av.open(str(out)) as container:
        assert (container.metadata["title"], container.metadata["comment"]) == ("Lamps", "A film. Dubbed.")
        assert [entry["metadata"]["title"] for entry in container.chapters()] == ["One"]
    assert (str(Video(out).timecode), Video(out).reel) == ("10:00:00:00", "L003")


@pytest.mark.parametrize(("suffix", "letters"), [(".mp4", "deu"), (".mov", "ger"), (".mkv", "deu")])
def test_tracks_are_tagged(tmp_path: Path, film: Path, sounds: dict[str, Path], suffix: str, letters: str) -> None:
    out = tmp_path / f"out{suffix}"
    resound(Video(film), out, sounds["h264"], language="de-AT", title="German", keep_sound=True)
    with av.open(str(out)) as container:
        new, old = container.streams.audio
        assert new.metadata["language"] == letters
        assert "German" in new.metadata.values() or suffix == ".mov"
        assert new.disposition & Disposition.default
        assert not old.disposition & Disposition.default
        kept = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(old)])
    assert np.median(kept) == pytest.approx(0.25, abs=0.01)


def encoded(path: Path, codec: str, *, rotation: int = 0, reordered: int = 0) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        stream.codec_context.max_b_frames = reordered
        if rotation:
            stream.set_display_rotation(rotation)
        for index in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 * index, np.uint8))
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_a_turned_film_stays_turned(tmp_path: Path, sounds: dict[str, Path]) -> None:
    given = encoded(tmp_path / "given.mp4", "libx264", rotation=90)
    resound(Video(given), tmp_path / "out.mp4", sounds["h264"])
    one, other = Video(given), Video(tmp_path / "out.mp4")
    assert (other.rotation, other.sample_aspect, other.size) == (one.rotation, one.sample_aspect, one.size)
    assert other.rotation == 90


def test_a_format_that_can_not_hold_the_film_is_named(
    tmp_path: Path, film: Path, sounds: dict[str, Path], make_film: Callable[..., Path]
) -> None:
    for write in (partial(resound, sound=sounds["vp9"]), check_holds):
        with pytest.raises(DataError, match=r"out.webm' can't hold the h264 of .*name a \.mkv file"):
            write(Video(film), tmp_path / "out.webm")
    assert not list(tmp_path.iterdir())
    check_holds(Video(film), tmp_path / "out.mp4", keep_sound=True)
    given = make_film(tmp_path / "given.webm")
    with pytest.raises(DataError, match=r"out.mov' can't hold what"):
        check_holds(Video(given), tmp_path / "out.mov")
    windows = encoded(tmp_path / "given.wmv", "wmv2")
    with pytest.raises(DataError, match=r"out.mkv' can't hold the wmv2 of .*convert it first"):
        resound(Video(windows), tmp_path / "out.mkv", sounds["h264"])
    with pytest.raises(DataError, match=r"use \.mp4, \.m4v, \.mov, \.mkv, \.webm"):
        sound_codec(tmp_path / "out.avi")


@pytest.mark.parametrize("reordered", [0, 2])
def test_an_avi_is_copied(tmp_path: Path, sounds: dict[str, Path], reordered: int) -> None:
    given = encoded(tmp_path / "given.avi", "mpeg4", reordered=reordered)
    resound(Video(given), tmp_path / "out.mp4", sounds["h264"])
    assert packets(tmp_path / "out.mp4") == packets(given)


def test_a_film_that_states_no_times_is_refused(tmp_path: Path, sounds: dict[str, Path]) -> None:
    given = encoded(tmp_path / "given.mpg", "libx264", reordered=2)
    with pytest.raises(MediaError, match="states no times for its h264"):
        resound(Video(given), tmp_path / "out.mp4", sounds["h264"])
    assert not (tmp_path / "out.mp4").exists()
