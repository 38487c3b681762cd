"""What the page about voices says is so."""

import json
import re
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path

import pytest

from laterna.voice.emotion import EMOTIONS
from laterna.voice.engines import engines
from laterna.voice.engines.description import Description
from laterna.voice.text.lexicon import Lexicon

PAGE = (Path(__file__).parents[2] / "docs" / "voices.md").read_text()


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return found


def test_its_emotions_are_those_there_are() -> None:
    rows = re.findall(
        r"^\| (\w+) \| (-?[\d.]+) \| (-?[\d.]+) \| (-?[\d.]+) \| (-?[\d.]+) \| (-?[\d.]+) \|$", PAGE, re.M
    )
    assert {name: tuple(map(float, values)) for name, *values in rows} == {
        name: astuple(prosody) for name, prosody in EMOTIONS.items()
    }


def test_its_description_of_an_onnx_voice_is_one_and_every_field_is_explained() -> None:
    assert Description.model_validate_json(block("json")).speakers == {"anna": 0, "bert": 1}
    assert set(Description.model_fields) <= set(re.findall(r"`(\w+)`", PAGE))
    assert json.loads(block("json"))["pace"] == 1


def test_its_lexicon_can_be_opened(tmp_path: Path) -> None:
    (tmp_path / "lexicon.toml").write_text(block("toml"))
    assert Lexicon.open(tmp_path / "lexicon.toml").said_as == {"Nguyen": "win"}


def test_its_engines_are_those_there_are() -> None:
    named = set(re.findall(r"`(\w+)[`/]", "".join(row for row in PAGE.splitlines() if row.startswith("| `"))))
    assert {engine.name for engine in engines()} - named == {"onnx"}


def test_its_lines_of_python_run(tmp_path: Path) -> None:
    if not any(engine.available() for engine in engines() if engine.name in ("studio", "flite")):
        pytest.skip("no engine that tells phones is installed")
    done = subprocess.run([sys.executable, "-c", block("python")], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "speech" / "transcript.json").exists()
