"""The examples: every brief can be read, and those for the shared footage become films of their length."""

from pathlib import Path

import pytest

from laterna.media.captions import Captions
from laterna.media.video import Video
from laterna.production import produce
from laterna.production.brief import Brief

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.toml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_brief_can_be_read(path: Path) -> None:
    brief = Brief.open(path)
    assert (brief.length is None) == (brief.format == "interview")
    assert brief.narration or brief.format in ("trailer", "highlights", "interview")


def test_every_format_has_an_example() -> None:
    formats = {Brief.open(path).format for path in EXAMPLES}
    assert formats == {"film", "trailer", "highlights", "interview", "documentary"}


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path in EXAMPLES if path.stem != "demo"], ids=lambda path: path.stem)
def test_the_footage_becomes_a_film(path: Path, data: Path, tmp_path: Path) -> None:
    made = produce(path, out=tmp_path / "film", draft=True)
    film = Video(made.folder / "film.mp4")
    brief = Brief.open(path)
    assert film.duration == made.length
    if brief.length is not None:
        assert film.duration == brief.length
    said = " ".join(" ".join(caption.lines) for caption in Captions.open(made.folder / "captions.srt").captions)
    assert said.split() == (brief.narration or "").split()
