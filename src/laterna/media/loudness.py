"""Loudness as broadcasters measure it: EBU R128 and ITU-R BS.1770, through libavfilter's ebur128."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.filter import Graph

from laterna.errors import DataError
from laterna.media.audio import Audio

_GATE = -70.0  # LUFS; the absolute gate of BS.1770, which the filter reports when nothing passed it
_STEP = Fraction(1, 10)  # seconds between momentary values


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud a sound is.

    Attributes:
        integrated: LUFS over the whole, gated; -inf where nothing of 0.4 s is louder than -70 LUFS.
        true_peak: dBTP of the loudest channel, from four-fold oversampling; -inf for silence.
        range: LU between soft and loud parts (EBU Tech 3342); 0 under 3 s.
        momentary: (seconds, LUFS) each tenth of a second, the loudness of the 0.4 s up to then; -inf where silent.
    """

    integrated: float
    true_peak: float
    range: float
    momentary: tuple[tuple[Fraction, float], ...]

    @property
    def silent(self) -> bool:
        """Nothing is loud enough to be measured."""
        return self.integrated == -math.inf

    def __str__(self) -> str:
        if self.true_peak == -math.inf:
            return "silence"
        level = "below the gate of -70 LUFS" if self.silent else f"{self.integrated:.1f} LUFS"
        return f"{level}, true peak {self.true_peak:.1f} dBTP, range {self.range:.1f} LU"

    def to_json(self) -> dict[str, Any]:
        """Numbers in dB and seconds; null stands for -inf."""
        return {
            "integrated": _finite(self.integrated),
            "true_peak": _finite(self.true_peak),
            "range": self.range,
            "momentary": [[float(time), _finite(level)] for time, level in self.momentary],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Loudness":
        """Read what :meth:`to_json` gave.

        Raises:
            DataError: a number is missing.
        """
        try:
            return cls(
                _level(data["integrated"]),
                _level(data["true_peak"]),
                float(data["range"]),
                tuple((Fraction(time).limit_denominator(10), _level(level)) for time, level in data["momentary"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"A measured loudness lacks or garbles {error}: measure it again.") from error


def loudness(audio: Audio) -> Loudness:
    """Measure how loud a sound file, or a film's sound, is: EBU R128 loudness, true peak, range and the curve."""
    return measure(audio.blocks(channels=min(2, audio.channels)), audio.sample_rate)


def measure(blocks: Iterable[np.ndarray], sample_rate: int) -> Loudness:
    """Measure blocks of (samples, channels) float32, mono or stereo, as they stream; see :func:`loudness`."""
    meter = Meter(sample_rate)
    for block in blocks:
        meter.push(block)
    return meter.finish()


class Meter:
    """Measures a sound block by block, beside whatever else is done with it.

    Args:
        sample_rate: in Hz.
        peaks: measure the true peak, which takes four times as long; else ``true_peak`` is the highest sample's.
    """

    def __init__(self, sample_rate: int, *, peaks: bool = True) -> None:
        self._rate = sample_rate
        self._peaks = peaks
        self._graph: Any = None
        self._pushed = 0
        self._sample_peak = 0.0  # the filter rounds peaks to a thousandth: faint ones vanish
        self._last: dict[str, str] = {}
        self._momentary: list[tuple[Fraction, float]] = []

    def push(self, block: np.ndarray) -> None:
        """Measure the next block, (samples, channels) float32 in -1..1."""
        if not len(block):
            return
        layout = {1: "mono", 2: "stereo"}.get(block.shape[1])
        if layout is None:
            raise DataError(f"The loudness of {block.shape[1]} channels can't be measured: mix them to stereo first.")
        if self._graph is None:
            self._graph, self._source, self._sink = self._built(layout)
            self._channels = block.shape[1]
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(block, np.float32).reshape(1, -1), format="flt", layout=layout
        )
        frame.sample_rate, frame.time_base, frame.pts = self._rate, Fraction(1, self._rate), self._pushed
        self._pushed += len(block)
        self._sample_peak = max(self._sample_peak, float(np.abs(block).max()))
        self._source.push(frame)
        self._drain()

    def finish(self) -> Loudness:
        """What was measured."""
        if self._graph is None:
            return Loudness(-math.inf, -math.inf, 0.0, ())
        heard, momentary = self._last, tuple(self._momentary)
        # The filter reports whole steps: silence fills the last one, and lets the oversampler ring out, for the peak.
        step = round(_STEP * self._rate)
        self.push(np.zeros((-self._pushed % step + step, self._channels), np.float32))
        integrated = float(heard.get("lavfi.r128.I", _GATE))
        peak = max(float(self._last.get("lavfi.r128.true_peak", 0)), self._sample_peak)
        return Loudness(
            integrated=integrated if integrated > _GATE else -math.inf,
            true_peak=20 * math.log10(peak) if peak > 0 else -math.inf,
            range=float(heard.get("lavfi.r128.LRA", 0)),
            momentary=momentary,
        )

    def _built(self, layout: str) -> tuple[Any, Any, Any]:
        graph = Graph()
        source = graph.add_abuffer(
            sample_rate=self._rate, format="flt", layout=layout, time_base=Fraction(1, self._rate)
        )
        meter = graph.add("ebur128", "metadata=1:framelog=quiet" + (":peak=true" if self._peaks else ""))
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        return graph, source, sink

    def _drain(self) -> None:
        while True:
            try:
                self._last = dict(self._sink.pull().metadata)
            except av.error.BlockingIOError:
                return
            momentary = float(self._last["lavfi.r128.M"])
            time = (len(self._momentary) + 1) * _STEP
            self._momentary.append((time, momentary if momentary > _GATE else -math.inf))


def _finite(level: float) -> float | None:
    return level if math.isfinite(level) else None


def _level(number: float | None) -> float:
    return -math.inf if number is None else float(number)
