"""Scores are read from MIDI, MusicXML and ABC, written as the first two; what is no score is told in one sentence."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symusic.core import NoteTick, ScoreTick, TempoTick, TextMetaTick, TrackTick

from laterna import music
from laterna.errors import DataError, LaternaError, MediaError
from laterna.media.kinds import kind_for, kind_of
from laterna.media.scores import open_score, save_score, seconds_of


def score(*notes: tuple[int, int, int], tempo: float = 120.0) -> ScoreTick:
    """Of (start, length, MIDI number), in ticks of 480 a quarter note."""
    made = ScoreTick(480)
    made.tempos.append(TempoTick(0, tempo))
    track = TrackTick("Melody", 0)
    for start, length, pitch in notes:
        track.notes.append(NoteTick(start, length, pitch, 80))
    made.tracks.append(track)
    return made


WRITTEN = [".mid", ".midi", ".musicxml", ".mxl"]


@pytest.mark.parametrize("suffix", [*WRITTEN, ".abc"])
def test_a_score_is_a_kind_of_its_own(suffix: str) -> None:
    assert kind_of(f"piece{suffix}").name == kind_for(ScoreTick).name == "score"  # type: ignore[union-attr]


@pytest.mark.parametrize("suffix", WRITTEN)
def test_what_is_written_is_read_again(suffix: str, tmp_path: Path) -> None:
    made = score((0, 480, 60), (480, 960, 64))
    made.markers.append(TextMetaTick(480, "verse"))
    save_score(made, tmp_path / f"piece{suffix}")
    read = open_score(tmp_path / f"piece{suffix}")
    assert [(note.start, note.duration, note.pitch) for note in read.tracks[0].notes] == [(0, 480, 60), (480, 960, 64)]
    assert (read.markers[0].text, read.tempos[0].qpm, seconds_of(read)) == ("verse", 120, 1.5)


def test_musicxml_is_read_as_plain_xml_too(tmp_path: Path) -> None:
    save_score(score((0, 480, 60)), tmp_path / "piece.musicxml")
    (tmp_path / "piece.musicxml").rename(tmp_path / "piece.xml")
    assert open_score(tmp_path / "piece.xml").tracks[0].notes[0].pitch == 60


@pytest.mark.parametrize("suffix", WRITTEN)
def test_the_same_score_gives_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_score(score((0, 480, 60)), tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_abc_is_read(tmp_path: Path) -> None:
    (tmp_path / "tune.abc").write_text("X:1\nT:Tune\nM:4/4\nL:1/4\nK:G\nGABc|d2 B2|]\n")
    assert [note.pitch for note in open_score(tmp_path / "tune.abc").tracks[0].notes] == [67, 69, 71, 72, 74, 71]


def test_the_chord_symbols_of_a_tune_are_no_notes(tmp_path: Path) -> None:
    (tmp_path / "tune.abc").write_text('X:1\nT:Tune\nM:4/4\nL:1/4\nK:G\n"G"GABc|"D7"d2 z2|]\n')
    assert [note.pitch for track in open_score(tmp_path / "tune.abc").tracks for note in track.notes] == [
        67,
        69,
        71,
        72,
        74,
    ]


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (score(), "holds no note"),
        (score((0, 480, 60), tempo=0.0001), "over 4 hours|tempo that is nothing"),
        (score((0, 480 * 60 * 2 * 300, 60)), "over 4 hours"),
    ],
)
def test_what_can_not_be_used_is_told(made: ScoreTick, says: str, tmp_path: Path) -> None:
    save_score(made, tmp_path / "odd.mid")
    with pytest.raises(DataError, match=says):
        open_score(tmp_path / "odd.mid")


def test_a_tempo_of_nothing_is_told(tmp_path: Path) -> None:
    made = score((0, 480, 60))
    made.tempos[0].mspq = 0
    save_score(made, tmp_path / "odd.mid")
    with pytest.raises(DataError, match="tempo that is nothing"):
        open_score(tmp_path / "odd.mid")


def test_a_document_without_notes_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.musicxml").write_text("<score-partwise><part-list/></score-partwise>")
    with pytest.raises(DataError, match="holds no note"):
        open_score(tmp_path / "empty.musicxml")


@pytest.mark.parametrize("name", ["piece.mid", "piece.abc", "piece.musicxml", "piece.xml", "piece.mxl"])
def test_a_large_file_is_told(name: str, tmp_path: Path) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(20_000_001)
    with pytest.raises(MediaError, match="larger than 20 MB"):
        open_score(tmp_path / name)


@pytest.mark.parametrize("name", ["piece.mid", "piece.abc", "piece.musicxml", "piece.xml", "piece.mxl"])
@pytest.mark.parametrize("content", [b"", b"hello", b"MThd\x00\x00\x00\x06", b"PK\x03\x04", b"<score-partwise>"])
def test_what_is_no_score_is_told(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LaternaError, match=name):
        open_score(tmp_path / name)


@pytest.mark.parametrize("name", ["piece.abc", "piece.xml", "piece"])
def test_other_suffixes_are_not_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"name a \.mid, a \.musicxml or an \.mxl file"):
        save_score(score((0, 480, 60)), tmp_path / name)
    assert not list(tmp_path.iterdir())


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=5), st.integers(0, 200))
def test_a_damaged_file_is_read_or_refused_and_never_more(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], end: int
) -> None:
    content = bytearray(score((0, 480, 60), (480, 480, 62), (960, 480, 64)).dumps_midi())
    for place, value in changes:
        content[place % len(content)] = value
    path = tmp_path_factory.mktemp("midi") / "damaged.mid"
    path.write_bytes(bytes(content[:end]))
    with contextlib.suppress(LaternaError):
        score_read = open_score(path)
        assert score_read.tracks
        music.analyse(score_read)
        music.roll(score_read)
