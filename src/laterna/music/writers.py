"""Models that write music, each asked in its own way: pieces from nothing, or where something is given."""

import math
from typing import TYPE_CHECKING

import numpy as np

from laterna.errors import DataError, ModelError
from laterna.music.keys import Key
from laterna.music.pieces import VOICES, Piece, joined

if TYPE_CHECKING:
    from laterna.music.models.gan import MusicGAN
    from laterna.music.models.transformer import MusicTransformer
    from laterna.music.models.vae import MusicVAE

GRID = 4  # frames of a quarter note
_MOST = 4096  # frames that are written at a time: the time that takes grows with their square
_FEWEST, _MOST_PIECES = 4, 16  # that are written at a time, of which one is taken
_TOGETHER = 16_384  # frames of them all, about: long pieces are tried less often


def loaded(model: str) -> "MusicTransformer | MusicVAE | MusicGAN":
    from laterna.learning import load
    from laterna.music.models.gan import MusicGAN
    from laterna.music.models.transformer import MusicTransformer
    from laterna.music.models.vae import MusicVAE

    network = load(model)
    if not isinstance(network, MusicTransformer | MusicVAE | MusicGAN):
        raise ModelError(f"{model} writes no music: name weights of {MusicTransformer.name}.")
    return network


def filler(model: str) -> "MusicTransformer":
    from laterna.music.models.transformer import MusicTransformer

    network = loaded(model)
    if not isinstance(network, MusicTransformer):
        raise ModelError(f"{model} can't write to what is given: name weights of {MusicTransformer.name}.")
    return network


def from_nothing(
    frames: int, network: "MusicTransformer | MusicVAE | MusicGAN", key: Key, temperature: float, seed: int
) -> list[Piece]:
    """Some pieces of so many frames."""
    from laterna.music.models.transformer import MusicTransformer

    if isinstance(network, MusicTransformer):
        return filled(np.full((frames, VOICES), -1), network, key, temperature, seed)
    return _phrased(frames, network, key, seed)


def _attempts(frames: int) -> int:
    """How many pieces are written at a time."""
    return min(max(_TOGETHER // frames, _FEWEST), _MOST_PIECES)


def _phrased(frames: int, network: "MusicVAE | MusicGAN", key: Key, seed: int) -> list[Piece]:
    """Some pieces of phrases, each moved to the key, cut where the piece ends."""
    count = _attempts(frames)
    each = math.ceil(frames / network.frames)
    phrases = network.sample(count * each, mode=key.mode, seed=checked(seed))
    moved = [phrase.to_tonic(key.tonic) for phrase in phrases]
    return [joined(moved[n * each : (n + 1) * each]).part(0, frames) for n in range(count)]


def filled(given: np.ndarray, network: "MusicTransformer", key: Key, temperature: float, seed: int) -> list[Piece]:
    """Some pieces that the model writes where ``given`` (T, V) tokens are -1."""
    if len(given) > _MOST:
        raise DataError(f"That is {len(given) // GRID} quarter notes: ask for {_MOST // GRID} or fewer at a time.")
    attempts = _attempts(len(given))
    return network.fill(given, attempts, grid=GRID, key=key, temperature=temperature, seed=checked(seed))


def checked(seed: int) -> int:
    if seed < 0:
        raise DataError(f"The seed can't be {seed}: give 0 or more.")
    return seed
