"""Takes of one set-up: found, and the best of each told with reasons."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from laterna import editing
from laterna.editing.index import index
from laterna.editing.indexing.index import Index
from laterna.editing.takes import takes
from laterna.errors import DataError, MediaError
from laterna.media.encode import Encoding, VideoWriter
from laterna.theatre.scene import Scene, draw_scene, draw_setting
from laterna.theatre.take import Take

RATE = Fraction(12)


def of(*rows: dict[str, object]) -> Index:
    """An index of takes of one set-up, as good as each other but for what is given."""
    plain = {"take_group": 0, "sharpness": 0.5, "exposure": 0.45, "shake": 0.01}
    return Index.of([plain | row for row in rows])


def best(index: Index, **options: Path) -> int:
    (found,) = [take.shot for take in takes(index, **options) if take.best]
    return found


@pytest.mark.parametrize(
    ("better", "worse", "reason"),
    [
        ({"sharpness": 0.6}, {"sharpness": 0.3}, "sharper (0.60)"),
        ({"shake": 0.01}, {"shake": 0.15}, "steadier (0.010 widths/s)"),
        ({"exposure": 0.4}, {"exposure": 0.02}, "better exposed (0.40)"),
        ({"exposure": 0.5}, {"exposure": 0.95}, "better exposed (0.50)"),
    ],
)
def test_the_better_take_is_known_and_why(better: dict[str, object], worse: dict[str, object], reason: str) -> None:
    for rows, place in (((better, worse), 0), ((worse, better), 1)):
        found = takes(of(*rows))
        assert [take.shot for take in found] == [place, 1 - place]
        assert (found[0].best, found[1].best) == (True, False)
        assert found[0].score > found[1].score
        assert found[0].reason == reason
        assert found[1].reason.split()[0] in ("softer", "shakier", "worse")


def test_takes_that_are_alike_are_said_to_be() -> None:
    assert [take.reason for take in takes(of({}, {}))] == ["as good as the next one", "nearly as good as the best"]


def test_shots_without_another_take_are_not_told() -> None:
    assert takes(Index.of([{}, {}, {}])) == []


class TestAgainstAScript:
    """What is said counts for more than how it looks."""

    @pytest.fixture
    def script(self, tmp_path: Path) -> Path:
        path = tmp_path / "script.fountain"
        path.write_text(
            "EXT. HILL - DUSK\n\nThey wait.\n\nANNA\nLight the lantern before the evening begins.\n\nBEN\nNo.\n"
        )
        return path

    def test_the_take_that_says_its_line_is_best(self, script: Path) -> None:
        said = of(
            {"transcript": "Light a lamp before evening, please.", "sharpness": 0.6},
            {"transcript": "Light the lantern before the evening begins.", "sharpness": 0.5},
        )
        assert best(said) == 0
        assert best(said, script=script) == 1
        first = takes(said, script=script)[0]
        assert first.word_error == 0
        assert "nearer to the script (0% wrong)" in first.reason

    def test_a_line_that_breaks_off_is_worse(self, script: Path) -> None:
        said = of(
            {"transcript": "Light the lantern before"}, {"transcript": "Light the lantern before the evening begins"}
        )
        assert best(said, script=script) == 1

    def test_takes_without_a_word_are_judged_by_their_looks(self, script: Path) -> None:
        assert best(of({"sharpness": 0.2}, {"sharpness": 0.6}), script=script) == 1
        assert takes(of({}, {}), script=script)[0].word_error is None

    def test_takes_that_say_other_passages_are_no_takes_of_one(self, tmp_path: Path) -> None:
        """One set-up for three lines: each take stands beside those of its line alone."""
        (tmp_path / "lines.txt").write_text(
            "Light the lantern before the evening begins. I walked along the river in the rain all night."
            " Nobody told the others where the boat was hidden."
        )
        said = of(
            {"transcript": "Light the lantern before the evening begins."},
            {"transcript": "I walked along a river in the rain all night."},
            {"transcript": "Nobody told the others where the boat was hidden.", "sharpness": 0.9},
            {"transcript": "I walked along the river in the rain all night."},
            {"transcript": "Light the lantern before"},
            {"transcript": ""},
        )
        found = takes(said, script=tmp_path / "lines.txt")
        assert [(take.group, take.shot, take.best) for take in found] == [
            (0, 0, True),
            (0, 4, False),
            (1, 3, True),
            (1, 1, False),
        ]
        assert {take.shot: take.word_error for take in found}[3] == 0
        assert {take.shot for take in found if take.word_error == 0} == {0, 3}

    def test_a_line_that_breaks_off_early_is_a_take_of_it(self, tmp_path: Path) -> None:
        """Though its first words stand elsewhere in the script, too."""
        (tmp_path / "lines.txt").write_text(
            "The boat is gone. He took the lantern. The boat will come at noon, he said."
        )
        said = of({"transcript": "The boat"}, {"transcript": "The boat will come at noon, he said."})
        assert best(said, script=tmp_path / "lines.txt") == 1

    def test_takes_that_say_nothing_of_the_script_are_judged_by_their_looks(self, script: Path) -> None:
        said = of({"transcript": "Quiet please, rolling.", "sharpness": 0.2}, {"transcript": "Someone coughs loudly."})
        assert best(said, script=script) == 1
        assert takes(said, script=script)[0].word_error is None

    def test_a_text_file_is_a_script(self, tmp_path: Path) -> None:
        path = tmp_path / "lines.txt"
        path.write_text("Good evening.")
        assert best(of({"transcript": "Hello"}, {"transcript": "good evening"}), script=path) == 1

    def test_a_script_in_which_nobody_speaks(self, tmp_path: Path) -> None:
        path = tmp_path / "silent.fountain"
        path.write_text("EXT. HILL - DUSK\n\nThey wait.\n")
        with pytest.raises(DataError, match=r"silent\.fountain' has nothing that is said"):
            takes(of({}, {}), script=path)

    def test_a_script_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(MediaError, match="does not exist"):
            takes(of({}, {}), script=tmp_path / "nowhere.txt")


def test_an_empty_index_is_refused() -> None:
    with pytest.raises(DataError, match="The index holds no shots: index some footage first"):
        takes(Index.of([]))
    with pytest.raises(DataError, match="The index holds no shots"):
        editing.contact_sheet(Index.of([]))


def shot(path: Path, scene: Scene, gain: float = 1.0) -> None:
    with VideoWriter(path, Encoding((160, 90), RATE, preset="ultrafast"), sample_rate=None) as film:
        for picture in Take(scene, (160, 90), masks=False).frames():
            film.write(np.clip(picture.rgb() * gain, 0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def rushes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two set-ups of one setting, taken twice each: with other grain, another length, a darker print; and another."""
    folder = tmp_path_factory.mktemp("rushes")
    setting = draw_setting((7, 1))
    wide, close = (draw_scene(setting, (7, 2), 24, RATE, scale=scale, negatives=0) for scale in ("wide", "close-up"))
    shot(folder / "1 wide.mp4", wide)
    shot(folder / "2 wide again.mp4", replace(wide, seed=(7, 9), frames=30), 0.85)
    shot(folder / "3 close.mp4", close)
    shot(folder / "4 close again.mp4", replace(close, seed=(7, 9), frames=20), 1.1)
    shot(folder / "5 elsewhere.mp4", draw_scene(draw_setting((8, 1)), (8, 2), 24, RATE, scale="wide", negatives=0))
    return folder


