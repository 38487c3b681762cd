"""A cut that leaves for another program and comes back is the same cut, and what is not is said in words."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from laterna.editing import Footage, compare, cut, export
from laterna.media import timeline as timelines
from laterna.media.timecode import rational_time
from laterna.media.timeline import load, resolve, track
from laterna.media.transcript import Sentence, Transcript, Word


@pytest.fixture(scope="module")
def film(
    tmp_path_factory: pytest.TempPathFactory,
    make_film: Callable[..., Path],
    make_sound: Callable[..., Path],
    measured: Callable[..., Footage],
) -> otio.schema.Timeline:
    """A cut with all that a cut can have: dissolves, titles, J and L cuts, a silent sentence, music, time code."""
    folder = tmp_path_factory.mktemp("rushes")
    loudness = [-20.0 - abs(30 - i) for i in range(60)]
    footage = []
    for index in range(5):
        path = make_film(folder / f"täke {index}.mp4", seconds=6, rate=10, gop=60, timecode="10:00:00:00")
        footage.append(measured(path, [6], loudness=loudness))
    words = tuple(Word(text, Fraction(i), Fraction(i + 1)) for i, text in enumerate(["Four", "words", "are", "said."]))
    return cut(
        footage,
        15,
        sentences=Transcript((Sentence("Four words are said.", words),)),
        music=make_sound(folder / "music.wav", seconds=20),
        title="Night & <market>",
        end_title="Fin",
        transitions="dissolves",
        folder=folder / "edit",
    )


def test_everything_that_a_format_can_hold_comes_back(film: otio.schema.Timeline, tmp_path: Path) -> None:
    exported = export(film, tmp_path / "film.v2")
    assert exported.notes == ()
    assert [path.name for path in exported.files] == ["film.v2.otio", "film.v2.xml", "film.v2.edl"]
    otio_file, xml, edl = (load(path) for path in exported.files)
    assert len(otio_file.find_clips()) == len(xml.find_clips()) == len(film.find_clips())
    assert len(edl.tracks) == 1
    assert exported.to_json()["notes"] == []


def test_the_cut_under_test_is_rich(film: otio.schema.Timeline) -> None:
    transitions = [item for item in track(film, "Picture") if isinstance(item, otio.schema.Transition)]
    assert len(transitions) >= 4
    assert all(track(film, name).find_clips() for name in timelines.TRACKS)


def later(film: otio.schema.Timeline) -> None:
    clip = track(film, "Picture").find_clips()[1]
    clip.source_range = otio.opentime.TimeRange(
        clip.source_range.start_time + rational_time(Fraction(1, 25), Fraction(25)), clip.source_range.duration
    )


def longer(film: otio.schema.Timeline) -> None:
    clip = track(film, "Location").find_clips()[0]
    clip.source_range = clip.source_range.duration_extended_by(rational_time(Fraction(1, 25), Fraction(25)))


def renamed(film: otio.schema.Timeline) -> None:
    track(film, "Picture").find_clips()[0].name = "another"


def relinked(film: otio.schema.Timeline) -> None:
    track(film, "Picture").find_clips()[0].media_reference.target_url = "another.mp4"


def cut_straight(film: otio.schema.Timeline) -> None:
    pictures = track(film, "Picture")
    del pictures[next(i for i, item in enumerate(pictures) if i and isinstance(item, otio.schema.Transition))]


def unsaid(film: otio.schema.Timeline) -> None:
    track(film, "Narration").clear()


def retitled(film: otio.schema.Timeline) -> None:
    track(film, "Titles").find_clips()[0].media_reference.parameters["text"] = "Day"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (later, ["on track 'Picture', 'täke"]),
        (longer, ["on track 'Location', 'täke"]),
        (renamed, ["became 'another' (../t%C3%A4ke"]),
        (relinked, ["became 'täke", "(another.mp4)"]),
        (cut_straight, ["on track 'Picture', a SMPTE_Dissolve at"]),
        (unsaid, ["5 tracks became 4"]),
        (retitled, ["{'style': 'title', 'text': 'Day'}"]),
    ],
)
def test_whatever_differs_is_said(
    film: otio.schema.Timeline, change: Callable[[otio.schema.Timeline], None], words: list[str]
) -> None:
    other = film.clone()
    assert compare(film, other) == []
    change(other)
    found = " ".join(compare(film, other))
    assert all(word in found for word in words), found


def test_another_rate_is_said(film: otio.schema.Timeline) -> None:
    other = film.clone()
    other.metadata["laterna"]["rate"] = "24"
    assert compare(film, other) == ["25 frames a second became 24"]


def test_what_a_format_loses_is_noted_and_the_others_are_written(
    film: otio.schema.Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faithful = timelines.load

    def forgetful(path: Path, **folder: Path | None) -> otio.schema.Timeline:
        read = faithful(path, **folder)
        if path.suffix == ".xml":
            renamed(read)
        return read

    monkeypatch.setattr("laterna.editing.interchange.load", forgetful)
    (note,) = export(film, tmp_path / "film").notes
    assert note.startswith("film.xml: on track 'Picture', 'täke")
    assert "became 'another'" in note


def test_files_written_elsewhere_find_the_media(film: otio.schema.Timeline, tmp_path: Path) -> None:
    (tmp_path / "edit").mkdir()
    (tmp_path / "edit" / "täke 0.mp4").touch()
    moved = film.clone()
    for clip in moved.find_clips():
        if isinstance(clip.media_reference, otio.schema.ExternalReference):
            clip.media_reference.target_url = "t%C3%A4ke%200.mp4"
    for path in export(moved, tmp_path / "sent" / "out" / "film", folder=tmp_path / "edit").files:
        for clip in load(path).find_clips():
            if isinstance(clip.media_reference, otio.schema.ExternalReference):
                assert resolve(clip.media_reference, path.parent) == tmp_path / "edit" / "täke 0.mp4"


def test_an_edl_is_exact_with_its_files_at_hand_and_right_to_a_frame_without(
    measured: Callable[..., Footage], make_film: Callable[..., Path], tmp_path: Path
) -> None:
    takes = [make_film(tmp_path / f"{i}.mp4", seconds=6, rate=30, timecode="01:00:40:05") for i in range(3)]
    film = cut([measured(take, [6], rate=30) for take in takes], 9, rate=Fraction(25), folder=tmp_path)
    assert export(film, tmp_path / "elsewhere" / "film", home=tmp_path).notes == ()
    (note,) = export(film, tmp_path / "elsewhere" / "film").notes
    assert note.startswith("film.edl: clips that begin up to a frame beside their place in the source")
    assert note[-1] in "123"


def test_a_rate_without_time_code_leaves_otio_alone_and_says_why(
    measured: Callable[..., Footage], make_film: Callable[..., Path], tmp_path: Path
) -> None:
    path = make_film(tmp_path / "take.mp4", seconds=4, rate=10)
    slow = cut([measured(path, [4], rate=10)], 3, rate=Fraction(10), folder=tmp_path)
    exported = export(slow, tmp_path / "film")
    assert [path.suffix for path in exported.files] == [".otio"]
    assert len(exported.notes) == 2
    assert all("can't hold this timeline" in note for note in exported.notes)
