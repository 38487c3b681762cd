"""Music of the length, key and mood that was asked for, with what was given kept."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from symusic.core import NoteTick, ScoreTick, TempoTick, TimeSignatureTick, TrackTick

pytest.importorskip("torch")

from laterna import music
from laterna.errors import DataError, ModelError
from laterna.media.scores import seconds_of
from laterna.music.compose import _cleanest
from laterna.music.keys import Key
from laterna.music.models.memory import Memory
from laterna.music.moods import manner_of
from laterna.music.notation import piece_of
from laterna.music.originality import MOST_SHARED
from laterna.music.pieces import Piece, merged
from laterna.music.theory import faults


def sounds(score: ScoreTick) -> set[tuple[int, int]]:
    """(16th note, MIDI number) of all that sounds."""
    spans = [(n.time // 120, n.duration // 120, n.pitch) for track in score.tracks for n in track.notes]
    return {(frame, pitch) for first, count, pitch in spans for frame in range(first, first + count)}


def tune(*pitches: int, tempo: float = 90.0) -> ScoreTick:
    """Quarter notes."""
    score = ScoreTick(480)
    score.tempos.append(TempoTick(0, tempo))
    score.tracks.append(TrackTick("Tune", 0))
    for at, pitch in enumerate(pitches):
        score.tracks[0].notes.append(NoteTick(at * 480, 480, pitch, 80))
    return score


@pytest.mark.parametrize("seconds", [4.0, 9.7])
@pytest.mark.parametrize("mood", ["calm", "tense"])
def test_a_piece_is_on_a_grid_that_ends_where_it_was_asked_to(model: str, seconds: float, mood: str) -> None:
    score = music.compose(seconds=seconds, mood=mood, model=model)
    piece = piece_of(score)
    assert seconds_of(score) <= seconds + 1e-3
    assert len(piece) / 4 * 60 / score.tempos[0].qpm <= seconds + 1e-3
    assert score.markers[0].text.startswith(mood)
    assert score.tempos[0].qpm == pytest.approx(manner_of(mood).tempo, rel=0.25)


def test_the_key_that_was_asked_for_is_written(model: str) -> None:
    score = music.compose(seconds=5, key="Db major", model=model)
    assert (score.key_signatures[0].key, score.markers[0].text) == (-5, "calm, Db major")


@pytest.mark.parametrize("octaves", [-12, 0, 12])
def test_a_choir_can_sing_what_is_composed(model: str, octaves: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chords = np.repeat([(74, 65, 58, 46), (72, 65, 57, 53), (70, 65, 58, 46)], 4, 0)
    written = [merged("", chords + octaves, 4)]
    monkeypatch.setattr(import_module("laterna.music.compose"), "from_nothing", lambda *asked: written)
    piece = piece_of(music.compose(seconds=5, key="Bb major", model=model))
    assert piece.pitches[0].tolist() == [74, 65, 58, 46]


@pytest.mark.parametrize("others", [[], ["minor"]])
def test_what_is_in_the_key_that_was_asked_for_comes_first(
    model: str, others: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it leaps and has parallel fifths; another piece is taken only where none is in the key."""
    major = np.array([(74, 65, 58, 46), (84, 77, 60, 48), (62, 55, 53, 46), (74, 65, 58, 46)])
    minor = np.array([(73, 65, 58, 46), (72, 65, 57, 53), (73, 65, 58, 46), (70, 65, 61, 46)])
    pieces = {
        "major": merged("", np.repeat(np.tile(major, (2, 1)), 4, 0), 4),
        "minor": merged("", np.repeat(minor, 4, 0), 4),
    }
    assert [one.key for one in pieces.values()] == [Key(10, "major"), Key(10, "minor")]
    assert len(faults(pieces["major"])) > len(faults(pieces["minor"])) + 8
    asked = "Bb major" if others else "Bb minor"
    written = [pieces[name] for name in ([*others, "major"])]
    monkeypatch.setattr(import_module("laterna.music.compose"), "from_nothing", lambda *given: written)
    piece = piece_of(music.compose(seconds=5, key=asked, model=model))
    assert (piece.pitches == pieces["major"].pitches).all()


