"""Shot detection by the network, beside the rules: F1, false alarms and speed, on films that neither was made on."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import joined
import shots
from common import Row, interleaved, main

from laterna import editing
from laterna.editing.detection.score import Score
from laterna.editing.models.boundary_recipe import divided
from laterna.editing.shots import Method
from laterna.media.shots import ShotTable
from laterna.media.video import Video

METHODS: tuple[Method, ...] = ("network", "classical")
FIGURES = {"cuts_f1": "F1 on cuts", "gradual_f1": "F1 on gradual", "false_alarms": "negatives with a false alarm"}
REACH = {"joined": (0.98, 0.90, 0.05), "theatre": (0.99, 0.95, None)}
WHAT = {"joined": "films joined from real clips never trained on", "theatre": "theatre films of unseen seeds"}
FRACTION = 0.6  # of a bare decode's speed


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--joined", type=int, nargs="*", default=range(750, 762), help="seeds of films of real clips")
    parser.add_argument("--theatre", type=int, nargs="*", default=range(7500, 7512), help="seeds of theatre films")
    parser.add_argument("--rounds", type=int, default=5, help="of the speed measurement; 0 for none")


def rows(chosen: argparse.Namespace) -> list[Row]:
    """F1 and false alarms on both kinds of films; speed at 720p."""
    films = {"theatre": [shots.theatre_film(seed) for seed in chosen.theatre]}
    if joined.DATA.exists():
        films["joined"] = [joined_film(seed) for seed in chosen.joined]
    judged = [row for name, paths in films.items() if paths for row in _judged(name, paths)]
    return [*judged, *(_speed(chosen.rounds) if chosen.rounds else [])]


def joined_film(seed: int) -> Path:
    """A film of clips that the bundled weights were neither trained on nor chosen by."""
    train, valid, _ = divided(joined.DATA / "footage")
    unseen = [clip for clip in joined.clips() if clip not in (*train, *valid)]
    return shots.kept(f"unseen-{seed}.mp4", lambda out: joined.film(out, seed=seed, among=unseen))


def _judged(name: str, films: Sequence[Path]) -> list[Row]:
    scores = {method: _score(method, films) for method in METHODS}
    protocol = (
        f"{len(films)} {WHAT[name]}; {{}}; cuts within 2 frames, gradual ones touching the true span dilated by 2, one"
        " to one"
    )
    return [
        _row(
            f"{FIGURES[key]}, {WHAT[name]}, {method}",
            key,
            score,
            reach if method == "network" else None,
            protocol.format(score),
        )
        for key, reach in zip(FIGURES, REACH[name], strict=True)
        for method, score in scores.items()
    ]


def _row(figure: str, key: str, score: Score, reach: float | None, protocol: str) -> Row:
    value, fewer = score.figures()[key], key == "false_alarms"
    if reach is None:
        return Row(figure, "", f"{value:.3f}", None, protocol)
    met = value <= reach if fewer else value >= reach
    return Row(figure, f"{'<=' if fewer else '>='} {reach}", f"{value:.3f}", met, protocol)


def _score(method: Method, films: Sequence[Path]) -> Score:
    score = Score()
    for film in films:
        truth = json.loads(film.with_suffix(".json").read_text())
        true, found = ShotTable.from_json(truth["shots"]), editing.shots(Video(film), method=method)
        negatives = [(span["first_frame"], span["last_frame"]) for span in truth["negatives"]]
        score.add(*([shot.transition_in for shot in table][1:] for table in (found, true)), negatives)
    return score


def _speed(rounds: int) -> list[Row]:
    film = shots.theatre_film(7, "1280x720")
    with shots.scenedetect([film]) as peer:
        times = interleaved(
            {
                "bare": lambda: shots.decode(film),
                "network": lambda: editing.shots(Video(film), method="network"),
                "classical": lambda: editing.shots(Video(film), method="classical"),
                "adaptive": lambda: peer("adaptive"),
            },
            rounds,
        )
    frames = Video(film).frame_count
    rate = {name: f"{frames / times.median(name):.0f} frames/s" for name in times.seconds}
    bare, adaptive = 1 / times.ratio("network", "bare"), 1 / times.ratio("network", "adaptive")
    rules = 1 / times.ratio("classical", "bare")
    protocol = f"a theatre film of 60 s at 720p, decode included, median ratio of {rounds} interleaved rounds"
    return [
        Row("network over a bare decode", f">= {FRACTION}x", f"{bare:.2f}x ({rate['network']})", bare >= FRACTION,
            protocol),
        Row("network over PySceneDetect Adaptive", "more than 1x", f"{adaptive:.2f}x", adaptive > 1, protocol),
        Row("classical over a bare decode", "", f"{rules:.2f}x ({rate['classical']})", None, protocol),
        Row("bare decode; PySceneDetect Adaptive", "", f"{rate['bare']}; {rate['adaptive']}", None, protocol),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
