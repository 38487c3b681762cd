"""The cast: voices by name, from a file or a table, and what is wrong with one in a sentence."""

from pathlib import Path
from typing import Any

import pytest

from laterna.errors import DataError, LaternaError
from laterna.production.workflows.cast import Role, read_cast

NARRATOR = Role("low", speed=0.9)


def test_without_a_cast_the_narrator_reads_all() -> None:
    cast = read_cast(None, ["ANNA"], NARRATOR)
    assert (cast.role("ANNA"), cast.has("ANNA"), cast.roles) == (NARRATOR, False, (NARRATOR,))


def test_a_file_gives_voices_to_characters(tmp_path: Path) -> None:
    path = tmp_path / "cast.toml"
    path.write_text('narrator = { speed = 1.1 }\nanna = "high"\n"OLD MAN" = { voice = "deep", speed = 0.8 }\n')
    cast = read_cast(path, ["ANNA", "OLD MAN", "BOB"], NARRATOR)
    assert cast.narrator == Role("low", speed=1.1)
    assert cast.role("Anna") == Role("high", speed=1.1)  # what is left out is as the narrator has it
    assert cast.role("OLD MAN") == Role("deep", speed=0.8)
    assert (cast.has("bob"), cast.role("BOB")) == (False, cast.narrator)


def test_a_table_does_as_well() -> None:
    assert read_cast({"ANNA": "high"}, ["ANNA"], Role()).role("ANNA") == Role("high")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"ANA": "high"}, "a voice for 'ANA', who says nothing: did you mean 'ANNA'"),
        ({"ana": "high"}, "a voice for 'ana', who says nothing: did you mean 'ANNA'"),
        ({"XQJ": "high"}, "who says nothing: there is ANNA, OLD MAN"),
        ({"ANNA": {"sped": 1}}, "gives 'ANNA' an unknown 'sped': did you mean 'speed'"),
        ({"ANNA": {"speed": "fast"}}, "the speed 'fast': write a number"),
        ({"ANNA": {"speed": True}}, "the speed True: write a number"),
        ({"ANNA": {"voice": 3}}, "the voice 3: write a name"),
        ({"ANNA": 3}, "gives 'ANNA' no voice"),
        ({"narrator": ["low"]}, "gives 'narrator' no voice"),
    ],
)
def test_what_is_wrong_is_named(table: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_cast(table, ["ANNA", "OLD MAN"], NARRATOR)
    assert "\n" not in str(caught.value)


def test_a_role_may_have_its_own_way_of_saying(tmp_path: Path) -> None:
    cast = read_cast({"ANNA": {"pitch": -2, "emotion": "sad"}}, ["ANNA"], NARRATOR)
    assert cast.role("ANNA") == Role("low", speed=0.9, pitch=-2.0, emotion="sad")


def test_prose_has_no_characters() -> None:
    assert read_cast({"narrator": "high"}, [], NARRATOR).narrator.voice == "high"
    assert read_cast({"NARRATOR": "high"}, [], NARRATOR).narrator.voice == "high"
    with pytest.raises(DataError, match="'ANNA', who says nothing: prose and lines without names are the narrator's"):
        read_cast({"ANNA": "high"}, [], NARRATOR)


def test_voices_that_are_files_are_found_from_the_cast(tmp_path: Path) -> None:
    path = tmp_path / "cast.toml"
    path.write_text(
        'narrator = "voices/deep.onnx"\nANNA = { voice = "piper/anna.onnx/two" }\nBOB = "/b.onnx"\nEVE = "flite/slt"\n'
    )
    cast = read_cast(path, ["ANNA", "BOB", "EVE"], NARRATOR)
    assert [role.voice for role in cast.roles] == [
        f"{tmp_path}/voices/deep.onnx", f"piper/{tmp_path}/anna.onnx/two", "/b.onnx", "flite/slt",
    ]  # fmt: skip


@pytest.mark.parametrize("data", [b"ANNA = ", b"caf\xe9 = 1", b"", None])
def test_a_file_that_is_no_cast_is_named(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "cast.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(LaternaError) as caught:
        read_cast(path, ["ANNA"], NARRATOR)
    assert repr(str(path)) in str(caught.value)
    assert "\n" not in str(caught.value)
