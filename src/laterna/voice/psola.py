"""Speech taken apart into its periods and laid together again, nearer to one another or further apart, more or fewer.

TD-PSOLA (Moulines and Charpentier 1990). A grain of a voiced sound is cut about its pulse and laid where the new pitch
has one. Noise has no pulses: it is copied as it stands where the speed is kept. Else its grains are taken from about
their place at random and turned round in time by turns, so that none is heard again after the same time, which would
buzz; and a burst is copied once, whole.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from laterna.voice.pitch import STEP, Pitch

_NOISE = 0.008  # seconds from one grain of noise to the next
_WHOLE = 2.5  # grains on either side of a burst, and beside a voiced stretch, are copied as they stand
_BURST = 8.0  # how many times the power before it a burst has
_AUDIBLE = 0.02  # of the greatest sample
_PHASES = 4  # parts of a sample to which grains are laid
_TAPS = 12  # of the filters that shift by such parts
_REACH = 0.3  # of a period: how far the next pulse may be from where the pitch has it
_LONGEST = 1 / 30  # seconds from pulse to pulse
_STEADY = 0.01  # seconds over which loudness is measured
_MOST_GAIN = 2.0


class Pulses(NamedTuple):
    """The pulses of a voiced stretch: their places and the periods about them, in samples; both (pulses,) float64."""

    places: np.ndarray
    periods: np.ndarray


class _Grain(NamedTuple):
    """A grain, in samples: where its middle is laid, where that is taken from, and how far a voiced one reaches."""

    to: float
    source: float
    before: float = np.inf  # to the pulses beside it where it is taken from
    after: float = np.inf
    turned: bool = False  # in time

    @property
    def voiced(self) -> bool:
        return self.before < np.inf


def pulses(samples: np.ndarray, sample_rate: int, pitch: Pitch) -> list[Pulses]:
    """Where the periods of a voice are: one place in each, about its loudest moment, alike from each to the next."""
    found = []
    total = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    for first, end in pitch.stretches():
        times = np.arange(first, end) * STEP * sample_rate
        periods = sample_rate / pitch.hertz[first:end]
        places = _walk(samples, total, times, periods)
        if len(places) > 1:
            gaps = np.diff(places)
            found.append(Pulses(places, np.concatenate([gaps[:1], (gaps[:-1] + gaps[1:]) / 2, gaps[-1:]])))
    return found


def _walk(samples: np.ndarray, total: np.ndarray, times: np.ndarray, periods: np.ndarray) -> np.ndarray:
    """From the loudest pulse of a stretch to either end of it, period by period."""
    first, last = max(int(times[0]), 0), min(int(times[-1]), len(samples) - 1)
    if last - first < periods[0]:
        return np.zeros(0)
    start = float(first + np.argmax(np.abs(samples[first : last + 1])))
    ahead = list(_steps(samples, total, times, periods, start, 1))
    behind = list(_steps(samples, total, times, periods, start, -1))
    return np.array([*behind[::-1], start, *ahead])


def _steps(
    samples: np.ndarray, total: np.ndarray, times: np.ndarray, periods: np.ndarray, start: float, side: int
) -> Iterator[float]:
    """The pulses on one side of ``start``: each where the sound is most like that about the one before."""
    place = start
    while True:
        period = float(np.interp(place, times, periods))
        half, at = int(period / 2) + 1, round(place)
        near, far = int(period * (1 - _REACH)), int(period * (1 + _REACH)) + 1
        low = at + (near if side > 0 else -far)
        count = far - near + 1
        if not times[0] <= place + side * period <= times[-1]:
            return
        if low - half < 0 or low + count + half > len(samples) or at - half < 0 or at + half > len(samples):
            return
        alike = np.correlate(samples[low - half : low + count + half - 1], samples[at - half : at + half], "valid")
        power = total[low + half : low + count + half] - total[low - half : low + count - half]
        alike = alike / np.sqrt(power * (total[at + half] - total[at - half]) + 1e-9)
        best = int(alike.argmax())
        shift = 0.0
        if 0 < best < count - 1:
            before, here, after = alike[best - 1 : best + 2]
            shift = float((before - after) / (2 * min(before - 2 * here + after, -1e-9)))
        place += low - at + best + shift
        yield place


def relaid(
    samples: np.ndarray,
    sample_rate: int,
    stretches: Sequence[Pulses],
    factors: Sequence[np.ndarray],
    speed: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Speech at another pitch and speed, ``round(len(samples) / speed)`` samples long.

    Args:
        samples: mono float32.
        sample_rate: in Hz.
        stretches: the pulses of its voiced stretches, in order.
        factors: for each stretch, by which its pitch is multiplied at each pulse.
        speed: above 1 is quicker.
        rng: chooses where noise is taken from.
    """
    grains = _grains(samples, sample_rate, stretches, factors, speed, rng)
    margin = round(2 * _LONGEST * sample_rate)
    shifted = [np.pad(_shifted(samples, phase / _PHASES), margin) for phase in range(_PHASES)]
    length = round(len(samples) / speed)
    made = np.zeros(length + 2 * margin, np.float32)
    for before, grain, after in zip([None, *grains], grains, [*grains[1:], None], strict=False):
        _lay(made, shifted, margin, grain, before, after)
    made = made[margin : margin + length]
    voiced = [(one.places[0] / speed, one.places[-1] / speed) for one in stretches]
    return made * _gains(samples, made, sample_rate, speed, voiced)


