"""A cut has its exact length, uses no range twice, keeps its rules, obeys its brief, and says why of every shot."""

import re
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from timelines import FILES, Rushes, clips, cuts, frames, known, longer, said, text, used

from laterna.editing import Ban, Footage, Pin, cut
from laterna.editing.cutting.material import DUPLICATE
from laterna.errors import BriefError
from laterna.media.shots import Transition
from laterna.media.timecode import to_seconds
from laterna.media.timeline import resolve, track

RATE = Fraction(25)
ALIKE = [0, 0b111, 0b111000]  # fingerprints a few bits apart
OTHER = (1 << 40) - 1


# The length, the ranges, the rules

shot_lists = st.lists(st.lists(st.floats(0.4, 12), min_size=1, max_size=5), min_size=1, max_size=FILES)
texts = st.lists(st.integers(1, 18).map(lambda count: " ".join(["word"] * count)), max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=shot_lists, share=st.floats(0.05, 1), spoken=texts, seed=st.integers(0, 3))
def test_any_footage_gives_the_exact_length_and_no_range_twice(
    rushes: Rushes, folder: Path, files: list[list[float]], share: float, spoken: list[str], seed: int
) -> None:
    footage = rushes(*files)
    total = sum(round(shot * 25) for file in files for shot in file)
    length = max(50, round(total * share))
    if length > total:
        return
    transcript = said(*spoken) if spoken else None
    try:
        film = cut(footage, length / RATE, sentences=transcript, folder=folder, seed=seed)
    except BriefError as error:
        if "The narration needs" not in str(error):  # the footage always suffices
            raise
        return
    assert frames(film) == length
    for url in {row[0] for row in used(film)}:
        ranges = sorted(row[1:] for row in used(film) if row[0] == url)
        assert all(a[1] <= b[0] for a, b in pairwise(ranges))
        source = footage[int(url[5:7])]
        edges = [shot.start_frame for shot in source.shots] + [source.shots[-1].end_frame]
        assert all(any(a <= start < end <= b for a, b in pairwise(edges)) for start, end in ranges)
    for clip in clips(film):
        seconds, gave_way = to_seconds(clip.source_range.duration), known(clip).get("relaxed", [])
        assert seconds >= Fraction(3, 2) or "short" in gave_way
        assert seconds <= 8 or "long" in gave_way
    assert len(clips(film, "Narration")) == len(spoken)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.floats(4, 9), min_size=2, max_size=4), min_size=6, max_size=FILES), st.integers(0, 9))
def test_with_footage_enough_no_rule_gives_way(
    rushes: Rushes, folder: Path, files: list[list[float]], seed: int
) -> None:
    film = cut(rushes(*files), sum(map(sum, files)) / 3, folder=folder, seed=seed)
    assert not any("relaxed" in known(clip) for clip in clips(film))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_film(rushes: Rushes, folder: Path) -> None:
    footage = rushes(*[[4, 5, 6]] * 8)
    films = [text(cut(footage, 40, sentences=said("Some words are said."), folder=folder, seed=s)) for s in (1, 1, 2)]
    assert films[0] == films[1] != films[2]


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(30000, 1001), Fraction(50)])
def test_the_length_is_exact_at_the_films_own_rate(rushes: Rushes, folder: Path, rate: Fraction) -> None:
    film = cut(rushes([8], [8], [8]), Fraction(10), rate=rate, folder=folder)
    assert frames(film) == round(10 * rate)
    assert all(end <= int(8 * rate) for _, _, end in used(film))


def test_hundreds_of_shots_are_cut_to_ten_minutes_in_no_time(rushes: Rushes, folder: Path) -> None:
    footage = rushes(*[[4.0, 6.5, 9.0, 5.0] * 10] * FILES)
    spoken = said(*["These are the ten words that somebody says here now."] * 60)
    started = time.process_time()
    assert frames(cut(footage, 600, sentences=spoken, folder=folder)) == 15_000
    assert time.process_time() - started < 4  # it takes under one second on an idle machine


# Which pictures


