"""Talks made tight: how fast silences are cut, and how exactly, beside a plain reading of the rule."""

import argparse
import statistics
import tempfile
import time
from itertools import groupby, pairwise
from pathlib import Path

import av
import common
import numpy as np
import opentimelineio as otio
from common import CACHE, Row
from shots import theatre_film

from laterna import editing, voice
from laterna.media import encode
from laterna.media import timeline as timelines
from laterna.media.audio import Audio
from laterna.media.encode import Encoding
from laterna.media.timecode import to_seconds
from laterna.media.video import Video

RATE, SOUND_RATE = 30, 48_000
THRESHOLD, BEFORE, AFTER, LEAST_SILENCE, LEAST_SPEECH = -40.0, 0.1, 0.2, 0.5, 0.1
LINES = (
    "Before there were cinemas, there was a lamp, a sheet, and somebody's hands.",
    "Travellers carried the theatre from town to town.",
    "They played in barns, in harbours, and under the open sky.",
    "Nobody asked them for their names.",
    "When the lamp was lit, the hills walked in.",
    "Children waved at the shadows, and the shadows waved back.",
)
PAUSES = (0.2, 0.7, 1.5, 0.4, 1.0, 3.0, 0.55)  # seconds between sentences, in turn


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=600, help="of the talk")
    parser.add_argument("--rounds", type=int, default=5)


def rows(options: argparse.Namespace) -> list[Row]:
    film, pauses = talk(options.seconds)
    taken, worked = [], []
    for _ in range(options.rounds):
        started, began = time.perf_counter(), time.process_time()
        made = editing.tidy(Video(film), threshold=THRESHOLD, folder=film.parent)
        taken.append(time.perf_counter() - started)
        worked.append(time.process_time() - began)
    speed, effort = (options.seconds / statistics.median(times) for times in (taken, worked))
    ours, plain = spans(made, film.parent), by_the_rule(film)
    off = max((abs(a - b) for a, b in zip(ours, plain, strict=False)), default=0)
    same = len(ours) == len(plain)
    found = spans(editing.tidy(Video(film), folder=film.parent), film.parent)
    long = [pause for pause in pauses if pause[1] - pause[0] >= 1]
    cut = sum(not kept(found, (start + end) / 2) for start, end in long)
    short = [pause for pause in pauses if pause[1] - pause[0] < LEAST_SILENCE - 0.05]
    left = sum(kept(found, (start + end) / 2) for start, end in short)
    words = (
        f"a talk of {options.seconds} s at 720p: {len(pauses)} sentences of the built-in voice, pauses of {PAUSES[0]}"
        f" to {PAUSES[5]} s, over a theatre film"
    )
    return [
        Row("silence cut over real time", ">= 30x", f"{speed:.0f}x ({statistics.median(taken):.2f} s)", speed >= 30,
            f"{words}; decoding included, encoding excluded; median of {options.rounds} rounds"),
        Row("the same by the processor's time", "", f"{effort:.0f}x ({statistics.median(worked):.2f} s)", None,
            "what a calm machine comes near to"),
        Row("boundaries off the rule", "<= 1 frame", f"{off} frames ({len(ours)} of {len(plain)} boundaries)",
            same and off <= 1, "the rule read anew in plain Python from PyAV's samples, at the same threshold"),
        Row("pauses of a second or more cut", "", f"{cut} of {len(long)}", None, "with the threshold that is found"),
        Row("pauses under 0.45 s kept", "", f"{left} of {len(short)}", None, "the same"),
    ]  # fmt: skip


def talk(seconds: int) -> tuple[Path, list[tuple[float, float]]]:
    """A talk, and where its pauses are; its pictures are a theatre film, again and again."""
    spoken, pauses = sound(seconds)
    out = CACHE / f"talk-{seconds}s.mp4"
    picture = theatre_film(7, "1280x720")
    count = -(-seconds // int(Video(picture).duration))
    encoding = Encoding(Video(picture).size, Video(picture).frame_rate)
    blocks = (block for block in np.array_split(spoken, seconds))
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        mute = Path(folder) / "mute.mp4"
        encode.join([picture], mute, encoding)
        encode.join([mute] * count, out, encoding, sound=blocks, sample_rate=SOUND_RATE)
    return out, pauses


def sound(seconds: int) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """(samples, 2) of sentences and pauses over faint noise, and the pauses in seconds."""
    said = [whole(line) for line in LINES]
    track = np.random.default_rng(0).normal(0, 10 ** (-62 / 20), (seconds * SOUND_RATE, 2)).astype(np.float32)
    at, pauses, number = 0, [], 0
    while at < len(track):
        line, pause = said[number % len(said)], PAUSES[number % len(PAUSES)]
        track[at : at + len(line)] += line[: len(track) - at]
        end = at + len(line)
        at, number = end + round(pause * SOUND_RATE), number + 1
        if at < len(track):
            pauses.append((end / SOUND_RATE, at / SOUND_RATE))
    return track, pauses


def whole(line: str) -> np.ndarray:
    """A sentence's samples, (samples, 2), without the quiet around it."""
    with tempfile.TemporaryDirectory() as folder:
        voice.speak(line).save(Path(folder))
        recording = Audio(Path(folder) / "speech.wav")
        samples = np.concatenate([*recording.blocks(sample_rate=SOUND_RATE, channels=2)])
    loud = np.flatnonzero(np.abs(samples[:, 0]) > 0.02)
    return samples[loud[0] : loud[-1]]


def spans(made: otio.schema.Timeline, folder: Path) -> list[int]:
    """The frames of the talk at which clips start and end, in order; those that meet are one."""
    ends: list[int] = []
    for clip in timelines.track(made, "Picture").find_clips():
        start = timelines.source_start(clip, folder)
        ends += [round(start * RATE), round((start + to_seconds(clip.duration())) * RATE)]
    return ends


def kept(ends: list[int], second: float) -> bool:
    return any(start <= second * RATE < end for start, end in zip(ends[::2], ends[1::2], strict=True))


def by_the_rule(film: Path) -> list[int]:
    """The same from the talk's own samples, frame by frame."""
    with av.open(str(film)) as container:
        samples = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1).astype(float)
    count = Video(film).frame_count
    edges = [-(-index * SOUND_RATE // RATE) for index in range(count + 1)]
    power = [float((samples[:, a:b] ** 2).mean()) if b <= samples.shape[1] else 0.0 for a, b in pairwise(edges)]
    loud = [one >= 10 ** (THRESHOLD / 10) for one in power]
    loud = without_short(loud, True, round(LEAST_SPEECH * RATE))
    loud = without_short(loud, False, round(LEAST_SILENCE * RATE))
    before, after = round(BEFORE * RATE), round(AFTER * RATE)
    near = [any(loud[max(0, at - after) : at + before + 1]) for at in range(count)]
    return [at for at, (a, b) in enumerate(pairwise([False, *near, False])) if a != b]


def without_short(frames: list[bool], value: bool, least: int) -> list[bool]:
    runs = [(key, len(list(group))) for key, group in groupby(frames)]
    return [key if key is not value or n >= least else not key for key, n in runs for _ in range(n)]


if __name__ == "__main__":
    common.main()
