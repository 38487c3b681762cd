"""MusicXML is read as it sounds, whoever wrote it; what can't be read is told in one sentence."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symusic.core import ScoreTick, TrackTick

from laterna.errors import DataError, LaternaError, MediaError
from laterna.media.musicxml import read, reader

HEAD = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN"
  "http://www.musicxml.org/dtds/partwise.dtd">
<score-partwise version="4.0">
"""
FLUTE = '<score-part id="P1"><part-name>Flute</part-name></score-part>'
DIVISIONS = "<attributes><divisions>{}</divisions></attributes>"


def document(*measures: str, listed: str = FLUTE) -> str:
    """Of one part."""
    numbered = "".join(f'<measure number="{n}">{inside}</measure>' for n, inside in enumerate(measures, 1))
    return f'{HEAD}<part-list>{listed}</part-list><part id="P1">{numbered}</part></score-partwise>'


def note(pitch: str, length: int, *more: str, before: str = "") -> str:
    """A note such as "F#4", of so many divisions."""
    step, alter, octave = pitch[0], pitch.count("#") - pitch.count("b"), pitch[-1]
    return (
        f"<note>{before}<pitch><step>{step}</step><alter>{alter}</alter><octave>{octave}</octave></pitch>"
        f"<duration>{length}</duration>{''.join(more)}</note>"
    )


def rest(length: int) -> str:
    return f"<note><rest/><duration>{length}</duration></note>"


def notes(track: TrackTick, score: ScoreTick) -> list[tuple[float, float, int]]:
    """(start, end, MIDI number), in quarter notes."""
    ticks = score.ticks_per_quarter
    return sorted((one.start / ticks, (one.start + one.duration) / ticks, one.pitch) for one in track.notes)


def heard(*measures: str) -> list[tuple[float, float, int]]:
    """What a document of one part in quarter notes sounds."""
    score = read(document(DIVISIONS.format(1) + measures[0], *measures[1:]).encode(), "'x'")
    return notes(score.tracks[0], score)


CHORALE = (
    HEAD
    + """
  <work><work-title>Two bars</work-title></work>
  <part-list>
    <part-group number="1" type="start"/>
    <score-part id="P1"><part-name>Soprano</part-name>
      <score-instrument id="P1-I1"><instrument-name>Choir</instrument-name></score-instrument>
      <midi-instrument id="P1-I1"><midi-channel>1</midi-channel><midi-program>53</midi-program></midi-instrument>
    </score-part>
    <score-part id="P2"><part-name>Bass &amp;
      friends</part-name></score-part>
  </part-list>
  <part id="P1">
    <measure number="0" implicit="yes">
      <print><system-layout/></print>
      <attributes><divisions>2</divisions><key><fifths>-3</fifths><mode>minor</mode></key>
        <time symbol="common"><beats>4</beats><beat-type>4</beat-type></time><clef><sign>G</sign><line>2</line></clef>
      </attributes>
      <direction placement="above"><direction-type><words>Andante</words></direction-type>
        <direction-type><metronome><beat-unit>half</beat-unit><per-minute>ca. 40</per-minute></metronome>
        </direction-type></direction>
      <note><pitch><step>G</step><octave>4</octave></pitch><duration>2</duration><voice>1</voice><type>quarter</type>
        <lyric><text>Oh</text></lyric></note>
    </measure>
    <measure number="1">
      <note><pitch><step>C</step><octave>5</octave></pitch><duration>3</duration><type>quarter</type><dot/></note>
      <note><pitch><step>B</step><octave>4</octave></pitch><duration>1</duration><type>eighth</type>
        <accidental>natural</accidental></note>
      <note><pitch><step>C</step><octave>5</octave></pitch><duration>4</duration><tie type="start"/></note>
    </measure>
    <measure number="2">
      <direction><direction-type><rehearsal>A</rehearsal></direction-type><sound tempo="96.5"/></direction>
      <note><pitch><step>C</step><octave>5</octave></pitch><duration>8</duration><tie type="stop"/></note>
      <barline location="right"><bar-style>light-heavy</bar-style></barline>
    </measure>
  </part>
  <part id="P2">
    <measure number="0" implicit="yes">
      <attributes><divisions>1</divisions><key><fifths>-3</fifths></key></attributes>
      <note><rest measure="yes"/><duration>1</duration></note>
    </measure>
    <measure number="1">
      <note><pitch><step>A</step><alter>-1</alter><octave>2</octave></pitch><duration>2</duration></note>
      <note><pitch><step>G</step><octave>2</octave></pitch><duration>2</duration></note>
    </measure>
    <measure number="2"><note><pitch><step>C</step><octave>3</octave></pitch><duration>4</duration></note></measure>
  </part>
</score-partwise>
"""
)


