"""Finished productions are items of a catalogue."""

import json
from pathlib import Path
from typing import Any

import pytest

from laterna.audience.catalogue import Catalogue
from laterna.errors import DataError, LaternaError

RECORD = {
    "version": 1,
    "title": "The Lantern Road",
    "brief": {"format": "trailer", "mood": "calm", "narration": "The lantern is lit."},
    "length": "61/2",
    "loudness": {"integrated": -14.0, "range": 1.7},
}


def produced(folder: Path, **changed: Any) -> Path:
    folder.mkdir()
    (folder / "project.json").write_text(json.dumps(RECORD | changed))
    return folder


def test_a_folder_of_productions_is_a_catalogue(tmp_path: Path) -> None:
    produced(tmp_path / "road")
    produced(tmp_path / "night", title=None, length=None, loudness=None, brief={**RECORD["brief"], "format": "film"})
    night, road = Catalogue.open(tmp_path).frame.iter_rows(named=True)
    assert (road["item"], road["title"], road["text"]) == ("road", "The Lantern Road", "The lantern is lit.")
    assert (road["genres"], road["tags"], road["age"]) == (["trailer"], ["calm"], 0)
    assert (road["seconds"], road["loudness"], road["loudness_range"]) == (30.5, -14, 1.7)
    assert Path(road["record"]) == tmp_path / "road" / "project.json"
    assert (night["title"], night["genres"], night["seconds"], night["loudness"]) == ("night", [], None, None)


def test_one_production_is_a_catalogue_of_one(tmp_path: Path) -> None:
    assert Catalogue.open(produced(tmp_path / "road")).items == ["road"]


@pytest.mark.parametrize(
    "changed", [{"brief": None}, {"brief": {}}, {"length": "1/0"}, {"length": "long"}, {"loudness": 3}]
)
def test_a_record_of_something_else_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=r"project.json' is no record of a production .*: produce it again\."):
        Catalogue.open(produced(tmp_path / "road", **changed))


def test_a_broken_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "project.json").write_text("{")
    with pytest.raises(LaternaError, match="is not JSON"):
        Catalogue.open(tmp_path)
