"""How the subject network is trained: it keeps the contract, and it learns."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from laterna.editing.indexing.stagings import Staged, scene  # noqa: E402
from laterna.editing.models.subject import SubjectNet  # noqa: E402
from laterna.editing.models.subject_recipe import baseline, collate, metrics, read, show, small  # noqa: E402
from laterna.learning import check_model  # noqa: E402


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory, make_film: Callable[..., Path]) -> Path:
    folder = tmp_path_factory.mktemp("grounds")
    make_film(folder / "wall.mp4", seconds=1, sound=False)
    (folder / "wall.mask.mkv").touch()  # is no film of its own
    return folder


@pytest.mark.slow
def test_it_keeps_the_contract(grounds: Path) -> None:
    check_model(small, grounds, steps=240, drop=0.4)


def test_samples_are_functions_of_their_generator() -> None:
    staged = Staged(range(2), [np.full((54, 96, 3), 90, np.uint8)], 4)
    for (planes, mask), (again, mask_again) in zip(
        *[[staged.sample(n, np.random.default_rng(n)) for n in range(4)]] * 2, strict=True
    ):
        assert np.array_equal(planes, again)
        assert np.array_equal(mask, mask_again)
        assert planes.shape == (54, 96, 7)
        assert mask.shape == (27, 48)
        assert 0 <= mask.min() <= mask.max() <= 1


def test_what_is_judged_is_always_the_same() -> None:
    staged = Staged(range(2), (), 4, learning=False)
    one, other = (staged.sample(1, np.random.default_rng(seed))[0] for seed in (0, 1))
    assert np.array_equal(one, other)


def test_no_take_is_in_two_parts(grounds: Path) -> None:
    splits = read(grounds, scenes=3, judged=8)
    seeds = [set(part.seeds) for part in (splits.train, splits.valid, splits.test) if isinstance(part, Staged)]
    assert len(set.union(*seeds)) == sum(map(len, seeds))
    assert "wall.mp4" in splits.data[1]
    assert "mask" not in splits.data[1]


def test_a_mask_lies_where_the_actors_are() -> None:
    take = scene(0)
    assert take.pictures.shape == (*take.masks.shape, 3)
    assert (take.masks > 0).any()


def test_it_learns_and_beats_one_box_for_all(grounds: Path) -> None:
    """Ten pictures by heart, in seconds: their boxes are found better than by the mean of all."""
    torch.manual_seed(0)
    network, staged = SubjectNet(8), Staged(range(5), (), 10, learning=False)
    batch = collate([staged.sample(n, np.random.default_rng(0)) for n in range(10)])
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        network.loss(batch, "model", 0)["loss"].backward()
        optimizer.step()
    network.eval()
    splits = read(grounds, scenes=5, judged=8)
    assert metrics(network, staged)["iou"] > max(0.6, baseline(splits)["iou"])
    assert isinstance(show(network, staged), Image.Image)