def test_a_score_is_read_part_by_part() -> None:
    score = read(CHORALE.encode(), "'chorale'")
    assert [(track.name, track.program, track.is_drum) for track in score.tracks] == [
        ("Soprano", 52, False),
        ("Bass & friends", 0, False),
    ]
    assert notes(score.tracks[0], score) == [(0, 1, 67), (1, 2.5, 72), (2.5, 3, 71), (3, 9, 72)]
    assert notes(score.tracks[1], score) == [(1, 3, 44), (3, 5, 43), (5, 9, 48)]


def test_what_holds_for_all_parts_is_read() -> None:
    score = read(CHORALE.encode(), "'chorale'")
    assert [(one.time, one.key, one.tonality) for one in score.key_signatures] == [(0, -3, 1)]
    assert [(one.time / 480, one.qpm) for one in score.tempos] == [(0, 80), (5, pytest.approx(96.5, rel=1e-5))]
    assert [(one.time / 480, one.text) for one in score.markers] == [(0, "Andante"), (5, "A")]


def test_after_a_pickup_the_metre_begins_anew() -> None:
    metres = read(CHORALE.encode(), "'chorale'").time_signatures
    assert [(one.time / 480, one.numerator, one.denominator) for one in metres] == [(0, 4, 4), (1, 4, 4)]


def test_a_score_by_measures_is_the_same() -> None:
    by_measures = f"""<score-timewise><part-list>{FLUTE}
        <score-part id="P2"><part-name>Horn</part-name></score-part></part-list>
        <measure number="1"><part id="P1">{DIVISIONS.format(1)}{note("C5", 4)}</part>
            <part id="P2">{DIVISIONS.format(2)}{note("C4", 8)}</part></measure>
        <measure number="2"><part id="P1">{note("D5", 4)}</part><part id="P2">{note("D4", 8)}</part></measure>
        </score-timewise>"""
    score = read(by_measures.encode(), "'x'")
    assert [track.name for track in score.tracks] == ["Flute", "Horn"]
    assert notes(score.tracks[0], score) == [(0, 4, 72), (4, 8, 74)]
    assert notes(score.tracks[1], score) == [(0, 4, 60), (4, 8, 62)]


def test_voices_begin_where_the_music_goes_back_to() -> None:
    back = "<backup><duration>4</duration></backup><forward><duration>1</duration></forward>"
    assert heard(note("C5", 4) + back + note("E4", 2)) == [(0, 4, 72), (1, 3, 64)]


def test_going_back_too_far_ends_at_the_bar() -> None:
    assert heard(note("C5", 1) + "<backup><duration>9</duration></backup>" + note("E4", 1))[0] == (0, 1, 64)


def test_the_notes_of_a_chord_begin_together() -> None:
    chord = note("C4", 2) + note("E4", 2, before="<chord/>") + note("G4", 1, before="<chord/>") + note("A4", 1)
    assert heard(chord) == [(0, 1, 67), (0, 2, 60), (0, 2, 64), (2, 3, 69)]


def test_tied_notes_are_one_over_any_number_of_bars() -> None:
    stop, start = '<tie type="stop"/>', '<notations><tied type="start"/></notations>'
    held = [note("C4", 4, start), note("C4", 4, stop, start), note("C4", 1, stop) + note("C4", 1)]
    assert heard(*held) == [(0, 9, 60), (9, 10, 60)]


