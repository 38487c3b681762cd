"""What a listener would notice at the joints of the examples' films: clicks at cuts, words cut off."""

import argparse
import tempfile
from pathlib import Path
from subprocess import run

import numpy as np
from common import HERE, LATERNA, Row, main

from laterna.media import timeline as timelines
from laterna.media.audio import Audio
from laterna.media.timecode import to_seconds
from laterna.media.transcript import Transcript

RATE = 48_000
CLICK = 4.0  # a click is this many times steeper than anything that is heard half a second around it
AROUND, AT = RATE // 2, RATE * 15 // 1000
EXAMPLES = ("tabletop", "signs")


def rows(options: argparse.Namespace) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        films = [Path(folder) / name for name in EXAMPLES]
        for film in films:
            brief = HERE.parent / "examples" / f"{film.name}.toml"
            run([LATERNA, "produce", brief, "--out", film], check=True, capture_output=True)
        steps = [step for film in films for step in steepness(film)]
        kept = [share for film in films for share in spoken(film)]
    films_named = " and ".join(EXAMPLES)
    return [
        Row("steepest sample at a cut, over half a second around it", f"< {CLICK:g}x", f"{max(steps):.2f}x",
            max(steps) < CLICK, f"{len(steps)} ends of location clips in {films_named}, second difference of stems"),
        Row("words of the narration that are whole in the film", "100 %", f"{100 * np.mean(kept):.1f} %",
            bool(np.mean(kept) == 1), f"{len(kept)} words of {films_named}: the narration stem is the voice's own"
            " samples, up to a gain, from each word's start to its end"),
    ]  # fmt: skip


def steepness(film: Path) -> list[float]:
    """How steep the location sound is at each end of its clips, over the steepest it is nearby."""
    stem = film / "stems" / "location.wav"
    if not stem.exists():
        return []
    timeline, bend = timelines.load(film / "film.otio"), np.abs(np.diff(_samples(stem), 2))
    ends = {
        round(float(to_seconds(time)) * RATE)
        for clip in timelines.track(timeline, "Location").find_clips()
        for time in (clip.range_in_parent().start_time, clip.range_in_parent().end_time_exclusive())
    }
    return [
        float(bend[end - AT : end + AT].max() / max(_nearby(bend, end), 1e-6))
        for end in sorted(ends)
        if AROUND < end < len(bend) - AROUND
    ]


def _nearby(bend: np.ndarray, end: int) -> float:
    return float(np.concatenate([bend[end - AROUND : end - 2 * AT], bend[end + 2 * AT : end + AROUND]]).max())


def spoken(film: Path) -> list[bool]:
    """For each word of the narration, whether the film has all of it."""
    said = max((film / "versions" / "narrate").glob("*/transcript.json"), key=lambda path: path.stat().st_mtime)
    voice, stem = _samples(said.with_name("speech.wav")), _samples(film / "stems" / "narration.wav")
    timeline, whole = timelines.load(film / "film.otio"), []
    clips = timelines.track(timeline, "Narration").find_clips()
    for sentence, clip in zip(Transcript.open(said).sentences, clips, strict=True):
        shift = round(float(to_seconds(clip.range_in_parent().start_time) - timelines.source_start(clip, film)) * RATE)
        for word in sentence.words:
            first, end = (round(float(time) * RATE) for time in (word.start, word.end))
            whole.append(_same(voice[first:end], stem[first + shift : end + shift]))
    return whole


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two sounds are alike up to a gain, within a hundredth of their level."""
    gain = (one @ other) / max(one @ one, 1e-9)
    return bool(np.linalg.norm(other - gain * one) <= 0.01 * np.linalg.norm(other))


def _samples(path: Path) -> np.ndarray:
    """Mono samples of a sound file."""
    return np.concatenate([block[:, 0] for block in Audio(path).blocks(sample_rate=RATE, channels=1)])


if __name__ == "__main__":
    main()
