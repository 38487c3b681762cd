"""Shot detection by the network, beside the rules: F1 and false alarms, on films that neither was made on."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import joined
import shots
from common import Row, main

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


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--joined", type=int, nargs="*", default=range(750, 762), help="seeds of films of real clips")
    parser.add_argument("--theatre", type=int, nargs="*", default=range(7500, 7512), help="seeds of theatre films")


def rows(chosen: argparse.Namespace) -> list[Row]:
    """F1 and false alarms on both kinds of films."""
    films = {"theatre": [shots.theatre_film(seed) for seed in chosen.theatre]}
    if joined.DATA.exists():
        films["joined"] = [joined_film(seed) for seed in chosen.joined]
    return [row for name, paths in films.items() if paths for row in _judged(name, paths)]


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


if __name__ == "__main__":
    main()
