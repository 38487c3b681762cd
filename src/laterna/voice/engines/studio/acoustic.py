"""Tacotron's answers in NumPy alone.

The network itself, and what each part of it is for, stands in ``voice/models/tacotron.py``; a test holds the two to one
another. Here it speaks without torch, whose import takes longer than the first sentence.
"""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from laterna.errors import ModelError
from laterna.learning.answering import answering
from laterna.voice.spectrum import BANDS, HOP, SAMPLE_RATE
from laterna.voice.text.phones import SYMBOLS

NAME, VERSION = "voice/tacotron", 2
BACK, AHEAD = 1, 8  # symbols by which attention may move in a step
STAYS = 7  # steps on one phone, 0.45 s, after which attention has to move
NOISE = 0.5  # of the prenet's dropout while it speaks
BEYOND = 12  # frames beyond the end that the postnet sees
SLOWEST = 0.4  # seconds a symbol, at most, before speech is cut off
QUIETEST, SPREAD = -11.5, 3.0  # log magnitudes are shifted and scaled for the network

_EPSILON = 1e-5  # of batch normalisation


class Said(NamedTuple):
    """A sentence as spectra.

    Attributes:
        mels: (T, 80) float32 log magnitudes.
        ends: (N,) frames at which each symbol ends; they never fall.
        finished: whether it ended by itself, and was not cut off.
    """

    mels: np.ndarray
    ends: np.ndarray
    finished: bool