def _grains(
    samples: np.ndarray,
    sample_rate: int,
    stretches: Sequence[Pulses],
    factors: Sequence[np.ndarray],
    speed: float,
    rng: np.random.Generator,
) -> list[_Grain]:
    """All grains, in order of where they are laid."""
    grains: list[_Grain] = []
    time, source = 0.0, 0.0
    for stretch, factor in zip(stretches, factors, strict=True):
        start = stretch.places[0]
        grains += _noise(samples, sample_rate, (time, start / speed), (source, start), speed, rng)
        grains += _voiced(stretch, stretch.periods / factor, speed, sample_rate * _LONGEST)
        time, source = grains[-1].to + stretch.periods[-1] / factor[-1], stretch.places[-1]
    end = len(samples)
    grains += _noise(samples, sample_rate, (min(time, end / speed), end / speed), (source, end), speed, rng)
    return [*grains, _Grain(end / speed, end)]


def _voiced(stretch: Pulses, periods: np.ndarray, speed: float, longest: float) -> Iterator[_Grain]:
    """Grains of a voiced stretch, ``periods`` apart, each of the pulse that is nearest in time."""
    places = stretch.places
    gaps = np.diff(places)
    before, after = np.concatenate([gaps[:1], gaps]), np.concatenate([gaps, gaps[-1:]])
    middles = ((places[1:] + places[:-1]) / 2).tolist()
    to, end = places[0] / speed, places[-1] / speed
    while to <= end + 0.5:
        index = bisect_right(middles, to * speed)
        yield _Grain(to, places[index], before[index], after[index])
        period = float(np.interp(to * speed, places, periods))
        to += min(float(np.interp((to + period / 2) * speed, places, periods)), longest)


def _noise(
    samples: np.ndarray,
    sample_rate: int,
    to: tuple[float, float],
    source: tuple[float, float],
    speed: float,
    rng: np.random.Generator,
) -> Iterator[_Grain]:
    """Grains between two voiced stretches, from ``to[0]`` up to ``to[1]``, of the sound between ``source``'s two."""
    size = _NOISE * sample_rate
    count = max(1, round((to[1] - to[0]) / size))
    times = to[0] + (to[1] - to[0]) / count * np.arange(count)
    if speed == 1 or source[1] - source[0] < 3 * size:
        yield from (_Grain(time, time * speed) for time in times)
        return
    bursts = _bursts(samples, sample_rate, *source)
    anchors = [(source[0], to[0]), *((burst, burst / speed) for burst in bursts), (source[1], to[1])]
    for index, time in enumerate(times):
        near, heard = min(anchors, key=lambda anchor: abs(anchor[1] - time))
        low = max(place for place, moment in anchors if moment <= time) + 2 * size
        high = min(place for place, moment in anchors if moment > time) - 2 * size
        if abs(heard - time) < _WHOLE * size or low > high:
            yield _Grain(time, near + time - heard)
        else:
            place = time * speed + rng.uniform(-size / 2, size / 2)
            yield _Grain(time, min(max(place, low), high), turned=index % 2 == 1)


