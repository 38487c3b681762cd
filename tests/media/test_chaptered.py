"""Sound with chapter marks: M4B and MP3 as players read them."""

import contextlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from laterna.errors import DataError, MediaError
from laterna.media.audio import Audio
from laterna.media.chaptered import ChapteredWriter, Mark, read_marks

RATE = 44_100
MARKS = [Mark("Öne", Fraction(0), Fraction(1)), Mark("二", Fraction(1), Fraction(5, 2))]
TAGS = {"title": "Lämps", "artist": "Ada", "album": "", "genre": "Audiobook", "comment": "a\nb"}
SUFFIXES = pytest.mark.parametrize("suffix", [".m4b", ".mp3"])


def tone(seconds: float) -> np.ndarray:
    return (0.3 * np.sin(np.arange(round(seconds * RATE)) / 20)).astype(np.float32)


def write(path: Path, marks: list[Mark] = MARKS, **more: object) -> Path:
    with ChapteredWriter(path, marks, tags=TAGS, **more) as writer:  # type: ignore[arg-type]
        for block in np.array_split(tone(2.5), 7):
            writer.write(block)
        writer.write(np.zeros(0, np.float32))
    return path


@pytest.fixture
def cover(tmp_path: Path) -> bytes:
    Image.new("RGB", (30, 40), (200, 40, 40)).save(tmp_path / "cover.jpg")
    return (tmp_path / "cover.jpg").read_bytes()


@SUFFIXES
def test_chapters_tags_and_cover_are_read_back(tmp_path: Path, suffix: str, cover: bytes) -> None:
    path = write(tmp_path / f"a{suffix}", cover=cover)
    assert read_marks(path) == MARKS
    with av.open(str(path)) as container:
        tags = container.metadata
        (picture,) = container.streams.video
        assert picture.disposition & av.stream.Disposition.attached_pic
        assert next(bytes(packet) for packet in container.demux(picture)) == cover
    assert (tags["title"], tags["artist"], tags["genre"], tags["comment"]) == ("Lämps", "Ada", "Audiobook", "a b")
    assert [file.name for file in tmp_path.iterdir() if file.suffix == suffix] == [path.name]


@SUFFIXES
def test_the_sound_is_as_long_and_loud_as_it_was(tmp_path: Path, suffix: str) -> None:
    audio = Audio(write(tmp_path / f"a{suffix}"))
    heard = np.concatenate(list(audio.blocks()))[:, 0]
    assert (audio.sample_rate, audio.channels) == (RATE, 1)
    assert len(heard) == pytest.approx(2.5 * RATE, abs=1200)  # codecs work in frames of 1024 or 1152 samples
    assert np.sqrt(np.mean(heard[5000:-5000] ** 2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.07)


@SUFFIXES
def test_the_same_sound_gives_the_same_bytes(tmp_path: Path, suffix: str, cover: bytes) -> None:
    one, other = (write(tmp_path / f"{name}{suffix}", cover=cover).read_bytes() for name in "ab")
    assert one == other


def test_an_m4b_says_that_it_is_an_audiobook(tmp_path: Path) -> None:
    path = write(tmp_path / "a.m4b")
    assert path.read_bytes()[4:12] == b"ftypM4B "
    assert path.read_bytes().find(b"moov") < path.read_bytes().find(b"mdat")  # it may be played while it loads


@SUFFIXES
def test_long_titles_and_many_chapters_are_taken(tmp_path: Path, suffix: str) -> None:
    marks = [Mark("二" * 200, Fraction(index, 200), Fraction(index + 1, 200)) for index in range(400)]
    read = read_marks(write(tmp_path / f"a{suffix}", marks))
    assert len(read) == 400
    assert {mark.title for mark in read} == {"二" * 85}
    assert read[-1].end == 2


@SUFFIXES
def test_what_fails_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    stopped = ChapteredWriter(tmp_path / f"a{suffix}", MARKS, tags=TAGS)
    with contextlib.suppress(RuntimeError), stopped as writer:
        writer.write(tone(1))
        raise RuntimeError
    with pytest.raises(MediaError, match="no JPEG or PNG"):
        write(tmp_path / f"a{suffix}", cover=b"nothing")
    assert not list(tmp_path.iterdir())


def test_other_formats_take_no_chapters(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"use \.m4b or \.mp3"):
        ChapteredWriter(tmp_path / "a.wav", MARKS, tags=TAGS)


def test_a_file_without_chapters_has_none(tmp_path: Path) -> None:
    assert read_marks(write(tmp_path / "a.mp3", [])) == []


@pytest.mark.parametrize("suffix", [".m4b", ".mp3"])
@pytest.mark.parametrize("rate", [4000, 20_000, 96_000])
def test_rates_that_no_codec_takes_are_coded_at_the_next(tmp_path: Path, suffix: str, rate: int) -> None:
    path = tmp_path / f"odd{suffix}"
    with ChapteredWriter(path, (), tags={}, sample_rate=rate) as writer:
        writer.write(np.sin(np.arange(rate) / 9).astype(np.float32))
    assert float(Audio(path).duration) == pytest.approx(1, abs=0.15)
