"""What a plan imports from beside it is found without running it."""

from pathlib import Path

import pytest

from laterna.production import plan
from laterna.production.imports import imported


@pytest.fixture
def lay(tmp_path: Path):
    """``lay(**{"a/b": text})``: Python files in a folder; the folder."""

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def names(file: Path, root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in imported(file)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import one", ["one.py"]),
        ("import json, numpy, nothing", []),
        ("import pack.inner as inner", ["pack/__init__.py", "pack/inner.py"]),
        ("from pack import inner", ["pack/__init__.py", "pack/inner.py"]),
        ("from pack.inner import thing", ["pack/__init__.py", "pack/inner.py"]),
        ("def f():\n    import one", ["one.py"]),
        ("import two", ["one.py", "two.py"]),
        ("import round_a", ["round_a.py", "round_b.py"]),
        ("import broken", ["broken.py"]),
        ("import plan", []),
        ("this is no Python", []),
    ],
)
def test_files_beside_a_plan_are_found_by_way_of_others_too(lay, text, found):
    root = lay(
        {
            "plan": text,
            "one": "x = 1",
            "two": "import one",
            "pack/__init__": "",
            "pack/inner": "thing = 1",
            "round_a": "import round_b",
            "round_b": "import round_a",
            "broken": "def (:",
        }
    )
    assert names(root / "plan.py", root) == found


def test_a_package_imports_its_own_files_and_none_of_those_installed_beside_it(lay):
    root = lay(
        {
            "mine/__init__": "",
            "mine/steps": "import other\nfrom . import near\nfrom .deep import far\nimport mine.whole",
            "mine/near": "from .deep.far import x",
            "mine/whole": "",
            "mine/deep/__init__": "from .. import near",
            "mine/deep/far": "x = 1",
            "other": "",
        }
    )
    assert names(root / "mine" / "steps.py", root) == [
        "mine/__init__.py",
        "mine/deep/__init__.py",
        "mine/deep/far.py",
        "mine/near.py",
        "mine/whole.py",
    ]


def test_laternas_own_steps_name_their_code_by_department():
    assert plan.film.imports == ()