def test_near_duplicates_do_not_stand_side_by_side(measured: Callable[..., Footage], folder: Path) -> None:
    looks = [*ALIKE, OTHER, OTHER ^ 1]
    footage = [measured(folder / f"take_{i:02}.mp4", [4], looks=[look]) for i, look in enumerate(looks)]
    film = cut(footage, 19, folder=folder, longest=4)
    order = [looks[int(url[5:7])] for url, _, _ in used(film)]
    assert len(order) == 5
    assert all((a ^ b).bit_count() > DUPLICATE for a, b in pairwise(order))


def test_when_only_near_duplicates_are_left_the_clip_says_so(measured: Callable[..., Footage], folder: Path) -> None:
    footage = [measured(folder / f"take_{i:02}.mp4", [4], looks=[look]) for i, look in enumerate(ALIKE)]
    film = cut(footage, 12, folder=folder)
    assert [list(known(clip).get("relaxed", [])) for clip in clips(film)] == [[], ["duplicate"], ["duplicate"]]
    assert "near-duplicate of the shot before it, for want of others" in known(clips(film)[1])["reason"]


def test_one_long_take_is_shown_in_one_piece_rather_than_with_jump_cuts(rushes: Rushes, folder: Path) -> None:
    film = cut(rushes([60]), 20, folder=folder)
    assert [end - start for _, start, end in used(film)] == [500]
    assert list(known(clips(film)[0])["relaxed"]) == ["long"]


def test_two_long_takes_alternate(rushes: Rushes, folder: Path) -> None:
    film = cut(rushes([60], [60]), 30, folder=folder)
    assert len(clips(film)) >= 4
    assert all(a[0] != b[0] for a, b in pairwise(used(film)))


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"sharpness": 0.12}, "blurred"),
        ({"exposure": 0.01, "black": 1.0}, "black"),
        ({"exposure": 0.99, "white": 1.0}, "blown out"),
        ({"camera": 1.5, "motion": 1.5}, "a whip pan"),
        ({"motion": 0.0, "camera": 0.0}, "frozen"),
    ],
)
def test_faulty_stretches_are_left_out_and_a_shot_of_nothing_else_is_refused_for_it(
    measured: Callable[..., Footage], folder: Path, fault: dict[str, float], word: str
) -> None:
    bad = measured(folder / "take_00.mp4", [12, 4], faults=[(3, 6, fault), (12, 16, fault)])
    good = measured(folder / "take_01.mp4", [10])
    film = cut([bad, good], 12, folder=folder)
    touched = [(start, end) for url, start, end in used(film) if url == "take_00.mp4" and end > 75 and start < 150]
    assert not touched
    (refused,) = film.metadata["laterna"]["refused"]
    assert (refused["footage"], refused["shot"], refused["start"], refused["end"]) == ("take_00.mp4", 2, 12, 16)
    assert word in refused["reason"]


def test_frames_that_two_shots_share_are_not_used(measured: Callable[..., Footage], folder: Path) -> None:
    ways = [Transition("start", 0, 0), Transition("dissolve", 90, 110)]
    film = cut([measured(folder / "take_00.mp4", [4, 4], transitions=ways)], 7, folder=folder)
    assert [row[1:] for row in sorted(used(film))] == [(0, 90), (111, 200)] or frames(film) == 175
    assert all(end <= 90 or start >= 111 for _, start, end in used(film))


def test_black_is_never_used_and_too_little_footage_says_what_there_is(
    measured: Callable[..., Footage], folder: Path
) -> None:
    black = measured(folder / "take_00.mp4", [20], faults=[(5, 20, {"exposure": 0.0, "black": 1.0})])
    with pytest.raises(BriefError, match=r"has 5\.\d\d s of pictures that can be used and the film lasts 8\.00 s"):
        cut([black], 8, folder=folder)


def test_the_mood_sets_the_pace(rushes: Rushes, folder: Path) -> None:
    footage = rushes(*[[9, 9, 9]] * FILES)
    counts = [len(clips(cut(footage, 60, mood=mood, folder=folder))) for mood in ("tense", "bright", "calm", "sombre")]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 2 * counts[-1]


