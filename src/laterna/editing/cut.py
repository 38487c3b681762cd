"""The cut: the best ranges of the best shots, to an exact length, as a timeline that says why of each.

How it works, in :mod:`laterna.editing.cutting`: ``slots`` gives each sentence its part of the film, ``material`` knows
what the footage offers, ``choose`` fills the slots, ``landing`` moves cuts onto beats, and ``assembly`` lays the choice
out on tracks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, chain
from pathlib import Path
from typing import Literal

import opentimelineio as otio

from laterna.editing.analyse import Footage
from laterna.editing.cutting.account import Account
from laterna.editing.cutting.assembly import Assembly, Placed
from laterna.editing.cutting.choose import Chooser
from laterna.editing.cutting.landing import land
from laterna.editing.cutting.material import Material, Source
from laterna.editing.cutting.narration import breath, lines, voices
from laterna.editing.cutting.pins import Ban, Pin, Pinboard, banned
from laterna.editing.cutting.rules import Pick, Rules
from laterna.editing.cutting.slots import plan
from laterna.editing.titles import check_size
from laterna.errors import BriefError
from laterna.media.audio import Audio
from laterna.media.moods import Mood
from laterna.media.timecode import parse_rate
from laterna.media.timeline import new
from laterna.media.transcript import Transcript

_PACES: Mapping[Mood, Fraction] = {  # seconds of a usual shot
    "calm": Fraction(5),
    "bright": Fraction(16, 5),
    "joyful": Fraction(14, 5),
    "solemn": Fraction(11, 2),
    "wistful": Fraction(9, 2),
    "sombre": Fraction(6),
    "tense": Fraction(12, 5),
}
_REACH = Fraction(1, 2)  # seconds that a cut is moved by at most to land on a beat
_OPENING = Fraction(3)  # seconds before the first sentence where a title is shown
_HANDLE = Fraction(3, 10)
_AMPLE = Fraction(3, 2)  # this many times the film's length: footage enough to leave handles around what is used


def cut(
    footage: list[Footage],
    seconds: float | Fraction,
    *,
    rate: Fraction = Fraction(25),
    size: tuple[int, int] = (1280, 720),
    sentences: Transcript | None = None,
    speech: Path | None = None,
    music: Path | None = None,
    beats: Sequence[float] = (),
    pins: Sequence[Pin] = (),
    bans: Sequence[Ban] = (),
    title: str | None = None,
    end_title: str | None = None,
    mood: Mood = "calm",
    transitions: Literal["cuts", "dissolves"] = "cuts",
    shortest: float | Fraction = 1.5,
    longest: float | Fraction = 8.0,
    folder: Path = Path(),
    seed: int = 0,
) -> otio.schema.Timeline:
    """Cut footage to a film of an exact length.

    No range of a file is used twice. Shots last ``shortest`` to ``longest`` seconds, no near-duplicates and no two
    like ranges of one shot stand side by side, and blurred, frozen and shaken pictures are left out. Where there is
    too little footage these rules give way, one after the other, and the clip says so.

    Args:
        footage: what to cut from, analysed.
        seconds: the film's length, rounded to whole frames.
        rate: the film's frames a second, such as 25 or 30000/1001.
        size: the film's width and height in pixels.
        sentences: what is said and when in ``speech``; each sentence owns a part of the film.
        speech: the recording of the sentences; without it their places stay silent.
        music: a sound file to lie under the film from its start.
        beats: seconds at which the music's beats fall. Each cut lands on the nearest that half a second reaches, as far
            as footage and the lengths of shots allow.
        pins: footage that has to be in the film.
        bans: footage that may not be in it.
        title: shown over the first pictures.
        end_title: shown over the last pictures.
        mood: sets the pace: tense films cut fastest, sombre ones slowest.
        transitions: "dissolves" where the footage has the frames for them, or straight "cuts".
        shortest: seconds of the shortest shot.
        longest: seconds of the longest shot.
        folder: where the timeline will be saved; its media are named relative to it.
        seed: another one chooses otherwise among shots of like worth.

    Returns:
        A timeline with the tracks of :mod:`laterna.media.timeline`. ``metadata["laterna"]`` of a picture's clip has
        its "reason", "shot" (from 1), the file's "sha256", and the "sentences" it covers; that of the timeline has
        "refused": the "footage" (as clips name it), "shot", "start" and "end" (seconds) of each shot of which nothing
        is used, and the "reason".

    Raises:
        BriefError: the footage or the length does not suffice, or pins and bans can't be met.
        DataError: the size is none for a picture.
    """
    check_size(size)
    exact = parse_rate(rate)
    length, rules = _measures(seconds, shortest, longest, mood, exact)
    forbidden = banned(bans, [file.path for file in footage], exact)
    material = Material([Source(i, file, exact, forbidden[i]) for i, file in enumerate(footage)], seed)
    available = material.total()
    if available >= _AMPLE * length:
        rules = replace(rules, handle=round(_HANDLE * exact))
    spoken = voices(sentences, exact, Audio(speech).duration if speech else None) if sentences else []
    _check_sentences(pins, len(spoken))
    pinboard = Pinboard(pins, material, rules, exact)
    opening = round(_OPENING * exact) if title else 0
    layout = plan(length, lines(spoken, pinboard, exact), exact, opening=opening, shortest=rules.shortest)
    chooser = Chooser(material, rules, seed)
    chosen = chooser.choose(layout.slots, pinboard.reserve(layout.slots))
    if chosen is None:
        raise BriefError(
            f"The footage has {float(available / exact):.2f} s of pictures that can be used and the film lasts"
            f" {float(length / exact):.2f} s: add footage, lift bans, or make the film shorter."
        )
    picks = list(chain.from_iterable(chosen))
    on_beat = {round(Fraction(beat) * exact) for beat in beats}
    moved = land(picks, sorted(on_beat), round(_REACH * exact), chooser)
    shots = _placed(picks)
    starts = {number: start + breath(exact) for number, start in layout.starts.items()}
    account = Account(shots, chooser)
    timeline = new(title or "film", exact, size)
    assembly = Assembly(timeline, material, folder, exact)
    bounds = {moved.get(slot.span[0], slot.span[0]) for slot in layout.slots}
    assembly.pictures(shots, account.reasons(spoken, starts, bounds, on_beat), dissolves=transitions == "dissolves")
    assembly.location_sound(shots)
    assembly.titles(shots, title, end_title)
    assembly.narration(spoken, starts, speech)
    if music is not None:
        assembly.music(music, length)
    timeline.metadata["laterna"]["refused"] = account.refused(folder, exact)
    return timeline


def _measures(
    seconds: float | Fraction, shortest: float | Fraction, longest: float | Fraction, mood: Mood, rate: Fraction
) -> tuple[int, Rules]:
    """The film's length in frames, and what its shots may be like."""
    length, low, high = (round(Fraction(value) * rate) for value in (seconds, shortest, longest))
    if length < 1:
        raise BriefError(f"A film of {float(seconds):g} s has no picture: give it a length of a second or more.")
    if not 1 <= low <= high:
        raise BriefError(
            f"Shots of {float(shortest):g} s at least and {float(longest):g} s at most can't be: mend one of the two."
        )
    beat = min(high, max(low, round(_PACES[mood] * rate)))
    return length, Rules(shortest=low, longest=high, beat=beat)


def _check_sentences(pins: Sequence[Pin], count: int) -> None:
    for pin in pins:
        if pin.sentence is not None and not 1 <= pin.sentence <= count:
            has = f"has {count} sentence{'s' * (count > 1)}" if count else "is missing"
            raise BriefError(f"{pin} can't be met, for the narration {has}: mend the sentence's number.")


def _placed(picks: Sequence[Pick]) -> list[Placed]:
    starts = accumulate((pick.length for pick in picks), initial=0)
    return [Placed(pick, start) for pick, start in zip(picks, starts, strict=False)]
