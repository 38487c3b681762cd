"""Location sound, synthesised: air, weather, night and morning, steps in time with the feet, voices without words."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from laterna.theatre.actors import gesture
from laterna.theatre.actors.actor import Actor
from laterna.theatre.take import Take, heard

SAMPLE_RATE = 48_000
_TARGET = -30.0  # LUFS, about what a recordist leaves
_PEAK = 0.5
_FADE = 0.012  # seconds


def location_sound(take: Take) -> np.ndarray:
    """The sound of a take: (samples, 2) float32, about -30 LUFS, without a click at either end.

    Only as long as the take, at 48 kHz; the same take gives the same samples.
    """
    seconds = take.scene.seconds
    rng = np.random.default_rng((*take.scene.seed, 3))
    desk = _Desk(round(seconds * SAMPLE_RATE), rng)
    _air(desk, take)
    for maker in _ambience(take):
        maker(desk)
    _steps(desk, take)
    _voices(desk, take)
    _thunder(desk, take)
    return _mastered(desk.mix, float(rng.normal(0, 1.2)))


@dataclass
class _Desk:
    """Where sounds are mixed, in stereo."""

    samples: int
    rng: np.random.Generator

    def __post_init__(self) -> None:
        self.mix = np.zeros((self.samples, 2))
        self.time = np.arange(self.samples) / SAMPLE_RATE

    def bed(self, shape: Callable[[np.ndarray], np.ndarray], gain: float, swell: np.ndarray | float = 1.0) -> None:
        """Lay noise under everything; ``shape`` gives its amplitude by frequency in Hz."""
        for channel in (0, 1):
            self.mix[:, channel] += gain * swell * _noise(self.samples, shape, self.rng)

    def add(self, sound: np.ndarray, time: float, gain: float, pan: float = 0.0) -> None:
        """Put a mono sound at a time; ``pan`` is -1 left to 1 right."""
        start = round(time * SAMPLE_RATE)
        first, last = max(0, start), min(self.samples, start + len(sound))
        if first >= last:
            return
        part = gain * sound[first - start : last - start]
        angle = (np.clip(pan, -1, 1) + 1) * np.pi / 4
        self.mix[first:last, 0] += part * np.cos(angle)
        self.mix[first:last, 1] += part * np.sin(angle)

    def slow(self, speed: float, low: float = 0.0) -> np.ndarray:
        """A slow curve between ``low`` and 1, at about ``speed`` changes a second."""
        knots = int(self.samples / SAMPLE_RATE * speed) + 4
        place = np.linspace(0, knots - 3.001, self.samples) + self.rng.random()
        values = self.rng.random(knots)
        cell = place.astype(int)
        share = place - cell
        share = share * share * (3 - 2 * share)
        return low + (1 - low) * (values[cell] * (1 - share) + values[cell + 1] * share)


def _noise(samples: int, shape: Callable[[np.ndarray], np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Noise of unit power with a spectrum; it runs on past its ends, so that none of them clicks."""
    size = 1 << max(10, (samples - 1).bit_length())
    frequency = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    spectrum = (rng.standard_normal(len(frequency)) + 1j * rng.standard_normal(len(frequency))) * shape(frequency)
    wave = np.fft.irfft(spectrum, size)[:samples]
    return wave / max(1e-9, float(np.sqrt(np.mean(wave * wave))))


def _band(low: float, high: float, order: float = 2.0) -> Callable[[np.ndarray], np.ndarray]:
    """A band between two frequencies, with soft edges."""
    return lambda f: 1 / (1 + (low / np.maximum(f, 1)) ** order) / (1 + (f / high) ** order)


def _air(desk: _Desk, take: Take) -> None:
    """No place is silent: a low wash, and the wind as strong as it blows."""
    wind = abs(take.scene.setting.wind)
    desk.bed(_band(60, 260), 0.011)
    strength = 0.02 + 0.16 * wind + (0.05 if take.scene.setting.weather in ("dust", "snow") else 0.0)
    desk.bed(_band(150, 520), strength, desk.slow(0.6, 0.25))
    desk.bed(_band(700, 1600, 3), 0.4 * strength, desk.slow(0.9, 0.05) ** 2)


def _ambience(take: Take) -> list[Callable[[_Desk], None]]:
    setting = take.scene.setting
    makers: list[Callable[[_Desk], None]] = []
    if setting.weather == "rain":
        makers.append(_rain)
    if setting.place in ("harbour", "lake"):
        makers.append(_waves if setting.place == "harbour" else _ripples)
    quiet = setting.weather in ("clear", "fog", "wind")
    if setting.daytime == "night" and quiet and setting.place not in ("harbour", "rooftops"):
        makers.append(_crickets)
    if setting.daytime in ("dawn", "day") and quiet and setting.place not in ("desert", "harbour"):
        makers.append(_birds)
    if setting.place in ("rooftops", "village"):
        makers.append(_bell)
    return makers