def test_ties_of_one_pitch_stay_in_their_voices() -> None:
    def bar(tie: str, upper: int, lower: int) -> str:
        tied = f'<tie type="{tie}"/>'
        above = note("C4", upper, tied, "<voice>1</voice>") + "<backup><duration>4</duration></backup>"
        return f"{above if tie == 'start' else ''}{note('C4', lower, tied, '<voice>2</voice>')}" + (
            ""
            if tie == "start"
            else f"<backup><duration>{lower}</duration></backup>{note('C4', upper, tied, '<voice>1</voice>')}"
        )

    assert heard(bar("start", 4, 4), bar("stop", 1, 3)) == [(0, 5, 60), (0, 7, 60)]


def test_a_tie_to_nothing_ends() -> None:
    assert heard(note("C4", 1, '<tie type="start"/>') + note("D4", 1, '<tie type="stop"/>')) == [(0, 1, 60), (1, 2, 62)]


def test_grace_and_cue_notes_are_left_out() -> None:
    grace = "<note><grace slash='yes'/><pitch><step>B</step><octave>4</octave></pitch></note>"
    assert heard(grace + note("C5", 1) + note("D5", 1, before="<cue/>") + note("E5", 1)) == [(0, 1, 72), (2, 3, 76)]


def test_triplets_and_changing_divisions_are_exact() -> None:
    triplets = DIVISIONS.format(3) + note("C4", 1) + note("D4", 1) + note("E4", 1)
    score = read(document(DIVISIONS.format(1024) + note("C5", 1024), triplets).encode(), "'x'")
    assert [(one.start, one.duration) for one in score.tracks[0].notes] == [
        (0, 480),
        (480, 160),
        (640, 160),
        (800, 160),
    ]


def test_divisions_that_no_tick_fits_are_rounded() -> None:
    score = read(document(DIVISIONS.format(9973) + note("C4", 1) + note("D4", 9972)).encode(), "'x'")
    assert [(one.start, one.duration) for one in score.tracks[0].notes] == [(0, 1), (0, 480)]


def test_a_bar_is_as_long_as_its_fullest_part() -> None:
    second = '<score-part id="P2"><part-name>Drone</part-name></score-part>'
    text = document(DIVISIONS.format(1) + note("C4", 3), note("D4", 3), listed=FLUTE + second).replace(
        "</score-partwise>", f'<part id="P2"><measure/><measure>{note("C3", 3)}</measure></part></score-partwise>'
    )
    score = read(text.encode(), "'x'")
    assert [notes(track, score)[-1][:2] for track in score.tracks] == [(3, 6), (3, 6)]


def test_rests_make_no_bar_longer_than_its_metre() -> None:
    time = "<attributes><time><beats>2</beats><beat-type>4</beat-type></time></attributes>"
    assert heard(time + rest(2) + rest(2), note("C4", 1)) == [(2, 3, 60)]
    assert heard(time + rest(2) + note("D4", 2), note("C4", 1)) == [(2, 4, 62), (4, 5, 60)]


def test_a_bar_that_nobody_fills_is_as_long_as_its_metre() -> None:
    time = "<attributes><time><beats>3</beats><beat-type>8</beat-type></time></attributes>"
    assert heard(time, "", note("C4", 1)) == [(3, 4, 60)]


@pytest.mark.parametrize(
    ("beats", "metre"),
    [
        ("<beats>6</beats><beat-type>8</beat-type>", (6, 8)),
        ("<beats>3+2</beats><beat-type>8</beat-type>", (5, 8)),
        ("<beats>3</beats><beat-type>8</beat-type><beats>1</beats><beat-type>4</beat-type>", (5, 8)),
        ("<senza-misura/>", None),
        ("<beats>4</beats><beat-type>6</beat-type>", None),
    ],
)
def test_metres_are_read_as_far_as_midi_has_them(beats: str, metre: tuple[int, int] | None) -> None:
    time = f"<attributes><divisions>1</divisions><time>{beats}</time></attributes>"
    told = read(document(time + note("C4", 3)).encode(), "'x'").time_signatures
    assert [(one.numerator, one.denominator) for one in told] == ([metre] if metre else [])


