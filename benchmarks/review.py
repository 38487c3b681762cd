"""The review of finished films: what it finds of faults put into theatre films, and its speed."""

import argparse
import itertools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
from common import HERE, Row, main

from laterna.editing import Finding, review
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.pieces import Pieces
from laterna.media.video import Video

sys.path.insert(0, str(HERE.parent / "tests/editing/reviewing"))
import faults

SIZE, SECONDS = (480, 270), 24
HD, HD_SECONDS = (1280, 720), 15
FRAME = Fraction(1, faults.RATE)
FASTEST = 4  # times real time, on one core
LEAST = 0.95
SIDE_EFFECTS = {
    "click": ("jump cut", "silence", "clipping"),
    "flashing": ("red flashing",),
}  # what a fault brings along
OVERALL = ("true peak", "loudness range")  # of the clipped sound


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seeds", type=int, nargs="*", default=range(6000, 6012), help="of theatre films")


def rows(chosen: argparse.Namespace) -> list[Row]:
    """Recall and precision over films with faults, false findings in the same films without, and speed."""
    with tempfile.TemporaryDirectory() as folder:
        judged = [Judged(seed, Path(folder)) for seed in chosen.seeds]
        return [*_found(judged), *_speed(Path(folder))]


class Judged:
    """One theatre film: reviewed as it is, and with each half of the kinds of faults."""

    def __init__(self, seed: int, folder: Path) -> None:
        film = faults.Clean.drawn(seed, SECONDS, SIZE)
        self.put, self.hit, self.false = Counter[str](), Counter[str](), Counter[str]()
        for turn, kinds in enumerate((faults.PICTURE[::2] + faults.SOUND, faults.PICTURE[1::2] + faults.SOUND)):
            made = faults.spoiled(film, kinds, seed + turn)
            self._count(made, review(Video(made.write(folder / f"{seed}-{turn}.mp4", SIZE))), film)
        clean = faults.Spoiled(film.pictures, film.sound)
        found = review(Video(clean.write(folder / f"{seed}.mp4", SIZE)))
        self.in_clean = [one.kind for one in found if not _theatres_own(one, film)]

    def _count(self, made: faults.Spoiled, found: Sequence[Finding], film: faults.Clean) -> None:
        found = list(found)
        for fault in made.faults:
            self.put[fault.kind] += 1
            self.hit[fault.kind] += any(one.kind == fault.kind and _meets(one, fault) for one in found)
        for one in found:
            if one.kind in OVERALL or _caused(one, made.faults):
                continue
            moved = _before_jumps(one, made.faults)
            self.false[one.kind] += not any(_theatres_own(one, film, shift) for shift in (0, moved))


def _meets(found: Finding, fault: faults.Fault) -> bool:
    return found.start <= fault.end + FRAME and found.end >= fault.start - FRAME


def _caused(found: Finding, put: Sequence[faults.Fault]) -> bool:
    return any(
        _meets(found, fault) and (fault.kind == found.kind or fault.kind in SIDE_EFFECTS.get(found.kind, ()))
        for fault in put
    )


def _before_jumps(found: Finding, put: Sequence[faults.Fault]) -> int:
    """Frames by which jump cuts moved what follows them, at most."""
    return 40 * sum(fault.kind == "jump cut" and fault.start < found.start for fault in put)


def _theatres_own(found: Finding, film: faults.Clean, slack: int = 0) -> bool:
    """Whether the theatre put it there: strobes flash by BT.1702, and takes of one place may share their framing."""
    first, last = int(found.start * faults.RATE), int(found.end * faults.RATE)
    if found.kind == "flashing":
        return any(s.kind == "strobe" and s.first_frame <= last + slack and first <= s.last_frame + slack
                   for s in film.truth.negatives)  # fmt: skip
    if found.kind != "jump cut":
        return False
    shots = list(zip(film.truth.cuts, film.truth.shots, strict=True))
    return any(
        abs(later.start_frame - first) <= slack + 1 and (one.place, one.scale) == (two.place, two.scale)
        for (_, one), (later, two) in itertools.pairwise(shots)
    )


def _found(judged: Sequence[Judged]) -> Iterator[Row]:
    put, hit, false = (sum((getattr(one, name) for one in judged), Counter()) for name in ("put", "hit", "false"))
    recall, precision = hit.total() / put.total(), hit.total() / max(1, hit.total() + false.total())
    each = ", ".join(f"{kind} {hit[kind]}/{count}" for kind, count in put.items())
    protocol = (
        f"{len(judged)} theatre films of {SECONDS} s at {SIZE[0]}x{SIZE[1]}, each twice, with a fault of every kind in"
        " one of them (of the sound in both) where a shot has room; a fault counts as found within a frame"
    )
    yield Row(
        "faults found", f">= {LEAST:.0%}", f"{recall:.1%} ({hit.total()} of {put.total()})", recall >= LEAST, protocol
    )
    yield Row("by kind", "", each, None, "the same films")
    wrong = ", ".join(f"{kind} {count}" for kind, count in false.items() if count) or "none"
    same = "the same films; what a fault brings along (a click where sound jumps) is not counted as false"
    yield Row("precision", f">= {LEAST:.0%}", f"{precision:.1%} (false: {wrong})", precision >= LEAST, same)
    in_clean = [kind for one in judged for kind in one.in_clean]
    yield Row("findings in the films without faults", "0", str(len(in_clean)), not in_clean,
              "with lightning, flashes, whip pans, passers-by, fades through black; strobes flash by BT.1702, and cuts"
              " between takes of one place in one scale are not judged")  # fmt: skip


def _speed(folder: Path) -> Iterator[Row]:
    path = _film(folder / "hd.mp4")
    pieces = Pieces(folder / "kept")
    bare, once = _cpu(lambda: _decoded(path)), _cpu(lambda: review(Video(path)))
    review(Video(path), pieces=pieces)
    again = _cpu(lambda: review(Video(path), pieces=pieces))
    protocol = f"{HD_SECONDS} s of a theatre film at 720p with sound, decoding included, CPU time of all threads"
    speed = HD_SECONDS / once
    yield Row("speed on one core", f">= {FASTEST}x real time", f"{speed:.1f}x", speed >= FASTEST, protocol)
    yield Row("the same without decoding pictures", "", f"{HD_SECONDS / max(once - bare, 1e-3):.0f}x", None, protocol)
    yield Row("a second review of the same pictures", "", f"{HD_SECONDS / again:.0f}x", None, protocol)


def _film(path: Path) -> Path:
    film = faults.Clean.drawn(7, HD_SECONDS, HD)
    with VideoWriter(path, Encoding(HD, Fraction(faults.RATE)), sample_rate=faults.SAMPLE_RATE) as writer:
        for planes in film.pictures:
            writer.write(av.VideoFrame.from_ndarray(planes, format="yuv420p"))
        writer.write_audio(film.sound)
    return path


def _decoded(path: Path) -> None:
    for _ in Video(path).frames(threads=1):
        pass


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
