"""The built-in voice: how it is understood, how near it comes to its teacher, and where it stumbles.

Needs flite, whose voices are its teachers: ``apt install flite``.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import common
import numpy as np
import soundfile
from common import HERE, Row, peer_python

from laterna.learning.store import find
from laterna.voice import corpus, pitch
from laterna.voice.engines.spoken import Spoken
from laterna.voice.engines.studio import vocoder
from laterna.voice.engines.studio.engine import Studio
from laterna.voice.metrics import mel_cepstra
from laterna.voice.metrics import spoken as mel_spoken
from laterna.voice.speak import speak
from laterna.voice.spectrum import SAMPLE_RATE, log_mel
from laterna.voice.timing import voiced
from laterna.voice.warping import compared, path

SENTENCES, HARD = (HERE / name for name in ("voice_sentences.txt", "voice_hard_sentences.txt"))
SPEAKERS = ("rms", "slt")
POINTS = 5.0  # of word error over the teacher's
WORST = 0.01  # the share of sentences in which it may stumble
FASTEST = 0.10  # CPU seconds per second of sound
STEP, MOMENT = 0.01, 0.07  # seconds
STUCK, SKIPPED = 0.3, 0.28  # seconds of ours, and of the teacher's, on a moment of the other's
TOO_LONG, TOO_SHORT = 1.3, 0.75  # times the teacher's length
PITCHES, SPEEDS = (-5, -2, 2, 5), (0.7, 0.85, 1.2, 1.5)  # that are asked for
OFF, LONG = 0.5, 0.05  # semitones, and share of the length, by which they may be missed
FIRST = 0.5  # seconds to the first sound
STREAM = """
import time
from laterna import voice
voice.stream
began = time.perf_counter()
next(voice.stream("The lamps are lit. The market begins, and nobody has seen the sailor."))
print(time.perf_counter() - began)
"""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sentences", type=int, default=200, help="of those that are recognised")
    parser.add_argument("--hard", type=int, default=500, help="of those in which it may stumble")
    parser.add_argument("--changed", type=int, default=20, help="of those that are spoken at other speeds and pitches")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence as the teacher says it, as we do, and the teacher's own through our vocoder."""

    text: str
    teacher: np.ndarray
    ours: np.ndarray
    copy: np.ndarray


def rows(options: argparse.Namespace) -> list[Row]:
    voice = Studio()
    sentences = SENTENCES.read_text().splitlines()[: options.sentences]
    with tempfile.TemporaryDirectory() as folder:
        of = {speaker: pairs(voice, speaker, sentences, Path(folder)) for speaker in SPEAKERS}
        return [
            *(row for speaker in SPEAKERS for row in understood(speaker, of[speaker], Path(folder))),
            *(row for speaker in SPEAKERS for row in near(speaker, of[speaker])),
            *(
                stumbles(voice, speaker, HARD.read_text().splitlines()[: options.hard], Path(folder))
                for speaker in SPEAKERS
            ),
            *(row for speaker in SPEAKERS for row in obeyed(speaker, sentences[: options.changed])),
            *speed(voice, sentences[:50]),
        ]


def taught(speaker: str, text: str, folder: Path) -> np.ndarray:
    """The sentence as flite's voice says it."""
    wave = folder / "taught.wav"
    corpus.flite(text, ["-voice", speaker, "-o", str(wave)])
    return soundfile.read(wave, dtype="float32")[0]


def spoken(voice: Studio, speaker: str, text: str) -> Spoken:
    return voice.speak_sentence(text, language="en", speed=1.0, voice=speaker)


def pairs(voice: Studio, speaker: str, sentences: Sequence[str], folder: Path) -> list[Pair]:
    again = vocoder.read(find("voice/melgan"))
    found = []
    for text in sentences:
        teacher, ours = taught(speaker, text, folder), spoken(voice, speaker, text).samples
        found.append(Pair(text, teacher, ours, again.speak(log_mel(teacher))))
    return found


def understood(speaker: str, said: Sequence[Pair], folder: Path) -> list[Row]:
    """Word error of the teacher, of copy synthesis and of ours."""
    errors = {
        name: word_error([(getattr(pair, name), pair.text) for pair in said], folder)
        for name in ("teacher", "copy", "ours")
    }
    protocol = f"pocketsphinx 5.1 with its own models on {len(said)} sentences that training never saw"
    most = errors["teacher"] + POINTS
    return [
        Row(
            f"word error of {speaker}", f"<= {most:.1f} %", f"{errors['ours']:.1f} %", errors["ours"] <= most, protocol
        ),
        Row(f"its teacher, flite's {speaker}", "", f"{errors['teacher']:.1f} %", None, "the same sentences"),
        Row("the teacher through our vocoder", "", f"{errors['copy']:.1f} %", None, "the same sentences"),
    ]


def word_error(said: Sequence[tuple[np.ndarray, str]], folder: Path) -> float:
    """In per cent of the words."""
    lines = []
    for number, (samples, text) in enumerate(said):
        soundfile.write(folder / f"{number}.wav", samples, SAMPLE_RATE)
        lines.append(f"{folder / f'{number}.wav'}\t{text}")
    command = [peer_python(), HERE / "pocketsphinx_words.py"]
    done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=True)
    wrong, count, _ = zip(*map(json.loads, done.stdout.splitlines()), strict=True)
    return 100 * sum(wrong) / sum(count)


