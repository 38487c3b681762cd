"""The built-in voice: how it is understood, how near it comes to its teacher, and where it stumbles.

Needs flite, whose voices are its teachers: ``apt install flite``.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import common
import numpy as np
import soundfile
from common import HERE, Row, peer_python

from laterna.learning.store import find
from laterna.voice import corpus
from laterna.voice.engines.spoken import Spoken
from laterna.voice.engines.studio import vocoder
from laterna.voice.engines.studio.engine import Studio
from laterna.voice.spectrum import SAMPLE_RATE, log_mel
from laterna.voice.warping import compared

SENTENCES, HARD = (HERE / name for name in ("voice_sentences.txt", "voice_hard_sentences.txt"))
SPEAKERS = ("rms", "slt")
POINTS = 5.0  # of word error over the teacher's
WORST = 0.01  # the share of sentences in which it may stumble
FASTEST = 0.10  # CPU seconds per second of sound
STUCK = 0.8  # seconds of one symbol
TOO_LONG, TOO_SHORT = 1.3, 0.75  # times the teacher's length


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sentences", type=int, default=200, help="of those that are recognised")
    parser.add_argument("--hard", type=int, default=500, help="of those in which it may stumble")


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
            *speed(voice, sentences[:50]),
        ]


def taught(speaker: str, text: str, folder: Path) -> np.ndarray:
    """The sentence as flite's voice says it."""
    path = folder / "taught.wav"
    corpus.flite(text, ["-voice", speaker, "-o", str(path)])
    return soundfile.read(path, dtype="float32")[0]


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
    failed = [text for text in sentences if stumbled(spoken(voice, speaker, text), len(taught(speaker, text, folder)))]
    share = len(failed) / len(sentences)
    protocol = (
        f"{len(sentences)} sentences that training never saw, 156 hard (lone and repeated words, letters, lists,"
        f" three in one): a phone of over {STUCK} s, three phones in no time, or a length beyond {TOO_SHORT} to"
        f" {TOO_LONG} times the teacher's"
    )
    return Row(f"skips, repeats, no stop: {speaker}", f"<= {WORST:.0%}", f"{share:.1%}", share <= WORST, protocol)


def stumbled(said: Spoken, teachers: int) -> bool:
    """Whether a sentence was skipped in, drawn out or cut off; ``teachers`` is its length in samples."""
    lengths = [end - start for _, start, end in said.phones]
    skipped = any(
        length == more == most == 0 for length, more, most in zip(lengths, lengths[1:], lengths[2:], strict=False)
    )
    ratio = len(said.samples) / teachers
    return max(lengths) > STUCK or skipped or not TOO_SHORT <= ratio <= TOO_LONG


def speed(voice: Studio, sentences: Sequence[str]) -> list[Row]:
    """CPU seconds per second of sound, one thread, networks loaded; and the first sound of a fresh process."""
    spoken(voice, SPEAKERS[0], sentences[0])
    began, seconds = time.process_time(), 0.0
    for text in sentences:
        seconds += float(spoken(voice, SPEAKERS[0], text).duration)
    took = (time.process_time() - began) / seconds
    protocol = f"letters to phones, Tacotron and MelGAN in NumPy, {len(sentences)} sentences"
    return [Row("real-time factor, one thread", f"<= {FASTEST:.2f}", f"{took:.3f}", took <= FASTEST, protocol)]


if __name__ == "__main__":
    common.main()