def _rain(desk: _Desk) -> None:
    desk.bed(_band(900, 7000, 2), 0.1, desk.slow(0.4, 0.75))
    count = int(34 * desk.samples / SAMPLE_RATE)
    for time, tone, pan in zip(
        desk.rng.uniform(0, desk.samples / SAMPLE_RATE, count),
        desk.rng.uniform(1200, 5200, count),
        desk.rng.uniform(-1, 1, count),
        strict=True,
    ):
        desk.add(_ping(tone, 0.018), time, 0.05, pan)


def _ping(tone: float, seconds: float) -> np.ndarray:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.sin(2 * np.pi * tone * t) * np.exp(-t / (seconds / 5)) * np.minimum(1, t / 0.001)


def _waves(desk: _Desk) -> None:
    swell = np.sin(2 * np.pi * 0.14 * desk.time + desk.rng.uniform(0, 6)) * 0.5 + 0.5
    desk.bed(_band(120, 900, 2), 0.1, 0.25 + 0.75 * swell**2)
    desk.bed(_band(1500, 6000, 2), 0.035, swell**4)


def _ripples(desk: _Desk) -> None:
    desk.bed(_band(350, 1500, 3), 0.03, desk.slow(2.2, 0.1) ** 2)


def _crickets(desk: _Desk) -> None:
    for _ in range(int(desk.rng.integers(2, 4))):
        tone, pulse = desk.rng.uniform(3900, 5000), desk.rng.uniform(24, 34)
        chirp = np.clip(np.sin(2 * np.pi * desk.rng.uniform(1.1, 2.2) * desk.time + desk.rng.uniform(0, 6)) * 3, 0, 1)
        envelope = chirp * (0.5 - 0.5 * np.cos(2 * np.pi * pulse * desk.time))
        desk.add(
            envelope * np.sin(2 * np.pi * tone * desk.time),
            0.0,
            desk.rng.uniform(0.008, 0.022),
            desk.rng.uniform(-0.9, 0.9),
        )


def _birds(desk: _Desk) -> None:
    seconds = desk.samples / SAMPLE_RATE
    for _ in range(int(desk.rng.poisson(0.8 * seconds))):
        start, pan, gain = desk.rng.uniform(-0.2, seconds), desk.rng.uniform(-1, 1), desk.rng.uniform(0.01, 0.05)
        tone, rise = desk.rng.uniform(2300, 4300), desk.rng.uniform(-0.5, 0.7)
        for note in range(int(desk.rng.integers(1, 6))):
            desk.add(_tweet(tone * (1 + 0.08 * desk.rng.normal()), rise), start + 0.13 * note, gain, pan)


def _tweet(tone: float, rise: float) -> np.ndarray:
    t = np.arange(round(0.11 * SAMPLE_RATE)) / (0.11 * SAMPLE_RATE)
    pitch = tone * (1 + rise * 0.4 * t + 0.05 * np.sin(2 * np.pi * 3 * t))
    return np.sin(2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE) * np.sin(np.pi * t) ** 2


def _bell(desk: _Desk) -> None:
    """A church bell far away, once in a while."""
    if desk.rng.random() > 0.45:
        return
    tone, t = desk.rng.uniform(300, 520), np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
    strike = sum(
        weight * np.sin(2 * np.pi * tone * ratio * t) * np.exp(-t * (0.7 + 0.9 * ratio))
        for ratio, weight in ((0.5, 0.5), (1, 1), (1.19, 0.6), (1.5, 0.4), (2.0, 0.5), (2.74, 0.2))
    )
    for k in range(int(desk.rng.integers(1, 4))):
        desk.add(strike * np.minimum(1, t / 0.006), desk.rng.uniform(0, 1.5) + 1.7 * k, 0.012, 0.4)


_GROUNDS: dict[str, tuple[float, float, float, float]] = {  # thump Hz, scuff from and to Hz, scuff share
    "grass": (85, 700, 3200, 0.5),
    "gravel": (95, 1500, 6500, 0.95),
    "leaves": (80, 1800, 7500, 0.9),
    "stone": (150, 900, 3800, 0.4),
    "sand": (70, 500, 2200, 0.75),
    "wood": (120, 350, 1600, 0.35),
    "snow": (75, 1100, 4200, 0.9),
}