def near(speaker: str, said: Sequence[Pair]) -> list[Row]:
    """Mel-cepstral distortion and error of F0, with copy synthesis beside."""
    found = []
    for who, made in ((speaker, "ours"), (f"flite's {speaker} through our vocoder", "copy")):
        each = [compared(pair.teacher, getattr(pair, made)) for pair in said]
        distortion, pitch = (np.mean([getattr(one, what) for one in each]) for what in ("distortion", "pitch"))
        protocol = f"to flite's {speaker}, {len(said)} sentences that training never saw, by dynamic time warping"
        found += [
            Row(f"mel-cepstral distortion of {who}", "", f"{distortion:.2f} dB", None, protocol),
            Row(f"F0 of {who}: root mean square error", "", f"{pitch:.2f} semitones", None, protocol),
        ]
    return found


def stumbles(voice: Studio, speaker: str, sentences: Sequence[str], folder: Path) -> Row:
    """Sentences that skip, repeat or do not end."""
    failed = [
        text for text in sentences if stumbled(spoken(voice, speaker, text).samples, taught(speaker, text, folder))
    ]
    share = len(failed) / len(sentences)
    protocol = (
        f"{len(sentences)} sentences that training never saw, 156 hard (lone and repeated words, letters, lists,"
        f" three in one): paired with the teacher's by time warping, over {STUCK} s of ours on {MOMENT} s of the"
        f" teacher's speech or over {SKIPPED} s of the teacher's speech on {MOMENT} s of ours (0.2 s cut out of a"
        f" sentence is found, and 0.4 s said twice), or a length without the silence around it beyond {TOO_SHORT} to"
        f" {TOO_LONG} times the teacher's"
    )
    return Row(f"skips, repeats, no stop: {speaker}", f"<= {WORST:.0%}", f"{share:.1%}", share <= WORST, protocol)


def stumbled(ours: np.ndarray, teachers: np.ndarray) -> bool:
    """Whether a sentence was skipped in, repeated in, drawn out or cut off."""
    lengths = [sounding[-1][1] - sounding[0][0] for sounding in (voiced(x, SAMPLE_RATE) for x in (ours, teachers))]
    if not TOO_SHORT <= lengths[0] / lengths[1] <= TOO_LONG:
        return True
    one, two = path(*(mel_cepstra(sound)[::2] for sound in (teachers, ours)))  # every 10 ms
    speaks = mel_spoken(teachers)[::2][one]
    stuck = max(map(len, gathered(one, two, speaks)), default=0)
    skipped = max(map(len, gathered(two, one, speaks)), default=0)
    return stuck * STEP > STUCK or skipped * STEP > SKIPPED


def gathered(one: np.ndarray, two: np.ndarray, speaks: np.ndarray) -> Iterator[set[int]]:
    """The frames of ``two`` that are paired, where the teacher speaks, with each moment of ``one``."""
    for first in range(int(one[-1]) + 1):
        near = (one >= first) & (one < first + MOMENT / STEP) & speaks
        yield set(two[near].tolist())


def obeyed(speaker: str, sentences: Sequence[str]) -> list[Row]:
    """How far median pitch and length are from what was asked, in the worst of the sentences."""
    off, long = list[float](), list[float]()
    for text in sentences:
        plain = said(text, speaker)
        for semitones in PITCHES:
            ratio = median(said(text, speaker, pitch=semitones)) / median(plain)
            off.append(abs(12 * np.log2(ratio) - semitones))
        long += [abs(len(said(text, speaker, speed=rate)) * rate / len(plain) - 1) for rate in SPEEDS]
    protocol = f"`voice.speak` of {len(sentences)} sentences, the worst and the mean of them"
    return [
        Row(
            f"median pitch of {speaker}, off what was asked",
            f"<= {OFF} semitones",
            f"{max(off):.2f} semitones, mean {np.mean(off):.2f}",
            max(off) <= OFF,
            f"{protocol}; {', '.join(f'{n:+}' for n in PITCHES)} semitones",
        ),
        Row(
            f"length of {speaker}, off what was asked",
            f"<= {LONG:.0%}",
            f"{max(long):.1%}, mean {np.mean(long):.1%}",
            max(long) <= LONG,
            f"{protocol}; at speeds of {', '.join(map(str, SPEEDS))}",
        ),
    ]


def said(text: str, speaker: str, **manner: float) -> np.ndarray:
    return speak(text, voice=f"studio/{speaker}", **manner).samples  # type: ignore[arg-type]


def median(samples: np.ndarray) -> float:
    """Of its pitch, in Hz."""
    return pitch.track(samples, SAMPLE_RATE).median


def speed(voice: Studio, sentences: Sequence[str]) -> list[Row]:
    """CPU seconds per second of sound, one thread, networks loaded; and the first sound of a fresh process."""
    spoken(voice, SPEAKERS[0], sentences[0])
    began, seconds = time.process_time(), 0.0
    for text in sentences:
        seconds += float(spoken(voice, SPEAKERS[0], text).duration)
    took = (time.process_time() - began) / seconds
    protocol = f"letters to phones, Tacotron and MelGAN in NumPy, {len(sentences)} sentences"
    first = sorted(first_sound() for _ in range(5))[2]
    return [
        Row("real-time factor, one thread", f"<= {FASTEST:.2f}", f"{took:.3f}", took <= FASTEST, protocol),
        Row(
            "first sound of a text",
            f"<= {FIRST} s",
            f"{first:.2f} s",
            first <= FIRST,
            "from `voice.stream` on, median of 5 fresh processes",
        ),
    ]


def first_sound() -> float:
    """Seconds until a process that has just started has the first part of a text, imports left out."""
    return float(subprocess.run([sys.executable, "-c", STREAM], capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    common.main()
