"""Versions named in words, rated and compared."""

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from laterna.errors import DataError
from laterna.learning.feedback import Feedback
from laterna.media import timeline as timelines
from laterna.media.files import sha256
from laterna.production import feedback, steps
from laterna.production.published import Published
from laterna.production.store import Chosen, Record, Store, place


def cut(shots: int) -> Callable[[Path], None]:
    """Writes a timeline of so many shots of a second."""
    timeline = timelines.new("film", Fraction(25), (160, 90))
    second = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(25, 25))
    timelines.track(timeline, "Picture").extend([otio.schema.Clip(f"{n}", source_range=second) for n in range(shots)])
    return lambda path: timelines.save(timeline, path)


def exports(out: Path) -> None:
    out.mkdir()
    cut(2)(out / "a.otio")


class Production:
    """A folder as a run leaves it: two cuts and the films made of them, a folder of exports, a note never chosen."""

    def __init__(self, folder: Path) -> None:
        self.folder, store = folder, Store(folder)
        with store.locked():
            self.cuts = [store.make("cut", "timeline", ".otio", {"shots": str(n)}, cut(n)) for n in (2, 3)]
            self.films = [
                store.make("film", "video", ".mp4", {"step cut": one.sha256}, self._film(one)) for one in self.cuts
            ]
            export = store.make("export", "folder", "", {"step cut": ""}, exports)
            store.make("note", "text", ".txt", {"a": ""}, lambda out: out.write_text("a") and None)
            chosen = {"cut": self.cuts[1], "film": self.films[1], "export": export}
            store.choose({step: Chosen(record.key) for step, record in chosen.items()})
        shutil.copy(self.path("film", self.films[1]), folder / "film.mp4")

    def _film(self, record: Record) -> Callable[[Path], None]:
        return lambda out: out.write_text(f"a film of {record.key}") and None

    def path(self, step: str, record: Record) -> Path:
        return self.folder / "versions" / step / record.name


@pytest.fixture
def production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Production:
    monkeypatch.setenv("LATERNA_FEEDBACK", str(tmp_path / "feedback.sqlite"))
    monkeypatch.chdir(tmp_path)
    return Production(tmp_path / "film")


def test_a_version_is_named_by_its_path(production):
    path = production.path("cut", production.cuts[0])
    found = feedback.find(str(path))
    assert (found.step, found.path, found.sha256) == ("cut", path, sha256(path))


def test_a_folder_is_a_version_too(production):
    (folder,) = (path for path in (production.folder / "versions" / "export").iterdir() if path.is_dir())
    assert feedback.find(str(folder)).sha256 == sha256(folder)


def test_a_step_means_its_chosen_version(production, monkeypatch):
    chosen = production.path("cut", production.cuts[1])
    assert feedback.find("film/cut").path == chosen
    monkeypatch.chdir(production.folder)
    assert feedback.find("cut").path.samefile(chosen)


def test_a_version_made_by_hand_is_the_chosen_one(production):
    hand = production.folder / "versions" / "cut" / "hand.otio"
    cut(5)(hand)
    assert feedback.find("film/cut").path == hand
    assert feedback.find("film/cut:hand").path == hand
    assert feedback.find("film/cut").item().features["film_seconds"] == 5


def test_a_step_and_the_beginning_of_a_key_mean_that_version(production):
    for record in production.cuts:
        assert feedback.find(f"film/cut:{record.key[:6]}").path == production.path("cut", record)


def test_what_lies_in_the_productions_folder_is_the_version_that_it_was_laid_out_of(production):
    assert feedback.find("film/film.mp4").path.samefile(production.path("film", production.films[1]))


PLAN = steps.load()
PUBLISHED = [
    (step, name)
    for step, one in PLAN.items()
    for name in ([one.publish + one.suffix] if isinstance(one.publish, str) else one.publish or ())
]


def written(step: str, content: str) -> Callable[[Path], None]:
    """Writes a step's result: a file, or a folder of what it publishes; of captions each version has the same."""

    def write(out: Path) -> None:
        for name in [inner for one, inner in PUBLISHED if one == step]:
            file = out / name if not PLAN[step].suffix else out
            file = file / "music.wav" if not PLAN[step].suffix and not file.suffix else file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(name if name.startswith("captions") else f"{step} {name} {content}")

    return write


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """The folder of a production with two versions of each step that publishes something, the first of them chosen."""
    store = Store(tmp_path / "whole")
    with store.locked():
        shelf, chosen = Published(store), {}
        for step in dict(PUBLISHED):
            kind, suffix = PLAN[step].kind, PLAN[step].suffix
            made, _ = (store.make(step, kind, suffix, {"n": n}, written(step, n)) for n in "12")
            path, chosen[step] = store.path(step, made), Chosen(made.key)
            for file in [path] if path.is_file() else (one for one in path.rglob("*") if one.is_file()):
                name = f"{step}{suffix}" if file == path else str(file.relative_to(path))
                shelf.put(name, sha256(file), lambda target, file=file: place(file, target, link=False))
        store.choose(chosen)
    return store.folder


