"""A film's loudness against a target: EBU R128, with the true peak of EBU Tech 3343."""

from collections.abc import Iterator
from fractions import Fraction

from laterna.editing.reviewing.finding import Finding, Severity
from laterna.media.loudness import Loudness

_OFF = 1.0  # LU from the target (EBU R128 s1's and streaming services' tolerance)
_PEAK = -1.0  # dBTP, EBU R128
_METER = 0.2  # dB that meters and codecs differ by
_OVER = 0.0  # dBTP; a converter clips what is higher
_RANGE = 20.0  # LU, EBU Tech 3343's advice for homes


def levels(loudness: Loudness, target: float | None, end: Fraction) -> Iterator[Finding]:
    """What is wrong with a film's loudness; ``target`` is in LUFS, None for none, ``end`` the film's, in seconds."""
    start = Fraction(0)
    if target is not None and not loudness.silent and abs(loudness.integrated - target) > _OFF:
        sentence = f"The film is at {loudness.integrated:.1f} LUFS, not at {target:g} (EBU R128 allows 1 LU)."
        yield Finding("loudness", start, end, "error", round(loudness.integrated, 2), target, sentence)
    if loudness.true_peak > _PEAK + _METER:
        sentence = f"The true peak is {loudness.true_peak:.1f} dBTP, above {_PEAK:g} (EBU R128)."
        severity: Severity = "error" if loudness.true_peak > _OVER + _METER else "warning"
        yield Finding("true peak", start, end, severity, round(loudness.true_peak, 2), _PEAK, sentence)
    if loudness.range > _RANGE:
        sentence = f"The loudness range is {loudness.range:.1f} LU, above {_RANGE:g}: soft parts are lost at home."
        yield Finding("loudness range", start, end, "warning", round(loudness.range, 1), _RANGE, sentence)
