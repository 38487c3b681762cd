"""A release: what lies in the production's folder, on toy plans."""

import json
import os
from pathlib import Path

import pytest

from laterna.errors import BriefError, LaternaError, MediaError
from laterna.production import release as releases
from laterna.production import steps
from laterna.production.release import produce
from laterna.production.steps import step
from laterna.production.store import Store, Version, place


@step(kind="text", suffix=".txt")
def film(out: Path, footage: tuple[Version, ...], title: str | None) -> None:
    out.write_text(f"{title}: " + ", ".join(version.path.name for version in footage))


@step(kind="folder", suffix="", publish=("film.list", "stems"))
def export(out: Path, film: Version) -> None:
    (out / "stems").mkdir(parents=True)
    (out / "about.json").write_text("{}")
    (out / "film.list").write_text("list of " + film.path.read_text())
    (out / "stems" / "one.wav").write_text("sound")


@step(kind="text", suffix=".txt", publish=None)
def notes(out: Path, film: Version) -> None:
    out.write_text("for nobody")


@pytest.fixture
def toys(monkeypatch):
    """Make the plan these steps instead of the film's."""

    def use(*plan):
        monkeypatch.setattr(steps, "load", lambda path=None: {one.name: one for one in plan})

    use(film, export, notes)
    return use


@pytest.fixture
def brief(tmp_path, toys) -> Path:
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_text(name)
    return written(tmp_path)


def written(folder: Path, **fields: str) -> Path:
    path = folder / "brief.toml"
    fields = {"footage": '["*.mp4"]', "length": "2", "title": '"Light"'} | fields
    path.write_text("".join(f"{name} = {value}\n" for name, value in fields.items()))
    return path


def test_versions_are_laid_out_by_name(brief):
    release = produce(brief)
    assert release.folder == brief.parent / "brief"
    names = {path.as_posix() for path in release.files}
    assert names == {"film.txt", "film.list", "stems/one.wav", "report.html", "project.json"}
    assert (release.folder / "film.txt").read_text() == "Light: a.mp4, b.mp4"
    assert all((release.folder / name).is_file() for name in names)


def test_the_result_is_plain_data(brief):
    data = produce(brief).to_json()
    assert json.loads(json.dumps(data)) == data
    assert {one["name"]: one["kept"] for one in data["steps"]} == {"film": False, "export": False, "notes": False}
    assert Path(data["files"]["film.txt"]).is_file()


def test_the_record_names_the_chosen_versions(brief):
    release = produce(brief)
    record = json.loads((release.folder / "project.json").read_text())
    chosen = release.folder / record["steps"]["film"]["path"]
    assert chosen.read_text() == (release.folder / "film.txt").read_text()
    assert (record["rate"], record["time_base"]) == ("25", "1/25")
    assert record["brief"]["title"] == "Light"


def test_what_changed_is_published_and_what_is_gone_is_cleared(brief, toys):
    produce(brief)
    toys(film, notes)
    release = produce(written(brief.parent, title='"Dark"'))
    assert (release.folder / "film.txt").read_text().startswith("Dark")
    assert not (release.folder / "film.list").exists()


def test_a_published_file_that_someone_changed_is_set_aside(brief):
    folder = produce(brief).folder
    (folder / "film.list").write_text("my own list")
    produce(written(brief.parent, title='"Dark"'))
    assert (folder / "film.list").read_text().startswith("list of Dark")
    assert (folder / "film.yours.list").read_text() == "my own list"


def test_every_change_by_hand_is_kept(brief):
    for title in ("Dark", "Dim", "Bright"):
        folder = produce(written(brief.parent, title=f'"{title}"')).folder
        (folder / "film.list").write_text(f"mine of {title}")
        (folder / "report.html").write_text(f"my report of {title}")
    produce(brief)
    lists = [(folder / f"film.yours{number}.list").read_text() for number in ("", ".2", ".3")]
    assert lists == ["mine of Dark", "mine of Dim", "mine of Bright"]
    assert (folder / "report.yours.2.html").read_text() == "my report of Dim"


def test_what_a_run_with_only_laid_out_is_not_taken_for_someones(brief):
    produce(brief)
    produce(written(brief.parent, title='"Dark"'), only="film")
    folder = produce(written(brief.parent, title='"Dim"')).folder
    assert not [*folder.glob("*.yours*")]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_what_a_killed_run_laid_out_is_not_taken_for_someones(brief, monkeypatch, after):
    produce(brief)

    def killed(source: Path, target: Path, **how) -> None:
        if after:
            place(source, target, **how)
        raise KeyboardInterrupt

    monkeypatch.setattr(releases, "place", killed)
    with pytest.raises(KeyboardInterrupt):
        produce(written(brief.parent, title='"Dark"'))
    monkeypatch.setattr(releases, "place", place)
    folder = produce(written(brief.parent, title='"Dim"')).folder
    assert "Dim" in (folder / "film.txt").read_text()
    assert not [*folder.glob("*.yours*")]


def test_what_a_killed_run_left_among_the_published_is_cleared(brief):
    left = produce(brief).folder / "stems" / ".partial-one.wav"
    left.write_text("half")
    produce(brief)
    assert not left.exists()


