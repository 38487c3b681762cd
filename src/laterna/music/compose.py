"""Music written by a model: from nothing, under a melody, on from a score, or anew in places."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from symusic.core import ScoreTick, TextMetaTick

from laterna.errors import DataError, ModelError
from laterna.media.moods import Mood
from laterna.media.scores import seconds_of
from laterna.music.keys import Key
from laterna.music.moods import Manner, key_named, manner_of
from laterna.music.notation import piece_of, rewritten, score_of
from laterna.music.originality import MOST_SHARED
from laterna.music.pieces import FIRST, PLACES, REST, VOICES, Piece, tokens_of
from laterna.music.textures import Style, played
from laterna.music.writers import GRID, checked, filled, filler, from_nothing, loaded

if TYPE_CHECKING:
    from laterna.music.models.memory import Memory
from laterna.music.theory import faults, sung

SHORTEST, LONGEST = 4.0, 600.0  # seconds of a composition
_HALF_BAR = 2  # quarter notes; a composition is a whole number of half bars
_YIELDS = 0.25  # the share by which the tempo gives way, at most
_HEARD = 4  # of them, the cleanest, are compared with what was learnt from
_AS_BAD = 4  # faults of part-writing: as bad is it to end away from home, and twice that to be in the wrong mode
_SOPRANO = 57, 84  # MIDI numbers that a melody to harmonise may have, once it is moved by octaves


def compose(
    *,
    seconds: float = 30.0,
    mood: Mood = "calm",
    key: str = "",
    tempo: float = 0.0,
    style: Style = "chorale",
    voices: int = VOICES,
    model: str = "music/transformer",
    seed: int = 0,
) -> ScoreTick:
    """Compose music of a length and a mood, for a choir of up to four voices.

    Its second marker says how much of it stands in what the model learnt from.

    Args:
        seconds: of the music, 4 to 600; the tempo gives way a little, so that it ends there.
        mood: calm, bright, joyful, solemn, wistful, sombre or tense; it chooses mode, pace and daring.
        key: such as "D minor"; else the mood's choice.
        tempo: quarter notes a minute, 20 to 300; else the mood's.
        style: chorale; or what accompanies the highest voice is broken, or pulsing.
        voices: 1 to 4.
        model: that writes it: weights of the Transformer, MusicVAE (which knows no form beyond two bars) or the GAN.
        seed: of all that is drawn.

    Raises:
        DataError: the length, the key, the tempo, the style or the number of voices can't be.
        ModelError: there is no such model, or it writes fewer voices.
    """
    manner = manner_of(mood)
    if not SHORTEST <= seconds <= LONGEST:
        raise DataError(f"{seconds:g} s is no length to compose: ask for {SHORTEST:g} to {LONGEST:g} seconds.")
    if voices not in PLACES or not voices:
        raise DataError(f"The model writes for 1 to {VOICES} voices, not for {voices}: ask for those.")
    pace = _tempo(tempo) if tempo else manner.tempo
    quarters = round(seconds * pace / 60 / _HALF_BAR) * _HALF_BAR
    if abs(quarters * 60 / seconds - pace) > _YIELDS * pace:
        raise DataError(f"{seconds:g} s at {pace:g} quarter notes a minute are no bars: ask for a longer piece.")
    chosen = key_named(key) if key else _drawn_key(manner, seed)
    frames, kept = quarters * GRID, list(PLACES[voices])
    writer = loaded(model)
    room = getattr(writer, "voices", VOICES)
    if voices > room:
        raise ModelError(f"{model} writes {room} of the {voices} voices: ask for {room}, or name another model.")
    written = from_nothing(frames, writer, chosen, manner.temperature, seed)
    heard = [sung(one.to_tonic(chosen.tonic)).of_voices(kept) for one in written]
    piece = _cleanest([one for one in heard if one.key == chosen] or heard, chosen, writer.memory)
    score = score_of(played(piece, style), tempo=quarters * 60 / seconds, key=chosen, title=f"{mood}, {chosen}")
    return _owned(score, piece, writer.memory)


def harmonise(melody: ScoreTick, *, model: str = "music/transformer", seed: int = 0) -> ScoreTick:
    """Write three voices under a melody, the highest notes of a score; its pitches, times and tempos are kept.

    Args:
        melody: at most 600 s, on a grid of 16th notes.
        model: that writes them.
        seed: of all that is drawn.

    Raises:
        DataError: the melody is too long, or spans more than a choir's soprano can sing.
        ModelError: there is no such model.
    """
    piece, octaves = _as_soprano(_read(melody))
    given = np.full(piece.pitches.shape, -1)
    given[:, 0] = tokens_of(piece)[:, 0]
    network = filler(model)
    written = _cleanest(filled(given, network, piece.key, 0.8, seed), piece.key, network.memory)
    below = written.of_voices(range(1, VOICES))
    score = rewritten(melody, written.moved(-12 * octaves), piece.key, "harmonised")
    return _owned(score, below, network.memory)


def extend(score: ScoreTick, seconds: float, *, model: str = "music/transformer", seed: int = 0) -> ScoreTick:
    """Go on from where a score ends; its tempos and metres stay, its notes are laid on 16th notes, for four voices.

    Args:
        score: of which the highest, the lowest and two more voices are heard.
        seconds: to add, up to 600 in all.
        model: that writes them.
        seed: of all that is drawn.

    Raises:
        DataError: the length can't be.
        ModelError: there is no such model.
    """
    piece = _read(score)
    if not 0 < seconds <= LONGEST:
        raise DataError(f"A score can't be extended by {seconds:g} s: ask for up to {LONGEST:g}.")
    more = max(1, round(seconds * _last_tempo(score) / 60 * GRID))
    given = np.concatenate([tokens_of(piece), np.full((more, VOICES), -1)])
    network = filler(model)
    written = _cleanest(filled(given, network, piece.key, 0.9, seed), piece.key, network.memory)
    new = written.part(len(piece), len(written))
    return _owned(rewritten(score, written, piece.key, "extended"), new, network.memory)


def vary(score: ScoreTick, amount: float = 0.5, *, model: str = "music/transformer", seed: int = 0) -> ScoreTick:
    """Write as many of the quarter notes of each voice anew as asked; the others, tempos and metres are kept.

    Args:
        score: to vary.
        amount: the share that is written anew, 0 to 1.
        model: that writes it.
        seed: of all that is drawn.

    Raises:
        DataError: the amount is out of range, or the score too long.
        ModelError: there is no such model.
    """
    if not 0 <= amount <= 1:
        raise DataError(f"A score can't be varied by {amount:g}: the amount is a share, 0 to 1.")
    piece = _read(score)
    quarters = math.ceil(len(piece) / GRID)
    anew = np.repeat(np.random.default_rng(checked(seed)).random((quarters, VOICES)) < amount, GRID, 0)[: len(piece)]
    anew &= piece.pitches.any(0)  # a voice that the score lacks stays away
    begun = np.where(piece.pitches > 0, FIRST + piece.pitches, REST)
    after = np.concatenate([np.zeros((1, VOICES), bool), anew[:-1]])  # what was held out of a new quarter begins there
    given = np.where(anew, -1, np.where(after, begun, tokens_of(piece)))
    network = filler(model)
    written = _cleanest(filled(given, network, piece.key, 0.9, seed), piece.key, network.memory)
    return _owned(rewritten(score, written, piece.key, "varied"), written, network.memory)


def _owned(score: ScoreTick, written: Piece, memory: "Memory") -> ScoreTick:
    """The score, with a marker that says how much of what was written stands in what the model learnt from."""
    count = memory.longest_shared([written])
    doubt = f" (over {MOST_SHARED}: perhaps a quotation)" if count > MOST_SHARED else ""
    score.markers.append(TextMetaTick(0, f"longest run of notes shared with what was learnt from: {count}{doubt}"))
    return score


def _drawn_key(manner: Manner, seed: int) -> Key:
    return Key(int(np.random.default_rng(checked(seed)).choice(manner.tonics)), manner.mode)


def _cleanest(pieces: Sequence[Piece], key: Key, memory: "Memory") -> Piece:
    """The piece with the fewest faults and quarters of standstill, in the mode of its key, that ends on its tonic.

    One that shares a long run with what was learnt from is taken only where all of the best do.
    """

    def unclean(piece: Piece) -> int:
        last = piece.pitches[-1][piece.pitches[-1] > 0]
        away = not len(last) or last.min() % 12 != key.tonic
        begins = ((piece.pitches > 0) & ~piece.held).any(1)
        still = sum(not begins[first : first + piece.grid].any() for first in range(0, len(piece), piece.grid))
        return len(faults(piece)) + still + _AS_BAD * (bool(away) + 2 * (piece.key.mode != key.mode))

    best = sorted(pieces, key=unclean)[:_HEARD]
    return next((piece for piece in best if memory.longest_shared([piece]) <= MOST_SHARED), best[0])


def _read(score: ScoreTick) -> Piece:
    if seconds_of(score) > LONGEST:
        raise DataError(f"The score lasts {seconds_of(score):.0f} s: cut it to {LONGEST:g} s or less.")
    return piece_of(score, grid=GRID)


def _as_soprano(piece: Piece) -> tuple[Piece, int]:
    """The piece moved by octaves to where a soprano sings, and by how many."""
    tune = piece.pitches[:, 0][piece.pitches[:, 0] > 0]
    if not len(tune):
        raise DataError("The melody has no note above MIDI number 0: give another one.")
    low, high = int(tune.min()), int(tune.max())
    for octaves in sorted(range(-6, 7), key=abs):
        if low + 12 * octaves >= _SOPRANO[0] and high + 12 * octaves <= _SOPRANO[1]:
            return piece.moved(12 * octaves), octaves
    raise DataError(f"The melody spans {high - low} semitones, more than a choir's soprano sings: give a narrower one.")


def _last_tempo(score: ScoreTick) -> float:
    return float(score.tempos[-1].qpm) if score.tempos else 120.0


def _tempo(tempo: float) -> float:
    if not 20 <= tempo <= 300:
        raise DataError(f"{tempo:g} quarter notes a minute is no tempo: ask for 20 to 300.")
    return tempo