def test_a_film_follows_the_order_of_its_footage(rushes: Rushes, folder: Path) -> None:
    film = cut(rushes(*[[8, 8]] * FILES), 60, folder=folder)
    order = [int(url[5:7]) for url, _, _ in used(film)]
    assert sum(b >= a for a, b in pairwise(order)) >= 0.7 * len(order)


# Pins and bans


def test_pinned_footage_stands_over_its_sentence(rushes: Rushes, folder: Path) -> None:
    spoken = said("The first is about a hill.", "The second speaks of the sea.", "The third is the night.")
    pins = [Pin("take_05.mp4", 2), Pin("take_02.mp4", 3)]
    film = cut(rushes(*[[6]] * 8), 15, sentences=spoken, pins=pins, folder=folder)
    covers = {clip.name: list(known(clip).get("sentences", [])) for clip in clips(film)}
    assert 2 in covers["take_05"]
    assert 3 in covers["take_02"]
    assert "pinned by the brief" in next(known(c)["reason"] for c in clips(film) if c.name == "take_05")


def test_pictures_slide_beside_their_sentences_rather_than_fall_to_crumbs(rushes: Rushes, folder: Path) -> None:
    """Every pinned file is a little shorter than its sentence, as clips of single signs are."""
    spoken = said(*["This is how they sign it."] * 6)
    pins = [Pin(f"take_{number:02}.mp4", number) for number in range(1, 7)]
    film = cut(rushes(*[[2.2]] * FILES), 20, sentences=spoken, pins=pins, folder=folder)
    assert min(end - start for _, start, end in used(film)) >= 37
    covers = {clip.name: list(known(clip).get("sentences", [])) for clip in clips(film)}
    assert all(number in covers[f"take_{number:02}"] for number in range(1, 7))
    seen = {url: place for place, (url, _, _) in cuts(film)}
    now = 0
    for item in track(film, "Narration"):
        if isinstance(item, otio.schema.Clip):
            assert abs(seen[f"take_{known(item)['sentence']:02}.mp4"] - now) <= 25
        now += round(item.duration().value)


def test_what_the_last_sentences_footage_lacks_is_lent_by_an_earlier_shot(rushes: Rushes, folder: Path) -> None:
    spoken = said("These seven words come first of all.", "These seven words come last of all.")
    film = cut(rushes([5], [2.6]), 6.5, sentences=spoken, pins=[Pin("take_01.mp4", 2)], folder=folder)
    assert [row[0] for row in used(film)] == ["take_00.mp4", "take_01.mp4"]


def test_a_pinned_range_is_used_whole_and_nowhere_else(rushes: Rushes, folder: Path) -> None:
    pin = Pin("take_03.mp4", range=(Fraction(2), Fraction(3)))
    film = cut(rushes(*[[6]] * 6), 20, pins=[pin], folder=folder)
    ranges = [row[1:] for row in used(film) if row[0] == "take_03.mp4"]
    assert (50, 75) in ranges
    assert all(end <= 50 or start >= 75 for start, end in ranges if (start, end) != (50, 75))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pinned=st.lists(st.integers(0, 7), min_size=1, max_size=4, unique=True),
    banned=st.lists(st.integers(8, 11), max_size=3, unique=True),
    sentence=st.one_of(st.none(), st.integers(1, 3)),
)
def test_pins_and_bans_are_obeyed(
    rushes: Rushes, folder: Path, pinned: list[int], banned: list[int], sentence: int | None
) -> None:
    spoken = said(*["Some eight words are said in this sentence."] * 3)
    film = cut(
        rushes(*[[5, 3]] * FILES),
        40,
        sentences=spoken,
        pins=[Pin(f"take_{index:02}.mp4", sentence) for index in pinned],
        bans=[Ban(f"take_{index:02}.mp4") for index in banned],
        folder=folder,
    )
    names = {clip.name for clip in clips(film)}
    assert {f"take_{index:02}" for index in pinned} <= names
    assert not {f"take_{index:02}" for index in banned} & names
    assert frames(film) == 1000