def test_transposing_instruments_sound_as_they_do() -> None:
    clarinet = """<attributes><divisions>1</divisions><key><fifths>2</fifths></key>
        <transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose></attributes>"""
    score = read(document(clarinet + note("D5", 1)).encode(), "'x'")
    assert (score.tracks[0].notes[0].pitch, score.key_signatures[0].key) == (72, 0)
    bass = "<attributes><transpose><chromatic>0</chromatic><octave-change>-1</octave-change></transpose></attributes>"
    assert heard(bass + note("E3", 1)) == [(0, 1, 40)]


@pytest.mark.parametrize(
    ("direction", "tempo"),
    [
        ('<sound tempo="90"/>', 90),
        ('<direction><direction-type><words>Fast</words></direction-type><sound tempo="150"/></direction>', 150),
        ("<metronome><beat-unit>quarter</beat-unit><beat-unit-dot/><per-minute>60</per-minute></metronome>", 90),
        ("<metronome><beat-unit>eighth</beat-unit><per-minute>120.5</per-minute></metronome>", 60.25),
        ("<metronome><beat-unit>quarter</beat-unit><beat-unit>eighth</beat-unit></metronome>", None),
    ],
)
def test_tempos_are_quarter_notes_a_minute(direction: str, tempo: float | None) -> None:
    if direction.startswith("<metronome>"):
        direction = f"<direction><direction-type>{direction}</direction-type></direction>"
    tempos = read(document(DIVISIONS.format(1) + direction + note("C4", 1)).encode(), "'x'").tempos
    assert [one.qpm for one in tempos] == ([pytest.approx(tempo, rel=1e-5)] if tempo else [])


def test_a_direction_may_stand_off_its_place() -> None:
    later = "<direction><direction-type><words>now</words></direction-type><offset>1</offset></direction>"
    score = read(document(DIVISIONS.format(1) + later + note("C4", 2)).encode(), "'x'")
    assert [(one.time, one.text) for one in score.markers] == [(480, "now")]


@pytest.mark.parametrize("offset", [-999_999_999, 999_999_999])
def test_a_direction_that_stands_nowhere_is_kept_within_reason(offset: int) -> None:
    away = f'<direction><sound tempo="90"/><offset>{offset}</offset></direction>'
    score = read(document(DIVISIONS.format(1) + away + note("C4", 2)).encode(), "'x'")
    assert 0 <= score.tempos[0].time <= 480 * 100_000


def test_loudness_is_read_from_marks_and_notes() -> None:
    forte = '<direction><direction-type><dynamics><f/></dynamics></direction-type><sound dynamics="100"/></direction>'
    soft = note("D4", 1).replace("<note>", '<note dynamics="50">')
    score = read(document(DIVISIONS.format(1) + note("C4", 1) + forte + note("C4", 1) + soft).encode(), "'x'")
    assert [one.velocity for one in score.tracks[0].notes] == [80, 90, 45]


DRUMS = """<score-part id="P1"><part-name>Kit</part-name>
    <score-instrument id="P1-I37"><instrument-name>Kick</instrument-name></score-instrument>
    <midi-instrument id="P1-I37"><midi-channel>10</midi-channel><midi-unpitched>37</midi-unpitched></midi-instrument>
    </score-part>"""


def drum(place: str, more: str = "") -> str:
    shown = f"<display-step>{place[0]}</display-step><display-octave>{place[1]}</display-octave>"
    return f"<note><unpitched>{shown}</unpitched><duration>1</duration>{more}</note>"


def test_drums_are_what_their_instrument_says_else_what_stands_in_that_place() -> None:
    kick = drum("F4", '<instrument id="P1-I37"/>')
    score = read(document(DIVISIONS.format(1) + kick + drum("G5") + drum("B3"), listed=DRUMS).encode(), "'x'")
    assert score.tracks[0].is_drum
    assert [one.pitch for one in score.tracks[0].notes] == [36, 42, 38]


def test_a_part_that_sings_and_claps_is_two_tracks() -> None:
    score = read(document(DIVISIONS.format(1) + note("C4", 1) + drum("C5")).encode(), "'x'")
    assert [(track.name, track.is_drum, len(track.notes)) for track in score.tracks] == [
        ("Flute", False, 1),
        ("Flute", True, 1),
    ]


