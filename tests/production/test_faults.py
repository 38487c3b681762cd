"""What a run survives: being killed at any moment, a full disk, Ctrl-C, a second run beside it."""

import json
import resource
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from laterna.media.audio import Audio
from laterna.media.video import Video
from laterna.production.release import produce

PRODUCE = """\
import sys
from pathlib import Path
from laterna.errors import LaternaError
from laterna.production import produce
try:
    produce(Path(sys.argv[1]))
except LaternaError as error:
    sys.exit(str(error))
"""
BRIEF = """\
footage = ["*.mp4"]
length = 2
size = "160x90"
title = "Light"
narration = "A lamp."
music = "none"
steps.narrate.voice = "none"
"""


@pytest.fixture(scope="module")
def rushes(tmp_path_factory, make_film) -> Path:
    folder = tmp_path_factory.mktemp("rushes")
    make_film(folder / "warm.mp4", seconds=3, shots=[(200, 120, 60)])
    make_film(folder / "cool.mp4", seconds=3, shots=[(40, 120, 200)])
    (folder / "brief.toml").write_text(BRIEF)
    return folder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, rushes) -> tuple[Path, float]:
    """A production that nothing disturbed, and how many seconds it took in a process of its own."""
    brief = copied(rushes, tmp_path_factory.mktemp("undisturbed") / "rushes")
    started = time.monotonic()
    run = start(brief)
    run.communicate()
    assert run.returncode == 0
    return brief.with_suffix(""), time.monotonic() - started


def copied(rushes: Path, folder: Path) -> Path:
    shutil.copytree(rushes, folder)
    return folder / "brief.toml"


def start(brief: Path, **wishes) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", PRODUCE, brief], stderr=subprocess.PIPE, text=True, **wishes)


def assert_same(one: Path, other: Path) -> None:
    """Decoded pictures, samples, timeline and captions are the same."""
    for name in ("film.otio", "film.xml", "film.edl", "captions.srt"):
        assert (one / name).read_text() == (other / name).read_text()
    films = [Video(folder / "film.mp4") for folder in (one, other)]
    for ours, theirs in zip(films[0].frames(), films[1].frames(), strict=True):
        assert ours.time == theirs.time
        assert np.array_equal(ours.rgb(), theirs.rgb())
    for name in ("film.mp4", "mix.wav"):
        sounds = [np.concatenate([*Audio(folder / name).blocks()]) for folder in (one, other)]
        assert np.array_equal(*sounds)


def finished(folder: Path) -> set[str]:
    chosen = folder / "versions" / "chosen.json"
    return set(json.loads(chosen.read_text())) if chosen.exists() else set()


def killed_and_resumed(seed: int, rushes: Path, undisturbed: tuple[Path, float], tmp_path: Path) -> None:
    whole, seconds = undisturbed
    brief = copied(rushes, tmp_path / "rushes")
    run = start(brief)
    time.sleep(float(np.random.default_rng(seed).uniform(0.2, 1.0)) * seconds)
    run.kill()
    run.communicate()
    done = finished(brief.with_suffix(""))
    release = produce(brief)
    assert {step.step for step in release.steps if step.kept} >= done
    assert_same(whole, release.folder)
    assert not list(release.folder.rglob(".partial-*"))


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_run_resumes(seed, rushes, undisturbed, tmp_path):
    killed_and_resumed(seed, rushes, undisturbed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_a_killed_run_resumes_wherever_it_was(seed, rushes, undisturbed, tmp_path):
    killed_and_resumed(seed, rushes, undisturbed, tmp_path)


def test_ctrl_c_stops_cleanly(rushes, undisturbed, tmp_path):
    brief = copied(rushes, tmp_path / "rushes")
    run = start(brief)
    while "analyse" not in finished(brief.with_suffix("")):
        assert run.poll() is None
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=20)
    assert run.returncode != 0
    assert not list(brief.with_suffix("").rglob(".partial-*"))
    assert_same(undisturbed[0], produce(brief).folder)


@pytest.mark.parametrize("bad_footage", ["stop", "skip"])
@pytest.mark.parametrize("kilobytes", [1, 4, 40])
def test_a_full_disk_leaves_no_half_file_and_blames_no_footage(rushes, undisturbed, tmp_path, kilobytes, bad_footage):
    """A limit on the size of a file stands in for a full disk: both refuse the next byte."""
    brief = copied(rushes, tmp_path / "rushes")
    brief.write_text(f'{BRIEF}on_bad_footage = "{bad_footage}"\n')
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))
    run = start(brief, preexec_fn=limit)
    _, message = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "disk" in message
    assert message.strip().count("\n") == 0
    assert not list(brief.with_suffix("").rglob(".partial-*"))
    assert not (brief.with_suffix("") / "film.mp4").exists()
    assert_same(undisturbed[0], produce(brief).folder)


def test_ctrl_c_is_heard_in_the_midst_of_an_analysis(rushes, make_film, tmp_path):
    brief = copied(rushes, tmp_path / "rushes")
    for number in range(4):
        make_film(brief.with_name(f"{number}.mp4"), seconds=10 + number, shots=[(90, 40 * number, 60)])
    run, pieces = start(brief), brief.with_suffix("") / "cache" / "analyse"
    while not [*pieces.glob("*.sha256")]:  # the first of them is done
        assert run.poll() is None
        time.sleep(0.005)
    time.sleep(0.05)  # the next is at work
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=20)
    assert run.returncode != 0
    assert len([*pieces.glob("*.sha256")]) < 6
    assert not list(brief.with_suffix("").rglob(".partial-*"))


def test_two_runs_in_one_folder_at_once(rushes, tmp_path):
    brief = copied(rushes, tmp_path / "rushes")
    first = start(brief)
    while not (brief.with_suffix("") / "versions" / "chosen.json").exists():
        assert first.poll() is None
        time.sleep(0.01)
    first.send_signal(signal.SIGSTOP)  # or it would be over before the second has begun
    second = start(brief)
    _, message = second.communicate(timeout=30)
    first.send_signal(signal.SIGCONT)
    assert second.returncode == 1
    assert "Another run is at work in" in message
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_the_same_production_gives_the_same_bytes(rushes, undisturbed, tmp_path):
    again = produce(copied(rushes, tmp_path / "rushes")).folder
    for name in ("film.mp4", "mix.wav", "poster.png", "film.otio"):
        assert (again / name).read_bytes() == (undisturbed[0] / name).read_bytes()
