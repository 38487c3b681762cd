"""What a start loads: the package and its help stay light, and nothing but wheels and libc is needed."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

HEAVY = ("torch", "av", "polars", "cv2", "numpy", "opentimelineio", "PIL", "pydantic_core", "soundfile")
EXECUTABLE = Path(sys.executable)

LIBC = {"ld-linux", "libc", "libm", "libmvec", "libpthread", "libdl", "librt", "libutil"}
COMPILER = {"libgcc_s", "libstdc++"}  # the runtime of every C++ wheel, part of any system that has Python's wheels


def modules_after(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after ``code``."""
    ending = "; import sys; sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([EXECUTABLE, "-c", code + ending], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_import_laterna_loads_nothing_heavy() -> None:
    assert not modules_after("import laterna") & {*HEAVY, "typer", "rich"}


def test_the_help_loads_neither_torch_nor_av_nor_polars() -> None:
    loaded = modules_after("from laterna.studio.cli import main; main(['--help'])")
    assert "typer" in loaded
    assert not loaded & set(HEAVY)


def test_learning_loads_neither_torch_nor_lightning_until_it_is_used() -> None:
    loaded = modules_after("import laterna.learning; laterna.learning.models(); dir(laterna.learning)")
    assert not loaded & {"torch", "lightning_fabric", "lightning", "safetensors", "huggingface_hub"}
    assert "torch" in modules_after("from laterna.learning import Model")


def test_a_department_loads_when_it_is_used() -> None:
    assert "av" not in modules_after("import laterna")
    assert "av" in modules_after("import laterna; laterna.editing")


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs Linux's /proc")
def test_all_of_laterna_needs_no_library_of_the_system_but_libcs_family(bare_system: dict[str, str]) -> None:
    everything = """
import pkgutil, laterna
for module in pkgutil.walk_packages(laterna.__path__, "laterna."):
    importlib.import_module(module.name)
"""
    libraries, pythons_own = _libraries_after(everything, bare_system)
    alone, _ = _libraries_after(f"for name in {sorted(pythons_own)}: importlib.import_module(name)", bare_system)
    names = {Path(path).name.partition(".so")[0] for path in libraries - alone if not _from_a_wheel(path)}
    assert {name.partition("-x86")[0].partition("-aarch")[0] for name in names} <= LIBC | COMPILER


@pytest.mark.skipif(sys.platform != "linux", reason="hides a library by Linux's loader")
def test_type_is_set_alike_where_the_system_has_no_fribidi(bare_system: dict[str, str]) -> None:
    code = """
import hashlib
from PIL import Image, features
from laterna.editing.typography import SERIF, Line
mask = Image.new("L", (400, 80))
Line("AVA Through 灯", SERIF, 48.0).draw(mask, 10, 60)
print(hashlib.sha256(mask.tobytes()).hexdigest(), features.check("fribidi"))
"""
    with_it, without = (
        subprocess.run([EXECUTABLE, "-c", code], capture_output=True, text=True, check=True, env=env).stdout.split()
        for env in (None, bare_system)
    )
    assert without[1] == "False"
    assert with_it[0] == without[0]


@pytest.fixture
def bare_system(tmp_path: Path) -> dict[str, str]:
    """The environment of a system without FriBiDi, which Pillow loads where it finds it: an empty file hides it."""
    (tmp_path / "libfribidi.so.0").touch()
    (tmp_path / "libfribidi.so").touch()
    return os.environ | {"LD_LIBRARY_PATH": str(tmp_path)}


def _libraries_after(code: str, environment: dict[str, str]) -> tuple[set[str], set[str]]:
    """The shared libraries that a fresh interpreter holds after ``code``, and Python's own extension modules in it."""
    code = f"""
import importlib, json, sys, sysconfig
{code}
lines = open("/proc/self/maps").read().splitlines()
libraries = sorted({{line.split(maxsplit=5)[5] for line in lines if ".so" in line}})
home = sysconfig.get_config_var("DESTSHARED")
own = [name for name, module in sys.modules.items() if (getattr(module, "__file__", "") or "").startswith(home)]
json.dump([libraries, own], sys.stdout)
"""
    done = subprocess.run([EXECUTABLE, "-c", code], capture_output=True, text=True, check=True, env=environment)
    libraries, own = json.loads(done.stdout)
    return set(libraries), set(own)


def _from_a_wheel(library: str) -> bool:
    return Path(sysconfig.get_path("platlib")) in Path(library).parents
