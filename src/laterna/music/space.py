"""Music as points of a space: scores blended, and pushed towards more of an attribute. MusicVAE knows the space.

Melodies have a space of their own, whose points are truer to them than those of the space of four voices.
"""

from typing import TYPE_CHECKING

from symusic.core import ScoreTick

from laterna.errors import DataError, ModelError
from laterna.music.notation import piece_of, rewritten
from laterna.music.pieces import Piece, joined
from laterna.music.writers import checked

if TYPE_CHECKING:
    from laterna.music.models.vae import MusicVAE

_MOST_STEPS, _FARTHEST = 64, 3.0
_TEMPERATURE, _KEEP = 0.6, 0.9  # of the draw: a point's own notes are wanted, not daring ones


def blend(one: ScoreTick, other: ScoreTick, *, steps: int = 4, model: str = "", seed: int = 0) -> ScoreTick:
    """Go from the first two bars of one score to those of another, by phrases of two bars that lie between them.

    The other is moved to the key signature of the first, whose tempos it takes.

    Args:
        one: begins; up to four voices are heard, on 16th notes.
        other: ends.
        steps: phrases between them, 1 to 64.
        model: that knows the space; else music/melody_vae where one note sounds at a time, and music/vae for more.
        seed: of all that is drawn.

    Raises:
        DataError: the steps are out of range.
        ModelError: the model knows no space, or has not enough voices.
    """
    if not 1 <= steps <= _MOST_STEPS:
        raise DataError(f"Scores can't be blended in {steps} steps: ask for 1 to {_MOST_STEPS}.")
    first, last = piece_of(one), piece_of(other)
    network = _network(model, first, last)
    begin, end = (_phrases(network, piece)[0] for piece in (first, last))
    made = network.blend(begin, end, steps, temperature=_TEMPERATURE, keep=_KEEP, seed=checked(seed))
    return rewritten(one, joined([begin, *made, end.to_signs_of(begin)]), first.key, "blended")


def push(
    score: ScoreTick,
    *,
    mode: float = 0.0,
    density: float = 0.0,
    register: float = 0.0,
    syncopation: float = 0.0,
    model: str = "",
    seed: int = 0,
) -> ScoreTick:
    """Write a score anew with more of some attributes, or less: each from -3 to 3, where 1 is from little to much.

    Args:
        score: up to four of its voices are heard, on 16th notes, two bars at a time.
        mode: towards major; below 0 towards minor.
        density: of notes in time.
        register: how high it lies.
        syncopation: notes that sound over a beat which they do not begin on.
        model: that knows the space; else music/melody_vae where one note sounds at a time, and music/vae for more.
        seed: of all that is drawn.

    Raises:
        DataError: an attribute is out of range.
        ModelError: the model knows no space, or has not enough voices.
    """
    asked = {"mode": mode, "density": density, "register": register, "syncopation": syncopation}
    for name, amount in asked.items():
        if not abs(amount) <= _FARTHEST:
            raise DataError(f"The {name} can't be pushed by {amount:g}: give -{_FARTHEST:g} to {_FARTHEST:g}.")
    piece = piece_of(score)
    network = _network(model, piece)
    made = network.push(_phrases(network, piece), asked, temperature=_TEMPERATURE, keep=_KEEP, seed=checked(seed))
    written = joined(made).part(0, len(piece))
    return rewritten(score, written, written.key, "pushed")


def _network(model: str, *pieces: Piece) -> "MusicVAE":
    """The one that is named, or that suits the pieces."""
    from laterna.learning import load
    from laterna.music.models.vae import MelodyVAE, MusicVAE

    voices = max(int(piece.pitches.any(0).sum()) for piece in pieces)
    name = model or (MelodyVAE if voices == 1 else MusicVAE).name
    network = load(name)
    if not isinstance(network, MusicVAE):
        raise ModelError(f"{name} knows no space of music: name weights of {MusicVAE.name}.")
    if network.voices < voices:
        room = f"{network.voices} of the {voices} voices that sound"
        raise ModelError(f"{name} has room for {room}: use {MusicVAE.name}.")
    return network


def _phrases(network: "MusicVAE", piece: Piece) -> list[Piece]:
    """A piece in phrases of the network's length, rests beyond its end."""
    frames = network.frames
    return [piece.stretch(first, frames) for first in range(0, len(piece), frames)]
