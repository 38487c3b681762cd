"""The cut: the best ranges of the best shots, to an exact length, as a timeline that says why of each.

How it works, in :mod:`laterna.editing.cutting`: ``slots`` gives each sentence its part of the film, ``material`` knows
what the footage offers, ``choose`` fills the slots, ``landing`` moves cuts onto beats, and ``assembly`` lays the choice
out on tracks. ``formats`` has what tells a trailer from highlights, ``cards`` the title cards of the former.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, chain
from pathlib import Path
from typing import Literal

import opentimelineio as otio

from laterna.editing.analyse import Footage
from laterna.editing.cutters import CutterName, Reward
from laterna.editing.cutters import cutter as cutter_of
from laterna.editing.cutting.account import Account
from laterna.editing.cutting.assembly import Assembly, Placed
from laterna.editing.cutting.cards import Deck, delayed
from laterna.editing.cutting.choose import Chooser
from laterna.editing.cutting.decide import decide
from laterna.editing.cutting.formats import STYLES, Format, Style, check_format, withheld
from laterna.editing.cutting.keys import telling
from laterna.editing.cutting.landing import land
from laterna.editing.cutting.material import Material, Source
from laterna.editing.cutting.narration import breath, lines, voices
from laterna.editing.cutting.pins import Ban, Pin, Pinboard, banned, pinned
from laterna.editing.cutting.rules import Pick, Rules
from laterna.editing.cutting.slots import plan
from laterna.editing.cutting.story import Story
from laterna.editing.indexing.index import Index
from laterna.editing.match import Matches
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
_MOST_WITHHELD = 0.9
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
    matches: Matches | None = None,
    index: Index | None = None,
    title: str | None = None,
    end_title: str | None = None,
    mood: Mood = "calm",
    format: Format = "film",
    cards: Sequence[str] = (),
    withhold: float | Fraction | None = None,
    transitions: Literal["cuts", "dissolves"] = "cuts",
    cutter: Literal["rules", "optimal", "learned"] = "rules",
    reward: Reward | None = None,
    shortest: float | Fraction | None = None,
    longest: float | Fraction | None = None,
    folder: Path = Path(),
    seed: int = 0,
) -> otio.schema.Timeline:
    """Cut footage to a film of an exact length.

    No range of a file is used twice. Shots last 1.5 to 8 seconds unless the format or ``shortest`` and ``longest`` say
    otherwise, no near-duplicates and no two like ranges of one shot stand side by side, and blurred, frozen and shaken
    pictures are left out. Where there is too little footage these rules give way, one after the other, and the clip
    says so.

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
        matches: which shot each sentence was matched to (``editing.match`` of the same sentences); it stands
            over its sentence where it can, and the clip says why.
        index: of the footage (``editing.index``): trailers and highlights prefer its key shots, and the optimal and
            the learned cutter weigh its sizes, moves, moods and takes.
        title: shown over the first pictures.
        end_title: shown over the last pictures.
        mood: sets the pace: tense films cut fastest, sombre ones slowest.
        format: a "trailer" is cut ever faster, gives no ending away, and ends on a card with the title; "highlights"
            are the liveliest shots in their order, cut to the beats of music; in a "documentary" each sentence has a
            shot of its own, where footage allows.
        cards: words on title cards between the acts of a trailer.
        withhold: the share of the footage's end that is not shown, 0 to 0.9; a fifth in a trailer, else none.
        transitions: "dissolves" where the footage has the frames for them, or straight "cuts".
        cutter: who decides: the "rules", shot after shot; the "optimal" cutter, which weighs the film as a whole by
            flow, variety, pace and beats; or the "learned" editor, on the same reward. Only the rules obey pins and
            give way where footage is scarce.
        reward: what the optimal and the learned cutter aim at; the craft's own reward unless given.
        shortest: seconds of the shortest shot; the format's own unless given.
        longest: seconds of the longest shot; the format's own unless given.
        folder: where the timeline will be saved; its media are named relative to it.
        seed: another one chooses otherwise among shots of like worth.

    Returns:
        A timeline with the tracks of :mod:`laterna.media.timeline`. ``metadata["laterna"]`` of a picture's clip has
        its "reason", "shot" (from 1), the file's "sha256", and the "sentences" it covers; that of the timeline has
        "refused": the "footage" (as clips name it), "shot", "start" and "end" (seconds) of each shot of which nothing
        is used, and the "reason"; and, where a cutter decided it, its "features", by which tastes are learnt.

    Raises:
        BriefError: the footage or the length does not suffice, pins and bans can't be met, or a format lacks what it is
            cut to.
        DataError: the size is none for a picture.
    """
    check_size(size)
    exact, style = parse_rate(rate), _style(format, withhold, shortest, longest)
    check_format(format, music=music is not None, sentences=bool(sentences and sentences.sentences), title=title)
    length, rules = _measures(seconds, style, mood, exact)
    deck = Deck(cards if style.cards else (), title if style.cards else None, length, exact)
    material = _material(footage, style, pins, bans, index, exact, seed)
    available, shown = material.total(), length - deck.frames
    if available >= _AMPLE * shown:
        rules = replace(rules, handle=round(_HANDLE * exact))
    if style.forward:  # each shot is met once: the last ones should not have to last longer than the first
        rules = replace(rules, beat=max(rules.beat, round(shown / material.shots(rules.shortest) / style.pace[0])))
    spoken = voices(sentences, exact, Audio(speech).duration if speech else None) if sentences else []
    _check_sentences(pins, len(spoken))
    pinboard = Pinboard(pins, material, rules, exact)
    opening = round(_OPENING * exact) if title and not style.cards else 0
    layout = plan(shown, lines(spoken, pinboard, exact), exact, opening=opening, shortest=rules.shortest)
    chooser = Chooser(material, rules, seed, style)
    chooser.story = Story(matches, material, layout.slots, exact) if matches else None
    features: Mapping[str, float] = {}
    if cutter == "rules":
        chosen = chooser.choose(layout.slots, pinboard.reserve(layout.slots))
    else:
        _check_cutter(cutter, pins)
        decided, features = decide(
            chooser,
            cutter_of(cutter),
            layout.slots,
            exact,
            beats=beats,
            pace=style.pace_at,
            index=index,
            reward=reward,
            seed=seed,
        )
        chosen = [decided]
    if chosen is None:
        raise BriefError(
            f"The footage has {float(available / exact):.2f} s of pictures that can be used and the film lasts"
            f" {float(shown / exact):.2f} s: add footage, lift bans, or make the film shorter{_or_tell(style)}."
        )
    picks = list(chain.from_iterable(chosen))
    cuts = [0, *accumulate(pick.length for pick in picks)]
    dealt = deck.dealt(picks, {slot.span[0] for slot in layout.slots} if spoken else set(cuts))
    delays, by_cut = {i: card.frames for i, card in dealt.items()}, {cuts[i]: card for i, card in dealt.items()}
    on_beat = {round(Fraction(beat) * exact) for beat in beats}
    moved = land(picks, sorted(on_beat), round(_REACH * exact), chooser, delays)
    shots = _placed(picks, delays)
    starts = {number: delayed(start, by_cut) + breath(exact) for number, start in layout.starts.items()}
    account = Account(shots, chooser)
    timeline = new(title or "film", exact, size)
    assembly = Assembly(timeline, material, folder, exact)
    bounds = {moved.get(at, at) for at in (delayed(slot.span[0], by_cut) for slot in layout.slots)}
    reasons = account.reasons(spoken, starts, bounds, on_beat)
    assembly.pictures(shots, reasons, length, dissolves=transitions == "dissolves")
    assembly.location_sound(shots)
    if style.cards:
        assembly.cards(shots, [*dealt.items()], deck.last)
    else:
        assembly.titles(shots, title, end_title)
    assembly.narration(spoken, starts, speech)
    if music is not None:
        assembly.music(music, length)
    if features:
        timeline.metadata["laterna"]["features"] = dict(features)
    timeline.metadata["laterna"]["refused"] = account.refused(folder, exact)
    return timeline


def _style(
    format: Format,
    withhold: float | Fraction | None,
    shortest: float | Fraction | None,
    longest: float | Fraction | None,
) -> Style:
    """The format's settings, with those that are asked for."""
    if withhold is not None and not 0 <= withhold <= _MOST_WITHHELD:
        raise BriefError(f"A share of {float(withhold):g} of the footage can't be withheld: write 0 to 0.9.")
    own = STYLES[format]
    return replace(
        own,
        withheld=own.withheld if withhold is None else Fraction(withhold),
        shortest=own.shortest if shortest is None else Fraction(shortest),
        longest=own.longest if longest is None else Fraction(longest),
    )


