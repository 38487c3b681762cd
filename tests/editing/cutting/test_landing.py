"""Cuts land on beats, as far as footage, pins, sentences and the lengths of shots allow."""

from fractions import Fraction
from pathlib import Path

from timelines import Rushes, clips, cuts, frames, known, said, used

from laterna.editing import Pin, cut


def test_cuts_land_on_the_nearest_beats_that_half_a_second_reaches(rushes: Rushes, folder: Path) -> None:
    footage = rushes(*[[9]] * 8)
    free = [start for start, _ in cuts(cut(footage, 30, folder=folder))][1:]
    beats = [Fraction(3 * n, 4) + Fraction(1, 10) for n in range(40)]
    film = cut(footage, 30, beats=[float(beat) for beat in beats], folder=folder)
    landed = [start for start, _ in cuts(film)][1:]
    assert frames(film) == 750
    assert landed == [round(min(beats, key=lambda beat: abs(beat - Fraction(at, 25))) * 25) for at in free]
    assert landed != free
    assert all("cut on a beat" in known(clip)["reason"] for clip in clips(film)[1:])
    assert "beat" not in known(clips(film)[0])["reason"]
    assert not any("beside its sentence" in known(clip)["reason"] for clip in clips(film))


def test_cuts_stay_where_no_beat_is_near(rushes: Rushes, folder: Path) -> None:
    footage = rushes(*[[9]] * 8)
    free = cut(footage, 30, folder=folder)
    starts = [start for start, _ in cuts(free)][1:]
    far = [Fraction(start + 13, 25) for start in starts]  # half a second and half a frame
    away = [beat for beat in far if all(abs(beat * 25 - start) > 12 for start in starts)]
    film = cut(footage, 30, beats=away, folder=folder)
    assert away
    assert used(film) == used(free)
    assert not any("beat" in known(clip)["reason"] for clip in clips(film))


def test_a_beat_out_of_the_footages_reach_is_left_for_the_next_or_for_none(rushes: Rushes, folder: Path) -> None:
    """Of two shots the first has not a frame more; the second has, at its end."""
    footage = rushes([4], [6])
    assert used(cut(footage, 8, folder=folder)) == [("take_00.mp4", 0, 100), ("take_01.mp4", 0, 100)]
    later, sooner = 4.16, 3.68
    assert [start for start, _ in cuts(cut(footage, 8, beats=[later], folder=folder))] == [0, 100]
    film = cut(footage, 8, beats=[sooner, later], folder=folder)
    assert used(film) == [("take_00.mp4", 0, 92), ("take_01.mp4", 0, 108)]


def test_beats_make_no_shot_shorter_or_longer_than_it_may_be_and_leave_exact_pins_alone(
    rushes: Rushes, folder: Path
) -> None:
    footage = rushes(*[[9]] * 8)
    pin = Pin("take_03.mp4", None, (Fraction(1), Fraction(5)))
    for shortest in (3, Fraction(3, 2)):
        for shift in range(0, 9, 2):
            every = [n / 25 for n in range(shift, 750, 9)]
            film = cut(footage, 30, beats=every, pins=[pin], shortest=shortest, longest=4, folder=folder)
            assert all(shortest * 25 <= end - start <= 100 for _, start, end in used(film))
            assert ("take_03.mp4", 25, 125) in used(film)


def test_beats_move_no_sentence(rushes: Rushes, folder: Path) -> None:
    footage, spoken = rushes(*[[9]] * 8), said("A sentence of some words.", "Another one, of seven words in all.")
    free, film = (
        cut(footage, 20, sentences=spoken, beats=beats, folder=folder) for beats in ((), [n * 0.6 for n in range(40)])
    )
    places = [[(c.name, c.range_in_parent().start_time.value) for c in clips(one, "Narration")] for one in (free, film)]
    assert places[0] == places[1]
    assert used(film) != used(free)
