"""A score is written as it would be engraved, and read again it is the same music."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symusic.core import (
    KeySignatureTick,
    NoteTick,
    ScoreTick,
    TempoTick,
    TextMetaTick,
    TimeSignatureTick,
    TrackTick,
)

from laterna.errors import DataError
from laterna.media.musicxml import read, written
from laterna.media.musicxml.terms import QUARTER, TYPES

Q, S = 480, 120  # ticks of a quarter note, of a 16th


def score(*tracks: Iterable[tuple[int, int, int]], program: int = 73, is_drum: bool = False) -> ScoreTick:
    """Of tracks of (start, length, MIDI number)."""
    made = ScoreTick(Q)
    for number, notes in enumerate(tracks, 1):
        made.tracks.append(TrackTick(f"Track {number}", program, is_drum))
        for start, length, pitch in notes:
            made.tracks[-1].notes.append(NoteTick(start, length, pitch, 80))
    return made


def bars(made: ScoreTick, part: int = 0) -> list[Element]:
    return fromstring(written(made)).findall("part")[part].findall("measure")


def engraved(bar: Element, voice: int = 1) -> str:
    """A bar of a voice in words: ``~C#4~:quarter.`` is tied on both sides, ``+`` begins a chord's next note."""
    return " ".join(_word(note) for note in bar.iter("note") if note.findtext("voice") == str(voice))


def _word(note: Element) -> str:
    ties = {tie.get("type") for tie in note.findall("tie")}
    alter = int(note.findtext("pitch/alter") or 0)
    step = "r" if note.find("rest") is not None else note.findtext("pitch/step", "x")
    name = step + "#" * alter + "b" * -alter + note.findtext("pitch/octave", "")
    value = f"{note.findtext('type', 'bar')}{'.' * len(note.findall('dot'))}"
    triplet = "3" if note.find("time-modification") is not None else ""
    tied = f"{'~' * ('stop' in ties)}{name}{'~' * ('start' in ties)}"
    return f"{'+' * (note.find('chord') is not None)}{tied}:{value}{triplet}"


def test_a_note_is_tied_over_the_bar_line_and_rests_fill_the_bar() -> None:
    first, second = bars(score([(3 * Q, 3 * Q, 60)]))
    assert engraved(first) == "r:half. C4~:quarter"
    assert engraved(second) == "~C4:half r:half"