def test_a_banned_range_is_left_out_and_a_banned_file_is_refused_for_it(rushes: Rushes, folder: Path) -> None:
    bans = [Ban("take_00.mp4", (Fraction(2), Fraction(5))), Ban("take_01*")]
    film = cut(rushes([10], [9], [9]), 12, bans=bans, folder=folder)
    assert all(end <= 50 or start >= 125 for url, start, end in used(film) if url == "take_00.mp4")
    (refused,) = [r for r in film.metadata["laterna"]["refused"] if r["footage"] == "take_01.mp4"]
    assert refused["reason"] == "forbidden by the brief"


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ({"pins": [Pin("nowhere.mp4")]}, "The pin of 'nowhere.mp4' names no file"),
        ({"bans": [Ban("nowhere.mp4")]}, "The ban of 'nowhere.mp4' names no file"),
        ({"pins": [Pin("take_00.mp4", 4)]}, "to sentence 4 can't be met, for the narration has 1 sentence:"),
        ({"pins": [Pin("take_00.mp4", range=(Fraction(4), Fraction(9)))]}, "a file that lasts 5.00 s"),
        ({"pins": [Pin("take_00.mp4")], "bans": [Ban("take_00.mp4")]}, "finds nothing left of it"),
        ({"pins": [Pin("take_00.mp4", range=(Fraction(0), Fraction(2)))] * 2}, "another pin or a ban has"),
        ({"pins": [Pin(f"take_{n:02}.mp4", 1) for n in range(6)], "seconds": 6}, "needs 9.*6.00 s"),
        ({"seconds": 0}, "has no picture"),
        ({"shortest": 9}, "9 s at least and 8 s at most"),
    ],
)
def test_what_can_not_be_met_is_said(rushes: Rushes, folder: Path, orders: dict[str, Any], words: str) -> None:
    arguments = {"seconds": 12, "sentences": said("One sentence of six words."), "folder": folder} | orders
    with pytest.raises(BriefError, match=words):
        cut(rushes(*[[5]] * 6), **arguments)


# Sentences


def test_cuts_fall_between_sentences_and_each_is_heard_once_and_whole(
    rushes: Rushes, folder: Path, make_sound: Callable[..., Path]
) -> None:
    spoken = said("The wind came down from the hills.", "Nobody slept.", "In the morning the market was empty.")
    speech = make_sound(folder / "speech.wav", seconds=spoken.end + Fraction(1, 5))
    film = cut(rushes(*[[9]] * 8), 30, sentences=spoken, speech=speech, folder=folder)
    places = {start for start, _ in cuts(film)}
    now = 0
    for item in track(film, "Narration"):
        start, now = now, now + round(item.duration().value)
        if isinstance(item, otio.schema.Gap):
            assert any(start <= place <= now for place in places)
            continue
        sentence = spoken.sentences[known(item)["sentence"] - 1]
        first = to_seconds(item.source_range.start_time)
        assert first <= sentence.start
        assert first + to_seconds(item.source_range.duration) >= sentence.end
        assert known(item)["text"] == sentence.text
    assert now <= 750


def test_with_no_voice_a_sentence_keeps_its_place(rushes: Rushes, folder: Path) -> None:
    (clip,) = clips(cut(rushes([9], [9]), 10, sentences=said("Nothing is heard."), folder=folder), "Narration")
    assert isinstance(clip.media_reference, otio.schema.MissingReference)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    counts=st.lists(st.integers(4, 16), min_size=20, max_size=24),
    which=st.integers(0, 19),
    by=st.floats(-0.3, 0.4),
)
def test_one_word_changed_moves_no_cut_but_at_its_own_sentences_end(
    rushes: Rushes, folder: Path, counts: list[int], which: int, by: float
) -> None:
    footage = rushes(*[[7, 8, 9, 6]] * FILES)
    before = said(*[" ".join(["word"] * count) for count in counts])
    after = longer(before, which, Fraction(by).limit_denominator(100))
    length = float(before.end) * 1.4
    films = [cut(footage, length, sentences=spoken, folder=folder) for spoken in (before, after)]
    differing = set(cuts(films[0])) ^ set(cuts(films[1]))
    assert sum(end - start for _, (_, start, end) in differing) / 2 <= 0.15 * frames(films[0])
    assert len({place for place, _ in differing}) <= 6


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    counts=st.lists(st.integers(5, 20), min_size=4, max_size=16),
    room=st.floats(1.15, 1.6),
    pace=st.floats(1.8, 3.4),
    bounds=st.sampled_from([(1.5, 8), (1.5, 3.2), (2.5, 5.2)]),
)
def test_however_fast_the_words_come_cuts_stay_in_the_pauses_and_shots_in_their_bounds(
    rushes: Rushes, folder: Path, counts: list[int], room: float, pace: float, bounds: tuple[float, float]
) -> None:
    spoken = said(*[" ".join(["word"] * count) for count in counts], words_a_second=pace)
    length, (shortest, longest) = float(spoken.end) * room, bounds
    footage = rushes(*[[7, 8, 9, 6]] * FILES)
    film = cut(footage, length, sentences=spoken, shortest=shortest, longest=longest, folder=folder)
    assert not any("relaxed" in known(clip) for clip in clips(film))
    places, now = {start for start, _ in cuts(film)}, 0
    for item in track(film, "Narration"):
        start, now = now, now + round(item.duration().value)
        assert isinstance(item, otio.schema.Clip) or any(start <= place <= now for place in places)