class Acoustic:
    """The trained network.

    Args:
        weights: its tensors by name.
        speakers: their names.
    """

    def __init__(self, weights: Mapping[str, np.ndarray], speakers: Sequence[str]) -> None:
        self._w = {name: np.ascontiguousarray(tensor, np.float32) for name, tensor in weights.items()}
        self.speakers = tuple(speakers)
        self._attention, self._decoder = self._w["query.weight"].shape[1], self._w["decode.weight_hh_l0"].shape[1]
        self._made = self._w["enter.conv.weight"].shape[1]  # a frame and its detail
        self._group = len(self._w["frames.bias"]) // self._made
        recurrent = [self._w["decode.weight_ih_l0"], self._w["decode.weight_hh_l0"]]
        self._decode = np.concatenate(recurrent, 1), self._w["decode.bias_ih_l0"] + self._w["decode.bias_hh_l0"]
        self._out = np.concatenate([self._w["frames.weight"], self._w["stop.weight"]])
        self._out_bias = np.concatenate([self._w["frames.bias"], self._w["stop.bias"]])
        self._where = self._w["where.weight"]  # (keys, 2, taps)
        self._reach = self._where.shape[2] // 2

    def say(self, symbols: Sequence[str], speaker: str, *, seed: int = 0) -> Said:
        """Say a sentence.

        Args:
            symbols: of ``laterna.voice.text.phones``.
            speaker: one of ``speakers``.
            seed: of the prenet's dropout.

        Raises:
            ModelError: there is no such speaker.
        """
        if speaker not in self.speakers:
            raise ModelError(f"This voice has no speaker {speaker!r}: choose {', '.join(self.speakers)}.")
        memory = self._encoded(symbols, speaker)
        made, places, finished = self._decoded(memory, np.random.default_rng(seed))
        made = np.concatenate([made, np.repeat(made[-1:], BEYOND, 0)])  # training had silence beyond the end
        fine = self._corrected(made)[:-BEYOND] * SPREAD + QUIETEST
        return Said(fine.astype(np.float32), _ends(places, len(symbols), self._group), finished)

    def _encoded(self, symbols: Sequence[str], speaker: str) -> np.ndarray:
        """(N, memory) of what is to be said."""
        x = self._w["embed.weight"][[1 + SYMBOLS.index(symbol) for symbol in symbols]]
        for layer in self._layers("convs"):
            x = x + np.maximum(self._conv(layer, x), 0)
        there, back = self._recurrent("read", x), self._recurrent("read", x[::-1], "_reverse")[::-1]
        voice = self._w["voices.weight"][self.speakers.index(speaker)]
        return np.concatenate([there, back, np.broadcast_to(voice, (len(x), len(voice)))], 1)

    def _decoded(self, memory: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, list[int], bool]:
        """Scaled frames and their detail (T, 144), the symbol each step looked at most, whether it ended by itself."""
        count, attention, decoder = len(memory), self._attention, self._decoder
        keys = memory @ self._w["key.weight"].T + self._w["key.bias"]
        context, hidden, cell = np.zeros(memory.shape[1], np.float32), *np.zeros((2, attention), np.float32)
        state, carried = np.zeros((2, decoder), np.float32)
        last, total = np.zeros((2, count + 2 * self._reach), np.float32)  # with room for attention's view at both ends
        last[self._reach] = total[self._reach] = 1
        frame, place, stayed = np.zeros(BANDS, np.float32), 0, 0
        frames, places = list[np.ndarray](), list[int]()
        for _ in range(math.ceil(count * SLOWEST * SAMPLE_RATE / HOP / self._group)):
            gates = self._w["seen.weight"] @ self._prenet(frame, rng) + self._w["seen.bias"]
            gates += self._w["looked.weight"] @ np.concatenate([context, hidden])
            hidden, cell = lstm_cell(gates, cell)
            first, end = window(place, stayed, count)
            weights = self._attended(hidden, keys[first:end], last, total, first)
            last[:] = 0
            last[first + self._reach : end + self._reach] = weights
            total += last
            context = weights @ memory[first:end]
            before, place = place, max(place, first + int(weights.argmax()))
            stayed = stayed + 1 if place == before else 0
            seen = np.concatenate([hidden, context, state])
            state, carried = lstm_cell(self._decode[0] @ seen + self._decode[1], carried)
            *made, stop = self._out @ np.concatenate([state, context]) + self._out_bias
            if place >= count - 2 and stop > 0 and frames:  # these frames lie beyond the end, where nothing was learnt
                return np.concatenate(frames), places, True
            frames.append(np.array(made).reshape(self._group, self._made))
            frame = frames[-1][-1, :BANDS]
            places.append(place)
        return np.concatenate(frames), places, False

    def _attended(
        self, hidden: np.ndarray, keys: np.ndarray, last: np.ndarray, total: np.ndarray, first: int
    ) -> np.ndarray:
        """The weights of attention on some symbols from ``first`` on."""
        view = slice(first, first + len(keys) + 2 * self._reach)
        looked = np.stack([last[view], np.minimum(total[view], 4)])
        windows = np.lib.stride_tricks.sliding_window_view(looked, self._where.shape[2], 1)  # (2, symbols, taps)
        where = windows.transpose(1, 0, 2).reshape(len(keys), -1) @ self._where.reshape(len(self._where), -1).T
        energy = np.tanh(keys + where + self._w["query.weight"] @ hidden) @ self._w["energy"]
        weights = np.exp(energy - energy.max())
        return weights / weights.sum()

    def _prenet(self, frame: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        for layer in range(2):
            frame = self._w[f"prenet.{layer}.weight"] @ frame + self._w[f"prenet.{layer}.bias"]
            frame = dropped(np.maximum(frame, 0), rng)
        return frame

    def _corrected(self, made: np.ndarray) -> np.ndarray:
        x = np.maximum(self._conv("enter", made), 0)
        for layer in self._layers("postnet"):
            x = x + np.maximum(self._conv(layer, x), 0)
        return made[:, :BANDS] + over_time(x, self._w["correction.weight"]) + self._w["correction.bias"]

    def _layers(self, name: str) -> list[str]:
        return [key.removesuffix(".conv.weight") for key in sorted(self._w) if re.match(rf"{name}\.\d+\.conv", key)]

    def _conv(self, layer: str, x: np.ndarray) -> np.ndarray:
        """A convolution over five places, and what batch normalisation learnt."""
        norm = {name: self._w[f"{layer}.norm.{name}"] for name in ("weight", "bias", "running_mean", "running_var")}
        gain = norm["weight"] / np.sqrt(norm["running_var"] + _EPSILON)
        return over_time(x, self._w[f"{layer}.conv.weight"]) * gain + norm["bias"] - norm["running_mean"] * gain

    def _recurrent(self, layer: str, x: np.ndarray, way: str = "") -> np.ndarray:
        """An LSTM over the first axis of (N, given): (N, units)."""
        given = x @ self._w[f"{layer}.weight_ih_l0{way}"].T + self._w[f"{layer}.bias_ih_l0{way}"]
        given += self._w[f"{layer}.bias_hh_l0{way}"]
        weight = self._w[f"{layer}.weight_hh_l0{way}"]
        hidden, cell = np.zeros((2, weight.shape[1]), np.float32)
        made = np.empty((len(x), len(hidden)), np.float32)
        for row, gates in zip(made, given, strict=True):
            hidden, cell = lstm_cell(gates + weight @ hidden, cell)
            row[:] = hidden
        return made


def window(place: int, stayed: int, count: int) -> tuple[int, int]:
    """The symbols, from the first to before the end, that attention may move to from one where it has stayed so long.

    Args:
        place: how far it has come.
        stayed: for how many steps more it was there.
        count: of symbols.
    """
    stuck = stayed >= STAYS and place + 1 < count
    return place + 1 if stuck else max(0, place - BACK), min(count, place + AHEAD + 1)


def dropped(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Half of the values stronger, the others weaker, by ``NOISE``: all or nothing would be dropout."""
    return x * (1 - NOISE + 2 * NOISE * rng.integers(0, 2, len(x), np.uint8)).astype(np.float32)


def lstm_cell(gates: np.ndarray, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A step of an LSTM: hidden state and cell of (4 * units,) gates, in torch's order."""
    units = len(cell)
    enter, keep, new, leave = (gates[n * units : (n + 1) * units] for n in range(4))
    cell = _sigmoid(keep) * cell + _sigmoid(enter) * np.tanh(new)
    return _sigmoid(leave) * np.tanh(cell), cell


def over_time(x: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """A convolution of (N, given) by (made, given, taps), with nothing beyond the ends: (N, made)."""
    taps = kernels.shape[2]
    padded = np.pad(x, ((taps // 2, taps // 2), (0, 0)))
    near = np.lib.stride_tricks.sliding_window_view(padded, taps, 0)  # (N, given, taps)
    return near.reshape(len(x), -1) @ kernels.reshape(len(kernels), -1).T


def read(folder: Path) -> Acoustic:
    """The network that a folder holds.

    Raises:
        ModelError: see :func:`laterna.learning.answering.answering`.
    """
    return answering(folder, NAME, VERSION, lambda weights, config: Acoustic(weights, config.get("speakers", [""])))


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def _ends(places: Sequence[int], count: int, group: int) -> np.ndarray:
    """The frame at which each symbol ends; those that fall into one step with the next ones share its frames."""
    first = np.searchsorted(places, np.arange(count + 1), "left")  # the step that first looks at a symbol, or beyond
    first[-1] = len(places)
    anchors = np.flatnonzero((np.diff(first, prepend=-1) > 0) & (first < len(places)))
    anchors = np.append(anchors, count)
    return np.round(np.interp(np.arange(1, count + 1), anchors, first[anchors] * group)).astype(int)
