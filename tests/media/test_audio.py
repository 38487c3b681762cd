"""Sound comes in at exact samples from any container, rate and layout, and goes out whole."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laterna.errors import DataError, LaternaError, MediaError
from laterna.media.audio import Audio, AudioWriter, write_audio
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.video import Video

RATE = 48_000
CONTAINERS = {
    "pcm.wav": "pcm_s16le",
    "deep.wav": "pcm_s24le",
    "bytes.wav": "pcm_u8",
    "a.flac": "flac",
    "opus.ogg": "libopus",
    "a.mp3": "libmp3lame",
    "a.m4a": "aac",
    "pcm.mov": "pcm_s16le",
    "aac.mkv": "aac",
    "flac.mkv": "flac",
    "ac3.mkv": "ac3",
    "opus.webm": "libopus",
    "aac.ts": "aac",
    "a.aac": "aac",
    "mp3.avi": "libmp3lame",
}
NO_GAPLESS = {"aac.ts", "a.aac", "mp3.avi"}  # these containers can't say how much the encoder put before the sound


def chirp(count: int, channels: int = 2) -> np.ndarray:
    """(samples, channels) float32 in which no two places look alike."""
    times = np.arange(count) / RATE
    return np.stack(
        [0.4 * np.sin(2 * np.pi * (150 + 90 * k) * times * (1 + times)) for k in range(channels)], 1
    ).astype(np.float32)


def encode(path: Path, codec: str, samples: np.ndarray, *, layout: str = "stereo", first: int = 0) -> Path:
    """Write ``samples`` with PyAV, the first one at time stamp ``first``."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE, layout=layout)
        resampler = av.AudioResampler(format=stream.format.name, layout=layout, rate=RATE)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


def read(audio: Audio, *times: Fraction, **options: int) -> np.ndarray:
    return np.concatenate(
        [np.zeros((0, options.get("channels", audio.channels)), np.float32), *audio.blocks(*times, **options)]
    )