def test_takes_are_grouped_and_other_shots_are_not(rushes: Path, tmp_path: Path) -> None:
    """The theatre plays a scene twice; a closer shot of the same setting is no take of it."""
    made = index([rushes], out=tmp_path / "index", analyst="none")
    assert made.shots["take_group"].to_list() == [0, 0, 2, 2, 4]
    found = takes(made)
    assert sorted(take.shot for take in found) == [0, 1, 2, 3]
    assert [take.best for take in found] == [True, False, True, False]
    _seen_on_a_sheet(made)


def _seen_on_a_sheet(made: Index) -> None:
    """A frame for each shot; the box in its ink, a bar in another where a shot is a take."""
    sheet = np.asarray(editing.contact_sheet(made, columns=3))
    assert sheet.shape[1] == 3 * 302 + 14
    assert (sheet == (255, 196, 60)).all(2).any()
    assert (sheet[:14] == (94, 180, 255)).all(2).sum() > 1000


def test_a_sheet_takes_any_words(make_film: Callable[..., Path]) -> None:
    """Emoji, long captions and shots without pictures are no reason to fail."""
    sheet = editing.contact_sheet(Index.of([{"caption": "🙂 " + "very long " * 40, "transcript": "你好"}, {}]))
    assert sheet.width > 300


@pytest.mark.parametrize("asked", [{"columns": 0}, {"most": 0}])
def test_a_sheet_of_nothing_is_refused(asked: dict[str, int]) -> None:
    with pytest.raises(DataError, match="shows nothing: ask for at least 1"):
        editing.contact_sheet(Index.of([{}]), **asked)