def _bursts(samples: np.ndarray, sample_rate: int, first: float, end: float) -> list[float]:
    """Where noise breaks out of silence: the releases of stops."""
    hop = max(1, round(0.002 * sample_rate))
    part = samples[round(first) : round(end)]
    power = np.square(part[: len(part) // hop * hop]).reshape(-1, hop).mean(1)
    if len(power) < 8:
        return []
    total = np.concatenate([[0], np.cumsum(power)])
    middle = np.arange(4, len(power) - 3)
    rise = (total[middle + 2] - total[middle]) / 2 / ((total[middle] - total[middle - 4]) / 4 + 1e-9)
    loud = total[middle + 2] - total[middle] > 2 * np.square(_AUDIBLE * np.abs(samples).max())
    peak = (rise > _BURST) & loud & (rise >= np.maximum(np.append(rise[1:], 0), np.append(0, rise[:-1])))
    return [first + float(place) * hop for place in middle[peak]]


def _lay(
    made: np.ndarray,
    shifted: Sequence[np.ndarray],
    margin: int,
    grain: _Grain,
    before: _Grain | None,
    after: _Grain | None,
) -> None:
    """Add a grain to what is made, faded in from its neighbour before and out to that after."""
    rise = grain.to - before.to if before else 0.0
    fall = after.to - grain.to if after else 0.0
    if before and before.voiced and grain.voiced:
        rise = min(rise, grain.before)
    if after and after.voiced and grain.voiced:
        fall = min(fall, grain.after)
    first, end = int(np.ceil(grain.to - rise)), int(np.floor(grain.to + fall)) + 1
    if grain.turned:
        last = round(grain.source + grain.to) - first + margin
        part = shifted[0][last - (end - first) + 1 : last + 1][::-1]
    else:
        whole, phase = divmod(round((grain.source - grain.to) * _PHASES), _PHASES)
        part = shifted[phase][first + whole + margin : end + whole + margin]
    away = np.arange(first, end) - grain.to
    curve = np.where(away < 0, 1 + away / max(rise, 1e-9), 1 - away / max(fall, 1e-9)) * (np.pi / 2)
    fade = np.sin(np.clip(curve, 0, np.pi / 2))
    middle = max(0, min(end - first, int(np.ceil(grain.to)) - first))
    if not (before and _strange(before, grain)):
        fade[:middle] **= 2
    if not (after and _strange(grain, after)):
        fade[middle:] **= 2
    made[first + margin : end + margin] += part * fade.astype(np.float32)


def _strange(one: _Grain, other: _Grain) -> bool:
    """Whether two grains are noise that has nothing to do with one another: then their powers add up."""
    if one.voiced or other.voiced:
        return False
    return one.turned or other.turned or abs((one.source - one.to) - (other.source - other.to)) > 0.5


def _shifted(samples: np.ndarray, by: float) -> np.ndarray:
    """The sound between its samples: at each, what it is ``by`` samples later."""
    if by == 0:
        return samples
    at = np.arange(-_TAPS // 2 + 1, _TAPS // 2 + 1) - by
    taps = np.sinc(at) * np.cos(np.pi * at / (_TAPS + 2)) ** 2
    return np.convolve(samples, (taps / taps.sum())[::-1].astype(np.float32))[_TAPS // 2 :][: len(samples)]


def _gains(
    samples: np.ndarray, made: np.ndarray, sample_rate: int, speed: float, voiced: Sequence[tuple[float, float]]
) -> np.ndarray:
    """What keeps voiced sounds as loud as they were, however many periods they now have."""
    hop = _STEADY * sample_rate
    times = np.arange(0, len(made) + hop, hop)
    gains = np.ones(len(times))
    inside = np.zeros(len(times), bool)
    for first, end in voiced:
        inside |= (times >= first) & (times <= end)
    was, now = _powers(samples, times * speed, hop * max(1, speed)), _powers(made, times, hop * max(1, 1 / speed))
    gains[inside] = np.clip(np.sqrt(was[inside] / np.maximum(now[inside], 1e-12)), 1 / _MOST_GAIN, _MOST_GAIN)
    return np.interp(np.arange(len(made)), times, gains).astype(np.float32)


def _powers(samples: np.ndarray, times: np.ndarray, reach: float) -> np.ndarray:
    """The mean square about each time, as far as ``reach`` samples to either side."""
    total = np.concatenate([[0], np.cumsum(np.square(samples, dtype=np.float64))])
    first = np.clip(np.round(times - reach), 0, len(samples)).astype(int)
    end = np.clip(np.round(times + reach), 0, len(samples)).astype(int)
    return (total[end] - total[first]) / np.maximum(end - first, 1)