def test_in_a_film_full_of_words_one_changed_word_keeps_most_of_the_pictures(rushes: Rushes, folder: Path) -> None:
    footage = rushes(*[[7, 8, 9, 6]] * FILES)
    texts = [" ".join(["word"] * (4 + 7 * index % 17)) for index in range(30)]
    before = said(*texts)
    length = float(before.end) * 1.1
    was = set(cuts(cut(footage, length, sentences=before, folder=folder)))
    changed = []
    for which in range(0, 30, 3):
        now = cuts(cut(footage, length, sentences=longer(before, which, Fraction(2, 5)), folder=folder))
        changed.append(sum(end - start for place, (url, start, end) in now if (place, (url, start, end)) not in was))
    assert sum(changed) / len(changed) <= 0.08 * length * 25


def test_a_sentence_that_overflows_its_slot_moves_the_cut_at_its_end_and_no_other(rushes: Rushes, folder: Path) -> None:
    texts = ["Eight words are spoken here in this sentence."] * 12
    footage, before = rushes(*[[7, 8, 9, 6]] * FILES), said(*texts)
    films = [cut(footage, 60, sentences=s, folder=folder) for s in (before, longer(before, 0, Fraction(2)))]
    old, new = (dict(cuts(film)) for film in films)
    assert len(set(old) - set(new)) == len(set(new) - set(old)) == 1
    changed = {row for row in new.values() if row not in old.values()}
    assert len(changed) == 2


def test_narration_longer_than_the_film_gives_both_lengths(rushes: Rushes, folder: Path) -> None:
    spoken = said("word " * 40)
    with pytest.raises(BriefError, match=r"The narration needs 15\.\d\d s and the film lasts 10\.00 s"):
        cut(rushes([30], [30]), 10, sentences=spoken, folder=folder)


# Sound, titles, transitions, and what the timeline tells


def test_sound_leads_its_picture_a_little_and_stays_in_step(measured: Callable[..., Footage], folder: Path) -> None:
    footage = [measured(folder / f"take_{i:02}.mp4", [9], loudness=[-20.0] * 90) for i in range(2)]
    film = cut(footage, 8, longest=4, folder=folder)
    pictures, sounds = used(film), used(film, "Location")
    assert [row[0] for row in sounds] == [row[0] for row in pictures]
    assert (sounds[0][1], sounds[1][2]) == (pictures[0][1], pictures[1][2])
    assert pictures[0][2] - sounds[0][2] == pictures[1][1] - sounds[1][1] == 5
    assert known(clips(film, "Location")[1])["reason"] == (
        "sound of the picture; J cut: heard 5 frames before its picture"
    )


