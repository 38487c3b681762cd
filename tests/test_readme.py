"""Every example of the READMEs runs: shell lines, Python and briefs, in order, in one folder."""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from laterna.production import Brief
from laterna.studio import cli

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
LEARNING = ("laterna train", "laterna evaluate")  # run by a slow test
LATERNA = Path(sys.executable).with_name("laterna")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language and its text."""

    language: str
    text: str

    @property
    def lines(self) -> list[str]:
        """Its shell lines, without comments."""
        return [line for raw in self.text.splitlines() if (line := shlex.join(shlex.split(raw, comments=True)))]


def blocks(readme: str) -> list[Block]:
    found = re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / readme).read_text(), re.MULTILINE | re.DOTALL)
    return [Block(language, text) for language, text in found]


def shell_lines(readme: str) -> list[str]:
    return [line for block in blocks(readme) if block.language == "sh" for line in block.lines]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the examples run: the README's brief is there, and the rushes that it says how to shoot."""
    folder = tmp_path_factory.mktemp("readme")
    (brief,) = [block.text for block in blocks("README.md") if block.language == "toml"]
    (folder / "brief.toml").write_text(brief)
    for line in shell_lines("README.md"):
        if line.startswith("laterna theatre"):
            run(line, folder)
    return folder


def run(line: str, folder: Path) -> str:
    program, *words = shlex.split(line)
    assert program == "laterna"
    environment = os.environ | {"LATERNA_MODELS": str(folder / "models")}
    done = subprocess.run([LATERNA, *words], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{line}\n{done.stderr}"
    return done.stdout


def test_every_example_of_the_readme_runs(folder: Path) -> None:
    for block in blocks("README.md"):
        if block.language == "python":
            done = subprocess.run([sys.executable, "-c", block.text], cwd=folder, capture_output=True, text=True)
            assert done.returncode == 0, f"{block.text}\n{done.stderr}"
        elif block.language == "sh":
            for line in block.lines:
                if line.startswith("laterna") and not line.startswith(("laterna theatre", *LEARNING)):
                    run(line, folder)


@pytest.mark.slow
def test_the_readmes_model_learns_in_half_a_minute_in_place_of_half_an_hour(folder: Path) -> None:
    run("laterna theatre shoot --seed 8 --seconds 30 --size 320x180 -o my_footage", folder)
    (block,) = [one for one in blocks("README.md") if one.language == "sh" and "laterna train" in one.text]
    for line in block.lines:
        run(line.replace("--budget 30m", "--budget 30s"), folder)
    assert (folder / "models" / "editing" / "boundary" / "card.md").exists()


def test_the_files_that_the_readme_promises_are_there(folder: Path) -> None:
    table = re.search(r"\| file \| what it is \|\n(.*?)\n\n", (ROOT / "README.md").read_text(), re.DOTALL)
    assert table is not None
    rows = [row.split("|")[1] for row in table[1].splitlines()[1:]]
    promised = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    assert len(promised) > 10
    missing = [name for name in promised if not (folder / "rushes" / "brief" / name).exists()]
    assert missing == []


@pytest.mark.parametrize("readme", READMES)
def test_its_briefs_can_be_read(readme: str, tmp_path: Path) -> None:
    briefs = [block.text for block in blocks(readme) if block.language == "toml"]
    assert briefs
    for text in briefs:
        (tmp_path / "brief.toml").write_text(text)
        assert Brief.open(tmp_path / "brief.toml").title


def test_the_chinese_readme_shows_no_line_that_the_english_one_does_not_run() -> None:
    assert set(shell_lines("README.zh-CN.md")) <= set(shell_lines("README.md"))
    theirs, ours = (
        {block.text for block in blocks(readme) if block.language == "python"}
        for readme in ("README.zh-CN.md", "README.md")
    )
    assert theirs <= ours


@pytest.mark.parametrize("readme", READMES)
def test_every_shell_line_is_a_command_or_a_target(readme: str) -> None:
    targets = re.findall(r"^([\w-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for line in shell_lines(readme):
        program, first, *_ = shlex.split(line)
        known = (
            targets
            if program == "make"
            else [*cli.DEPARTMENTS, "produce", "new", "credits", "train", "evaluate", "models"]
        )
        assert program in ("make", "laterna")
        assert first in known, line


@pytest.mark.parametrize("readme", READMES)
def test_the_two_commands_for_a_stranger_are_there(readme: str) -> None:
    assert {"make demo", "make test"} <= set(shell_lines(readme))