@pytest.mark.parametrize(
    ("start", "length", "values"),
    [
        (0, 4 * Q, "C4:whole"),
        (0, 3 * Q, "C4:half. r:quarter"),
        (0, 5 * S, "C4~:quarter ~C4:16th r:16th r:eighth r:half"),
        (2 * S, 4 * S, "r:eighth C4:quarter r:eighth r:half"),
        (2 * S, 10 * S, "r:eighth C4~:quarter. ~C4:quarter r:quarter"),
        (3 * S, S // 2, "r:eighth. C4:32nd r:32nd r:quarter r:half"),
        (0, Q // 3, "C4:eighth3 r:eighth3 r:eighth3 r:quarter r:half"),
        (Q // 3, Q // 3, "r:eighth3 C4:eighth3 r:eighth3 r:quarter r:half"),
        (Q // 6, Q + Q // 6, "r:16th3 C4~:eighth.3 ~C4~:eighth3 ~C4:eighth3 r:eighth3 r:eighth3 r:half"),
        (Q + Q // 3, Q, "r:half3 C4~:quarter3 ~C4:eighth3 r:eighth3 r:eighth3 r:quarter"),
        (0, 4 * Q // 3, "C4:half3 r:quarter3 r:half"),
    ],
)
def test_lengths_are_written_as_values_that_notation_has(start: int, length: int, values: str) -> None:
    assert engraved(bars(score([(start, length, 60)]))[0]) == values


def test_triplets_are_bracketed() -> None:
    third = Q // 3
    notes = bars(score([(n * third, third, 60 + n) for n in range(3)]))[0].findall("note")[:3]
    assert [[one.get("type") for one in note.iter("tuplet")] for note in notes] == [["start"], [], ["stop"]]
    ratio = notes[0].find("time-modification")
    assert ratio is not None
    assert [one.text for one in ratio] == ["3", "2", "eighth"]


def test_notes_are_written_at_the_nearest_32nd_or_triplet() -> None:
    again = read(written(score([(7, 470, 60), (485, 155, 62), (644, 3, 64)])), "'x'")
    assert [(one.start, one.duration) for one in again.tracks[0].notes] == [(0, 480), (480, 160), (640, 80)]


def test_a_note_ends_where_its_pitch_begins_again() -> None:
    again = read(written(score([(0, 2 * Q, 60), (Q, 2 * Q, 60), (Q, Q, 60)])), "'x'")
    assert [(one.start, one.duration) for one in again.tracks[0].notes] == [(0, Q), (Q, 2 * Q)]


def test_what_sounds_together_is_a_chord_and_what_overlaps_a_voice() -> None:
    bar = bars(score([(0, 4 * Q, 48), (0, Q, 72), (0, Q, 76), (Q, Q, 74)]))[0]
    assert engraved(bar, 1) == "E5:quarter +C5:quarter D5:quarter r:half"
    assert engraved(bar, 2) == "C3:whole"
    assert [one.findtext("duration") for one in bar.findall("backup")] == ["96"]


def test_what_has_no_room_in_four_voices_is_tied_in_the_last() -> None:
    made = score([(n * Q // 2, 4 * Q - n * Q // 2, 72 - n) for n in range(5)])
    assert engraved(bars(made)[0], 4) == "r:quarter. A4~:eighth ~A4:half +G#4:half"
    assert music(read(written(made), "'x'"))["tracks"] == music(made)["tracks"]


def test_a_voice_that_is_silent_in_a_bar_is_left_out_but_the_first() -> None:
    silent, both = bars(score([(4 * Q, 4 * Q, 60), (4 * Q, 2 * Q, 64)]))
    assert (engraved(silent, 1), engraved(silent, 2)) == ("r:bar", "")
    assert (engraved(both, 1), engraved(both, 2)) == ("E4:half r:half", "C4:whole")


def test_bars_follow_the_metres() -> None:
    made = score([(0, 10 * Q, 60)])
    made.time_signatures.append(TimeSignatureTick(0, 3, 4))
    made.time_signatures.append(TimeSignatureTick(3 * Q, 6, 8))
    assert [engraved(bar) for bar in bars(made)] == [
        "C4~:half.",
        "~C4~:half.",
        "~C4~:half.",
        "~C4:quarter r:quarter r:quarter",
    ]
    told = [[time.findtext("beats") for time in bar.iter("time")] for bar in bars(made)]
    assert told == [["3"], ["6"], [], []]


def test_a_metre_told_anew_makes_a_pickup() -> None:
    made = score([(0, Q, 67), (Q, 4 * Q, 72)])
    made.time_signatures.append(TimeSignatureTick(0, 4, 4))
    made.time_signatures.append(TimeSignatureTick(Q, 4, 4))
    first, second = bars(made)
    assert [(bar.get("number"), bar.get("implicit")) for bar in (first, second)] == [("0", "yes"), ("1", None)]
    assert (engraved(first), engraved(second)) == ("G4:quarter", "C5:whole")
    assert music(read(written(made), "'x'"))["metres"] == [(0, 4, 4), (1, 4, 4)]


def test_accidentals_stand_where_the_key_does_not_have_them() -> None:
    made = score([(n * Q, Q, pitch) for n, pitch in enumerate((66, 65, 65, 66, 65))])
    made.key_signatures.append(KeySignatureTick(0, 1, 0))
    first, second = bars(made)
    assert engraved(first) == "F#4:quarter F4:quarter F4:quarter F#4:quarter"
    shown = [
        note.findtext("accidental", "") for bar in (first, second) for note in bar if note.find("pitch") is not None
    ]
    assert shown == ["", "natural", "", "sharp", "natural"]


def test_keys_change_where_they_do_even_within_a_bar() -> None:
    made = score([(0, 4 * Q, 60), (4 * Q, Q, 70), (5 * Q, 3 * Q, 70)])
    for time, fifths in ((0, 0), (4 * Q, 4), (5 * Q, -3)):
        made.key_signatures.append(KeySignatureTick(time, fifths, 0))
    assert engraved(bars(made)[1]) == "A#4:quarter Bb4:half."
    assert music(read(written(made), "'x'"))["keys"] == [(0, 0, 0), (4, 4, 0), (5, -3, 0)]


def clefs(made: ScoreTick) -> list[str]:
    return [f"{one.findtext('sign')}{one.findtext('line', '')}" for one in fromstring(written(made)).iter("clef")]


def test_clefs_follow_the_range() -> None:
    assert clefs(score([(0, Q, 72)], [(0, Q, 43)])) == ["G2", "F4"]
    assert clefs(score([(0, Q, 38)], is_drum=True)) == ["percussion"]


def test_a_keyboard_that_plays_low_and_high_has_a_staff_for_each_hand() -> None:
    made = score([(0, 4 * Q, 40), (0, 2 * Q, 76)], program=0)
    assert clefs(made) == ["G2", "F4"]
    bar = bars(made)[0]
    assert (engraved(bar, 1), engraved(bar, 5)) == ("E5:half r:half", "E2:whole")
    assert [note.findtext("staff") for note in bar.iter("note")] == ["1", "1", "2"]
    assert clefs(score([(0, 4 * Q, 40), (4 * Q, 2 * Q, 76)], program=0)) == ["F4"]  # one voice


def test_drums_have_places_and_numbers_in_stead_of_pitches() -> None:
    made = score([(0, Q, 36), (Q, Q, 38), (2 * Q, Q, 81)], is_drum=True)
    notes = bars(made)[0].findall("note")[:3]
    places = [
        note.findtext("unpitched/display-step", "") + note.findtext("unpitched/display-octave", "") for note in notes
    ]
    assert places == ["F4", "C5", "C5"]
    again = read(written(made), "'x'")
    assert again.tracks[0].is_drum
    assert [one.pitch for one in again.tracks[0].notes] == [36, 38, 81]


def test_the_lowest_notes_are_written_an_octave_higher() -> None:
    made = score([(0, Q, 0), (Q, Q, 60)])
    assert engraved(bars(made)[0]) == "C0:quarter C5:quarter r:half"
    assert [one.pitch for one in read(written(made), "'x'").tracks[0].notes] == [0, 60]


def test_tempos_and_markers_stand_where_they_are_even_within_a_note() -> None:
    made = score([(0, 8 * Q, 60)])
    made.tempos.append(TempoTick(0, 120))
    made.tempos.append(TempoTick(Q, mspq=857_143))
    made.markers.append(TextMetaTick(6 * Q, "verse"))
    made.markers.append(TextMetaTick(8 * Q, "end"))
    made.markers.append(TextMetaTick(9 * Q, "too late"))
    marks = [
        (one.findtext("*/*/per-minute"), one.find("sound").get("tempo")) for one in bars(made)[0].iter("direction")
    ]  # type: ignore[union-attr]
    assert marks == [("120", "120"), ("70", "70")]
    again = music(read(written(made), "'x'"))
    assert again["tempos"] == [(0, 500_000), (1, 857_143)]
    assert again["markers"] == [(6, "verse"), (8, "end")]


def test_names_are_text_whatever_is_in_them() -> None:
    made = score([(0, Q, 60)])
    made.tracks[0].name = 'A <b> & "c"\x01 日\n本'
    made.markers.append(TextMetaTick(0, "]]> \x00"))
    again = read(written(made), "'x'")
    assert (again.tracks[0].name, again.markers[0].text) == ('A <b> & "c" 日 本', "]]>")


def test_the_same_score_gives_the_same_bytes() -> None:
    assert written(score([(0, Q, 60)])) == written(score([(0, Q, 60)]))


def test_what_can_not_be_written_is_told() -> None:
    with pytest.raises(DataError, match="holds no note"):
        written(score([]))
    for odd in ((4, 64), (0, 4)):
        made = score([(0, Q, 60)])
        made.time_signatures.append(TimeSignatureTick(0, *odd))
        with pytest.raises(DataError, match=f"a metre of {odd[0]}/{odd[1]}"):
            written(made)
    made = score([(0, 90_000 * Q, 60)])
    made.time_signatures.append(TimeSignatureTick(0, 1, 4))
    with pytest.raises(DataError, match="more than 20 MB to write"):
        written(made)
    made = score([(0, Q, 60)])
    made.tempos.append(TempoTick(0, mspq=0))
    with pytest.raises(DataError, match="tempo that is nothing"):
        written(made)


def music(made: ScoreTick) -> dict[str, Any]:
    """A score in quarter notes. A metre counts where it changes, or begins a bar early."""

    def quarters(ticks: int) -> Fraction:
        return Fraction(ticks, made.ticks_per_quarter)

    return {
        "tracks": [
            (
                track.name,
                track.program,
                track.is_drum,
                sorted((quarters(n.start), quarters(n.start + n.duration), n.pitch, n.velocity) for n in track.notes),
            )
            for track in made.tracks
        ],
        "tempos": [(quarters(one.time), one.mspq) for one in made.tempos],
        "metres": [(quarters(one.time), one.numerator, one.denominator) for one in made.time_signatures],
        "keys": [(quarters(one.time), one.key, one.tonality) for one in made.key_signatures],
        "markers": [(quarters(one.time), one.text) for one in made.markers],
    }


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
PLACES = st.one_of(st.integers(0, 60).map(lambda n: n * S), st.integers(0, 90).map(lambda n: n * Q // 6))


@st.composite
def tracks(draw: st.DrawFn) -> TrackTick:
    """Of notes on a grid of 16ths and triplets; none sounds twice at once."""
    track = TrackTick(draw(WORDS), draw(st.integers(0, 127)), draw(st.booleans()))
    ends: dict[int, int] = defaultdict(int)
    for start, end, pitch in sorted(draw(st.lists(st.tuples(PLACES, PLACES, st.integers(0, 115)), max_size=16))):
        if start < end and ends[pitch] <= start:
            track.notes.append(NoteTick(start, end - start, pitch, draw(st.integers(1, 127))))
            ends[pitch] = end
    return track


@st.composite
def scores(draw: st.DrawFn) -> ScoreTick:
    """With metres, keys, tempos and markers that change."""
    made = ScoreTick(Q)
    for track in draw(st.lists(tracks(), min_size=1, max_size=3)):
        made.tracks.append(track)
    made.tracks[0].notes.append(NoteTick(95 * S, S, 127, 80))  # all that is told comes before it
    at = 0
    metres = st.lists(st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8), (5, 16), (2, 2)]), min_size=1, max_size=4)
    for before, metre in pairwise([(0, 0), *draw(metres)]):
        if metre != before:
            made.time_signatures.append(TimeSignatureTick(at, *metre))
            at += 4 * Q * metre[0] // metre[1] * draw(st.integers(1, 2))
    for time in sorted(draw(st.sets(PLACES, max_size=4))):
        made.key_signatures.append(KeySignatureTick(time, draw(st.integers(-7, 7)), draw(st.integers(0, 1))))
    for time in sorted(draw(st.sets(PLACES, max_size=4))):
        made.tempos.append(TempoTick(time, mspq=draw(st.integers(200_000, 2_000_000))))
    for time in sorted(draw(st.sets(PLACES, max_size=4))):
        made.markers.append(TextMetaTick(time, draw(WORDS)))
    return made


@settings(max_examples=120, deadline=None)
@given(scores())
def test_what_is_written_is_read_again(made: ScoreTick) -> None:
    assert music(read(written(made), "'x'")) == music(made)


@settings(max_examples=60, deadline=None)
@given(scores())
def test_every_voice_fills_its_bar_with_values_that_are_as_long_as_they_look(made: ScoreTick) -> None:
    for part in fromstring(written(made)).iter("part"):
        length = Fraction(0)
        for bar in part.iter("measure"):
            for time in bar.iter("time"):
                length = Fraction(int(time.findtext("beats", "")) * 4 * 24, int(time.findtext("beat-type", "")))
            filled: dict[str, int] = defaultdict(int)
            for note in bar.iter("note"):
                duration = int(note.findtext("duration", ""))
                assert duration == (looks(note) if note.find("type") is not None else length)
                if note.find("chord") is None:
                    filled[note.findtext("voice", "")] += duration
            assert set(filled.values()) == {length}


def looks(note: Element) -> Fraction:
    """Units of a note by its value, dots and triplet."""
    value = 24 * Fraction(2) ** (QUARTER - TYPES.index(note.findtext("type", "")))
    dotted = value * (2 - Fraction(1, 2 ** len(note.findall("dot"))))
    return dotted * (Fraction(2, 3) if note.find("time-modification") is not None else 1)
