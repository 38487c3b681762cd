"""Beats: those of a score are known, those of a sound are found, by the F-measure of 70 ms that MIREX judges by."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from symusic.core import NoteTick, ScoreTick, TempoTick, TimeSignatureTick, TrackTick

from laterna.media.audio import Audio, write_audio
from laterna.sound import beats, play, score_beats

RATE = 48_000
WINDOW = 0.07  # seconds


def clicks(path: Path, times: Sequence[float], seconds: float, hertz: float = 1000) -> Path:
    sound = np.zeros(round(seconds * RATE), np.float32)
    click = np.arange(RATE // 20) / RATE
    for time in times:
        part = sound[round(time * RATE) :][: len(click)]
        part += (0.5 * np.exp(-100 * click) * np.sin(2 * np.pi * hertz * click)).astype(np.float32)[: len(part)]
    write_audio(path, [sound[:, np.newaxis]], sample_rate=RATE)
    return path


def f_measure(true: Sequence[float], found: Sequence[float]) -> float:
    hits = sum(any(abs(one - other) <= WINDOW for other in found) for one in true)
    back = sum(any(abs(one - other) <= WINDOW for other in true) for one in found)
    return 2 * min(hits, back) / (len(true) + len(found))


def chorale(tempo: float, seed: int, metre: tuple[int, int] = (4, 4)) -> ScoreTick:
    """Twenty seconds in four voices: chords on the beats, now and then held, or passed through in eighths."""
    draw = np.random.default_rng(seed)
    score = ScoreTick(480)
    score.tempos.append(TempoTick(0, tempo))
    score.time_signatures.append(TimeSignatureTick(0, *metre))
    for base in (72, 67, 60, 48):
        track = TrackTick("Voice", 52)
        at = 0
        while at < 20 * tempo / 60 * 480:
            length = int(draw.choice([240, 480, 480, 480, 960]))
            for _ in range(480 // length or 1):
                track.notes.append(NoteTick(at, length, base + int(draw.choice([0, 2, 4, 5, 7])), 80))
                at += length
        score.tracks.append(track)
    return score


@pytest.mark.parametrize("tempo", [50, 66, 84, 100, 120, 140, 170])
def test_the_beats_of_a_metronome_are_found(tmp_path: Path, tempo: float) -> None:
    times = np.arange(0.3, 15, 60 / tempo)
    for hertz in (200, 1000):
        assert f_measure(times, beats(Audio(clicks(tmp_path / "click.wav", times, 15.5, hertz)))) >= 0.95


def test_beats_that_grow_faster_are_followed(tmp_path: Path) -> None:
    times = np.cumsum(np.linspace(0.66, 0.55, 30))
    assert f_measure(times, beats(Audio(clicks(tmp_path / "click.wav", times, 20)))) >= 0.9


@pytest.mark.parametrize("tempo", [54, 66, 84, 104])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_beats_of_played_scores_are_found(tmp_path: Path, tempo: float, seed: int) -> None:
    score = chorale(tempo, seed)
    played = play(score, tmp_path / "played.wav")
    assert f_measure(score_beats(score), beats(Audio(played))) >= 0.9


def test_beats_are_tracked_as_far_as_is_asked(tmp_path: Path) -> None:
    path = clicks(tmp_path / "click.wav", np.arange(0.5, 20, 0.5), 20)
    whole, part = beats(Audio(path)), beats(Audio(path), until=Fraction(6))
    assert max(part) <= 6
    assert f_measure([time for time in whole if time <= 6], part) >= 0.95


def test_a_sound_in_which_nothing_begins_has_no_beats(tmp_path: Path, make_sound: Callable[..., Path]) -> None:
    assert beats(Audio(clicks(tmp_path / "silence.wav", [], 5))) == ()
    assert beats(Audio(make_sound(tmp_path / "short.wav", seconds=1))) == ()


def test_the_beats_of_a_score_follow_its_tempos_and_metres() -> None:
    score = chorale(60, 0)
    score.tempos.append(TempoTick(4 * 480, 120))
    assert score_beats(score)[:7] == pytest.approx([0, 1, 2, 3, 4, 4.5, 5])
    assert score_beats(chorale(60, 0, metre=(6, 8)))[:3] == pytest.approx([0, 1.5, 3])
