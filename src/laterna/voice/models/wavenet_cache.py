"""WaveNet in NumPy, one sample at a time, with nothing computed twice (Fast WaveNet, Paine et al. 2016).

A layer of dilation d adds a product of its input now to one of its input d samples ago. The latter is known d samples
ahead, so it is computed for up to 16 samples at once, with their condition; a sample then costs two products of a
matrix and a vector in each layer. All memory is reserved beforehand, and a sample is a chain of some hundred calls of
NumPy upon the same views each time: what counts is how few they are.
"""

from collections.abc import Mapping, Sequence

import numpy as np

VALUES, SILENCE = 256, 128  # of the mu-law scale; the value of a sample of zero
STEP = 16  # samples with one condition

_CHUNK = 64  # steps whose conditions are multiplied out together
_LEAST = 1e-12  # of an exponential variate, whose logarithm is taken


class Cache:
    """The state of one sound that is being made.

    Args:
        tensors: the weights of a ``laterna.voice.models.wavenet.WaveNet``.
        dilations: of its layers, powers of two.
        conditions: (N / 16, conditions) float32, one for each 16 samples of the sound.
    """

    def __init__(self, tensors: Mapping[str, np.ndarray], dilations: Sequence[int], conditions: np.ndarray) -> None:
        def weights(kind: str) -> np.ndarray:
            return np.stack([tensors[f"layers.{index}.{kind}.weight"].T for index in range(len(dilations))])

        depth, self._embed = len(dilations), tensors["embed.weight"]
        self._channels = channels = self._embed.shape[1]
        # Halved: 2 * logistic(x) - 1 is the hyperbolic tangent of half of x.
        kinds = ("now", "past", "condition", "out")
        self._now, self._past, self._told, self._out = (weights(kind) / 2 for kind in kinds)
        self._biases = np.stack([tensors[f"layers.{index}.now.bias"] for index in range(depth)]) / 2
        self._rows = np.zeros((depth + 1, STEP, 2 * channels), np.float32)  # inputs of layers | skips so far
        self._rows[0, :, channels:] = tensors["bias"]
        self._ahead = np.zeros((depth, STEP, 2 * channels), np.float32)  # what is known of the sums at the gates
        self._history = {i: np.zeros((d, channels), np.float32) for i, d in enumerate(dilations) if d > STEP}
        self._given, self._chunk = conditions, np.zeros((depth, 0, 2 * channels), np.float32)
        self._condition = np.zeros((depth, 2 * channels), np.float32)
        self._sums, self._gated = np.zeros(2 * channels, np.float32), np.zeros(channels, np.float32)
        self._added = np.zeros(2 * channels, np.float32)
        self._due = [self._short(dilations, place) for place in range(STEP)]
        self._chains = [self._chain(depth, place) for place in range(STEP)]
        self._head = _Head(tensors)
        self._time, self._last = 0, SILENCE

    def sample(self, count: int, *, seed: int, temperature: float = 1.0) -> np.ndarray:
        """The next ``count`` values (count,) uint8 of the sound, drawn by their probabilities."""
        rng, codes = np.random.default_rng(seed), np.empty(count, np.uint8)
        for first in range(0, count, STEP):
            drawn = np.maximum(rng.standard_exponential((STEP, VALUES), np.float32), _LEAST)
            noise = np.float32(-temperature) * np.log(drawn)  # Gumbel's: the highest sum is a fair draw
            for place in range(first, min(first + STEP, count)):
                self._last = int((self.logits(self._last) + noise[place - first]).argmax())
                codes[place] = self._last
        return codes

    def logits(self, last: int) -> np.ndarray:
        """Logits (256,) of the next sample, given the last one (``SILENCE`` before the first); overwritten by a call.

        Raises:
            IndexError: the sound is over.
        """
        place = self._time % STEP
        if place == 0:
            self._begin()
        for past, weights, condition, ahead in self._due[place]:
            np.matmul(past, weights, ahead)
            np.add(ahead, condition, ahead)
        self._rows[0, place, : self._channels] = self._embed[last]
        sums, gated, added = self._sums, self._gated, self._added
        content, gate = sums[: self._channels], sums[self._channels :]
        for x, now, ahead, out, row, following in self._chains[place]:
            np.dot(x, now, sums)
            np.add(sums, ahead, sums)
            np.tanh(sums, sums)
            np.multiply(content, gate, gated)
            np.add(gated, content, gated)
            np.dot(gated, out, added)
            np.add(row, added, following)
        self._time += 1
        return self._head(self._rows[-1, place, self._channels :])

    def _begin(self) -> None:
        """Turn to the next 16 samples: their condition, and what layers of long dilations know of them already."""
        step = self._time // STEP
        if step % _CHUNK == 0:
            self._chunk = self._given[step : step + _CHUNK] @ self._told + self._biases[:, None]
        self._condition[:] = self._chunk[:, step % _CHUNK]
        for index, history in self._history.items():
            before, now = (time % len(history) for time in (self._time - STEP, self._time))
            history[before : before + STEP] = self._rows[index, :, : self._channels]
            np.matmul(history[now : now + STEP], self._past[index], self._ahead[index])
            self._ahead[index] += self._condition[index]

    def _short(self, dilations: Sequence[int], place: int) -> list[tuple[np.ndarray, ...]]:
        """What is done at a place of 16 for layers that know less than 16 samples ahead, or just as many."""
        found: list[tuple[np.ndarray, ...]] = []
        for index, dilation in enumerate(dilations):
            if dilation <= STEP and place % dilation == 0:
                first = (place - dilation) % STEP
                past = self._rows[index, first : first + dilation, : self._channels]
                ahead = self._ahead[index, place : place + dilation]
                found.append((past, self._past[index], self._condition[index], ahead))
        return found

    def _chain(self, depth: int, place: int) -> list[tuple[np.ndarray, ...]]:
        """What each layer reads and writes at a place of 16."""
        rows, ahead = self._rows[:, place], self._ahead[:, place]
        return [
            (rows[i, : self._channels], self._now[i], ahead[i], self._out[i], rows[i], rows[i + 1])
            for i in range(depth)
        ]


class _Head:
    """From the sum of the skip connections to logits."""

    def __init__(self, tensors: Mapping[str, np.ndarray]) -> None:
        self._hidden = np.ascontiguousarray(tensors["head.1.weight"].T)
        self._bias, self._last = tensors["head.1.bias"], tensors["head.3.bias"]
        self._zero, self._heard, self._seen = np.zeros((3, len(self._bias)), np.float32)
        self._logits = np.zeros(VALUES, np.float32)
        # In halves: for larger products OpenBLAS wakes up other threads, which takes longer than the product.
        halves = np.split(tensors["head.3.weight"].T, 2, axis=1)
        self._halves = [*zip(map(np.ascontiguousarray, halves), np.split(self._logits, 2), strict=True)]

    def __call__(self, total: np.ndarray) -> np.ndarray:
        heard, seen = self._heard, self._seen
        np.maximum(total, self._zero, out=heard)
        np.dot(heard, self._hidden, seen)
        np.add(seen, self._bias, seen)
        np.maximum(seen, self._zero, out=seen)
        for matrix, part in self._halves:
            np.dot(seen, matrix, part)
        return np.add(self._logits, self._last, self._logits)