def test_weights_of_another_model_write_no_music() -> None:
    with pytest.raises(ModelError, match="editing/boundary writes no music"):
        music.compose(seconds=5, model="editing/boundary")


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(model: str) -> None:
    one, again, other = (music.compose(seconds=5, seed=seed, model=model).dumps_midi() for seed in (3, 3, 4))
    assert one == again != other


@pytest.mark.parametrize("voices", [1, 2, 3, 4])
def test_it_has_as_many_voices_as_were_asked_for(model: str, voices: int) -> None:
    assert len(music.compose(seconds=4, voices=voices, model=model).tracks) == voices


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"seconds": 0.1}, "0.1 s is no length to compose"),
        ({"seconds": 9e9}, "no length to compose"),
        ({"seconds": 10, "voices": 5}, "writes for 1 to 4 voices, not for 5"),
        ({"seconds": 10, "tempo": -3}, "no tempo"),
        ({"seconds": 4, "tempo": 20}, "4 s at 20 quarter notes a minute are no bars"),
        ({"seconds": 500, "tempo": 300}, "2500 quarter notes: ask for 1024 or fewer"),
        ({"seconds": 10, "seed": -1}, "seed can't be -1"),
        ({"seconds": 10, "key": "H"}, "is no key"),
        ({"seconds": 10, "mood": "angry"}, "no mood"),
    ],
)
def test_what_can_not_be_is_told(model: str, asked: dict[str, float], says: str) -> None:
    with pytest.raises(DataError, match=says):
        music.compose(**asked, model=model)  # type: ignore[arg-type]


@pytest.mark.parametrize("octave", [-24, 0, 12])
def test_a_melody_is_harmonised_where_it_lies(model: str, octave: int) -> None:
    melody = tune(*(pitch + octave for pitch in (67, 69, 71, 72, 74, 72, 71, 67)))
    melody.tempos.append(TempoTick(960, 45.0))
    melody.time_signatures.append(TimeSignatureTick(0, 3, 4))
    harmonised = music.harmonise(melody, model=model)
    assert [(n.start, n.duration, n.pitch) for n in harmonised.tracks[0].notes] == [
        (n.start, n.duration, n.pitch) for n in melody.tracks[0].notes
    ]
    assert len(harmonised.tracks) == 4
    assert [round(one.qpm) for one in harmonised.tempos] == [90, 45]
    assert harmonised.time_signatures[0].numerator == 3


def test_a_melody_that_nobody_can_sing_is_told(model: str) -> None:
    with pytest.raises(DataError, match="spans 40 semitones"):
        music.harmonise(tune(50, 90), model=model)


def test_a_score_goes_on_after_its_end(model: str) -> None:
    score = music.compose(seconds=6, model=model)
    longer = music.extend(score, 4, model=model)
    before, after = (sorted((n.time, n.pitch) for track in one.tracks for n in track.notes) for one in (score, longer))
    assert after[: len(before)] == before
    assert sounds(score) <= sounds(longer)
    assert seconds_of(longer) > seconds_of(score) + 2
    for seconds in (700, float("nan"), 0):
        with pytest.raises(DataError, match=f"can't be extended by {seconds} s"):
            music.extend(score, seconds, model=model)
    quick = tune(67, 69, tempo=60_000)
    with pytest.raises(DataError, match="quarter notes: ask for 1024 or fewer"):
        music.extend(quick, 60, model=model)


def test_a_variation_keeps_as_much_as_was_asked(model: str) -> None:
    score = music.compose(seconds=12, model=model)
    before, shares = sounds(score), []
    for amount in (0.0, 0.3, 1.0):
        shares.append(len(before & sounds(music.vary(score, amount, model=model))) / len(before))
    assert shares[0] == 1 > shares[1] > shares[2]


def test_long_notes_are_kept_where_what_was_before_them_is_new(model: str) -> None:
    score = tune(60)
    score.tracks[0].notes[0].duration = 16 * 480
    for seed in range(4):
        kept = np.repeat(np.random.default_rng(seed).random((16, 4))[:, 0] >= 0.5, 4)
        heard = sounds(music.vary(score, 0.5, seed=seed, model=model))
        assert all((frame, 60) in heard for frame in np.flatnonzero(kept).tolist())


