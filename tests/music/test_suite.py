"""Music of any length: one piece as far as that goes, then movements, then movements again."""

import sys
from typing import get_args

import pytest
from symusic.core import ScoreTick

pytest.importorskip("torch")

from laterna import music
from laterna.errors import DataError
from laterna.media.moods import Mood
from laterna.media.scores import seconds_of


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Movements of five seconds, of which three are composed."""
    monkeypatch.setattr(sys.modules["laterna.music.suite"], "MOVEMENT", 5.0)
    monkeypatch.setattr(sys.modules["laterna.music.suite"], "MOVEMENTS", 3)


def notes(score: ScoreTick, first: float = 0, end: float = 1e9) -> list[tuple[int, int, int, int]]:
    """(voice, tick from ``first``, length, MIDI number) of all that begins between two quarter notes."""
    rows = ((voice, note) for voice, track in enumerate(score.tracks) for note in track.notes)
    span = round(first * 480), end * 480
    return sorted((v, n.time - span[0], n.duration, n.pitch) for v, n in rows if span[0] <= n.time < span[1])


def test_music_of_up_to_two_minutes_is_one_composition(model: str) -> None:
    one = music.suite(seconds=8, mood="tense", key="B minor", seed=3, model=model)
    assert notes(one) == notes(music.compose(seconds=8, mood="tense", key="B minor", seed=3, model=model))


def test_longer_music_is_movements_of_one_tempo_each_with_its_own_key_in_which_it_begins(
    model: str, short: None
) -> None:
    whole = music.suite(seconds=14, seed=3, model=model)
    quarters = 14 / 3 * whole.tempos[0].qpm / 60
    assert quarters == pytest.approx(round(quarters), abs=1e-3)
    assert len(whole.tempos) == 1
    assert [one.time for one in whole.markers[::2]] == [round(n * quarters) * 480 for n in range(3)]
    assert [one.time for one in whole.key_signatures] == [one.time for one in whole.markers[::2]]
    parts = [notes(whole, n * quarters, (n + 1) * quarters) for n in range(3)]
    assert all(parts)
    assert parts[0] == notes(music.compose(seconds=14 / 3, seed=3, model=model))
    assert len({str(part) for part in parts}) == 3
    assert 14 - 1.5 < seconds_of(whole) <= 14 + 1e-3


def test_the_longest_music_hears_its_movements_again(model: str, short: None) -> None:
    whole = music.suite(seconds=25, model=model)
    quarters = round(5 * whole.tempos[0].qpm / 60)
    first, second, third, again, last = (notes(whole, n * quarters, (n + 1) * quarters) for n in range(5))
    assert (again, last) == (first, second)
    assert third not in (first, second)


def test_the_shortest_music_is_as_short_as_can_be_composed(model: str) -> None:
    assert notes(music.suite(seconds=0.5, model=model)) == notes(music.compose(seconds=4, model=model))


@pytest.mark.parametrize("mood", get_args(Mood))
def test_there_is_music_for_every_mood(model: str, mood: Mood) -> None:
    assert music.suite(seconds=4, mood=mood, model=model).markers[0].text.startswith(mood)


@pytest.mark.parametrize("seconds", [0, -1, 4 * 3600 + 1])
def test_no_other_length_is_music(model: str, seconds: float) -> None:
    with pytest.raises(DataError, match="no length for music"):
        music.suite(seconds=seconds, model=model)
