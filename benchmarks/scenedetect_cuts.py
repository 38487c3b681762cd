"""PySceneDetect's side of shots.py, run in the peers' environment: for every line it reads, a detector's name.

It answers each with a line of JSON: the frames at which that detector starts a shot, for each film it was started with.
"""

import json
import sys

from scenedetect import AdaptiveDetector, ContentDetector, ThresholdDetector, detect

DETECTORS = {"adaptive": AdaptiveDetector, "content": ContentDetector, "threshold": ThresholdDetector}
SHORTEST = 8  # frames of a shot; with the default of 15 it misses more


def starts(film: str, name: str) -> list[int]:
    scenes = detect(film, DETECTORS[name](min_scene_len=SHORTEST))
    return [start.frame_num for start, _ in scenes[1:]]


def main() -> None:
    films = sys.argv[1:]
    for line in sys.stdin:
        print(json.dumps({film: starts(film, line.strip()) for film in films}), flush=True)


if __name__ == "__main__":
    main()
