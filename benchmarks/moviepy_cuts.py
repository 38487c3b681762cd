"""MoviePy's side of render.py, run in the peers' environment: renders the cut list for every line it reads."""

import json
import sys
from pathlib import Path

from moviepy import VideoFileClip, concatenate_videoclips


def render(cuts: list[list], out: str, rate: float) -> None:
    clips = [VideoFileClip(path, audio=False).subclipped(start, end) for path, start, end in cuts]
    film = concatenate_videoclips(clips)
    film.write_videofile(
        out,
        fps=rate,
        codec="libx264",
        preset="veryfast",
        audio=False,
        logger=None,
        ffmpeg_params=["-crf", "20", "-g", "250"],
    )
    for clip in clips:
        clip.close()


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text())
    print("ready", flush=True)
    for _ in sys.stdin:
        render(job["cuts"], job["out"], job["rate"])
        print("done", flush=True)


if __name__ == "__main__":
    main()
