"""What one changed word of the narration costs in a five-minute film."""

import argparse
import contextlib
import hashlib
import tempfile
import time
from pathlib import Path

import common
from common import Row, laterna, rushes
from produce import narration, pictures, written


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rushes", type=int, default=420, help="seconds of rushes")
    parser.add_argument("--length", type=int, default=300, help="seconds of the film")
    parser.add_argument("--size", default="1280x720")


def rows(options: argparse.Namespace) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return one_word(Path(folder), options)


def one_word(folder: Path, options: argparse.Namespace) -> list[Row]:
    takes = sorted(rushes(options.rushes, options.size).glob("*.mp4"))
    text = narration(options.length)
    brief = written(folder / "word.toml", takes, options.length, options.size, text)
    out = folder / "word"
    first = timed(brief)
    before, known = hashes(out / "film.mp4"), set(segments(out))
    written(brief, takes, options.length, options.size, text.replace("slowly", "calmly", 1))
    second = timed(brief)
    after, new = hashes(out / "film.mp4"), sorted(set(segments(out)) - known)
    touched = set().union(*(found(hashes(segment), after) for segment in new))
    changed = {index for index, (a, b) in enumerate(zip(before, after, strict=True)) if a != b}
    share = len(touched) / len(after)
    protocol = (
        f"{options.length} s film of {options.size} from {options.rushes} s of theatre rushes, narrated"
        f" throughout ({len(text.split())} words), one word of its middle changed"
    )
    return [
        Row("second run after one word", "<= 20 %", f"{second / first:.0%} ({second:.1f} s of {first:.1f} s)",
            second <= 0.2 * first, protocol),
        Row("frames encoded again", "<= 15 %", f"{share:.1%} ({len(touched)} of {len(after)})", share <= 0.15,
            "frames of the segments that the second run added to the production's cache"),
        Row("pictures outside the touched segments", "identical", f"{len(changed - touched)} differ",
            not changed - touched, "SHA-256 of every decoded picture of both films"),
    ]  # fmt: skip


def timed(brief: Path) -> float:
    started = time.perf_counter()
    laterna("produce", brief)
    return time.perf_counter() - started


def segments(production: Path) -> list[Path]:
    """The encoded segments that the production keeps."""
    return [path for path in (production / "cache").rglob("*.mp4") if not path.name.startswith(".")]


def hashes(film: Path) -> list[bytes]:
    """SHA-256 of every picture's planes, in order."""
    with contextlib.closing(pictures([film])) as decoded:
        return [hashlib.sha256(picture.to_ndarray().tobytes()).digest() for picture in decoded]


def found(segment: list[bytes], film: list[bytes]) -> set[int]:
    """The frames of the film that a segment's pictures are, wherever it lies."""
    count = len(segment)
    starts = (at for at, picture in enumerate(film) if picture == segment[0] and film[at : at + count] == segment)
    return {frame for at in starts for frame in range(at, at + count)}


if __name__ == "__main__":
    common.main()
