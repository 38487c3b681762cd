"""The network's windows: they answer as the whole film at once would, and its bundled weights are fit to ship."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import laterna
from laterna import theatre
from laterna.editing.detection import network
from laterna.editing.detection.forward import MARGIN
from laterna.editing.detection.network import Network
from laterna.editing.detection.score import Score
from laterna.editing.detection.thumbnails import Thumbnails
from laterna.editing.shots import shots
from laterna.media.shots import Transition
from laterna.media.video import Video


class Drawn:
    """A frame of noise that stands for a decoded one."""

    def __init__(self, seed: int) -> None:
        self._planes = np.random.default_rng(seed // 30).integers(0, 256, (3, 90, 160)).astype(np.uint8)
        self._planes[0, seed % 90] = 255

    def luma(self, step: int = 1) -> np.ndarray:
        return self._planes[0, ::step, ::step]

    def chroma(self, step: int = 1) -> tuple[np.ndarray, np.ndarray]:
        return self._planes[1, ::step, ::step], self._planes[2, ::step, ::step]


@pytest.mark.parametrize("frames", [50, 60 + 2 * MARGIN, 61 + 2 * MARGIN, 400])
def test_windows_answer_as_the_whole_film_at_once(monkeypatch: pytest.MonkeyPatch, frames: int) -> None:
    monkeypatch.setattr(network, "NEW", 60)
    asked: list[np.ndarray] = []
    monkeypatch.setattr(network, "transitions", lambda chances: asked.append(chances) or [])
    finder, film = Network(), [Drawn(index) for index in range(frames)]
    for frame in film:
        finder.add(frame)  # type: ignore[arg-type]
    finder.transitions()
    small = Thumbnails()
    whole = finder._network.probabilities(np.stack([small(frame)[0] for frame in film]))
    assert asked[0].shape == whole.shape
    assert np.abs(asked[0] - whole).max() < 1e-3


def test_no_frames_have_no_transitions() -> None:
    assert Network().transitions() == []


def test_shots_are_found_without_torch(make_film, tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", seconds=1)
    words = ["editing", "shots", str(film)]
    code = f"import sys; sys.modules['torch'] = None; from laterna.studio.cli import main; main({words})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# The bundled weights


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Video, list[Transition]]:
    """A small theatre film, longer than the network sees at a time."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    theatre.film(path, seconds=38, seed=77, size="160x90", rate="25")
    truth = theatre.Truth.open(path.with_suffix(".json"))
    return Video(path), [shot.transition_in for shot in truth.cuts][1:]


@pytest.mark.slow
def test_the_bundled_weights_find_the_transitions_of_a_theatre_film(film: tuple[Video, list[Transition]]) -> None:
    video, true = film
    score = Score()
    score.add([shot.transition_in for shot in shots(video, method="network")][1:], true, [])
    assert video.frame_count > network.NEW + 2 * MARGIN
    assert score.figures()["cuts_f1"] == 1
    assert score.figures()["gradual_f1"] >= 0.8


def test_bundled_weights_are_small() -> None:
    folder = Path(laterna.__file__).parent / "weights/editing/boundary"
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 2_000_000