def lag(heard: np.ndarray, meant: np.ndarray) -> int:
    """By how many samples ``heard`` is late, to within 3,000."""
    probe = meant[20_000:22_000, 0]
    return min(range(-3000, 3000), key=lambda d: float(np.abs(heard[20_000 + d : 22_000 + d, 0] - probe).sum()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of the same sound in every container."""
    folder = tmp_path_factory.mktemp("sound")
    for name, codec in CONTAINERS.items():
        encode(folder / name, codec, chirp(2 * RATE))
    return folder


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_gives_its_sound_in_place(folder: Path, name: str) -> None:
    audio = Audio(folder / name)
    heard = read(audio)
    assert (audio.sample_rate, audio.channels) == (RATE, 2)
    assert abs(audio.duration - 2) < Fraction(1, 10)
    if name not in NO_GAPLESS:
        assert abs(len(heard) - 2 * RATE) <= 1536
        assert lag(heard, chirp(2 * RATE)) == 0


@pytest.mark.parametrize("name", ["pcm.wav", "deep.wav", "a.flac", "pcm.mov", "flac.mkv"])
def test_lossless_sound_comes_back_whole(folder: Path, name: str) -> None:
    np.testing.assert_allclose(read(Audio(folder / name)), chirp(2 * RATE), atol=2 / 32768)


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_part_is_a_cut_of_the_whole(folder: Path, name: str) -> None:
    audio = Audio(folder / name)
    whole = read(audio)
    for start, end in [
        (Fraction(4, 5), Fraction(11, 10)),
        (Fraction(58577, RATE), Fraction(3, 2)),
        (Fraction(1, 10), 1),
    ]:
        first, last = round(start * RATE), round(end * RATE)
        # Lossy decoders take a while to agree with themselves; a shift by one sample would differ by 0.017.
        np.testing.assert_allclose(read(audio, start, Fraction(end)), whole[first:last], atol=3e-3)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 96_000])
def test_a_resampled_part_is_a_cut_of_the_resampled_whole(folder: Path, rate: int) -> None:
    audio = Audio(folder / "pcm.wav")
    whole = read(audio, sample_rate=rate)
    assert len(whole) == 2 * rate
    start, end = Fraction(7, 9), Fraction(17, 13)
    first = round(start * rate)
    part = read(audio, start, end, sample_rate=rate)
    np.testing.assert_allclose(part, whole[first : first + len(part)], atol=1e-4)


@given(
    start=st.fractions(0, 3, max_denominator=10**6),
    length=st.fractions(0, 1, max_denominator=10**6),
    rate=st.sampled_from([16_000, 44_100, 48_000]),
    size=st.integers(100, 70_000),
)
@settings(max_examples=40, deadline=None)
def test_the_number_of_samples_is_exact(folder: Path, start: Fraction, length: Fraction, rate: int, size: int) -> None:
    blocks = list(Audio(folder / "pcm.wav").blocks(start, start + length, sample_rate=rate, size=size))
    assert sum(map(len, blocks)) == round(length * rate)
    assert all(len(block) == size for block in blocks[:-1])
    assert all(block.dtype == np.float32 and block.shape[1] == 2 for block in blocks)


def test_resampling_keeps_pitch_and_level(tmp_path: Path, make_sound: Callable[..., Path]) -> None:
    path = make_sound(tmp_path / "a.wav", sample_rate=44_100, hertz=1000, peak=0.5)
    heard = read(Audio(path), Fraction(1, 4), Fraction(5, 4), sample_rate=RATE)[:, 0]
    spectrum = np.abs(np.fft.rfft(heard)) / len(heard) * 2
    assert int(spectrum.argmax()) == 1000
    assert spectrum.max() == pytest.approx(0.5, abs=1e-3)


def test_silence_stands_after_the_end(folder: Path) -> None:
    heard = read(Audio(folder / "pcm.wav"), Fraction(19, 10), Fraction(5, 2))
    assert len(heard) == round(0.6 * RATE)
    assert np.abs(heard[: RATE // 10]).max() > 0.1
    assert not heard[RATE // 10 :].any()
    assert not read(Audio(folder / "pcm.wav"), Fraction(100), Fraction(101)).any()


def click_film(path: Path, offset: Fraction) -> Path:
    """A film whose click sounds one second after the sound's start, with the sound moved by ``offset`` seconds."""
    sound = np.zeros((2 * RATE, 2), np.float32)
    sound[RATE : RATE + 200] = 0.8
    straight = path.with_name("straight" + path.suffix)
    encoding = Encoding((64, 48), Fraction(25), "vp9" if path.suffix == ".webm" else "h264")
    with VideoWriter(straight, encoding, sample_rate=RATE) as film:
        for index in range(50):
            film.write(np.full((48, 64, 3), index, np.uint8))
        film.write_audio(sound)
    with av.open(str(straight)) as source, av.open(str(path), "w") as container:
        copies = {stream.index: container.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.size:
                ticks = round((1 + (offset if packet.stream.type == "audio" else 0)) / packet.time_base)
                packet.pts, packet.dts, packet.stream = (
                    packet.pts + ticks,
                    packet.dts + ticks,
                    copies[packet.stream.index],
                )
                container.mux(packet)
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
@pytest.mark.parametrize("offset", [Fraction(0), Fraction(1, 2), Fraction(-7, 10)])
def test_a_films_sound_lies_against_its_first_picture(tmp_path: Path, suffix: str, offset: Fraction) -> None:
    path = click_film(tmp_path / f"film{suffix}", offset)
    assert Video(path).start_time == 1
    audio = Audio(path)
    for start in (Fraction(0), Fraction(1, 5)):
        heard = read(audio, start, Fraction(3))[:, 0]
        click = np.flatnonzero(np.abs(heard) > 0.4)[0] + round(start * RATE)
        assert abs(int(click) - round((1 + offset) * RATE)) <= 48  # a container may round a start to a millisecond
    if offset > 0:
        assert not read(audio, Fraction(0), offset - Fraction(1, 50)).any()


def test_a_gap_in_the_time_stamps_is_silence(tmp_path: Path) -> None:
    path = tmp_path / "gap.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for first in (0, RATE, 3 * RATE):
            block = np.full((1, RATE), 8000, np.int16)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
            container.mux(stream.encode(frame))
    heard = read(Audio(path))[:, 0]
    assert len(heard) == 4 * RATE
    assert heard[: 2 * RATE].all()
    assert not heard[2 * RATE : 3 * RATE].any()
    assert heard[3 * RATE :].all()


def surround(folder: Path, channel: int) -> Path:
    """5.1 sound in which only one channel sounds, at 0.25."""
    samples = np.zeros((RATE // 2, 6), np.float32)
    samples[:, channel] = 0.25
    return encode(folder / "surround.wav", "pcm_s16le", samples, layout="5.1")


@pytest.mark.parametrize(
    ("channel", "left", "right"),
    [(0, 1, 0), (1, 0, 1), (2, 0.7071, 0.7071), (3, 0, 0), (4, 0.7071, 0), (5, 0, 0.7071)],
    ids=["left", "right", "centre", "low", "left surround", "right surround"],
)
def test_surround_is_mixed_down_as_bs775_says(tmp_path: Path, channel: int, left: float, right: float) -> None:
    audio = Audio(surround(tmp_path, channel))
    assert audio.channels == 6
    heard = read(audio, channels=2).mean(axis=0) / 0.25
    np.testing.assert_allclose(heard, [left, right], atol=1e-3)
    mono = read(audio, channels=1).mean() / 0.25
    assert mono == pytest.approx((left + right) / 2, abs=1e-3)
    assert read(audio).shape[1] == 6


def test_mono_goes_to_both_sides_and_back(tmp_path: Path, make_sound: Callable[..., Path]) -> None:
    audio = Audio(make_sound(tmp_path / "mono.wav", channels=1, seconds=0.2))
    stereo = read(audio, channels=2)
    np.testing.assert_array_equal(stereo[:, 0], stereo[:, 1])
    np.testing.assert_array_equal(stereo[:, :1], read(audio))


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_what_is_written_is_read_back(tmp_path: Path, suffix: str) -> None:
    samples = chirp(RATE * 3 // 2 + 17)
    write_audio(tmp_path / f"a{suffix}", [samples[:1000], samples[1000:]], sample_rate=RATE)
    heard = read(Audio(tmp_path / f"a{suffix}"))
    assert heard.shape == samples.shape
    np.testing.assert_allclose(heard, samples, atol=0.05 if suffix == ".ogg" else 2**-23)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_the_same_samples_give_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    for name in ("one", "two"):
        write_audio(tmp_path / (name + suffix), [chirp(RATE)], sample_rate=RATE)
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_a_minute_of_ogg_in_one_block_is_written(tmp_path: Path) -> None:
    write_audio(tmp_path / "long.ogg", [np.tile(chirp(RATE), (60, 1))], sample_rate=RATE)
    assert Audio(tmp_path / "long.ogg").duration == 60


def test_samples_beyond_full_scale_are_clipped_not_wrapped(tmp_path: Path) -> None:
    write_audio(tmp_path / "loud.wav", [np.full((100, 1), 1.5, np.float32)], sample_rate=RATE)
    assert read(Audio(tmp_path / "loud.wav")).min() > 0.99


def test_memory_stays_flat(tmp_path: Path, make_sound: Callable[..., Path]) -> None:
    path = make_sound(tmp_path / "long.wav", seconds=240)  # 92 MB as float32
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in Audio(path).blocks(sample_rate=44_100, channels=1):
        pass
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # kB


def faulty(path: Path, kind: str) -> Path:
    """Make ``path`` something that is no sound."""
    match kind:
        case "text":
            path.write_text("Once upon a time there was a lantern.\n" * 50)
        case "zero bytes":
            path.touch()
        case "random bytes":
            path.write_bytes(np.random.default_rng(3).bytes(20_000))
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "looping link":
            path.symlink_to(path)
        case "header alone":
            write_audio(path, [chirp(100)], sample_rate=RATE)
            path.write_bytes(path.read_bytes()[:44])
    return path


FAULTS = ["missing", "text", "zero bytes", "random bytes", "folder", "pipe", "looping link", "header alone"]


def one_sentence(error: object, path: Path) -> bool:
    """Whether the message names the file, ends as a sentence and has one line."""
    return repr(str(path)) in str(error) and str(error).endswith(".") and "\n" not in str(error)


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("name", ["x.wav", "x.mp3", "日 本\n語.m4a"])
def test_what_is_no_sound_is_said_in_one_sentence(tmp_path: Path, kind: str, name: str) -> None:
    path = faulty(tmp_path / name, kind) if kind != "header alone" else faulty(tmp_path / "x.wav", kind)
    with pytest.raises(MediaError) as caught:
        Audio(path)
    assert one_sentence(caught.value, path)


def test_a_film_without_sound_is_refused(tmp_path: Path, make_film: Callable[..., Path]) -> None:
    path = make_film(tmp_path / "silent.mp4", seconds=0.2, sound=False)
    with pytest.raises(MediaError, match="has no sound") as caught:
        Audio(path)
    assert one_sentence(caught.value, path)


def test_an_audio_only_mp4_is_sound_and_no_film(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    path.write_bytes((folder / "a.m4a").read_bytes())
    assert len(read(Audio(path))) == 2 * RATE
    with pytest.raises(MediaError, match="has no picture"):
        Video(path)


@pytest.mark.parametrize("name", ["pcm.wav", "deep.wav", "a.flac", "a.mp3", "a.m4a", "opus.webm", "aac.mkv", "pcm.mov"])
@pytest.mark.parametrize("share", [0.1, 0.4])
def test_a_truncated_file_is_never_taken_for_whole(folder: Path, tmp_path: Path, name: str, share: float) -> None:
    path = tmp_path / name
    data = (folder / name).read_bytes()
    path.write_bytes(data[: round(len(data) * share)])
    with pytest.raises(MediaError) as caught:
        read(Audio(path))
    assert one_sentence(caught.value, path)


def test_a_garbled_duration_tag_is_no_reason_to_refuse_sound(folder: Path, tmp_path: Path) -> None:
    data = (folder / "aac.mkv").read_bytes()
    assert b"00:00:02." in data
    (tmp_path / "a.mkv").write_bytes(data.replace(b"00:00:02.", b"00-00:02."))
    assert len(read(Audio(tmp_path / "a.mkv"))) == len(read(Audio(folder / "aac.mkv")))


def length_or_error(path: Path) -> int | LaternaError:
    try:
        return sum(map(len, Audio(path).blocks(0, 3, sample_rate=RATE)))
    except LaternaError as error:
        return error


@pytest.mark.parametrize("name", ["a.flac", "a.mp3", "a.m4a", "opus.webm", "opus.ogg"])
def test_bit_flips_give_sound_or_one_sentence(folder: Path, tmp_path: Path, name: str) -> None:
    whole = np.frombuffer((folder / name).read_bytes(), np.uint8)
    random = np.random.default_rng(5)
    for index in range(12):
        path = tmp_path / f"{index}-{name}"
        flipped = whole.copy()
        flipped[random.integers(len(whole), size=1 + 4 * index)] ^= np.uint8(1) << random.integers(8, dtype=np.uint8)
        path.write_bytes(flipped.tobytes())
        outcome = length_or_error(path)
        assert outcome == 3 * RATE or one_sentence(outcome, path)


@pytest.mark.parametrize(
    ("times", "options"),
    [((Fraction(-1),), {}), ((Fraction(1), Fraction(1, 2)), {}), ((), {"channels": 5}), ((), {"sample_rate": -1})],
)
def test_impossible_wishes_are_refused_at_once(
    folder: Path, times: tuple[Fraction, ...], options: dict[str, int]
) -> None:
    with pytest.raises(DataError):
        Audio(folder / "pcm.wav").blocks(*times, **options)


@pytest.mark.parametrize(
    "block", [np.zeros(8, np.float32), np.zeros((8, 1), np.float32), np.full((8, 2), np.nan, np.float32)]
)
def test_a_wrong_block_leaves_no_file(tmp_path: Path, block: np.ndarray) -> None:
    with pytest.raises(DataError):
        write_audio(tmp_path / "b.wav", [chirp(1000), block], sample_rate=RATE)
    assert not list(tmp_path.iterdir())


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"use \.wav"):
        AudioWriter(tmp_path / "a.mp3")
    with pytest.raises(DataError, match="no sound to write"):
        write_audio(tmp_path / "a.wav", [], sample_rate=RATE)
    with pytest.raises(MediaError, match="9 channels"):
        write_audio(tmp_path / "a.flac", [np.zeros((10, 9), np.float32)], sample_rate=RATE)
    assert not list(tmp_path.iterdir())


def test_a_crash_half_way_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_audio(path, [chirp(1000)], sample_rate=RATE)
    before = path.read_bytes()

    def interrupted() -> Iterator[np.ndarray]:
        yield chirp(50_000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_audio(path, interrupted(), sample_rate=RATE)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


_WRITE_TOO_MUCH = """
import resource, sys
import numpy as np
from laterna.errors import MediaError
from laterna.media.audio import write_audio
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
noise = np.random.default_rng(0).uniform(-1, 1, (200_000, 2)).astype(np.float32)
try:
    write_audio(sys.argv[1], [noise], sample_rate=48_000)
except MediaError as error:
    print(error)
"""


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_a_full_disk_leaves_no_half_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    done = subprocess.run([sys.executable, "-c", _WRITE_TOO_MUCH, path], capture_output=True, text=True, check=True)
    assert repr(str(path)) in done.stdout
    assert "room" in done.stdout
    assert not list(tmp_path.iterdir())
