"""The vocoder beside 60 iterations of Griffin-Lim: recordings made again from their own mel frames.

Needs flite, two of whose voices speak: ``apt install flite``.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import common
import numpy as np
from common import HERE, Row
from voice import SENTENCES, SPEAKERS, taught, word_error

from laterna.learning import load
from laterna.learning.store import find
from laterna.learning.threads import torch_threads
from laterna.voice.engines.studio import vocoder
from laterna.voice.manifest import Row as Recording
from laterna.voice.manifest import read_speech
from laterna.voice.metrics import intelligibility, mel_cepstral_distortion
from laterna.voice.spectrum import HOP, SAMPLE_RATE, griffin_lim, log_mel

NAME = "voice/melgan"
LJSPEECH = HERE.parent.parent / "shared" / "data" / "ljspeech"
LEARNT = 12  # sentences of LJ Speech that the bundled weights have learnt from: the first ones
LESS, FASTEST, SAME = 0.5, 0.03, 1e-4  # dB; CPU seconds per second of sound; difference of samples


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sentences", type=int, default=40, help="of each of flite's voices")


@dataclass(frozen=True, slots=True)
class Voice:
    """Recordings, what the network and Griffin-Lim make of their mel frames, and what is said, where that is known."""

    who: str
    said: Sequence[np.ndarray]
    made: Sequence[np.ndarray]
    guessed: Sequence[np.ndarray]
    texts: Sequence[str] = ()


def rows(chosen: argparse.Namespace) -> list[Row]:
    """Nearness, word errors, speed, and how alike the three ways to run the network are."""
    texts, ours = SENTENCES.read_text().splitlines()[: chosen.sentences], vocoder.read(find(NAME))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        said = {f"flite's {speaker}": [taught(speaker, text, folder) for text in texts] for speaker in SPEAKERS}
        voices = [voice(ours, who, sounds, texts) for who, sounds in said.items()]
        voices += [voice(ours, "LJ Speech", unheard())] if LJSPEECH.exists() else []
        mels = [log_mel(samples) for one in voices for samples in one.said]
        return [
            *(row for one in voices for row in nearness(one)),
            *(row for one in voices if one.texts for row in understood(one, folder)),
            *speed(ours, mels),
            *alike(ours, mels[:8], folder),
        ]


def voice(ours: vocoder.Vocoder, who: str, said: Sequence[np.ndarray], texts: Sequence[str] = ()) -> Voice:
    mels = [log_mel(samples) for samples in said]
    return Voice(who, said, [ours.speak(mel) for mel in mels], [griffin_lim(mel) for mel in mels], texts)


def unheard() -> list[np.ndarray]:
    """The recordings of LJ Speech that the bundled weights have neither learnt from nor been chosen by."""
    lines = (LJSPEECH / "metadata.csv").read_text(encoding="utf-8").splitlines()[LEARNT:]
    names = (line.partition("|")[0] for line in lines)
    return [read_speech(Recording(LJSPEECH / "wavs" / f"{name}.wav", "")) for name in names]


def nearness(voice: Voice) -> list[Row]:
    """Mel-cepstral distortion and ESTOI, paired over sentences."""
    protocol = f"{len(voice.said)} sentences that training never saw; mean difference, and 95% of resampled means"
    far, farther = (judged(mel_cepstral_distortion, voice, sounds) for sounds in (voice.made, voice.guessed))
    clear, clearer = (judged(intelligibility, voice, sounds) for sounds in (voice.made, voice.guessed))
    return [
        Row(
            f"mel-cepstral distortion below Griffin-Lim's, {voice.who}",
            f">= {LESS} dB",
            f"{paired(farther - far, 2)} dB ({far.mean():.2f} against {farther.mean():.2f})",
            bool((farther - far).mean() >= LESS),
            f"{protocol}; 24 coefficients, frames of 25 ms every 5 ms",
        ),
        Row(
            f"ESTOI above Griffin-Lim's, {voice.who}",
            ">= 0",
            f"{paired(clear - clearer, 3)} ({clear.mean():.3f} against {clearer.mean():.3f})",
            bool((clear - clearer).mean() >= 0),
            protocol,
        ),
    ]


def judged(judge: Callable[[np.ndarray, np.ndarray], float], voice: Voice, sounds: Sequence[np.ndarray]) -> np.ndarray:
    """A figure for each sentence."""
    return np.array([judge(one, other) for one, other in zip(voice.said, sounds, strict=True)])


def paired(differences: np.ndarray, digits: int) -> str:
    """Their mean, and the interval that holds 95% of the means of resampled ones."""
    drawn = np.random.default_rng(0).choice(differences, (10_000, len(differences))).mean(1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{differences.mean():.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def understood(voice: Voice, folder: Path) -> list[Row]:
    """Word errors of the voice itself and of what is made again of it."""
    protocol = f"pocketsphinx 5.1 with its own models on the same {len(voice.texts)} sentences"
    ways = {"": voice.said, " by the network": voice.made, " by Griffin-Lim": voice.guessed}
    errors = {how: word_error(list(zip(sounds, voice.texts, strict=True)), folder) for how, sounds in ways.items()}
    return [Row(f"word error, {voice.who}{how}", "", f"{error:.1f} %", None, protocol) for how, error in errors.items()]


def speed(ours: vocoder.Vocoder, mels: Sequence[np.ndarray]) -> list[Row]:
    """Real-time factors."""
    protocol = f"CPU seconds per second of sound in NumPy, one thread, {len(mels)} sentences"
    network, guess = (busy(speak, mels) for speak in (ours.speak, griffin_lim))
    return [
        Row("real-time factor of the network", f"<= {FASTEST}", f"{network:.4f}", network <= FASTEST, protocol),
        Row("real-time factor of Griffin-Lim", "", f"{guess:.4f}", None, protocol),
    ]


def busy(speak: Callable[[np.ndarray], np.ndarray], mels: Sequence[np.ndarray]) -> float:
    speak(mels[0])
    began = time.process_time()
    for mel in mels:
        speak(mel)
    return (time.process_time() - began) / (sum(map(len, mels)) * HOP / SAMPLE_RATE)


def alike(ours: vocoder.Vocoder, mels: Sequence[np.ndarray], folder: Path) -> list[Row]:
    """How far the network without torch, and as ONNX, is from the one in torch."""
    import onnxruntime

    network = load(NAME)
    with torch_threads(1):
        network.export(folder / "melgan.onnx")
        wanted = [network.speak(mel) for mel in mels]  # type: ignore[operator]
    session = onnxruntime.InferenceSession(folder / "melgan.onnx", providers=["CPUExecutionProvider"])
    ways = {"in NumPy": ours.speak, "as ONNX": partial(exported, session)}
    gaps = {
        how: max(float(np.abs(speak(mel) - a).max()) for mel, a in zip(mels, wanted, strict=True))
        for how, speak in ways.items()
    }
    protocol = f"largest difference of samples from torch's, {len(mels)} sentences of different lengths"
    return [Row(f"the network {how}", f"<= {SAME:g}", f"{gap:.1g}", gap <= SAME, protocol) for how, gap in gaps.items()]


def exported(session: "onnxruntime.InferenceSession", mel: np.ndarray) -> np.ndarray:  # noqa: F821
    return np.asarray(session.run(None, {"mel": mel[None]})[0][0])


if __name__ == "__main__":
    common.main()
