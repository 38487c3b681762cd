"""Films that are scored: music of their length and mood, played, mixed, named, and kept while nothing of it changes."""

import html
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
from symusic.core import NoteTick, ScoreTick, TempoTick, TrackTick

pytest.importorskip("torch")

from laterna.errors import BriefError, DataError
from laterna.learning.card import Card
from laterna.learning.weights import save
from laterna.media.audio import Audio, write_audio
from laterna.media.scores import open_score, save_score, seconds_of
from laterna.media.timecode import to_seconds
from laterna.media.timeline import load, track
from laterna.music.models.transformer import MusicTransformer
from laterna.production import Outcome, Release, plan, produce

FIELDS = {
    "footage": '["*.mp4"]',
    "length": "6",
    "size": '"96x54"',
    "rate": "25",
    "narration": '"A lamp."',
    "mood": '"joyful"',
    "steps.narrate.voice": '"none"',
    "steps.cut.longest": "2.5",
    "steps.score.key": '"D minor"',
    "steps.score.tempo": "100",
    "seed": "3",
}
FRAME = 1 / 25  # seconds
CARD = Card(
    "music/transformer", licence="CC0-1.0", data=("none",), figures={"nats": 1.0}, baseline={"nats": 2.0},
    command="none", protocol="none", credits=("Chorales: by nobody",),
)  # fmt: skip


