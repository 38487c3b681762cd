"""Shot detection: its speed, and F1 by rules on films whose boundaries are known, beside PySceneDetect."""

import argparse
import contextlib
import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import av
import joined
from common import CACHE, HERE, Row, interleaved, main, peer_python

from laterna import editing, theatre
from laterna.media.shots import ShotTable, Transition
from laterna.media.video import Video

TOLERANCE = 2  # frames
CLASSES = "cuts", "gradual"
REACH = {"classical": 0.85, "network": 0.6}  # of a bare decode's speed
SET_UPS = ("adaptive",), ("content",), ("adaptive", "threshold"), ("content", "threshold")
APART = 8  # frames: what two of the peer's detectors find nearer together counts once


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seeds", type=int, nargs="*", default=range(3000, 3006), help="of theatre films")
    parser.add_argument("--joined", type=int, nargs="*", default=range(300, 306), help="seeds of films of real clips")
    parser.add_argument("--rounds", type=int, default=15, help="of the speed measurement")


def rows(chosen: argparse.Namespace) -> list[Row]:
    """Speed at 720p; F1 on unseen theatre films and on films joined from real clips."""
    films = {
        "theatre films": [theatre_film(seed) for seed in chosen.seeds],
        "films joined from real clips": [_joined_film(seed) for seed in chosen.joined] if joined.DATA.exists() else [],
    }
    judged = [row for name, paths in films.items() if paths for row in _judged(name, paths)]
    return [*_speed(chosen.rounds), *judged]


# Speed


def _speed(rounds: int) -> list[Row]:
    film = theatre_film(7, "1280x720")
    with scenedetect([film]) as peer:
        times = interleaved(
            {
                "classical": lambda: editing.shots(Video(film), method="classical"),
                "network": lambda: editing.shots(Video(film), method="network"),
                "bare": lambda: decode(film),
                "adaptive": lambda: peer("adaptive"),
                "content": lambda: peer("content"),
            },
            rounds,
        )
    frames = Video(film).frame_count
    rate = {name: f"{frames / times.median(name):.0f} frames/s" for name in times.seconds}
    protocol = f"a theatre film of 60 s at 720p, decode included, median ratio of {rounds} interleaved rounds"
    table = []
    for method, reach in REACH.items():
        bare, adaptive = times.ratio("bare", method), times.ratio("adaptive", method)
        ours = f"{bare:.2f}x ({rate[method]})"
        table += [
            Row(f"shots by {method} over a bare PyAV decode", f"{reach}x", ours, bare >= reach, protocol),
            Row("the same over PySceneDetect Adaptive", "more than 1x", f"{adaptive:.2f}x", adaptive > 1, protocol),
        ]
    theirs = f"{rate['adaptive']}; {rate['content']}"
    return [*table, Row("PySceneDetect Adaptive; Content", "", theirs, None, "the same rounds")]


def decode(path: Path) -> None:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for _ in container.decode(stream):
            pass


@contextlib.contextmanager
def scenedetect(films: Sequence[Path]) -> Iterator[Callable[[str], dict[str, list[int]]]]:
    """Gives a function from a detector's name to the frames at which it starts shots, for each film."""
    command = [peer_python(), HERE / "scenedetect_cuts.py", *films]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def starts(detector: str) -> dict[str, list[int]]:
        print(detector, file=process.stdin, flush=True)
        return json.loads(process.stdout.readline())

    with process:
        yield starts
        process.stdin.close()


# F1


