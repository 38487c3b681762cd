"""A whole production beside bare decoding and encoding."""

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import common
from common import Row, interleaved, laterna, rushes

BRIEF = """\
title = "The lantern"
footage = [{footage}]
length = {length}
size = "{size}"
rate = "30"
narration = {narration}
"""
PLACES = ("hill", "river", "square", "harbour", "forest", "bridge", "meadow", "valley")
HOURS = ("At dawn", "At noon", "In the evening", "Before the rain", "After the storm", "At night")
DEEDS = ("a figure walks slowly across the {}", "somebody waits and waves beside the {}", "the light moves over the {}")


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rushes", type=int, default=180, help="seconds of rushes")
    parser.add_argument("--length", type=int, default=60, help="seconds of the film")
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--rounds", type=int, default=3)


def rows(options: argparse.Namespace) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return [whole(Path(folder), options)]


def whole(folder: Path, options: argparse.Namespace) -> Row:
    takes = sorted(rushes(options.rushes, options.size).glob("*.mp4"))
    brief = written(folder / "whole.toml", takes, options.length, options.size, narration(options.length))

    def produced() -> None:
        shutil.rmtree(folder / "whole", ignore_errors=True)
        laterna("produce", brief)

    times = interleaved(
        {
            "produce": produced,
            "bare": lambda: bare(takes, options.length, options.size, folder / "bare.mp4"),
        },
        options.rounds,
    )
    ratio = times.ratio("produce", "bare")
    return Row(
        "whole `produce` over a bare decode and encode",
        "<= 2x, aim 1.5x",
        f"{ratio:.2f}x ({times.median('produce'):.1f} s, bare {times.median('bare'):.1f} s)",
        ratio <= 2,
        f"{options.length} s film of {options.size} with narration, captions and mix from {options.rushes} s of theatre"
        " rushes, start of the program included; bare: PyAV decodes all rushes and encodes as many frames as the film"
        f" has (x264 veryfast, CRF 20, GOP 250, all threads); median of {options.rounds} interleaved rounds",
    )


def bare(takes: list[Path], length: int, size: str, out: Path) -> None:
    """Decode every picture of the rushes once and encode the first ``length`` seconds of them once."""
    left = length * 30
    with av.open(str(out), "w") as film:
        stream = film.add_stream("libx264", rate=30, options={"preset": "veryfast", "crf": "20"})
        stream.width, stream.height = map(int, size.split("x"))
        stream.codec_context.gop_size = 250
        for picture in pictures(takes):
            if left > 0:
                picture.pts, picture.time_base = length * 30 - left, Fraction(1, 30)
                picture.pict_type = av.video.frame.PictureType.NONE
                film.mux(stream.encode(picture))
                left -= 1
        film.mux(stream.encode(None))


def pictures(files: list[Path]) -> Iterator[av.VideoFrame]:
    for file in files:
        with av.open(str(file)) as container:
            container.streams.video[0].thread_type = "AUTO"
            yield from container.decode(video=0)


def written(brief: Path, takes: list[Path], length: int, size: str, text: str) -> Path:
    footage = ", ".join(json.dumps(str(take)) for take in takes)
    brief.write_text(BRIEF.format(footage=footage, length=length, size=size, narration=json.dumps(text)))
    return brief


def narration(length: int) -> str:
    """About as many words as two thirds of ``length`` seconds hold; the word "slowly" is first met in the middle."""
    count = max(1, length // 7)
    sentences = []
    for index in range(count):
        deed = DEEDS[0 if index == count // 2 else 1 + index % 2].format(PLACES[index % len(PLACES)])
        sentences.append(f"{HOURS[index % len(HOURS)]}, {deed}.")
    return " ".join(sentences)


if __name__ == "__main__":
    common.main()
