"""The documents hold: links lead somewhere, pictures are small, and what is listed is what there is."""

import re
import tomllib
from pathlib import Path

import pytest

import laterna
from laterna.studio import cli

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LARGEST_PICTURE = 300_000  # bytes


def links(document: str) -> list[str]:
    found = re.findall(r"\]\(([^)\s]+)\)", (ROOT / document).read_text())
    return [link for link in found if not link.startswith(("http://", "https://"))]


def anchors(document: Path) -> set[str]:
    """A document's headings as GitHub makes anchors of them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_something_in_the_repository(document: str) -> None:
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = (ROOT / document).parent / path if path else ROOT / document
        assert target.exists(), f"{document} links to {link}"
        assert not anchor or anchor in anchors(target), f"{document} links to {link}"


def test_pictures_are_small() -> None:
    pictures = [path for path in (ROOT / "docs").rglob("*") if path.suffix in (".jpg", ".png", ".gif", ".webp")]
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > LARGEST_PICTURE] == []


@pytest.mark.parametrize("document", ["README.md", "README.zh-CN.md"])
def test_every_department_is_in_the_readme(document: str) -> None:
    text = (ROOT / document).read_text()
    assert [name for name in cli.DEPARTMENTS if name not in text] == []


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    names = [re.match(r"[\w-]+", requirement)[0] for requirement in PROJECT["dependencies"]]  # type: ignore[index]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_folder_of_the_package_is_on_the_map() -> None:
    (drawn,) = re.findall(r"^```\nsrc/laterna/\n(.*?)^tests/", (ROOT / "ARCHITECTURE.md").read_text(), re.M | re.S)
    source = ROOT / "src" / "laterna"
    parent, folders = "", set()
    for indent, name in re.findall(r"^( +)([\w/]+)/", drawn, re.MULTILINE):
        parent = parent if len(indent) > 2 else name
        folders.add(name if len(indent) == 2 else f"{parent}/{name}")
    there = {path.parent.relative_to(source).as_posix() for path in source.glob("*/**/*.py")}
    assert there <= folders
    assert [name for name in sorted(folders) if not (source / name).is_dir()] == []


def test_what_is_gpl_is_named() -> None:
    notice = (ROOT / "NOTICE").read_text()
    for name in ("x264", "x265", "espeakng-loader", "espeak-ng", "GPL-3.0", "LGPL", "SIL Open Font License"):
        assert name in notice


def test_every_font_that_ships_is_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text().replace(" ", "")
    fonts = {path.stem.partition("-")[0] for path in (ROOT / "src").rglob("*.ttf")}
    assert fonts
    assert [font for font in fonts if font not in notice] == []


def test_the_changelog_and_the_package_know_their_version() -> None:
    assert PROJECT["version"] == laterna.__version__
    text = (ROOT / "CHANGELOG.md").read_text()
    assert "## [Unreleased]" in text or f"## [{laterna.__version__}]" in text


def test_documents_speak_of_no_machine() -> None:
    for document in DOCUMENTS:
        assert not re.search(r"/(?:home|tmp|root|work)/", (ROOT / document).read_text()), document
