"""The project index of a folder of footage."""

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import polars as pl
import pytest

from laterna import editing
from laterna.editing.index import index
from laterna.editing.indexing import seeing
from laterna.errors import DataError, MediaError
from laterna.media.encode import Encoding, VideoWriter
from laterna.media.transcript import Sentence, Transcript, Word
from laterna.media.video import Video

RED, GREEN, BLUE = (210, 40, 30), (30, 160, 60), (30, 60, 200)
SRT = "1\n00:00:00,200 --> 00:00:01,000\nHello there\n\n2\n00:00:02,000 --> 00:00:02,500\nBye\n"
LOG = "file,start,end,place,caption\na.mp4,0,1.5,lake,Someone waves by a lake.\na.mp4,1.5,3,village,\n"


def scene(seed: int, ground: tuple[int, int, int]) -> np.ndarray:
    """A wide picture of shapes on a ground, (90, 400, 3)."""
    rng = np.random.default_rng(seed)
    picture = np.full((90, 400, 3), ground, np.uint8)
    for _ in range(60):
        place, size = (int(rng.integers(400)), int(rng.integers(90))), int(rng.integers(3, 12))
        cv2.circle(picture, place, size, tuple(int(c) for c in rng.integers(20, 235, 3)), -1)
    return picture


def shot_film(path: Path, scenes: list[np.ndarray]) -> None:
    """A film of a second and a half of each scene, the camera going right; 25 frames a second."""
    frames = round(1.5 * 25 * len(scenes))
    with VideoWriter(path, Encoding((160, 90), Fraction(25), preset="ultrafast"), sample_rate=None) as film:
        for number in range(frames):
            left = number % 38
            film.write(np.ascontiguousarray(scenes[number * len(scenes) // frames][:, left : left + 160]))


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory, make_film: Callable[..., Path]) -> Path:
    """Two films, of two shots and of one, with captions and a log beside them."""
    folder = tmp_path_factory.mktemp("footage")
    shot_film(folder / "a.mp4", [scene(1, RED), scene(2, BLUE)])
    make_film(folder / "b.mp4", seconds=1, shots=(GREEN,), rate=Fraction(30000, 1001), size=(90, 160))
    (folder / "a.srt").write_text(SRT)
    (folder / "labels.csv").write_text(LOG)
    (folder / "a.mask.mkv").write_bytes(b"no film")  # the theatre's truth about another film
    return folder


@pytest.fixture(scope="module")
def made(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> editing.Index:
    return index([footage], out=tmp_path_factory.mktemp("made") / "index", analyst="none")


def test_every_shot_has_its_place_in_its_file(made: editing.Index) -> None:
    assert made.files.select("file", "width", "height").rows() == [(0, 160, 90), (1, 90, 160)]
    assert made.files["frame_rate"].to_list() == ["25", "30000/1001"]
    assert made.shots["shot"].to_list() == [0, 1, 2]
    assert made.shots.select("file", "start", "start_frame", "end_frame").rows()[:2] == [
        (0, "0", 0, 38),
        (0, "38/25", 38, 75),
    ]
    assert Fraction(made.shots["end"][2]) == Video(made.files["path"][1]).duration


def test_words_go_to_the_shot_in_which_they_are_said(made: editing.Index) -> None:
    assert made.words["word"].to_list() == ["Hello", "there", "Bye"]
    assert made.shots["transcript"].to_list() == ["Hello there", "Bye", ""]


def test_the_log_goes_before_what_a_model_says(made: editing.Index) -> None:
    """Its own words are the caption; where it has labels alone, they make one."""
    assert made.shots["place"].to_list() == ["lake", "village", ""]
    assert made.shots["caption"].to_list() == ["Someone waves by a lake.", "Village.", ""]


def test_a_shot_has_colours_a_picture_and_a_vector(made: editing.Index) -> None:
    reds = [int(colour[1:3], 16) - int(colour[5:7], 16) for colour in made.shots["colours"].list.first()]
    assert reds[0] > 50 > reds[1]
    assert made.thumbnails["shot"].to_list() == [0, 1, 2]
    assert all(jpeg.startswith(b"\xff\xd8") for jpeg in made.thumbnails["jpeg"])
    assert all(np.linalg.norm(vector) == pytest.approx(1, abs=1e-3) for vector in made.shots["embedding"].to_list())
    assert all(0 <= float(Fraction(time)) <= 3 for time in made.shots["key_time"])


def test_it_is_opened_again(footage: Path, made: editing.Index, tmp_path: Path) -> None:
    index([footage], out=tmp_path / "index", analyst="none")
    assert editing.Index.open(tmp_path / "index") == made


def test_boxes_stand_at_every_twelfth_frame(tmp_path: Path, footage: Path, made: editing.Index) -> None:
    rows = made.boxes.join(made.shots.select("shot", "start_frame", "end_frame"), on="shot")
    assert (rows["frame"] % 12 == 0).all()
    assert rows.filter(~pl.col("frame").is_between(pl.col("start_frame"), pl.col("end_frame") - 1)).is_empty()
    for side, length in (("x", "width"), ("y", "height")):
        assert (rows[side] >= 0).all()
        assert (rows[side] + rows[length] <= 1.001).all()


def test_an_analyst_describes_each_shot(footage: Path, tmp_path: Path) -> None:
    """Its words stand where the log says nothing, and make the caption; its vector is the embedding."""
    pytest.importorskip("torch")
    from laterna.editing.describing.labels import CHOICES
    from laterna.editing.models.analyst import Analyst
    from laterna.learning import Card, save

    said = {"data": ("made",), "command": "none", "protocol": "none", "figures": {"x": 1.0}, "baseline": {"x": 0.0}}
    save(Analyst.build("debug"), Card(Analyst.name, "CC0-1.0", **said), tmp_path / "analyst")  # type: ignore[arg-type]
    made = index([footage], out=tmp_path / "index", analyst=str(tmp_path / "analyst"))
    assert made.shots["place"].to_list()[:2] == ["lake", "village"]
    assert all(word in CHOICES["scale"] for word in made.shots["scale"])
    assert all(caption for caption in made.shots["caption"])
    for row in made.shots.iter_rows(named=True):
        assert Fraction(row["start"]) <= Fraction(row["key_time"]) < Fraction(row["end"])
        assert np.linalg.norm(row["embedding"]) == pytest.approx(1, abs=1e-3)


def test_a_shot_too_short_for_the_analyst_has_no_vector(tmp_path: Path) -> None:
    """A vector of another kind would keep the cutters from the whole index."""
    pytest.importorskip("torch")
    from laterna.editing.cutters.indexed import bin_from
    from laterna.editing.models.analyst import Analyst
    from laterna.learning import Card, save

    said = {"data": ("made",), "command": "none", "protocol": "none", "figures": {"x": 1.0}, "baseline": {"x": 0.0}}
    save(Analyst.build("debug"), Card(Analyst.name, "CC0-1.0", **said), tmp_path / "analyst")  # type: ignore[arg-type]
    scenes = [scene(seed, ground)[:, :160] for seed, ground in ((1, RED), (2, BLUE), (3, GREEN))]
    with VideoWriter(
        tmp_path / "a.mp4", Encoding((160, 90), Fraction(120), preset="ultrafast"), sample_rate=None
    ) as out:
        for picture, frames in zip(scenes, (102, 16, 102), strict=True):  # the second lies between two samples
            for _ in range(frames):
                out.write(np.ascontiguousarray(picture))
    made = index([tmp_path / "a.mp4"], out=tmp_path / "index", analyst=str(tmp_path / "analyst"))
    assert made.shots["embedding"].list.len().to_list() == [64, 0, 64]
    assert bin_from(made).embedding.shape == (3, 64)


class TestWhatIsLookedAtAgain:
    """A file is decoded once in its life."""

    @pytest.fixture
    def looked(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The names of the files that are decoded."""
        names: list[str] = []
        see = seeing.see

        def noted(video: Video, **options: object) -> seeing.Seen:
            names.append(video.path.name)
            return see(video, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(sys.modules["laterna.editing.index"], "see", noted)  # its name is the function's too
        return names

    def test_only_what_changed(self, looked: list[str], tmp_path: Path, make_film: Callable[..., Path]) -> None:
        for name in ("a", "b"):
            make_film(tmp_path / f"{name}.mp4", seconds=0.4, shots=((40, 90, 10 * ord(name) % 250),), sound=False)
        index([tmp_path], out=tmp_path / "out", analyst="none")
        make_film(tmp_path / "b.mp4", seconds=0.4, shots=(BLUE,), sound=False)
        make_film(tmp_path / "c.mp4", seconds=0.4, shots=(RED,), sound=False)
        (tmp_path / "a.srt").write_text("1\n00:00:00,000 --> 00:00:00,300\nNew\n")
        looked.clear()
        again = index([tmp_path], out=tmp_path / "out", analyst="none")
        assert sorted(looked) == ["b.mp4", "c.mp4"]
        assert again.words["word"].to_list() == ["New"]

    def test_a_broken_file_costs_the_others_nothing(
        self, looked: list[str], tmp_path: Path, make_film: Callable[..., Path]
    ) -> None:
        """A run that ended at a file goes on with it when it is mended."""
        make_film(tmp_path / "a.mp4", seconds=0.4, sound=False)
        (tmp_path / "b.mp4").write_bytes(b"broken")
        with pytest.raises(MediaError, match=r"b\.mp4'"):
            index([tmp_path], out=tmp_path / "out", analyst="none")
        looked.clear()
        make_film(tmp_path / "b.mp4", seconds=0.4, shots=(RED,), sound=False)
        index([tmp_path], out=tmp_path / "out", analyst="none")
        assert looked == ["b.mp4"]

    @pytest.mark.parametrize("changed", ["the network that finds shots", "what is kept"])
    def test_all_where_it_would_be_seen_otherwise(
        self,
        changed: str,
        looked: list[str],
        tmp_path: Path,
        make_film: Callable[..., Path],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        film = make_film(tmp_path / "a.mp4", seconds=0.4, sound=False)
        index([film], out=tmp_path / "out", analyst="none")
        module = sys.modules["laterna.editing.index"]
        if changed == "what is kept":
            monkeypatch.setattr(module, "KIND", "another")
        else:
            hashed = module.sha256
            monkeypatch.setattr(module, "sha256", lambda path: f"{hashed(path)}{path.name == 'boundary'}")
        looked.clear()
        index([film], out=tmp_path / "out", analyst="none")
        assert looked == ["a.mp4"]

    def test_broken_captions_stop_before_their_film_is_looked_at(
        self, looked: list[str], tmp_path: Path, make_film: Callable[..., Path]
    ) -> None:
        """Or leave that film out, as a broken film is."""
        for name in ("a", "b"):
            make_film(tmp_path / f"{name}.mp4", seconds=0.4, sound=False)
        (tmp_path / "a.srt").write_text("no caption at all\n")
        with pytest.raises(DataError, match=r"a\.srt"):
            index([tmp_path], out=tmp_path / "out", analyst="none")
        made = index([tmp_path], out=tmp_path / "out", analyst="none", on_bad_footage="skip")
        assert [Path(path).name for path in made.files["path"]] == ["b.mp4"]
        assert "a.srt" in made.notes[0]
        assert "a.mp4" not in looked


class TestOddFootage:
    """Mixed rates, sizes and rotations make one index; what is broken is named."""

    def test_an_upright_picture_of_a_turned_one(self, tmp_path: Path) -> None:
        path = tmp_path / "turned.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
            stream.set_display_rotation(90)
            for number in range(26):
                picture = np.full((90, 160, 3), 200, np.uint8)
                picture[30:60, 20 + 2 * number : 60 + 2 * number] = 20
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
        made = index([path], out=tmp_path / "index", analyst="none")
        assert made.files.select("width", "height").row(0) == (90, 160)
        box = made.boxes.row(1, named=True)  # the bar goes up or down in the upright picture
        assert abs(box["x"] + box["width"] / 2 - 0.5) < 0.15

    def test_broken_files_are_left_out_and_named(self, tmp_path: Path, make_film: Callable[..., Path]) -> None:
        make_film(tmp_path / "a.mp4", seconds=0.4, sound=False)
        (tmp_path / "b.mp4").write_bytes(b"broken")
        made = index([tmp_path], out=tmp_path / "out", analyst="none", on_bad_footage="skip")
        assert len(made.files) == 1
        assert "b.mp4' is not a film" in made.notes[0]
        assert editing.Index.open(tmp_path / "out").notes == made.notes

    def test_what_a_production_made_of_footage_is_no_footage(
        self, tmp_path: Path, make_film: Callable[..., Path]
    ) -> None:
        film = make_film(tmp_path / "a.mp4", seconds=0.4, sound=False)
        (tmp_path / "brief" / "versions").mkdir(parents=True)
        (tmp_path / "brief" / "versions" / "chosen.json").write_text("{}")
        make_film(tmp_path / "brief" / "film.mp4", seconds=0.4, sound=False)
        made = index([tmp_path], out=tmp_path / "out", analyst="none")
        assert [Path(path).name for path in made.files["path"]] == [film.name]

    def test_nothing_but_broken_files(self, tmp_path: Path) -> None:
        (tmp_path / "b.mp4").write_bytes(b"broken")
        with pytest.raises(DataError, match=r"None of the footage can be used; the first: '.*b\.mp4'"):
            index([tmp_path], out=tmp_path / "out", analyst="none", on_bad_footage="skip")

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="holds no film to index: name film files, or a folder that has some"):
            index([tmp_path], out=tmp_path / "out")

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(MediaError, match=r"'.*nowhere\.mp4' does not exist"):
            index([tmp_path / "nowhere.mp4"], out=tmp_path / "out", analyst="none")

    def test_a_file_named_twice_is_indexed_once(self, tmp_path: Path, make_film: Callable[..., Path]) -> None:
        film = make_film(tmp_path / "a.mp4", seconds=0.4, sound=False)
        assert len(index([tmp_path, film, film], out=tmp_path / "out", analyst="none").files) == 1

    def test_one_frame(self, tmp_path: Path, make_film: Callable[..., Path]) -> None:
        film = make_film(tmp_path / "a.mp4", seconds=0.04, sound=False)
        assert len(index([film], out=tmp_path / "out", analyst="none")) == 1


def test_a_transcript_that_is_handed_over_goes_before_captions(footage: Path, tmp_path: Path) -> None:
    said = Transcript((Sentence("Now.", (Word("Now.", Fraction(2), Fraction(9, 4)),)),))
    path = footage / ".." / footage.name / "a.mp4"
    made = index([footage / "a.mp4"], out=tmp_path / "index", analyst="none", transcripts={path: said})
    assert made.shots["transcript"].to_list() == ["", "Now."]


def test_the_command_makes_an_index(footage: Path, tmp_path: Path) -> None:
    laterna, out = Path(sys.executable).with_name("laterna"), tmp_path / "index"
    command = [laterna, "editing", "index", footage, "-o", out, "--analyst", "none"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "3 shots in 2 files" in done.stderr
    assert len(editing.Index.open(out)) == 3