@pytest.mark.parametrize(("quiet", "letter"), [((38, 42), "J"), ((44, 46), "L")])
def test_sound_cuts_at_a_quieter_moment(
    measured: Callable[..., Footage], folder: Path, quiet: tuple[int, int], letter: str
) -> None:
    """Both shots are cut at 4.3 s of the first and 0.3 s of the second; both have a lull just before, or after."""
    lull = [-60.0 if quiet[0] <= tenth < quiet[1] else -20.0 for tenth in range(90)]
    footage = [
        measured(folder / "take_00.mp4", [9], loudness=lull),
        measured(folder / "take_01.mp4", [9], loudness=lull[40:] + lull[:40]),
    ]
    film = cut(footage, 8, longest=4, folder=folder)
    assert used(film)[0][2] == used(film)[1][1] + 100
    reasons = " ".join(known(clip)["reason"] for clip in clips(film, "Location"))
    assert f"{letter} cut: heard" in reasons
    assert "where it is quieter" in reasons


def test_silent_footage_leaves_a_gap_in_the_location_sound(measured: Callable[..., Footage], folder: Path) -> None:
    silent = measured(folder / "take_00.mp4", [4])
    loud = measured(folder / "take_01.mp4", [4], loudness=[-20.0] * 40)
    film = cut([silent, loud], 8, folder=folder)
    assert [clip.name for clip in clips(film, "Location")] == ["take_01"]


def test_titles_lie_over_the_first_and_the_last_shot(rushes: Rushes, folder: Path) -> None:
    film = cut(rushes(*[[9]] * 6), 25, title="Night market", end_title="The end", folder=folder)
    titles = [clip.media_reference.parameters for clip in clips(film, "Titles")]
    assert [(t["text"], t["style"]) for t in titles] == [("Night market", "title"), ("The end", "end")]
    assert film.name == "Night market"
    assert track(film, "Titles").duration().value <= 625


def test_the_film_fades_in_and_out_and_dissolves_only_where_the_footage_has_the_frames(
    rushes: Rushes, folder: Path
) -> None:
    film = cut(rushes(*[[9]] * 8), 30, transitions="dissolves", folder=folder)
    items = list(track(film, "Picture"))
    assert isinstance(items[0], otio.schema.Transition)
    assert items[0].in_offset.value == items[-1].out_offset.value == 0
    dissolves = 0
    for before, item, after in zip(items, items[1:], items[2:], strict=False):
        if isinstance(item, otio.schema.Transition) and isinstance(before, otio.schema.Clip):
            dissolves += 1
            low = after.source_range.start_time - after.media_reference.available_range.start_time - item.in_offset
            high = before.source_range.end_time_exclusive() - before.media_reference.available_range.start_time
            assert low.value >= 0
            assert (high + item.out_offset).value <= 225
    assert dissolves >= 4
    assert not [
        item
        for item in list(track(cut(rushes([4], [4]), 8, transitions="dissolves", folder=folder), "Picture"))[1:-1]
        if isinstance(item, otio.schema.Transition)
    ]


def test_music_lies_under_the_film_once_and_no_longer(
    rushes: Rushes, folder: Path, make_sound: Callable[..., Path]
) -> None:
    for seconds, expected in ((4, 100), (20, 250)):
        music = make_sound(folder / f"music_{seconds}.wav", seconds=seconds)
        (clip,) = clips(cut(rushes([9], [9]), 10, music=music, folder=folder), "Music")
        assert clip.source_range.duration.value == expected


def test_clips_have_source_time_code_relative_media_and_plain_reasons(rushes: Rushes, folder: Path) -> None:
    (folder / "edit").mkdir()
    film = cut(rushes([5], [5], [5]), 10, sentences=said("A sentence of some words."), folder=folder / "edit")
    for clip in clips(film):
        assert clip.media_reference.target_url.startswith("../take_")
        assert resolve(clip.media_reference, folder / "edit").is_file()
        assert to_seconds(clip.source_range.start_time) >= 3600
        assert clip.source_range.start_time.rate == 25
        assert re.match(r"(sharp|fairly sharp|soft) \(\d\.\d\d\), (calm|moving|lively)", known(clip)["reason"])
        assert known(clip)["sha256"] == clip.media_reference.name
    assert "covers sentence 1" in known(clips(film)[0])["reason"]
    assert film.metadata["laterna"]["rate"] == "25"
    assert list(film.metadata["laterna"]["size"]) == [1280, 720]