def _material(
    footage: Sequence[Footage],
    style: Style,
    pins: Sequence[Pin],
    bans: Sequence[Ban],
    index: Index | None,
    rate: Fraction,
    seed: int,
) -> Material:
    """What may be used of the footage."""
    paths = [file.path for file in footage]
    forbidden, asked = banned(bans, paths, rate), pinned(pins, paths, rate)
    untold = withheld(footage, style.withheld, rate, asked)
    worth = [style.telling * key for key in telling(footage, index)] if index else [0.0] * len(footage)
    sources = [
        Source(i, file, rate, forbidden[i], withheld=untold[i], lively=style.lively, worth=worth[i])
        for i, file in enumerate(footage)
    ]
    return Material(sources, seed)


def _or_tell(style: Style) -> str:
    return ", or withhold less of the footage's end" if style.withheld else ""


def _measures(seconds: float | Fraction, style: Style, mood: Mood, rate: Fraction) -> tuple[int, Rules]:
    """The film's length in frames, and what its shots may be like."""
    length, low, high = (round(Fraction(value) * rate) for value in (seconds, style.shortest, style.longest))
    if length < 1:
        raise BriefError(f"A film of {float(seconds):g} s has no picture: give it a length of a second or more.")
    if not 1 <= low <= high:
        raise BriefError(
            f"Shots of {float(style.shortest):g} s at least and {float(style.longest):g} s at most can't be: mend one"
            " of the two."
        )
    beat = high if style.each else min(high, max(low, round(_PACES[mood] * rate)))
    return length, Rules(shortest=low, longest=high, beat=beat, forward=style.forward)


def _check_cutter(name: CutterName, pins: Sequence[Pin]) -> None:
    if pins:
        raise BriefError(f"{pins[0]} is met by the rules alone: leave out the {name} cutter, or the pins.")


def _check_sentences(pins: Sequence[Pin], count: int) -> None:
    for pin in pins:
        if pin.sentence is not None and not 1 <= pin.sentence <= count:
            has = f"has {count} sentence{'s' * (count > 1)}" if count else "is missing"
            raise BriefError(f"{pin} can't be met, for the narration {has}: mend the sentence's number.")


def _placed(picks: Sequence[Pick], delays: Mapping[int, int]) -> list[Placed]:
    ends = accumulate(pick.length + delays.get(index, 0) for index, pick in enumerate(picks))
    return [Placed(pick, end - pick.length) for pick, end in zip(picks, ends, strict=True)]
