"""How MusicVAE is trained: on phrases of all voices and of one; how it is judged, and that it learns."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.errors import DataError  # noqa: E402
from laterna.learning import check_model, evaluate, launch  # noqa: E402
from laterna.learning.loop import Settings  # noqa: E402
from laterna.learning.recipe import Splits  # noqa: E402
from laterna.music.attributes import ATTRIBUTES  # noqa: E402
from laterna.music.models import vae_recipe  # noqa: E402
from laterna.music.models.vae import MelodyVAE, MusicVAE, Phrases  # noqa: E402
from laterna.music.models.vae_recipe import Excerpts, Phrasing, baseline, metrics, recipe, settle  # noqa: E402
from laterna.music.pieces import Piece, merged  # noqa: E402

CHORDS = [(72, 67, 64, 48), (71, 67, 62, 43), (69, 65, 60, 41), (67, 64, 60, 48)]


def song(rng: np.random.Generator, quarters: int = 16) -> list[list[int]]:
    return [list(CHORDS[chord]) for chord in rng.integers(4, size=quarters) for _ in range(4)]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("songs") / "songs-16th.json"
    parts = {"train": 16, "valid": 3, "test": 3}
    path.write_text(json.dumps({part: [song(rng) for _ in range(count)] for part, count in parts.items()}))
    return path


def test_samples_are_phrases_of_all_voices_or_of_one_as_the_highest() -> None:
    piece = merged("", np.array(song(np.random.default_rng(1), 40)), 4)
    excerpts, voices, ends = Excerpts([piece], 32), set(), set()
    for seed in range(40):
        one = excerpts.sample(0, np.random.default_rng(seed))
        assert len(one) == 32
        voices.add(tuple(one.pitches.any(0).tolist()))
        ends.add(int(one.pitches.any(1).sum()))
    assert voices == {(True, True, True, True), (True, False, False, False)}
    assert 32 in ends
    assert len(ends) > 4
    assert {end % 4 for end in ends} == {0}  # rests beyond the last quarter note


def test_phrases_of_sixteen_bars_are_not_mostly_rests() -> None:
    piece, rng = merged("", np.array(song(np.random.default_rng(1), 60)), 4), np.random.default_rng(0)
    sounding = {int(Excerpts([piece], 256).sample(0, rng).pitches.any(1).sum()) for _ in range(40)}
    assert min(sounding) >= 256 - 28


def test_held_out_phrases_follow_one_another_and_are_moved_nowhere() -> None:
    piece = merged("", np.array(song(np.random.default_rng(1), 20)), 4)
    phrasing = Phrasing([piece], 32)
    assert len(phrasing) == 12 + 3  # of each voice, and of all
    alto, second, last = (phrasing.sample(index, np.random.default_rng(0)) for index in (1, 13, 14))
    assert (alto.pitches[:, 0] == piece.pitches[:32, 1]).all()
    assert not alto.pitches[:, 1:].any()
    assert (second.pitches == piece.pitches[32:64]).all()
    assert (last.pitches[16:] == 0).all()


def test_melodies_alone_are_read_for_a_network_of_melodies(table: Path) -> None:
    splits = vae_recipe.melody_recipe.splits(table)
    for part in (splits.train, splits.valid, splits.test):
        drawn = [part.sample(index % len(part), np.random.default_rng(index)) for index in range(20)]
        assert all(piece.pitches[:, 0].any() and not piece.pitches[:, 1:].any() for piece in drawn)
    found = metrics(MelodyVAE.build("debug").eval(), splits.test)
    assert set(found) == set(baseline(splits)) == {"accuracy", "onsets", "bits", "fit"}


def test_pieces_on_another_grid_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "songs-quarter.json"
    path.write_text(json.dumps({part: [[[60, 0, 0, 40]] * 8] for part in ("train", "valid", "test")}))
    with pytest.raises(DataError, match="no piece on a grid of 16th notes"):
        recipe.splits(path)


def test_what_goes_on_for_ever_is_right_as_often_as_notes_are_held(table: Path) -> None:
    found = baseline(recipe.splits(table))
    assert found["accuracy"] == pytest.approx(found["four_accuracy"])
    assert 0.7 < found["accuracy"] < 0.95  # three of four frames, and more where a chord comes again
    assert (found["onsets"], found["bits"]) == (0, 0)


class Echo(MusicVAE):
    """Gives back what it read last."""

    def encode(self, batch: Phrases) -> tuple["torch.Tensor", "torch.Tensor"]:
        self.read_last = batch
        mean = torch.zeros(len(batch.tokens), self.latent)
        return mean, mean + 1

    def cost(self, points: "torch.Tensor", deviation: "torch.Tensor") -> "torch.Tensor":
        return torch.zeros(len(points))

    def decode(self, points: "torch.Tensor", **ignored: object) -> Phrases:
        return self.read_last


def test_what_comes_back_as_it_was_is_all_right_and_costs_no_bits(table: Path) -> None:
    found = metrics(Echo(**MusicVAE.sizes["debug"]), recipe.splits(table).test)
    assert {name: found[name] for name in ("accuracy", "onsets", "bits", "four_onsets")} == {
        "accuracy": 1,
        "onsets": 1,
        "bits": 0,
        "four_onsets": 1,
    }


def test_what_points_cost_beyond_the_free_bits_makes_a_worse_fit(table: Path) -> None:
    class Dear(Echo):
        def cost(self, points: "torch.Tensor", deviation: "torch.Tensor") -> "torch.Tensor":
            return torch.full((len(points),), bits * np.log(2))

    test, bits = recipe.splits(table).test, 12.0  # of a melody as of four voices, where 1 + 4 times 4 bits are free
    assert metrics(Echo(**MusicVAE.sizes["debug"]), test)["fit"] == 1
    network = Dear(**MusicVAE.sizes["debug"] | {"bits": 4.0})
    assert metrics(network, test)["fit"] == pytest.approx(1 - (2 * bits / (5 * 4) - 1) / 4, rel=1e-4)


def test_attributes_point_to_where_more_of_each_is(table: Path) -> None:
    network, splits = MusicVAE.build("debug").eval(), recipe.splits(table)
    settle(network, splits.train)
    assert network.attributes.shape == (len(ATTRIBUTES), network.latent)
    assert network.attributes.norm(dim=1).min() > 0 or network.attributes[3].norm() == 0  # no song is syncopated
    assert network.memory.longest_shared(splits.train.pieces[:1]) >= 10  # type: ignore[attr-defined]


class Stiff(MusicVAE):
    """A push by 1 makes phrases higher by one semitone."""

    def push(self, pieces: list[Piece], amounts: dict[str, float], **drawn: object) -> list[Piece]:
        return [piece.moved(round(amounts["register"])) for piece in pieces]


@pytest.mark.parametrize(("higher", "times"), [(0, 1), (1, 1), (3, 3), (9, 4)])
def test_a_push_leads_as_far_as_it_takes_up_to_four_times(higher: int, times: int) -> None:
    piece = merged("", np.full((32, 4), 60), 4)
    network = Stiff(**MusicVAE.sizes["debug"])
    assert vae_recipe._far_enough(network, "register", 60 + higher, [piece]) == times


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(table: Path) -> None:
    assert "overfits" in check_model(recipe, table, steps=400)


@pytest.mark.slow
def test_a_short_training_brings_phrases_back(table: Path, tmp_path: Path) -> None:
    network, splits = MusicVAE.build("debug"), recipe.splits(table)
    settings = Settings(1200, 32, device="cpu")
    launch.run(launch.Job(recipe, Splits(*[splits.train] * 3), settings, tmp_path, False), network, lambda news: None)
    found = metrics(network.eval(), splits.test)
    assert found["accuracy"] > baseline(splits)["accuracy"] + 0.05


@pytest.mark.slow
def test_the_bundled_weights_bring_melodies_back(data: Path) -> None:
    found = evaluate("music/vae", data / "jsb" / "Jsb16thSeparated.json")
    assert found.figures["accuracy"] > found.baseline["accuracy"] + 0.1