@pytest.mark.parametrize(("step", "name"), PUBLISHED)
def test_whatever_lies_there_is_of_the_version_that_it_came_out_of(published, step, name):
    assert (published / name).exists()
    found, record = feedback.find(str(published / name)), Store(published).chosen()[step]
    assert (found.step, found.path.name.partition(".")[0]) == (step, record.key)
    assert found.sha256 == sha256(found.path)


def test_a_file_of_a_published_folder_is_of_that_version_too(published):
    assert feedback.find(str(published / "stems" / "music.wav")).step == "mix"


def test_what_someone_changed_or_laid_there_is_no_version(published):
    (published / "mix.wav").write_text("louder")
    shutil.copy(published / "film.xml", published / "music.wav")
    shutil.copy(published / "stems" / "music.wav", published / "other.wav")
    for name in ("mix.wav", "music.wav", "other.wav"):
        with pytest.raises(DataError, match="no version of a step"):
            feedback.find(str(published / name))


def test_a_cut_is_kept_with_its_figures_and_a_film_with_those_of_its_cut(production):
    feedback.prefer(f"film/cut:{production.cuts[0].key}", f"film/cut:{production.cuts[1].key}")
    feedback.prefer(f"film/film:{production.films[1].key}", f"film/film:{production.films[0].key}")
    for step, seconds in (("cut", (2, 3)), ("film", (3, 2))):
        pairs = Feedback().pairs(step)
        column = pairs.names.index("film_seconds")
        assert (pairs.better[0, column], pairs.worse[0, column]) == seconds


def test_what_was_said_outlives_the_version(production):
    feedback.prefer("film/cut", f"film/cut:{production.cuts[0].key}")
    shutil.rmtree(production.folder)
    assert len(Feedback().pairs("cut").better) == 1


def test_a_version_that_no_feature_is_known_of_can_be_rated(production):
    judged = feedback.rate("film/export", 4, who="ann")
    assert Feedback().standing("export", judged.sha256).ratings == (4,)


def test_a_file_that_can_not_be_opened_as_its_kind_can_be_rated(production):
    broken = production.folder / "versions" / "cut" / "hand.otio"
    broken.write_text("{")
    assert feedback.rate("film/cut", 1).item().features == {}


def test_feedback_is_kept_where_the_caller_says(production, tmp_path):
    feedback.rate("film/cut", 4, store=str(tmp_path / "other.sqlite"))
    assert Feedback(tmp_path / "other.sqlite").tasks() == ("cut",)
    assert Feedback().tasks() == ()


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("film/ctu", "has no step 'ctu': did you mean 'cut'"),
        ("film/cut:zz", "has no version of a key that begins with 'zz': there is"),
        ("film/cut:*", "has no version of a key"),
        ("film/note", "'note' has no chosen version"),
        ("cut", "is no file, and"),
        ("nowhere/cut", "is no file, and"),
        ("film/project.json", "has no step 'project.json'"),
        ("film/versions/chosen.json", "no version of a step"),
        ("film/versions/cut", "no version of a step"),
        ("elsewhere/versions/cut/a.otio", "no version of a step"),
        ("film", "no version of a step"),
        ("strange.mp4", "no version of a step"),
        ("/dev/null", "no version of a step"),
        ("", "is no file, and"),
        (":", "is no file, and"),
        ("a\0b", "is no file, and"),
        ("a" * 5_000, "can't be read"),
    ],
)
def test_a_word_that_means_no_version_is_told(production, tmp_path, word, sentence):
    (tmp_path / "elsewhere/versions/cut").mkdir(parents=True)
    cut(1)(tmp_path / "elsewhere/versions/cut/a.otio")
    (tmp_path / "strange.mp4").write_text("not of this production")
    with pytest.raises(DataError) as caught:
        feedback.find(word)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_key_that_two_versions_begin_with_is_told(production):
    for name in ("abc1.otio", "abc2.otio"):
        cut(1)(production.folder / "versions" / "cut" / name)
    with pytest.raises(DataError, match="has 2 versions of a key that begins with 'abc': there is abc1, abc2"):
        feedback.find("film/cut:abc")


def test_versions_of_two_steps_and_one_version_twice_are_told(production):
    with pytest.raises(DataError, match="Versions of cut and of film can't be compared"):
        feedback.prefer("film/cut", "film/film")
    with pytest.raises(DataError, match="same version"):
        feedback.prefer("film/film", "film/film.mp4")