def test_repeats_are_played_once() -> None:
    end = '<barline location="right"><repeat direction="backward"/></barline>'
    assert heard(note("C4", 1) + end, note("D4", 1)) == [(0, 1, 60), (1, 2, 62)]


def test_utf_16_is_read() -> None:
    text = document(DIVISIONS.format(1) + note("C4", 1), listed=FLUTE.replace("Flute", "Flöte"))
    assert read(text.replace("UTF-8", "UTF-16").encode("utf-16"), "'x'").tracks[0].name == "Flöte"


ONE = DIVISIONS.format(1) + note("C4", 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hello", "not well-formed XML"),
        (document(ONE)[:-20], "not well-formed XML"),
        ("<xmeml version='4'/>", "no score"),
        ("<opus/>", "no score"),
        (document(ONE).replace("standalone", "standalon"), "not well-formed"),
        (document("<x>" * 300 + "</x>" * 300), "nested more than 200"),
        ('<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><score-partwise>&b;</score-partwise>', "entity 'a'"),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><score-partwise>&a;</score-partwise>', "entity 'a'"),
        ('<!DOCTYPE x [<!ENTITY % a SYSTEM "http://example.org/">%a;]><score-partwise/>', "entity 'a'"),
    ],
)
def test_what_is_no_score_is_told(text: str, says: str) -> None:
    with pytest.raises(MediaError, match=says) as caught:
        read(text.encode(), "'song.musicxml'")
    assert "'song.musicxml'" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("measure", "says"),
    [
        (note("H4", 1), "Measure 2 of the part 'Flute' in 'song.musicxml' has a note of the step 'H'"),
        (note("C4", 1).replace("<octave>4", "<octave>x"), "octave 'x', which is no number"),
        (note("C9", 1).replace("<octave>9", "<octave>12"), "MIDI has no number"),
        (note("C4", 1).replace("<duration>1</duration>", ""), "duration '', which is no number"),
        (note("C4", -1), "lasts less than nothing"),
        (note("C4", 10**9), "duration '1000000000', which is no number"),
        (note("C4", 1).replace(">1<", ">1e999999<"), "no number"),
        (note("C4", 999_999), "over 100000 quarter notes"),
        (DIVISIONS.format(0), "into nothing"),
        ('<sound tempo="0"/>', "tempo of 0"),
        ('<sound tempo="-1"/>', "tempo of -1"),
        ('<sound tempo="1"/>', "tempo of 1,"),
        ('<sound tempo="NaN"/>', "'NaN', which is no number"),
        ("<attributes><key><fifths>x</fifths></key></attributes>", "key 'x'"),
    ],
)
def test_what_can_not_be_is_told_with_its_place(measure: str, says: str) -> None:
    with pytest.raises(DataError, match=says) as caught:
        read(document(ONE, measure).encode(), "'song.musicxml'")
    assert "\n" not in str(caught.value)


def test_too_many_bars_are_told() -> None:
    with pytest.raises(DataError, match="over 100000 quarter notes"):
        read(document(ONE, *[""] * 30_000).encode(), "'x'")


def test_too_many_elements_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_MOST_ELEMENTS", 50)
    with pytest.raises(MediaError, match="more than 50 elements"):
        read(document(ONE, "<x/>" * 50).encode(), "'x'")


def test_a_bar_is_forgotten_once_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    take: Callable[..., None] = reader._Music.take

    def kept(self: reader._Music, part: str, cell: object) -> None:
        take(self, part, cell)
        taken.append(cell)

    monkeypatch.setattr(reader._Music, "take", kept)
    read(document(ONE, note("D4", 1)).encode(), "'x'")
    assert [len(cell) for cell in taken] == [0, 0]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=6), st.integers(0, 5000))
def test_a_damaged_document_is_read_or_refused_and_never_more(changes: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(CHORALE.encode())
    for place, value in changes:
        content[place % len(content)] = value
    with contextlib.suppress(LaternaError):
        read(bytes(content[: max(1, len(content) - max(0, cut - 4000))]), "'x'").dumps_midi()