def test_a_tune_alone_is_varied_alone(model: str) -> None:
    varied = music.vary(tune(67, 69, 71, 72), 0.5, model=model)
    assert [bool(len(track.notes)) for track in varied.tracks] == [True]


def test_an_amount_is_a_share(model: str) -> None:
    score = tune(67, 69)
    with pytest.raises(DataError, match="share, 0 to 1"):
        music.vary(score, 2, model=model)


@pytest.mark.slow
@pytest.mark.parametrize(("mood", "mode"), [("joyful", "major"), ("wistful", "minor")])
def test_the_bundled_model_keeps_the_key_and_ends_at_home(mood: str, mode: str) -> None:
    scores = [music.compose(seconds=30, mood=mood, seed=seed) for seed in range(4)]
    found = [music.analyse(score) for score in scores]
    asked = [score.markers[0].text.split(", ")[1] for score in scores]
    assert all(key.endswith(mode) for key in asked)
    assert sum(str(one.key) == key for one, key in zip(found, asked, strict=True)) >= 3
    assert np.mean([len(one.faults) for one in found]) < 15
    assert max(one.shared for one in found) <= MOST_SHARED
    assert [f" {one.shared}" in score.markers[1].text for one, score in zip(found, scores, strict=True)] == [True] * 4


def test_a_score_is_drawn_and_analysed(model: str, tmp_path: Path) -> None:
    score = music.compose(seconds=6, model=model)
    picture = music.roll(score)
    colours = {colour for _, colour in picture.getcolors(100_000)}
    assert picture.width > 100
    assert len(colours) > 4
    assert music.analyse(score).to_json()["seconds"] == pytest.approx(seconds_of(score))
    with pytest.raises(DataError, match="no note"):
        music.roll(ScoreTick(480))


def held(*chords: tuple[int, ...], frames: int = 4) -> Piece:
    return merged("", np.repeat(np.array(chords), frames, 0), 4)


def test_the_cleanest_piece_is_in_its_mode_ends_at_home_and_does_not_stand_still() -> None:
    home, away = (72, 67, 64, 48), (71, 67, 62, 43)
    moving, faulty = held(home, (72, 69, 65, 53), away, home), held(home, (74, 69, 66, 50), away, home)
    still, leaving = held(home, frames=32), held(home, (72, 69, 65, 53), home, away)
    minor = held(*((a, b, c - 1, d) for a, b, c, d in (home, (72, 68, 66, 53), home, home)))
    for other in (faulty, still, leaving, minor):
        assert _cleanest([other, moving], Key(0, "major"), Memory(8)) is moving


def test_a_piece_that_gives_back_what_was_learnt_is_not_the_cleanest() -> None:
    rng = np.random.default_rng(0)
    learnt, own = (merged("", np.repeat(rng.integers(50, 80, (30, 4)), 4, 0), 4) for _ in range(2))
    memory = Memory()
    memory.learn([learnt])
    both = _cleanest([learnt, own], own.key, Memory()), _cleanest([learnt, own], own.key, memory)
    assert _cleanest([learnt], own.key, memory) is learnt  # there is no other
    assert both[1] is own
    assert memory.longest_shared([learnt.moved(3)]) == 30 > memory.longest_shared([own])


@pytest.mark.parametrize("style", ["chorale", "broken", "pulsing"])
def test_a_composition_says_how_much_of_it_was_learnt(model: str, style: str) -> None:
    score = music.compose(seconds=5, style=style, model=model)
    assert score.markers[1].text == "longest run of notes shared with what was learnt from: 0"


@pytest.mark.parametrize(("tonic", "moved"), [(0, 0), (2, 2), (11, -1), (6, 6)])
def test_a_piece_is_moved_to_its_key_by_the_shortest_way(tonic: int, moved: int) -> None:
    piece = held((72, 67, 64, 48), (71, 67, 62, 43), (72, 67, 64, 48))
    assert (piece.to_tonic(tonic).pitches - piece.pitches == moved).all()
