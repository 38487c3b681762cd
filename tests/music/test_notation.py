"""A piece becomes a score and a score a piece again, with the same notes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symusic.core import NoteTick, ScoreTick, TempoTick, TimeSignatureTick, TrackTick

from laterna.errors import DataError
from laterna.music.keys import Key
from laterna.music.notation import TICKS, notes, piece_of, score_of, signature, timed_as
from laterna.music.pieces import Piece, merged

CHORDS = merged("", np.array([(72, 67, 64, 48)] * 4 + [(71, 67, 62, 43)] * 4), 4)


def tracks(*voices: list[tuple[float, float, int]]) -> ScoreTick:
    """Each of (start, length, MIDI number), in quarter notes."""
    score = ScoreTick(TICKS)
    for spans in voices:
        track = TrackTick("", 0)
        for start, length, pitch in spans:
            track.notes.append(NoteTick(round(start * TICKS), round(length * TICKS), pitch, 80))
        score.tracks.append(track)
    return score


def test_a_piece_has_its_tempo_key_and_a_track_for_each_voice() -> None:
    score = score_of(CHORDS, tempo=90, title="home")
    assert [track.name for track in score.tracks] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert (round(score.tempos[0].qpm, 3), score.markers[0].text) == (90, "home")
    assert [(n.start, n.duration, n.pitch) for n in score.tracks[3].notes] == [(0, TICKS, 48), (TICKS, TICKS, 43)]


voice = st.lists(st.tuples(st.integers(1, 6), st.one_of(st.just(0), st.integers(40, 80))), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(voice, min_size=4, max_size=4), st.sampled_from([1, 2, 4]))
def test_notes_go_there_and_back(voices: list[list[tuple[int, int]]], grid: int) -> None:
    length = max(sum(frames for frames, _ in spans) for spans in voices)
    pitches, held = np.zeros((length, 4), np.int16), np.zeros((length, 4), bool)
    for number, spans in enumerate(voices):
        at = 0
        for frames, pitch in spans:
            pitches[at : at + frames, number] = pitch + 12 * (3 - number) // 2 if pitch else 0
            held[at + 1 : at + frames, number] = pitch > 0
            at += frames
    piece = Piece("", pitches, held, grid)
    wanted = sorted(span for number in range(4) for span in notes(piece, number))
    if wanted:
        again = piece_of(score_of(piece, tempo=100), grid=grid)
        assert sorted(span for number in range(4) for span in notes(again, number)) == wanted


def test_tracks_that_sound_one_note_at_a_time_are_the_voices() -> None:
    piece = piece_of(tracks([(0, 2, 48)], [(0, 1, 72), (1, 1, 40)]), grid=1)
    assert piece.pitches.tolist() == [[72, 0, 0, 48], [40, 0, 0, 48]]


def test_the_lowest_of_fewer_notes_is_the_bass() -> None:
    piece = piece_of(tracks([(0, 1, 72), (0, 1, 64), (0, 1, 48), (1, 1, 72), (1, 1, 48), (2, 1, 72)]), grid=1)
    assert piece.pitches.tolist() == [[72, 64, 0, 48], [72, 0, 0, 48], [72, 0, 0, 0]]


def test_tempos_metres_and_key_signatures_are_taken_over() -> None:
    given = ScoreTick(96)
    given.tempos.extend([TempoTick(0, 120.0), TempoTick(192, 60.0)])
    given.time_signatures.append(TimeSignatureTick(0, 3, 4))
    made = timed_as(score_of(CHORDS, tempo=90), given)
    assert [(one.time, round(one.qpm)) for one in made.tempos] == [(0, 120), (2 * TICKS, 60)]
    assert [(one.numerator, one.denominator) for one in made.time_signatures] == [(3, 4)]
    assert made.key_signatures[0].key == score_of(CHORDS).key_signatures[0].key  # the given score had none


@pytest.mark.parametrize(
    ("key", "signs", "name"),
    [
        (Key(0, "major"), 0, "C major"), (Key(7, "major"), 1, "G major"), (Key(10, "major"), -2, "Bb major"),
        (Key(1, "major"), -5, "Db major"), (Key(6, "major"), 6, "F# major"), (Key(9, "minor"), 0, "A minor"),
        (Key(2, "minor"), -1, "D minor"), (Key(8, "minor"), 5, "G# minor"), (Key(3, "minor"), -6, "Eb minor"),
    ],
)  # fmt: skip
def test_keys_are_written_with_their_signs(key: Key, signs: int, name: str) -> None:
    written = score_of(CHORDS, key=key).key_signatures[0]
    assert (written.key, written.tonality, str(key)) == (signs, int(key.mode == "minor"), name)


def test_each_keys_signs_are_a_fifth_from_the_next_ones() -> None:
    for mode, tonic in (("major", 0), ("minor", 9)):
        for steps in range(-5, 6):
            assert signature(Key((tonic + 7 * steps) % 12, mode)).key == steps  # type: ignore[arg-type]


def test_of_thicker_chords_the_outer_voices_are_kept() -> None:
    piece = piece_of(tracks([(0, 1, pitch) for pitch in (48, 55, 60, 64, 67, 72)]), grid=1)
    assert piece.pitches.tolist() == [[72, 67, 64, 48]]


def test_a_chord_that_is_struck_again_begins_again() -> None:
    piece = piece_of(tracks([(0, 1, 60), (0, 1, 64), (1, 2, 60), (1, 2, 64)]), grid=1)
    assert piece.held[:, 0].tolist() == [False, False, True]


def test_drums_are_no_voices() -> None:
    score = ScoreTick(TICKS)
    score.tracks.append(TrackTick("Drums", 0, True))
    score.tracks[0].notes.append(NoteTick(0, 10, 36, 80))
    with pytest.raises(DataError, match="no note that has a pitch"):
        piece_of(score)