def test_changing_a_published_file_leaves_its_version_whole(brief):
    release = produce(brief)
    with (release.folder / "film.list").open("a") as file:
        file.write("more")
    assert all(outcome.kept for outcome in produce(brief).steps)


def test_only_publishes_what_it_looked_at(brief):
    folder = produce(brief).folder
    release = produce(written(brief.parent, title='"Dark"'), only="film")
    assert [path.name for path in release.files] == ["film.txt"]
    assert (folder / "film.list").read_text().startswith("list of Light")
    assert "Dark" in (produce(brief).folder / "film.list").read_text()


def test_the_same_footage_twice_is_used_once(brief):
    (brief.parent / "c.mp4").write_text("a.mp4")
    (brief.parent / "d.mp4").symlink_to("b.mp4")
    release = produce(brief)
    assert (release.folder / "film.txt").read_text() == "Light: a.mp4, b.mp4"
    assert [one.path.name for one in release.skipped] == ["c.mp4", "d.mp4"]
    assert "is a copy of" in release.skipped[0].reason
    assert "c.mp4" in (release.folder / "report.html").read_text()


def test_a_pinned_copy_stands_for_the_file_that_is_used(brief, toys):
    @step(kind="text", suffix=".txt")
    def pins(out: Path, pin: tuple) -> None:
        out.write_text(", ".join(str(one["footage"]) for one in pin))

    toys(pins)
    (brief.parent / "c.mp4").write_text("a.mp4")
    with brief.open("a") as file:
        file.write('[[pin]]\nfootage = "c.mp4"\n[[pin]]\nfootage = "b*"\n')
    assert (produce(brief).folder / "pins.txt").read_text() == f"{brief.parent.resolve() / 'a.mp4'}, b*"


def test_a_folder_named_by_way_of_another_is_the_same(brief, tmp_path):
    produce(brief)
    (tmp_path / "way").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path)
    for way in (tmp_path / "way" / "..", tmp_path / "linked"):
        again = produce(way / "brief.toml", out=way / "brief")
        assert all(outcome.kept for outcome in again.steps)


def test_a_moved_production_keeps_everything(brief, tmp_path):
    produce(brief)
    moved = tmp_path / "elsewhere ü\n"
    moved.mkdir()
    for name in ("a.mp4", "b.mp4", "brief.toml", "brief"):
        (tmp_path / name).rename(moved / name)
    assert all(outcome.kept for outcome in produce(moved / "brief.toml").steps)


def _zero(path: Path) -> None:
    path.touch()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _dangling(path: Path) -> None:
    path.symlink_to("nothing.mp4")


BAD = [_zero, Path.mkdir, _pipe, _loop, _dangling]


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
@pytest.mark.parametrize("name", ["x.mp4", "x \n 影.mp4"])
@pytest.mark.timeout(20)
def test_footage_that_is_no_file_stops_the_run_or_is_skipped(brief, make, name):
    make(brief.parent / name)
    with pytest.raises(MediaError) as caught:
        produce(brief)
    assert repr(name)[1:-1] in str(caught.value)
    assert "\n" not in str(caught.value)
    release = produce(written(brief.parent, on_bad_footage='"skip"'))
    assert [one.path.name for one in release.skipped] == [name]
    assert (release.folder / "film.txt").read_text() == "Light: a.mp4, b.mp4"


def test_a_name_that_is_no_text_is_refused_in_one_sentence(brief):
    Path(os.fsdecode(os.fsencode(brief.parent) + b"/\xff.mp4")).write_text("x")
    with pytest.raises(MediaError, match=r"\\udcff\.mp4' has a name that is no UTF-8"):
        produce(brief)
    release = produce(written(brief.parent, on_bad_footage='"skip"'))
    assert "\\udcff.mp4" in (release.folder / "report.html").read_text()
    assert json.loads((release.folder / "project.json").read_text())["skipped"][0]["path"].startswith("../")


def test_when_no_footage_can_be_used_the_first_reason_is_said(brief):
    for name in ("a.mp4", "b.mp4"):
        (brief.parent / name).write_text("")
    with pytest.raises(BriefError, match=r"None of the footage can be used; the first: .*a.mp4' is empty"):
        produce(written(brief.parent, on_bad_footage='"skip"'))


def test_missing_music_is_named(brief):
    with pytest.raises(MediaError, match=r"song.flac' does not exist"):
        produce(written(brief.parent, music='"song.flac"'))


def test_the_second_run_in_one_folder_says_so(brief):
    with Store(brief.parent / "brief").locked(), pytest.raises(BriefError, match="Another run is at work"):
        produce(brief)


def test_a_folder_that_cannot_be_written_is_named(brief, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LaternaError, match=r"file/film' can't be written"):
        produce(brief, out=tmp_path / "file" / "film")


def test_odd_names_are_escaped_in_the_report(brief):
    odd = brief.parent / "<script>alert(1)</script>".replace("/", "\u2044")
    odd.with_name(odd.name + ".mp4").touch()
    release = produce(written(brief.parent, title='"<b>&\\"Light"', on_bad_footage='"skip"'))
    page = (release.folder / "report.html").read_text()
    assert "&lt;b&gt;&amp;&quot;Light" in page
    assert "<script>alert" not in page
