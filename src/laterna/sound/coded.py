"""A mix as the film has it: coded, measured, and mixed again where its codec has moved its level."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from laterna.media.audio import Audio
from laterna.media.encode import Codec, encode_sound
from laterna.media.loudness import Loudness, loudness
from laterna.sound.mix import Mix, correction
from laterna.sound.tracks import RATE

_CORRECTIONS = 3  # of the mix, at most
_ROOM = 0.5  # dB that codecs may raise peaks by; more is corrected


@dataclass(frozen=True, slots=True)
class Coded:
    """A mix, and the file beside it that holds it coded, which measures ``loudness``."""

    mix: Mix
    path: Path
    loudness: Loudness


def coded(mixed: Callable[..., Mix], codec: Codec, *, ceiling: float = -1.0) -> Coded:
    """Mix, and code the mix beside it, until what is coded meets the target.

    Args:
        mixed: :func:`laterna.sound.mix` but for its ``gain_db`` and ``ceiling``.
        codec: of the film's pictures: the sound goes with it, see :func:`laterna.media.encode.encode_sound`.
        ceiling: the highest true peak, in dBTP.
    """
    made = mixed(ceiling=ceiling - _ROOM)
    path, heard = _encoded(made, codec)
    for _ in range(_CORRECTIONS):
        better = correction(made, heard, ceiling=ceiling)
        if better is None:
            break
        made = mixed(gain_db=better[0], ceiling=better[1])
        path, heard = _encoded(made, codec)
    return Coded(made, path, heard)


def _encoded(made: Mix, codec: Codec) -> tuple[Path, Loudness]:
    path = made.path.with_name("coded.webm" if codec == "vp9" else "coded.mp4")
    encode_sound(Audio(made.path).blocks(sample_rate=RATE, channels=2), path, codec)
    return path, loudness(Audio(path))
