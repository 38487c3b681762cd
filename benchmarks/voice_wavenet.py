"""WaveNet with cached states beside computing a receptive field anew for each sample: as exact, and much faster."""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from common import Row, interleaved, main

from laterna.learning.threads import torch_threads
from laterna.voice.models.wavenet import MARGIN, WaveNet
from laterna.voice.models.wavenet_cache import SILENCE, STEP
from laterna.voice.spectrum import BANDS, HOP, SAMPLE_RATE

FRAMES = 24
RTF = "CPU seconds for a second of sound, one thread, the same run"
FIRST = 2304  # samples: by then the receptive field is full


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cached", type=int, default=3200, help="samples of a round with cached states")
    parser.add_argument("--recomputed", type=int, default=16, help="samples of a round that are computed anew")
    parser.add_argument("--rounds", type=int, default=7)


def rows(chosen: argparse.Namespace) -> list[Row]:
    """How much faster, how different, and how far from real time."""
    with torch_threads(1), torch.inference_mode():
        return _rows(Sound(), chosen)


def _rows(sound: "Sound", chosen: argparse.Namespace) -> list[Row]:
    times = interleaved(
        {
            "cached": lambda: sound.cached(chosen.cached),
            "recomputed": lambda: sound.recomputed(range(FIRST, FIRST + chosen.recomputed)),
        },
        chosen.rounds,
    )
    faster = times.ratio("recomputed", "cached") * chosen.cached / chosen.recomputed
    places = range(0, FRAMES * HOP, 401)
    gap = float(np.abs(sound.cached(FRAMES * HOP)[places] - sound.recomputed(places)).max())
    protocol = (
        f"base size, {sum(map(torch.Tensor.numel, sound.network.parameters())) / 1e6:.2f}M parameters of a fresh"
        f" network, one thread; a round makes logits of {chosen.cached} samples from cached states, and of"
        f" {chosen.recomputed} from {sound.network.receptive_field} samples each; median of {chosen.rounds} rounds"
    )
    exact = f"at {len(places)} places of {FRAMES * HOP} samples, random ones"
    rtf = {
        "cached": _busy(lambda: sound.cached(SAMPLE_RATE // 4)) * 4,
        "recomputed": _busy(lambda: sound.recomputed(range(FIRST, FIRST + 16))) * SAMPLE_RATE / 16,
    }
    return [
        Row("cached, over recomputed", ">= 20x", f"{faster:.0f}x", faster >= 20, protocol),
        Row("largest difference of logits", "<= 1e-4", f"{gap:.1g}", gap <= 1e-4, exact),
        *(Row(f"RTF, {name}", "", f"{rtf[name]:.3g}", None, RTF) for name in rtf),
    ]


def _busy(call: Callable[[], object]) -> float:
    """Seconds of the processor's time that a call takes."""
    started = time.process_time()
    call()
    return time.process_time() - started


class Sound:
    """Random codes and mel frames, and the logits that a fresh network gives them in two ways."""

    def __init__(self) -> None:
        self.network, rng = WaveNet.build().eval(), np.random.default_rng(0)
        self.codes = rng.integers(0, 256, FRAMES * HOP)
        self.mel = rng.normal(-5, 2.5, (FRAMES, BANDS)).astype(np.float32)
        edges = np.pad(self.mel, ((MARGIN, MARGIN), (0, 0)), "edge")
        self.steps = self.network.conditions(torch.from_numpy(edges)[None])

    def cached(self, count: int) -> np.ndarray:
        """Logits (count, 256) of the first samples."""
        cache = self.network.cache(self.mel)
        return np.array([cache.logits(last).copy() for last in (SILENCE, *self.codes[: count - 1].tolist())])

    def recomputed(self, places: Any) -> np.ndarray:
        """Logits (places, 256), each computed from the samples of its receptive field."""
        given, found = torch.from_numpy(self.codes)[None], []
        for place in places:
            first, end = max(0, place - self.network.receptive_field) // STEP, place // STEP + 1
            seen = self.network.hidden(given[:, first * STEP : end * STEP], self.steps[first:end])
            found.append(self.network.head(seen[place - first * STEP, 0]).numpy())
        return np.array(found)


if __name__ == "__main__":
    main()
