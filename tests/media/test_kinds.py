"""The table of kinds: every kind is known by its files and by its type, and survives being saved."""

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import numpy as np
import opentimelineio as otio
import polars as pl
import pytest
from PIL import Image, PngImagePlugin
from symusic.core import NoteTick, ScoreTick, TrackTick

from laterna.errors import DataError, LaternaError, MediaError
from laterna.media import timeline
from laterna.media.audio import Audio
from laterna.media.captions import Caption, Captions
from laterna.media.kinds import KINDS, Show, kind_for, kind_named, kind_of
from laterna.media.plain import Page
from laterna.media.screenplay import Screenplay
from laterna.media.shots import Shot, ShotTable, Transition
from laterna.media.transcript import Sentence, Transcript, Word
from laterna.media.video import Video

NAMES = [kind.name for kind in KINDS]
_DEPARTMENTS = ("laterna.audience", "laterna.editing", "laterna.voice")
OF_MEDIA = [kind for kind in KINDS if not kind.type.startswith(_DEPARTMENTS)]


@pytest.fixture
def values(tmp_path: Path, make_film: Callable[..., Path], make_sound: Callable[..., Path]) -> dict[str, Any]:
    """A small value of each kind that media owns."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "sub").mkdir()
    (source / "sub" / "a.txt").write_text("x")
    shot = Shot(0, 9, Fraction(0), Fraction(9, 25), Transition("start", 0, 0))
    return {
        "video": Video(make_film(tmp_path / "film.mp4", seconds=0.2)),
        "audio": Audio(make_sound(tmp_path / "sound.wav", seconds=0.2)),
        "image": Image.fromarray(np.arange(300, dtype=np.uint8).reshape(10, 10, 3)),
        "timeline": timeline.new("x", Fraction(25), (160, 90)),
        "captions": Captions((Caption(Fraction(0), Fraction(1), ("Hello",)),)),
        "transcript": Transcript((Sentence("Hello", (Word("Hello", Fraction(0), Fraction(1, 3)),)),)),
        "screenplay": Screenplay.parse("Title: Night\r\n\r\nINT. MARKET - DAY\r\n\r\nLamps."),
        "score": score(),
        "shots": ShotTable((shot,)),
        "table": pl.DataFrame({"a": [1, 2], "b": ["x", "日"]}),
        "page": Page("<!doctype html><p>日"),
        "text": "日本\n",
        "record": {"a": [1, None, "日"]},
        "folder": source,
    }


def score() -> ScoreTick:
    made = ScoreTick(480)
    made.tracks.append(TrackTick("Melody", 0))
    made.tracks[0].notes.append(NoteTick(0, 480, 60, 80))
    return made


def plain(value: Any) -> Any:
    """What is compared: bytes of files, pixels, JSON."""
    match value:
        case Video() | Audio():
            return value.path.read_bytes()
        case Image.Image():
            return value.tobytes()
        case otio.schema.Timeline():
            return value.to_json_string()
        case ScoreTick():
            return value.dumps_midi()
        case pl.DataFrame():
            return value.to_dict(as_series=False)
        case Path():
            return {file.relative_to(value): file.read_bytes() for file in value.rglob("*") if file.is_file()}
    return value


@pytest.mark.parametrize("kind", OF_MEDIA, ids=lambda kind: kind.name)
def test_a_kind_survives_being_saved(tmp_path: Path, values: dict[str, Any], kind: Any) -> None:
    value = values[kind.name]
    path = tmp_path / "out" / f"new{kind.suffixes[0] if kind.suffixes else ''}"
    kind.save(value, path)
    assert plain(kind.open(path)) == plain(value)
    assert kind_of(path) is kind
    assert not list(path.parent.glob(".partial-*"))


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_a_kind_is_known_by_its_suffixes_and_can_be_shown(kind: Any) -> None:
    assert all(kind_of(f"A folder/name{suffix}") is kind for suffix in kind.suffixes)
    assert all(kind_of(f"NAME{suffix.upper()}") is kind for suffix in kind.suffixes)
    assert kind.show in get_args(Show)
    assert kind_named(kind.name) is kind


def test_names_and_suffixes_are_told_once() -> None:
    suffixes = [suffix for kind in KINDS for suffix in kind.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    assert len(set(NAMES)) == len(NAMES)


def test_what_opens_and_saves_exists(values: dict[str, Any]) -> None:
    for kind in KINDS:
        assert callable(kind._open)
        assert callable(kind._save)
        assert kind.loaded_type is not None
        assert kind_for(kind.loaded_type) is kind


@pytest.mark.parametrize(
    ("annotation", "name"),
    [
        (Video, "video"),
        (PngImagePlugin.PngImageFile, "image"),
        (otio.schema.Timeline, "timeline"),
        (str, "text"),
        (Page, "page"),
        (dict, "record"),
        (Path, "folder"),
        (int, None),
        (float, None),
        (list[Video], None),
        (None, None),
        (Video | None, None),
    ],
)
def test_a_kind_is_known_by_its_type(annotation: Any, name: str | None) -> None:
    kind = kind_for(annotation)
    assert (kind and kind.name) == name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.shots.json", "shots"),
        ("shots.json", "shots"),
        ("a.transcript.json", "transcript"),
        ("project.json", "record"),
        ("a.mp4.txt", "text"),
    ],
)
def test_the_longest_suffix_counts(name: str, kind: str) -> None:
    assert kind_of(name).name == kind


def test_a_folder_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    assert kind_of(tmp_path).name == "folder"
    (tmp_path / "transcript.json").touch()
    assert kind_of(tmp_path).name == "speech"


@pytest.mark.parametrize("name", ["a.xyz", "no suffix", "a\nb"])
def test_an_unknown_file_is_said(name: str) -> None:
    with pytest.raises(DataError) as caught:
        kind_of(name)
    assert repr(name) in str(caught.value)


def test_an_unknown_kind_is_said() -> None:
    with pytest.raises(DataError, match="video, audio"):
        kind_named("hologram")


def test_saving_a_film_onto_itself_leaves_it(tmp_path: Path, values: dict[str, Any]) -> None:
    film = values["video"]
    before = film.path.read_bytes()
    kind_named("video").save(film, film.path)
    assert film.path.read_bytes() == before


def test_a_film_is_not_converted_by_saving_it(tmp_path: Path, values: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="not converted"):
        kind_named("video").save(values["video"], tmp_path / "a.webm")
    assert not (tmp_path / "a.webm").exists()


def test_sound_changes_its_format_by_suffix(tmp_path: Path, values: dict[str, Any]) -> None:
    kind_named("audio").save(values["audio"], tmp_path / "a.flac")
    assert Audio(tmp_path / "a.flac").duration == values["audio"].duration


def test_a_films_sound_is_taken_out_of_it(tmp_path: Path, values: dict[str, Any]) -> None:
    kind_named("audio").save(Audio(values["video"].path), tmp_path / "a.wav")
    assert Audio(tmp_path / "a.wav").duration == Audio(values["video"].path).duration


def test_an_image_is_opened_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20))
    exif = image.getexif()
    exif[0x0112] = 6  # the camera was held upright
    image.save(tmp_path / "a.jpg", exif=exif)
    assert kind_named("image").open(tmp_path / "a.jpg").size == (20, 40)


def test_an_image_of_no_format_is_refused(tmp_path: Path, values: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="no image format"):
        kind_named("image").save(values["image"], tmp_path / "a.xyz")
    assert not (tmp_path / "a.xyz").exists()


def test_an_empty_text_is_a_text(tmp_path: Path) -> None:
    kind_named("text").save("", tmp_path / "a.txt")
    assert kind_named("text").open(tmp_path / "a.txt") == ""


@pytest.mark.parametrize("kind", [kind for kind in OF_MEDIA if kind.suffixes], ids=lambda kind: kind.name)
@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00\xd8 no such thing"])
def test_a_bad_file_is_said_in_one_sentence(tmp_path: Path, kind: Any, content: bytes | None) -> None:
    path = tmp_path / f"bad\nname{kind.suffixes[0]}"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LaternaError) as caught:
        kind.open(path)
    assert repr(str(path)) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="not a folder"):
        kind_named("folder").open(tmp_path / "a")


def test_the_table_loads_nothing_heavy() -> None:
    heavy = ("av", "numpy", "polars", "PIL", "opentimelineio", "cv2", "soundfile")
    program = f"import sys, laterna.media.kinds; print(sorted(set({heavy}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
