"""A checkpoint is read as it was written, or refused in one sentence; reading runs nothing."""

import pickle
from pathlib import Path

import pytest
import torch
import toys

from laterna.errors import MediaError, ModelError
from laterna.learning.checkpoint import read, write

ABOUT = {"model": "toys/plain", "seed": 3}
CPU = torch.device("cpu")


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path / "a.ckpt", ABOUT, {"state": {"step": 7}, "network": {"weight": torch.arange(3)}})
    data = read(tmp_path / "a.ckpt", ABOUT, CPU)
    assert data["state"] == {"step": 7}
    assert data["network"]["weight"].tolist() == [0, 1, 2]


def test_a_full_disk_leaves_the_last_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.ckpt"
    write(path, ABOUT, {"network": torch.zeros(10)})
    with (
        toys.a_disk_with_room_for(20_000),
        pytest.raises(MediaError, match=r"^The disk is full while writing .*a.ckpt': make room, then run again.$"),
    ):
        write(path, ABOUT, {"network": torch.ones(100_000)})
    assert read(path, ABOUT, CPU)["network"].tolist() == [0] * 10
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kept", [0, 5, 200, -1])
def test_one_that_is_cut_short_is_refused(kept: int, tmp_path: Path) -> None:
    write(tmp_path / "a.ckpt", ABOUT, {"network": torch.zeros(100)})
    (tmp_path / "a.ckpt").write_bytes((tmp_path / "a.ckpt").read_bytes()[:kept])
    with pytest.raises(ModelError, match="is broken: remove it and begin anew, without --resume"):
        read(tmp_path / "a.ckpt", ABOUT, CPU)


def test_one_flipped_bit_is_seen(tmp_path: Path) -> None:
    write(tmp_path / "a.ckpt", ABOUT, {"network": torch.zeros(1000)})
    data = bytearray((tmp_path / "a.ckpt").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "a.ckpt").write_bytes(data)
    with pytest.raises(ModelError, match="is broken"):
        read(tmp_path / "a.ckpt", ABOUT, CPU)


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> object:
        return Path.touch, (self.path,)


def test_code_in_it_is_not_run(tmp_path: Path) -> None:
    torch.save({"format": Trap(tmp_path / "sprung")}, tmp_path / "a.ckpt")
    (tmp_path / "b.ckpt").write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    for name in ("a.ckpt", "b.ckpt"):
        with pytest.raises(ModelError, match="is broken"):
            read(tmp_path / name, ABOUT, CPU)
    assert not (tmp_path / "sprung").exists()


def test_one_of_another_program_is_refused(tmp_path: Path) -> None:
    torch.save({"state_dict": {}}, tmp_path / "a.ckpt")
    with pytest.raises(ModelError, match="is broken"):
        read(tmp_path / "a.ckpt", ABOUT, CPU)


def test_one_of_another_training_says_in_what_it_differs(tmp_path: Path) -> None:
    write(tmp_path / "a.ckpt", ABOUT, {})
    with pytest.raises(ModelError, match=r"is of a training with seed 3, not 4: resume it with the same"):
        read(tmp_path / "a.ckpt", ABOUT | {"seed": 4}, CPU)


def test_a_long_difference_is_not_told(tmp_path: Path) -> None:
    write(tmp_path / "a.ckpt", ABOUT | {"data": ["films of a lamp"] * 9}, {})
    with pytest.raises(ModelError, match=r"is of a training with other data: resume it with the same, or remove it"):
        read(tmp_path / "a.ckpt", ABOUT | {"data": ["films of a boat"] * 9}, CPU)


def test_none_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has no checkpoint to resume from: leave out --resume"):
        read(tmp_path / "a.ckpt", ABOUT, CPU)
