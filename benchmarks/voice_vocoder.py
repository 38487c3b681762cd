"""The vocoder beside 60 iterations of Griffin-Lim: recordings made again from their own mel frames.

Needs flite, two of whose voices speak: ``apt install flite``.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
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

Spoken = Sequence[np.ndarray]


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sentences", type=int, default=40, help="of each of flite's voices")


def rows(chosen: argparse.Namespace) -> list[Row]:
    """Nearness, word errors, speed, and how alike the three ways to run the network are."""
    texts = SENTENCES.read_text().splitlines()[: chosen.sentences]
    ours = vocoder.read(find(NAME))
    with tempfile.TemporaryDirectory() as folder:
        said = {f"flite's {speaker}": [taught(speaker, text, Path(folder)) for text in texts] for speaker in SPEAKERS}
        said |= {"LJ Speech": unheard()} if LJSPEECH.exists() else {}
        mels = {who: [log_mel(samples) for samples in sounds] for who, sounds in said.items()}
        made = {who: [ours.speak(mel) for mel in mels[who]] for who in said}
        guessed = {who: [griffin_lim(mel) for mel in mels[who]] for who in said}
        return [
            *(row for who in said for row in nearness(who, said[who], made[who], guessed[who])),
            *(
                row
                for who in list(said)[: len(SPEAKERS)]
                for row in understood(
                    who,
                    {"": said[who], " by the network": made[who], " by Griffin-Lim": guessed[who]},
                    texts,
                    Path(folder),
                )
            ),
            *speed(ours, [mel for some in mels.values() for mel in some]),
            *alike(ours, mels["flite's rms"][:8], Path(folder)),
        ]


def unheard() -> list[np.ndarray]:
    """The recordings of LJ Speech that the bundled weights have neither learnt from nor been chosen by."""
    lines = (LJSPEECH / "metadata.csv").read_text(encoding="utf-8").splitlines()[LEARNT:]
    names = (line.partition("|")[0] for line in lines)
    return [read_speech(Recording(LJSPEECH / "wavs" / f"{name}.wav", "")) for name in names]


def nearness(who: str, said: Spoken, made: Spoken, guessed: Spoken) -> list[Row]:
    """Mel-cepstral distortion and ESTOI, paired over sentences."""
    protocol = f"{len(said)} sentences that training never saw; mean of the differences, 95% of resampled means"
    distortion, other = (
        np.array([mel_cepstral_distortion(a, b) for a, b in zip(said, sounds, strict=True)])
        for sounds in (made, guessed)
    )
    heard, others = (
        np.array([intelligibility(a, b) for a, b in zip(said, sounds, strict=True)]) for sounds in (made, guessed)
    )
    return [
        Row(
            f"mel-cepstral distortion below Griffin-Lim's, {who}",
            f">= {LESS} dB",
            f"{paired(other - distortion, 2)} dB ({distortion.mean():.2f} against {other.mean():.2f})",
            bool((other - distortion).mean() >= LESS),
            f"{protocol}; 24 coefficients, frames of 25 ms every 5 ms",
        ),
        Row(
            f"ESTOI above Griffin-Lim's, {who}",
            ">= 0",
            f"{paired(heard - others, 3)} ({heard.mean():.3f} against {others.mean():.3f})",
            bool((heard - others).mean() >= 0),
            protocol,
        ),
    ]


def paired(differences: np.ndarray, digits: int) -> str:
    """Their mean, and the interval that holds 95% of the means of resampled ones."""
    drawn = np.random.default_rng(0).choice(differences, (10_000, len(differences))).mean(1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{differences.mean():.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def understood(who: str, sounds: Mapping[str, Spoken], texts: Sequence[str], folder: Path) -> list[Row]:
    """Word errors of the voice itself and of what is made again of it."""
    protocol = f"pocketsphinx 5.1 with its own models on the same {len(texts)} sentences"
    return [
        Row(
            f"word error, {who}{how}",
            "",
            f"{word_error(list(zip(some, texts, strict=True)), folder):.1f} %",
            None,
            protocol,
        )
        for how, some in sounds.items()
    ]


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
