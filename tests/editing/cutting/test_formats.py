"""Formats of cut: pace, order, what is withheld, cards, and sentences with shots of their own."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laterna.editing import Ban, Pin, cut
from laterna.editing.cutting.cards import Card, Deck, delayed
from laterna.editing.cutting.formats import STYLES
from laterna.editing.cutting.material import Piece
from laterna.editing.cutting.rules import Pick
from laterna.editing.indexing.index import Index
from laterna.errors import BriefError
from laterna.media.timecode import to_seconds
from laterna.media.timeline import track
from laterna.media.transcript import Sentence, Transcript, Word

RATE = Fraction(25)
MUSIC = "theme.wav"


@pytest.fixture
def rushes(measured, make_film, tmp_path):
    """Twelve takes of eight seconds: short files that are measured as longer ones."""
    takes = []
    for index in range(12):
        path = tmp_path / f"take_{index:02}.mp4"
        if takes:
            path.hardlink_to(takes[0].path)
        else:
            make_film(path, seconds=9, size=(32, 18), sound=False)
        takes.append(measured(path, [8.0], looks=[0x5A5A_0F0F_3C3C_9999 * (index + 3) * 0x9E37_79B9 & (2**64 - 1)]))
    return takes


@pytest.fixture
def theme(make_sound, tmp_path) -> Path:
    return make_sound(tmp_path / MUSIC, seconds=40)


def clips(film) -> list[tuple[str, float, float, float]]:
    """Of each shot its file, where it starts there and in the film, and its length, in seconds."""
    rows = []
    for clip in track(film, "Picture").find_clips():
        at, span = clip.range_in_parent().start_time, clip.source_range
        rows.append((clip.name, *(float(to_seconds(time)) for time in (span.start_time, at, span.duration))))
    return rows


def said(*texts: str) -> Transcript:
    """A sentence each two seconds, a second and a half long."""
    return Transcript(
        tuple(
            Sentence(text, (Word(text, Fraction(2 * i), Fraction(2 * i) + Fraction(3, 2)),))
            for i, text in enumerate(texts)
        )
    )


def test_a_trailer_is_cut_ever_faster(rushes):
    film = cut(rushes, 40, format="trailer", title="Dusk", seed=1)
    lengths = [length for *_, length in clips(film)]
    third = len(lengths) // 3
    assert np.mean(lengths[-third:]) < 0.7 * np.mean(lengths[:third])
    assert min(lengths) >= 0.6


@pytest.mark.parametrize(("withhold", "last"), [(None, 9), (0, 11), (0.5, 5)])
def test_a_trailer_gives_no_ending_away(rushes, withhold, last):
    film = cut(rushes, 16, format="trailer", title="Dusk", withhold=withhold, seed=2)
    shown = max((int(name[-2:]), start + length) for name, start, _, length in clips(film))
    told = 96 * (1 - (0.2 if withhold is None else withhold))
    assert shown[0] * 8 + shown[1] <= told + 1e-6
    assert shown[0] <= last
    reasons = {row["reason"] for row in film.metadata["laterna"]["refused"]}
    assert ("withheld, so that no ending is given away" in reasons) == (withhold != 0)


def test_what_is_pinned_by_its_times_is_shown_even_so(rushes):
    film = cut(rushes, 20, format="trailer", title="Dusk", pins=[Pin("take_11.mp4", range=(Fraction(1), Fraction(3)))])
    assert ("take_11", 1.0) in {(name, start) for name, start, *_ in clips(film)}


def test_cards_part_the_acts_and_a_title_ends_the_trailer(rushes):
    film = cut(rushes, 30, format="trailer", title="Dusk", cards=["Once", "Twice"])
    titles = list(track(film, "Titles").find_clips())
    assert [clip.media_reference.parameters["text"] for clip in titles] == ["Once", "Twice", "Dusk"]
    spans = [clip.range_in_parent() for clip in titles]
    cards = [(float(to_seconds(s.start_time)), float(to_seconds(s.start_time + s.duration))) for s in spans]
    shown = [(at, at + length) for _, _, at, length in clips(film)]
    assert all(end <= first or start >= last for start, end in cards for first, last in shown)
    assert cards[-1][1] == float(to_seconds(track(film, "Picture").duration())) == 30
    assert np.abs(np.array([start for start, _ in cards[:2]]) - (10, 19)).max() < 3
    covered = sum(end - start for start, end in cards + shown)
    assert covered == pytest.approx(30)


def test_a_trailers_narration_goes_on_beyond_its_cards(rushes, theme):
    words = said("It was dark.", "Then someone lit a lamp.", "And the hills walked in.")
    film = cut(rushes, 30, format="trailer", title="Dusk", cards=["Once"], sentences=words, speech=theme)
    heard = [clip.range_in_parent() for clip in track(film, "Narration").find_clips()]
    card = next(iter(track(film, "Titles").find_clips())).range_in_parent()
    assert len(heard) == 3
    assert not any(span.overlaps(card) for span in heard)


def test_highlights_keep_their_order_and_meet_the_beats(rushes, theme):
    beats = [k * 0.48 for k in range(80)]
    film = cut(rushes, 24, format="highlights", music=theme, beats=beats)
    shown = clips(film)
    assert all((a[0], a[1]) < (b[0], b[1]) for a, b in pairwise(shown))
    on_beat = {round(beat * 25) for beat in beats}
    landed = [round(at * 25) in on_beat for _, _, at, _ in shown[1:]]
    assert np.mean(landed) > 0.9


def test_highlights_are_the_liveliest_shots(measured, make_film, tmp_path, theme):
    path = make_film(tmp_path / "day.mp4", seconds=1, size=(32, 18), sound=False)
    lively = [(20 * k + 5.0, 20 * k + 10.0, {"motion": 0.3}) for k in range(6)]
    day = measured(path, [5.0] * 24, faults=lively)
    film = cut([day], 12, format="highlights", music=theme)
    moving = [start % 20 >= 4.9 and start % 20 < 10 for _, start, *_ in clips(film)]
    assert np.mean(moving) > 0.8


def test_what_lies_behind_is_not_shown_however_good_it_is(rushes, theme, monkeypatch):
    careless = replace(STYLES["highlights"], order=0.0)
    monkeypatch.setitem(STYLES, "highlights", careless)
    film = cut(rushes, 12, format="highlights", music=theme, seed=3)
    assert all((a[0], a[1]) < (b[0], b[1]) for a, b in pairwise(clips(film)[:3]))
    monkeypatch.setitem(STYLES, "highlights", replace(careless, forward=False))
    film = cut(rushes, 12, format="highlights", music=theme, seed=3)
    assert not all((a[0], a[1]) < (b[0], b[1]) for a, b in pairwise(clips(film)))


@pytest.mark.parametrize("key", [range(0, 24, 2), range(1, 24, 2)])
def test_key_shots_of_an_index_are_preferred(measured, make_film, tmp_path, key):
    path = make_film(tmp_path / "day.mp4", seconds=1, size=(32, 18), sound=False)
    day = measured(path, [5.0] * 24)
    rows = [
        {
            "file": 0,
            "start": f"{5 * k}",
            "end": f"{5 * k + 5}",
            "key_score": float(k in key),
            "key_time": f"{5 * k + 2}",
        }
        for k in range(24)
    ]
    known = Index.of(rows, files=[{"file": 0, "path": "elsewhere.mp4", "sha256": day.sha256}])
    film = cut([day], 14, format="trailer", title="Dusk", index=known)
    shown = [int(start // 5) in key for _, start, *_ in clips(film)]
    assert np.mean(shown) > 0.7


def test_where_order_leaves_too_little_it_gives_way(rushes, theme):
    film = cut(rushes[:3], 23.6, format="highlights", music=theme)
    relaxed = [clip.metadata["laterna"].get("relaxed", []) for clip in track(film, "Picture").find_clips()]
    assert float(to_seconds(track(film, "Picture").duration())) == pytest.approx(23.6)
    assert any(len(names) for names in relaxed)


def test_each_sentence_of_a_documentary_has_its_shot(rushes, theme):
    words = said("The hills are very old, they say.", "The river is older than the hills are.", "Nobody has counted.")
    film = cut(rushes, 20, format="documentary", sentences=words, speech=theme)
    covered = [list(clip.metadata["laterna"].get("sentences", [])) for clip in track(film, "Picture").find_clips()]
    for number in (1, 2, 3):
        assert covered.count([number]) == 1


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"format": "highlights"}, "Highlights are cut to the beats of music, and there is none"),
        ({"format": "documentary"}, "cut to its narration, and there is none"),
        ({"format": "trailer", "title": "  "}, "ends on a card with the film's title, and there is none"),
        (
            {"format": "trailer", "title": "Dusk", "cards": ["A"] * 20},
            "20 cards and the title take 34.5 s of a trailer",
        ),
        ({"format": "trailer", "title": "Dusk", "withhold": 1}, "A share of 1 of the footage can't be withheld"),
        ({"format": "trailer", "title": "Dusk", "bans": [Ban("take_0*.mp4")]}, "or withhold less of the footage's end"),
    ],
)
def test_what_a_format_lacks_is_said(rushes, wishes, message):
    with pytest.raises(BriefError, match=message):
        cut(rushes, 30, **wishes)


def test_the_plain_film_is_as_it_was(rushes):
    film = cut(rushes, 30, title="Dusk")
    assert clips(film) == clips(cut(rushes, 30, title="Dusk", format="film", shortest=1.5, longest=8.0))
    assert STYLES["film"].withheld == 0


@given(st.lists(st.integers(5, 60), min_size=4, max_size=30), st.integers(1, 3))
def test_cards_are_dealt_in_order_to_places_of_their_own(lengths, count):
    picks = [Pick(Piece(0, index, 0, length)) for index, length in enumerate(lengths)]
    cuts = np.cumsum([0, *lengths]).tolist()
    deck = Deck([f"{number}" for number in range(count)], "Dusk", 10_000, RATE)
    dealt = deck.dealt(picks, cuts)
    assert [card.text for _, card in sorted(dealt.items())] == [f"{number}" for number in range(count)]
    assert all(0 < index < len(picks) for index in dealt)


def test_more_cards_than_places_are_refused():
    deck = Deck(["a", "b", "c"], "Dusk", 10_000, RATE)
    with pytest.raises(BriefError, match="has 1 places between shots for 3 cards"):
        deck.dealt([Pick(Piece(0, 0, 0, 50)), Pick(Piece(0, 1, 0, 50))], [0, 50, 100])


def test_frames_are_delayed_by_the_cards_before_them():
    cards = {100: Card("a", 40), 200: Card("b", 50)}
    assert [delayed(frame, cards) for frame in (0, 99, 100, 199, 200, 300)] == [0, 99, 140, 239, 290, 390]