@dataclass
class Score:
    """Hits, false alarms and misses of cuts and of gradual transitions."""

    counts: dict[str, list[int]] = field(default_factory=lambda: {name: [0, 0, 0] for name in CLASSES})

    def add(self, truth: Sequence[Transition], found: Sequence[Transition]) -> None:
        """Match one to one, nearest first; a match counts for the true kind, a false alarm for the kind found."""
        pairs = sorted(
            (abs(t.first_frame + t.last_frame - f.first_frame - f.last_frame), i, j)
            for i, t in enumerate(truth)
            for j, f in enumerate(found)
            if _hits(t, f)
        )
        true, alarms = set(range(len(truth))), set(range(len(found)))
        for _, i, j in pairs:
            if i in true and j in alarms:
                true.remove(i)
                alarms.remove(j)
                self.counts[_class(truth[i])][0] += 1
        for j in alarms:
            self.counts[_class(found[j])][1] += 1
        for i in true:
            self.counts[_class(truth[i])][2] += 1

    def f1(self, name: str) -> float:
        hits, alarms, misses = self.counts[name]
        return 2 * hits / max(1, 2 * hits + alarms + misses)

    def __str__(self) -> str:
        parts = []
        for name, (hits, alarms, misses) in self.counts.items():
            precision, recall = hits / max(1, hits + alarms), hits / max(1, hits + misses)
            parts.append(f"{name} {self.f1(name):.3f} (P {precision:.2f} R {recall:.2f})")
        return ", ".join(parts)


def _class(transition: Transition) -> str:
    return "cuts" if transition.kind == "cut" else "gradual"


def _hits(true: Transition, found: Transition) -> bool:
    """A cut within the tolerance; a gradual transition that touches the true one, widened by it."""
    if true.kind == "cut":
        return abs((found.first_frame + found.last_frame) // 2 - true.first_frame) <= TOLERANCE
    return found.first_frame <= true.last_frame + TOLERANCE and found.last_frame >= true.first_frame - TOLERANCE


def _judged(name: str, films: Sequence[Path]) -> list[Row]:
    ours, peers = Score(), {set_up: Score() for set_up in SET_UPS}
    with scenedetect(films) as peer:
        theirs = {detector: peer(detector) for detector in ("adaptive", "content", "threshold")}
    for film in films:
        truth = _boundaries(ShotTable.from_json(json.loads(film.with_suffix(".json").read_text())["shots"]))
        ours.add(truth, _boundaries(editing.shots(Video(film), method="classical")))
        for set_up, score in peers.items():
            score.add(truth, _peer_boundaries({name: starts[str(film)] for name, starts in theirs.items()}, set_up))
    protocol = (
        f"{len(films)} {name} of unseen seeds; one to one, cuts within {TOLERANCE} frames,"
        f" gradual ones touching the true span widened by {TOLERANCE}"
    )
    best = {kind: max(score.f1(kind) for score in peers.values()) for kind in CLASSES}
    reached = [
        Row(
            f"F1 on {kind}, {name}", f"> {best[kind]:.3f}", f"{ours.f1(kind):.3f}", ours.f1(kind) > best[kind], protocol
        )
        for kind in CLASSES
    ]
    told = [Row(f"PySceneDetect {' + '.join(s)}, {name}", "", str(score), None, "") for s, score in peers.items()]
    return [*reached, Row(f"laterna, {name}", "", str(ours), None, ""), *told]


def _boundaries(table: ShotTable) -> list[Transition]:
    return [shot.transition_in for shot in table][1:]


def _peer_boundaries(starts: dict[str, list[int]], set_up: Sequence[str]) -> list[Transition]:
    """What a set-up finds: a threshold detector's frames are fades, the others' cuts."""
    fades = [Transition("fade", f, f) for f in starts["threshold"]] if "threshold" in set_up else []
    frames = [f for f in starts[set_up[0]] if all(abs(f - fade.first_frame) > APART for fade in fades)]
    return [*fades, *(Transition("cut", frame, frame) for frame in frames)]


def theatre_film(seed: int, size: str = "320x180") -> Path:
    return kept(f"film-{seed}-{size}.mp4", lambda out: theatre.film(out, seconds=60, seed=seed, size=size))


def _joined_film(seed: int) -> Path:
    return kept(f"joined-{seed}.mp4", lambda out: joined.film(out, seed=seed))


def kept(name: str, make: Callable[[Path], object]) -> Path:
    """A film in the cache, made where it is missing; its truth comes last, so that a half-made one is made again."""
    path = CACHE / name
    if not path.with_suffix(".json").exists():
        make(path)
    return path


if __name__ == "__main__":
    main()
