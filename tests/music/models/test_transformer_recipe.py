"""How the Transformer is trained: what a sample is, what it may be told, how it is judged, and that it learns."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laterna.learning import check_model, evaluate, launch  # noqa: E402
from laterna.learning.loop import Settings  # noqa: E402
from laterna.learning.recipe import Splits  # noqa: E402
from laterna.music.models.transformer import (  # noqa: E402
    A_MINOR,
    AHEAD,
    ANY_KEY,
    C_MAJOR,
    NO_SIGNS,
    UNKNOWN,
    MusicTransformer,
)
from laterna.music.models.transformer_recipe import (  # noqa: E402
    Excerpts,
    Score,
    baseline,
    collate,
    metrics,
    recipe,
    score,
)
from laterna.music.pieces import FIRST, HOLD, merged  # noqa: E402

CHORDS = [(72, 67, 64, 48), (71, 67, 62, 43), (69, 65, 60, 41), (67, 64, 60, 48)]


def song(rng: np.random.Generator, bars: int = 4) -> list[list[int]]:
    """Chords in turn from any of them on, each for a quarter note, in 16th notes."""
    first = int(rng.integers(4))
    return [list(CHORDS[(first + bar) % 4]) for bar in range(bars) for _ in range(4)]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    parts = {"train": 16, "valid": 4, "test": 4}
    path = tmp_path_factory.mktemp("songs") / "songs-16th.json"
    path.write_text(json.dumps({part: [song(rng) for _ in range(count)] for part, count in parts.items()}))
    return path


def test_a_whole_piece_is_told_nothing_and_has_no_signs() -> None:
    piece = merged("", np.array(song(np.random.default_rng(1))), 4)
    other = Excerpts([piece.moved(4)], whole=True).sample(0, np.random.default_rng(3))
    one = Excerpts([piece], whole=True).sample(0, np.random.default_rng(3))
    assert one.tokens[0].tolist() == [FIRST + pitch for pitch in piece.pitches[0]]
    assert (one.tokens[1] == HOLD).all()
    assert ((one.given == UNKNOWN).all(), one.key, one.left, one.grid) == (True, NO_SIGNS, -1, 4)
    assert (other.tokens == one.tokens).all()


def test_samples_are_moved_told_and_cut_and_stay_true() -> None:
    piece = merged("", np.array(song(np.random.default_rng(1), 40)), 4)
    excerpts, kinds = Excerpts([piece], 64), set()
    for seed in range(60):
        one = excerpts.sample(0, np.random.default_rng(seed))
        assert len(one.tokens) == 64
        assert one.first % 4 == 0
        assert one.left in (-1, 160 - one.first)
        moved = one.pitches - piece.pitches[one.first : one.first + 64]
        assert (moved == moved[0, 0]).all()
        assert one.key == ANY_KEY or not moved.any()
        assert (one.given[one.given != UNKNOWN] == one.tokens[one.given != UNKNOWN]).all()
        kinds.add((bool((one.given != UNKNOWN).any()), one.left >= 0, one.key))
    assert len(kinds) > 9
    assert {key for *_, key in kinds} == {C_MAJOR, NO_SIGNS, ANY_KEY}
    minor = merged("", np.repeat([[69], [72], [71], [69], [68], [69]], 4, 0), 4)
    told = {Excerpts([minor], 64).sample(0, np.random.default_rng(seed)).key for seed in range(40)}
    assert told == {A_MINOR, NO_SIGNS, ANY_KEY}


def test_a_batch_is_padded_to_the_longest() -> None:
    pieces = [merged("", np.array(song(np.random.default_rng(1), bars)), 4) for bars in (2, 4)]
    batch = collate([score(piece) for piece in pieces])
    assert (batch.tokens.shape, batch.counts.tolist()) == ((2, 16, 4), [8, 16])
    assert (batch.given[0, 8:] == UNKNOWN).all()


def test_nats_are_those_of_all_voices_of_a_frame_and_of_the_key(table: Path) -> None:
    """A network that gives each token the same chance is surprised by a frame as by four of them."""
    network, splits = MusicTransformer.build("debug").eval(), recipe.splits(table)
    for member in network.members:
        for layer in (*member.draw.out, *member.draw.steps, *member.draw.trust):
            for tensor in layer.parameters():
                torch.nn.init.zeros_(tensor)
    frames = len(song(np.random.default_rng(0)))
    assert metrics(network, splits.test)["nats"] == pytest.approx(4 * np.log(130) + np.log(12) / frames)


def test_nats_do_not_hang_on_what_follows(table: Path) -> None:
    """What is told is looked at ahead; that nothing is told must not tell where a piece ends."""
    network, pieces = MusicTransformer.build("debug", seed=1).eval(), recipe.splits(table).test
    one = pieces.sample(0, np.random.default_rng(0))

    def followed(by: int) -> Score:
        rows = {name: np.pad(getattr(one, name), ((0, by), (0, 0))) for name in ("tokens", "pitches")}
        return one._replace(**rows, given=np.pad(one.given, ((0, by), (0, 0)), constant_values=UNKNOWN))

    with torch.no_grad():
        a, b = (network(collate([each]))[0, : len(one.tokens)] for each in map(followed, (AHEAD, 3 * AHEAD)))
    assert torch.allclose(a, b, atol=1e-5)


def test_the_baseline_knows_how_often_each_token_comes(table: Path) -> None:
    splits = recipe.splits(table)
    found, held = baseline(splits), [piece.held.mean() for piece in splits.test.pieces]  # type: ignore[attr-defined]
    assert found["accuracy"] == pytest.approx(np.mean(held))  # most tokens hold a note
    assert 1 < found["nats"] < 6


@pytest.mark.slow
def test_it_keeps_the_contract_of_a_model(table: Path) -> None:
    assert "overfits" in check_model(recipe, table, steps=500)


@pytest.mark.slow
def test_a_short_training_learns_which_chord_follows(table: Path, tmp_path: Path) -> None:
    network, splits = MusicTransformer.build("debug"), recipe.splits(table)
    settings = Settings(800, 8, device="cpu")
    launch.run(launch.Job(recipe, Splits(*[splits.train] * 3), settings, tmp_path, False), network, lambda news: None)
    assert metrics(network.eval(), splits.test)["nats"] < 0.5 * baseline(splits)["nats"]


@pytest.mark.slow
def test_the_bundled_weights_know_chorales_better_than_others(data: Path) -> None:
    """RNN-NADE has 5.56 on quarter notes (Boulanger-Lewandowski et al. 2012), our LSTM 1.594 on 16th notes."""
    for name, others in (("jsb-chorales-quarter.json", 5.56), ("Jsb16thSeparated.json", 1.594)):
        assert evaluate("music/transformer", data / "jsb" / name).figures["nats"] < others