def _steps(desk: _Desk, take: Take) -> None:
    """One sound for each contact, where and when the foot comes down."""
    scene = take.scene
    surface = "snow" if scene.setting.weather == "snow" else take.landscape.surface
    near = {"wide": 0.2, "medium": 0.26, "close-up": 0.18}[scene.framing.scale]
    players = take.players()
    for sound in heard(take):
        weight = {"land": 1.7, "step": 1.0, "hoof": 1.2, "paw": 0.35}[sound.kind]
        x = players[sound.label - 1].gait.body(sound.time) - scene.framing.focus.real
        pan = float(np.clip(x * scene.framing.enlarged / 0.9, -0.9, 0.9))
        fall = _footfall("stone" if sound.kind == "hoof" else surface, desk.rng)
        desk.add(fall, sound.time, near * weight * desk.rng.uniform(0.8, 1.1), pan)


def _footfall(surface: str, rng: np.random.Generator) -> np.ndarray:
    """A dull thump and the scuff of a sole; the scuff follows the heel."""
    thump, low, high, share = _GROUNDS[surface]
    samples = round(0.2 * SAMPLE_RATE)
    t = np.arange(samples) / SAMPLE_RATE
    body = np.sin(2 * np.pi * thump * rng.uniform(0.92, 1.08) * t * np.exp(-2.5 * t)) * np.exp(-t / 0.028)
    rub = _noise(samples, _band(low, high, 2), rng) * (np.exp(-t / 0.03) + 0.5 * np.exp(-(((t - 0.07) / 0.03) ** 2)))
    return (body * (1 - 0.6 * share) + 0.35 * share * rub) * np.minimum(1, t / 0.0015) * np.clip((0.2 - t) / 0.03, 0, 1)


_VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (530, 1840, 2480), (570, 840, 2410), (300, 870, 2240))


def _voices(desk: _Desk, take: Take) -> None:
    """Murmurs in time with the mouths: pitch and vowels of speech, and no words."""
    near = {"wide": 0.03, "medium": 0.06, "close-up": 0.08}[take.scene.framing.scale]
    for player in take.players():
        if not isinstance(player, Actor):
            continue
        for beat in player.role.beats:
            if beat.action == "talk":
                start, end = max(0.0, beat.start), min(beat.end, take.scene.seconds)
                desk.add(_murmur(player, end - start, desk.rng), start, near, 0.0)


def _murmur(player: Actor, seconds: float, rng: np.random.Generator) -> np.ndarray:
    count = max(2, int(seconds * 100))
    coarse = np.linspace(0, seconds, count)
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    opening = np.interp(t, coarse, [gesture.mouth(time, player.manner) for time in coarse])
    base = {"man": 112, "woman": 196, "boy": 255, "girl": 275}[player.figure.kind]
    pitch = np.interp(t, coarse, [base * (1 + 0.14 * player.manner.drift(time, 0.6, 2)) for time in coarse])
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    syllables = np.linspace(0, seconds, max(3, int(4 * seconds)))
    vowels = np.array([_VOWELS[k] for k in rng.integers(0, len(_VOWELS), len(syllables))])
    formants = [np.interp(t, syllables, vowels[:, k]) for k in range(3)]
    wave = np.zeros_like(t)
    for harmonic in range(1, 16):
        frequency = harmonic * pitch
        tract = sum(
            weight / (1 + ((frequency - formant) / width) ** 2)
            for formant, weight, width in zip(formants, (1.0, 0.5, 0.2), (110, 140, 220), strict=True)
        )
        wave += tract / harmonic**0.7 * np.sin(harmonic * phase)
    return wave * np.clip(opening, 0, 1) * np.minimum(1, np.minimum(t, seconds - t) / 0.05)


def _thunder(desk: _Desk, take: Take) -> None:
    for span in take.scene.negatives:
        if span.kind == "lightning":
            t = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
            roll = _noise(len(t), _band(25, 130, 3), desk.rng) * np.exp(-t / 1.1) * np.minimum(1, t / 0.08)
            desk.add(roll, float(span.first_frame / take.scene.rate) + 0.4, 0.22, 0.0)


def _mastered(mix: np.ndarray, offset: float) -> np.ndarray:
    """At about -30 LUFS, its peaks rounded, its ends faded."""
    gain = 10 ** ((_TARGET + offset - loudness(mix)) / 20)
    shaped = _PEAK * np.tanh(mix * gain / _PEAK)
    ramp = np.minimum(1, np.arange(len(mix)) / (_FADE * SAMPLE_RATE))
    return (shaped * (ramp * ramp[::-1])[:, None]).astype(np.float32)


def loudness(mix: np.ndarray) -> float:
    """Ungated loudness in LUFS of (samples, 2) at 48 kHz: ITU-R BS.1770's K weighting, applied by frequency."""
    spectrum = np.abs(np.fft.rfft(mix, axis=0)) ** 2
    z = np.exp(-1j * np.pi * np.linspace(0, 1, len(spectrum)))
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    weight = np.abs(shelf * high_pass) ** 2
    power = 2 * float((spectrum.sum(axis=1) * weight).sum()) / len(mix) ** 2
    return float(-0.691 + 10 * np.log10(max(power, 1e-12)))
