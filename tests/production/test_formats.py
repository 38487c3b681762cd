"""Formats of cut as a brief asks for them: what is taken for granted, what comes out, what a change costs."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from laterna.errors import BriefError, LaternaError
from laterna.media.audio import write_audio
from laterna.media.captions import read_captions
from laterna.media.timeline import load, track
from laterna.media.video import Video
from laterna.production.brief import Brief
from laterna.production.release import Release, produce

TALK = {"format": '"interview"', "footage": '["talk*.mp4"]', "size": '"160x90"', "rate": "25"}
SAID = """1
00:00:00,500 --> 00:00:01,500
Um, we went

2
00:00:02,500 --> 00:00:03,500
to the sea.
"""


def written(folder: Path, fields: dict[str, str]) -> Path:
    path = folder / "brief.toml"
    path.write_text("".join(f"{name} = {value}\n" for name, value in fields.items()))
    return path


def bursts(seconds: float, *spans: tuple[float, float]) -> np.ndarray:
    """(samples, 2) at 48 kHz: a hum in ``spans``, silence elsewhere."""
    times = np.arange(round(seconds * 48_000)) / 48_000
    on = sum((times >= start) & (times < end) for start, end in spans)
    return np.repeat((0.3 * np.sin(2 * np.pi * 200 * times) * on)[:, None], 2, 1).astype(np.float32)


@pytest.fixture(scope="module")
def rushes(tmp_path_factory, make_film) -> Path:
    folder = tmp_path_factory.mktemp("rushes")
    make_film(folder / "talk.mp4", seconds=4, sound=bursts(4, (0.5, 1.5), (2.5, 3.5)))
    for name, colour in {"a": (200, 120, 60), "b": (40, 120, 200), "c": (60, 180, 80)}.items():
        make_film(folder / f"{name}.mp4", seconds=3, shots=[colour], gop=25)
    write_audio(folder / "theme.wav", [bursts(8, *((k / 2, k / 2 + 0.1) for k in range(16)))], sample_rate=48_000)
    return folder


@pytest.fixture
def folder(tmp_path, rushes) -> Path:
    for file in rushes.iterdir():
        shutil.copy2(file, tmp_path)
    return tmp_path


# What a brief may say


@pytest.mark.parametrize(
    ("fields", "length", "other"),
    [
        ({"format": '"trailer"', "title": '"Dusk"'}, 30, {"mood": "tense"}),
        ({"format": '"highlights"'}, 60, {"mood": "joyful", "cuts": "beats"}),
        ({"format": '"highlights"', "length": "9", "cuts": '"free"'}, 9, {"cuts": "free"}),
        ({"format": '"interview"'}, None, {"music": "none"}),
        ({"format": '"documentary"', "narration": '"The hills are old. The river is older."'}, 9, {}),
    ],
)
def test_a_format_takes_the_rest_for_granted(tmp_path, fields, length, other):
    brief = Brief.open(written(tmp_path, {"footage": '["*.mp4"]'} | fields))
    assert brief.length == (None if length is None else Fraction(length))
    assert {name: getattr(brief, name) for name in other} == other


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"format": '"trialer"'}, r"format = \"trialer\" can't be used: did you mean 'trailer'\."),
        ({"format": '"opera"'}, r"format = \"opera\" can't be used: there is documentary, film, highlights"),
        ({"format": "3"}, r"format = 3 can't be used: write \"film\", \"trailer\""),
        ({}, "has no length: write seconds"),
        ({"format": '"documentary"'}, "has no length"),
        ({"format": '"interview"', "length": "9"}, "has length, for which the format 'interview' has no use"),
        ({"format": '"interview"', "narration": '"Hm."'}, "has narration, for which the format"),
        *(
            (
                {"format": '"interview"', f"steps.cut.{option}": value},
                rf"has {option} in \[steps.cut\], for which the format 'interview' has no use, since it is cut by its",
            )
            for option, value in {
                "cutter": '"optimal"',
                "shortest": "1",
                "longest": "4",
                "withhold": "0.2",
                "transitions": '"dissolves"',
                "end_title": '"Dusk"',
            }.items()
        ),
        *(
            (
                {"format": f'"{name}"', "length": "9", "steps.cut.tidy": "{ punch_in = 0.1 }"},
                rf"has tidy in \[steps.cut\], for which the format '{name}' has no use, since it is no talk: leave",
            )
            for name in ("film", "trailer", "highlights", "documentary")
        ),
        ({"length": "9", "cards": '["A lamp."]'}, "has cards, which belong to the format 'trailer'"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, fields, message):
    with pytest.raises(BriefError, match=message):
        Brief.open(written(tmp_path, {"footage": '["*.mp4"]'} | fields))


# Interviews


def interview(folder: Path, **fields: str) -> Release:
    return produce(written(folder, TALK | fields))


def segments(folder: Path) -> set[Path]:
    return {path for path in (folder / "brief" / "cache" / "pictures").glob("*.mp4") if not path.name.startswith(".")}


def test_an_interview_loses_its_silences_and_then_the_words_deleted(folder):
    (folder / "talk.srt").write_text(SAID)
    first = interview(folder)
    film = load(first.folder / "film.otio")
    assert len(list(track(film, "Picture").find_clips())) == 2
    assert first.length is not None
    assert first.length < Fraction(26, 10)
    assert [caption.text for caption in read_captions(first.folder / "captions.srt")] == ["we went", "to the sea."]
    text = (first.folder / "transcript.txt").read_text()
    assert text == "Um, we went\nto the sea.\n"
    before = segments(folder)
    (first.folder / "versions" / "transcript" / "hand.txt").write_text(text.replace("the ", ""))
    second = interview(folder)
    assert [caption.text for caption in read_captions(second.folder / "captions.srt")] == ["we went", "to sea."]
    assert second.length < first.length
    kept = {outcome.step for outcome in second.steps if outcome.kept}
    assert {"analyse", "narrate", "score"} <= kept
    assert len(segments(folder) - before) == 2  # of three now, since the clip that lost a word became two


def test_words_left_beside_a_talk_are_heeded_and_watched(folder):
    (folder / "talk.srt").write_text(SAID)
    first = interview(folder)
    (folder / "talk.transcript.txt").write_text("to the sea\n")
    second = interview(folder)
    assert second.length < first.length
    (folder / "talk.transcript.txt").write_text("to the stormy sea\n")
    with pytest.raises(LaternaError, match=r"'stormy' on line 1, which is not said there"):
        interview(folder)


def test_an_interview_without_words_or_with_music(folder):
    made = interview(folder, **{"music": '"theme.wav"', "steps.cut.tidy": "{ punch_in = 0.1, least_silence = 0.3 }"})
    film = load(made.folder / "film.otio")
    assert len(track(film, "Music")) == 1
    assert not (made.folder / "transcript.txt").exists()
    assert read_captions(made.folder / "captions.srt") == []
    record = json.loads((made.folder / "project.json").read_text())
    assert record["brief"]["format"] == "interview"


def test_an_unknown_wish_for_tidying_is_refused(folder):
    with pytest.raises(BriefError, match=r"In \[steps.cut\], tidy can't be used"):
        interview(folder, **{"steps.cut.tidy": "{ punchin = 0.1 }"})


def test_a_silent_interview_is_refused(folder, make_film):
    make_film(folder / "talk.mp4", seconds=2, sound=False)
    with pytest.raises(LaternaError, match=r"talk.mp4' has no sound.*use another format"):
        interview(folder)


# Cuts of shots


def shots(folder: Path, **fields: str) -> Release:
    own = {"footage": '["a.mp4", "b.mp4", "c.mp4"]', "size": '"160x90"', "rate": "25", "steps.narrate.voice": '"none"'}
    return produce(written(folder, own | fields))


def test_a_trailer_ends_on_its_card(folder):
    fields = {"format": '"trailer"', "length": "6", "title": '"Dusk"', "cards": '["Once."]', "music": '"theme.wav"'}
    made = shots(folder, **fields)
    assert Video(made.folder / "film.mp4").duration == made.length == 6
    film = load(made.folder / "film.otio")
    said = [clip.media_reference.parameters["text"] for clip in track(film, "Titles").find_clips()]
    assert said == ["Once.", "Dusk"]
    pictures = [frame.rgb() for frame in Video(made.folder / "film.mp4").frames()]
    assert np.median(pictures[-10]) < 10
    before = segments(folder)
    shots(folder, **fields | {"cards": '["Twice."]'})
    assert len(segments(folder) - before) == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"format": '"highlights"', "music": '"none"', "length": "4"}, "Highlights are cut to the beats of music"),
        ({"format": '"documentary"', "music": '"none"', "length": "4"}, "A documentary is cut to its narration"),
        ({"format": '"trailer"', "music": '"none"', "length": "4"}, "write a title"),
        (
            {"format": '"trailer"', "music": '"none"', "length": "20", "title": '"Dusk"'},
            "add footage, lift bans, or make the film shorter, or withhold less",
        ),
    ],
)
def test_a_format_lacks_what_it_is_cut_to(folder, fields, message):
    with pytest.raises(LaternaError, match=message):
        shots(folder, **fields)
