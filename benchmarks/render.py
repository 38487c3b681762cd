"""Rendering one cut list: Laterna beside MoviePy 2 and a bare PyAV loop, x264 veryfast CRF 20 GOP 250."""

import argparse
import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio
from common import HERE, Row, interleaved, main, peer_python, rushes

from laterna.editing.render import render
from laterna.media.encode import Encoding
from laterna.media.timecode import time_range
from laterna.media.video import Video

RATE = Fraction(30)
OPTIONS = {"preset": "veryfast", "crf": "20"}
GOP = 250


@dataclass(frozen=True)
class Cut:
    """Frames [``first``, ``first + count``) of a file at the film's rate."""

    path: Path
    first: int
    count: int


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rushes", type=Path, help="a folder of 720p films in place of the theatre's")
    parser.add_argument("--seconds", type=int, default=60, help="length of the film")
    parser.add_argument("--rounds", type=int, default=3)


def pictures_alone(folder: Path, out: Path) -> Path:
    """The films of ``folder`` without sound and time code, as they are: MoviePy can't open a file with a time code."""
    for film in sorted(folder.glob("*.mp4")):
        with av.open(str(film)) as source, av.open(str(out / film.name), "w") as target:
            stream = target.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(source.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    target.mux(packet)
    return out


def cut_list(folder: Path, seconds: int) -> list[Cut]:
    """Cuts of 2 to 6 s that go round the files, from anywhere in them."""
    rng = np.random.default_rng(1)
    files = sorted(folder.glob("*.mp4"))
    # MoviePy rounds a duration down to a hundredth, and refuses a cut that ends where the file does.
    lengths = {path: int(Video(path).duration * RATE) - 2 for path in files}
    cuts: list[Cut] = []
    left = round(seconds * RATE)
    while left:
        path = files[len(cuts) % len(files)]
        count = min(left, lengths[path], int(rng.integers(2 * RATE, 6 * RATE)))
        cuts.append(Cut(path, int(rng.integers(0, lengths[path] - count + 1)), count))
        left -= count
    return cuts


def timeline(cuts: list[Cut]) -> otio.schema.Timeline:
    """The cut list as a timeline."""
    track = otio.schema.Track("Picture", kind=otio.schema.TrackKind.Video)
    for cut in cuts:
        whole = time_range(0, Video(cut.path).duration, RATE)
        reference = otio.schema.ExternalReference(cut.path.name, whole)
        track.append(otio.schema.Clip(cut.path.stem, reference, time_range(cut.first / RATE, cut.count / RATE, RATE)))
    film = otio.schema.Timeline("cuts")
    film.tracks.append(track)
    return film


def bare(cuts: list[Cut], out: Path, size: tuple[int, int]) -> None:
    """The least that PyAV takes: decode each range, with all threads, into one encoder with all threads."""
    with av.open(str(out), "w") as film:
        stream = _encoder(film, size)
        written = 0
        for cut in cuts:
            for picture in _decoded(cut):
                _stamp(picture, written)
                film.mux(stream.encode(picture))
                written += 1
        film.mux(stream.encode(None))


def _decoded(cut: Cut) -> Iterator[av.VideoFrame]:
    with av.open(str(cut.path)) as source:
        stream = source.streams.video[0]
        stream.thread_type = "AUTO"
        source.seek(int(cut.first / RATE / stream.time_base), stream=stream)
        left = cut.count
        for picture in source.decode(stream):
            if left and round(picture.pts * stream.time_base * RATE) >= cut.first:
                yield picture
                left -= 1
            if not left:
                return


def floor(cuts: list[Cut], size: tuple[int, int]) -> float:
    """Seconds that x264 alone takes, one thread a cut and its cores never idle, were decoding and all else free."""
    spent = 0.0
    for cut in cuts:
        with av.open("/dev/null", "w", format="mp4") as film:
            stream = _encoder(film, size)
            stream.codec_context.thread_count = 1
            for written, picture in enumerate(_decoded(cut)):
                _stamp(picture, written)
                started = time.perf_counter()
                stream.encode(picture)
                spent += time.perf_counter() - started
            started = time.perf_counter()
            stream.encode(None)
            spent += time.perf_counter() - started
    return spent / (os.cpu_count() or 1)


def _encoder(film: av.container.OutputContainer, size: tuple[int, int]) -> av.VideoStream:
    stream = film.add_stream("libx264", rate=RATE, options=OPTIONS)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.codec_context.gop_size = GOP
    return stream


def _stamp(picture: av.VideoFrame, number: int) -> None:
    picture.pts, picture.time_base = number, 1 / RATE
    picture.pict_type = av.video.frame.PictureType.NONE


@contextlib.contextmanager
def moviepy(cuts: list[Cut], out: Path) -> Iterator[subprocess.Popen]:
    """A MoviePy process that is started and waits for a line, so that its imports are not timed."""
    job = out.with_suffix(".json")
    rows = [[str(cut.path), float(cut.first / RATE), float((cut.first + cut.count) / RATE)] for cut in cuts]
    job.write_text(json.dumps({"cuts": rows, "out": str(out), "rate": float(RATE)}))
    command = [peer_python(), HERE / "moviepy_cuts.py", job]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        _answer(process)
        yield process
        process.stdin.close()


def _ask(process: subprocess.Popen) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()
    _answer(process)


def _answer(process: subprocess.Popen) -> None:
    if not process.stdout.readline():
        raise SystemExit("MoviePy's process ended before its film was done.")


def rows(options: argparse.Namespace) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        (folder := Path(name) / "rushes").mkdir()
        pictures_alone(options.rushes or rushes(180, "1280x720"), folder)
        cuts = cut_list(folder, options.seconds)
        size = Video(cuts[0].path).size
        film, encoding = timeline(cuts), Encoding(size, RATE, gop=GOP)
        outs = {peer: Path(name) / f"{peer}.mp4" for peer in ("laterna", "bare", "moviepy")}
        with moviepy(cuts, outs["moviepy"]) as process:
            times = interleaved(
                {
                    "laterna": lambda: render(film, outs["laterna"], folder=folder, encoding=encoding),
                    "bare": lambda: bare(cuts, outs["bare"], size),
                    "moviepy": lambda: _ask(process),
                },
                options.rounds,
            )
        most = times.median("moviepy") / floor(cuts, size)
        counts = {peer: Video(out).frame_count for peer, out in outs.items()}
        sizes = {peer: out.stat().st_size / 1e6 for peer, out in outs.items()}
    frames = sum(cut.count for cut in cuts)
    if abs(counts["moviepy"] - frames) > len(cuts) or counts["laterna"] != frames or counts["bare"] != frames:
        raise SystemExit(f"The films do not have {frames} frames: {counts}.")
    over_moviepy, over_bare = times.ratio("moviepy", "laterna"), times.ratio("bare", "laterna")
    protocol = (
        f"{options.seconds} s of {size[0]}x{size[1]} at 30 fps in {len(cuts)} cuts, nothing kept; no sound;"
        f" median of {options.rounds} interleaved rounds; files of "
        + ", ".join(f"{size:.1f} MB ({peer})" for peer, size in sizes.items())
    )
    speeds = {peer: frames / times.median(peer) for peer in outs}
    return [
        Row("rendering, over MoviePy 2", ">= 2.5x", f"{over_moviepy:.2f}x", over_moviepy >= 2.5, protocol),
        Row("rendering, over a bare PyAV loop", ">= 0.85x", f"{over_bare:.2f}x", over_bare >= 0.85, protocol),
        Row(
            "the most that can be had over MoviePy 2",
            "",
            f"{most:.2f}x",
            None,
            "MoviePy's time over that of x264 alone: one thread a cut, all cores busy, decoding and all else free",
        ),
        *(Row(f"frames/s: {peer}", "", f"{speed:.0f}", None, "the same run") for peer, speed in speeds.items()),
    ]


if __name__ == "__main__":
    main()