def written(folder: Path, **fields: str) -> Path:
    path = folder / "brief.toml"
    path.write_text("".join(f"{name} = {value}\n" for name, value in (FIELDS | fields).items()))
    return path


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A composer that has learnt nothing: what is asked for has to hold with any."""
    folder = tmp_path_factory.mktemp("models")
    save(MusicTransformer.build("debug"), CARD, folder / "music" / "transformer")
    return folder


@pytest.fixture(autouse=True)
def composer(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATERNA_MODELS", str(models))


@pytest.fixture
def folder(tmp_path: Path, rushes: Path) -> Path:
    """Footage alone."""
    return Path(shutil.copytree(rushes, tmp_path / "film"))


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory, rushes: Path, models: Path) -> tuple[Path, str]:
    """A film that was scored in a process of its own, and what that printed."""
    folder = shutil.copytree(rushes, tmp_path_factory.mktemp("scored") / "film")
    code = "import sys; from laterna.production import produce; produce(sys.argv[1]); print('torch' in sys.modules)"
    command, environment = [sys.executable, "-c", code, written(folder)], os.environ | {"LATERNA_MODELS": str(models)}
    return folder, subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


@pytest.fixture
def film(tmp_path: Path, scored: tuple[Path, str]) -> Path:
    """The folder of the film that was scored, to be changed."""
    return Path(shutil.copytree(scored[0], tmp_path / "film"))


def outcomes(release: Release) -> dict[str, Outcome]:
    return {one.step: one for one in release.steps}


def tune(path: Path, tempo: float = 100, quarters: int = 12) -> Path:
    """A melody in quarter notes."""
    score = ScoreTick(480)
    score.tempos.append(TempoTick(0, tempo))
    score.tracks.append(TrackTick("Tune", 0))
    for at in range(quarters):
        score.tracks[0].notes.append(NoteTick(at * 480, 480, 60 + at % 8, 100))
    save_score(score, path)
    return path


def metronome(path: Path, beat: float) -> None:
    """Eight seconds of clicks, the first after a quarter of one."""
    sound, click = np.zeros((8 * 48_000, 1), np.float32), 0.5 * np.exp(-np.arange(500) / 100)
    for at in np.arange(0.25, 7.9, beat):
        sound[round(at * 48_000) :][:500, 0] = click
    write_audio(path, [sound], sample_rate=48_000)


def music_of(release: Release) -> list[otio.schema.Clip]:
    clips = track(load(release.folder / "film.otio"), "Music")
    return [item for item in clips if isinstance(item, otio.schema.Clip)]


def cuts_of(folder: Path) -> list[float]:
    """Seconds at which shots follow one another."""
    pictures = track(load(folder / "film.otio"), "Picture")
    starts = [item.range_in_parent().start_time for item in pictures if isinstance(item, otio.schema.Clip)]
    return [float(to_seconds(start)) for start in starts[1:]]


def away(at: float, beat: float) -> float:
    """Seconds from the nearest multiple of a beat."""
    return abs(at / beat - round(at / beat)) * beat


def stem(release: Release, name: str) -> np.ndarray:
    return np.concatenate([*Audio(release.folder / "stems" / f"{name}.wav").blocks()])


def test_a_film_without_music_of_its_own_is_scored(film: Path) -> None:
    made = produce(written(film))
    assert all(one.kept for one in made.steps)
    score = open_score(made.folder / "score.mid")
    assert Path("score.mid") in made.files
    assert seconds_of(score) <= 6 + 1e-3
    assert score.markers[0].text == "joyful, D minor"
    assert score.tempos[0].qpm == pytest.approx(100)
    (clip,) = music_of(made)
    assert to_seconds(clip.source_range.duration) == 6
    heard = stem(made, "music")
    assert len(heard) == 6 * 48_000
    assert np.abs(heard[48_000 : 4 * 48_000]).max() > 0.01
    assert abs(made.loudness["integrated"] - -14) <= 0.5


def test_the_producing_process_never_loads_torch(scored: tuple[Path, str]) -> None:
    """It would stay in memory beside the pictures."""
    folder, printed = scored
    assert (folder / "brief" / "score.mid").exists()
    assert printed == "False\n"


def test_made_music_is_marked_as_such(scored: tuple[Path, str]) -> None:
    folder = scored[0] / "brief"
    record = json.loads((folder / "project.json").read_text())
    line = "Music: composed by a computer, by Laterna's music/transformer, and played by its synthesizer"
    assert {line, "Chorales: by nobody"} < set(record["credits"])
    assert html.escape(line) in (folder / "report.html").read_text()
    wishes = {"seconds": 6.0, "mood": "joyful", "key": "D minor", "tempo": 100.0, "seed": 3}
    assert record["music"] == {"model": "music/transformer"} | wishes


def test_music_is_composed_anew_for_what_shapes_it_alone(film: Path) -> None:
    score = (film / "brief" / "score.mid").read_bytes()
    spoken = outcomes(produce(written(film, narration='"A lantern is lit."', title='"Light"')))
    assert {name for name, one in spoken.items() if one.kept} >= {"score", "play", "beats", "analyse"}
    assert not spoken["captions"].kept
    sombre = outcomes(produce(written(film, mood='"sombre"')))
    assert sombre["score"].why == 'the mood: "joyful" -> "sombre"'
    assert sombre["analyse"].kept
    assert (film / "brief" / "score.mid").read_bytes() != score
    assert outcomes(produce(written(film)))["score"].kept
    assert (film / "brief" / "score.mid").read_bytes() == score


def test_a_film_may_have_no_music(folder: Path) -> None:
    made = produce(written(folder, music='"none"', narration='""'))
    assert music_of(made) == []
    assert Path("score.mid") not in made.files
    assert json.loads((made.folder / "project.json").read_text())["music"] is None
    assert any("silence" in note for note in made.notes)


def test_music_of_the_users_is_not_composed(folder: Path, make_sound: Callable[..., Path]) -> None:
    make_sound(folder / "theme.wav", seconds=8)
    made = produce(written(folder, music='"theme.wav"'))
    assert [clip.name for clip in music_of(made)] == ["theme"]
    assert Path("score.mid") not in made.files
    assert not [line for line in json.loads((made.folder / "project.json").read_text())["credits"] if "Music" in line]


def test_a_score_of_the_users_is_played(folder: Path) -> None:
    tune(folder / "theme.mid")
    made = produce(written(folder, music='"theme.mid"'))
    assert open_score(made.folder / "score.mid").tracks[0].notes == open_score(folder / "theme.mid").tracks[0].notes
    assert np.abs(stem(made, "music")[:48_000]).max() > 0.01
    assert json.loads((made.folder / "project.json").read_text())["music"] is None


def test_cuts_land_on_the_scores_beats_where_the_brief_asks(film: Path) -> None:
    before = cuts_of(film / "brief")
    made = produce(written(film, cuts='"beats"'))
    assert outcomes(made)["score"].kept
    beat = 60 / open_score(made.folder / "score.mid").tempos[0].qpm
    assert max(away(at, beat) for at in cuts_of(made.folder)) <= FRAME / 2 + 1e-6
    assert cuts_of(made.folder) != before
    assert all(abs(at - was) <= 0.5 for at, was in zip(cuts_of(made.folder), before, strict=True))


def test_a_score_by_hand_is_played_and_its_beats_are_cut_to(film: Path) -> None:
    tune(film / "brief" / "versions" / "score" / "hand.mid", tempo=88)
    made = produce(written(film, cuts='"beats"'))
    assert outcomes(made)["score"].why == "made by hand, hand.mid"
    assert open_score(made.folder / "score.mid").tempos[0].qpm == pytest.approx(88)
    assert cuts_of(made.folder)
    assert max(away(at, 60 / 88) for at in cuts_of(made.folder)) <= FRAME / 2 + 1e-6


def test_a_score_played_by_hand_is_heard_and_its_beats_are_tracked(film: Path) -> None:
    metronome(film / "brief" / "versions" / "play" / "hand.wav", beat=0.6)
    made = produce(written(film, cuts='"beats"'))
    assert [clip.name for clip in music_of(made)] == ["hand"]
    assert max(away(at - 0.25, 0.6) for at in cuts_of(made.folder)) <= 0.07


def test_cuts_land_on_the_beats_that_are_tracked_in_the_users_music(folder: Path) -> None:
    metronome(folder / "clicks.wav", beat=0.7)
    made = produce(written(folder, cuts='"beats"', music='"clicks.wav"'))
    assert len(cuts_of(made.folder)) >= 2
    assert max(away(at - 0.25, 0.7) for at in cuts_of(made.folder)) <= 0.07


def test_a_film_shorter_than_music_can_be_is_scored_too(folder: Path) -> None:
    made = produce(written(folder, length="2"))
    heard = stem(made, "music")
    assert len(heard) == 2 * 48_000
    assert np.abs(heard[-480:]).max() < 0.1 * np.abs(heard).max()  # it fades out


def test_what_can_not_be_composed_is_said_in_a_sentence(folder: Path) -> None:
    with pytest.raises(DataError, match="'H minor' is no key"):
        produce(written(folder, **{"steps.score.key": '"H minor"'}))


def test_beats_by_hand_that_are_none_are_named(folder: Path) -> None:
    brief = written(folder, music='"none"')
    by_hand = folder / "brief" / "versions" / "beats" / "hand.json"
    by_hand.parent.mkdir(parents=True)
    by_hand.write_text('{"beats": "often"}')
    with pytest.raises(BriefError, match=r"hand\.json' has no list of seconds"):
        produce(brief)


def test_where_nothing_can_compose_the_film_says_so(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(plan, "_installed", lambda package: None)
        made = produce(written(film))
    assert any("pip install 'laterna[learning]'" in note for note in made.notes)
    assert music_of(made) == []
    again = produce(written(film))
    assert outcomes(again)["score"].kept
    assert music_of(again)
