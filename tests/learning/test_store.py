"""Where a name leads: the user's store, the bundled weights, a path, a hub that is copied to a folder."""

from pathlib import Path

import huggingface_hub.constants
import pytest
import torch
import toys

from laterna.errors import ModelError, StorageError
from laterna.learning import store as shelves
from laterna.learning.folder import CONFIG
from laterna.learning.store import bundled_store, find, held, models, user_store
from laterna.learning.weights import load, save

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shelves, "bundled_store", lambda: tmp_path / "bundled")
    return tmp_path / "bundled"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which huggingface_hub keeps what it has fetched, with ann/plain in it; the network is off."""
    repository = tmp_path / "hub" / "models--ann--plain"
    save(toys.Plain.build("debug"), toys.card(), repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    return repository


def test_the_users_weights_come_before_the_bundled_ones(store: Path, bundled: Path) -> None:
    save(toys.Plain(3), toys.card(), bundled / "toys" / "plain")
    assert find("toys/plain") == bundled / "toys" / "plain"
    save(toys.Plain(5), toys.card(), store / "toys" / "plain")
    assert load("toys/plain").config["width"] == 5


def test_a_model_without_weights_says_how_to_make_them() -> None:
    with pytest.raises(ModelError, match="toys/plain has no weights yet: make them with `laterna train toys/plain DA"):
        find("toys/plain")
    with pytest.raises(ModelError, match="There is no model 'toys/plaid'"):
        find("toys/plaid")


@pytest.mark.parametrize("name", ["./nowhere", "../nowhere", "/nowhere", "~/nowhere"])
def test_a_path_that_is_no_folder_is_one_sentence(name: str) -> None:
    with pytest.raises(ModelError, match=r"nowhere' is not a folder: name the one that holds config.json"):
        find(name)


def test_a_hubs_model_is_loaded_by_its_id(hub: Path, capfd: pytest.CaptureFixture[str]) -> None:
    expected = toys.Plain.build("debug").eval()
    for name in ("hf:ann/plain", f"hf:ann/plain@{COMMIT}"):
        model = load(name)
        assert torch.equal(model(torch.ones(1, 2)), expected(torch.ones(1, 2)))
    assert toys.Plain.from_pretrained("ann/plain").config == {"width": 4, "dropout": 0.1}
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("name", ["hf:ann/other", "hf:ann/plain@v9", "hf:", "hf:not an id", "hf:a/b/c"])
def test_a_hubs_model_that_cannot_be_had_is_one_sentence(hub: Path, name: str) -> None:
    with pytest.raises(ModelError, match=f"^'{name}' can't be fetched: check its name and the network.$"):
        load(name)


def test_a_hubs_pickle_is_refused(hub: Path) -> None:
    snapshot = hub / "snapshots" / COMMIT
    (snapshot / "model.safetensors").rename(snapshot / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"has no model.safetensors, only pytorch_model.bin"):
        load("hf:ann/plain")


def test_the_store_is_where_the_user_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert user_store() == tmp_path / "store"
    monkeypatch.delenv("LATERNA_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert user_store() == tmp_path / "laterna" / "models"


def test_every_model_is_listed_with_where_its_weights_are(store: Path, bundled: Path) -> None:
    save(toys.Plain.build("debug"), toys.card(), bundled / "toys" / "plain")
    save(toys.Plain.build("debug"), toys.card(), bundled / "toys" / "mean")
    save(toys.Plain.build("debug"), toys.card(steps=9), store / "toys" / "plain")
    save(toys.Plain.build("debug"), toys.card(), store / "mine" / "second")
    found = {model.name: model for model in models()}
    assert {name: model.weights for name, model in found.items()} == {
        "mine/second": "yours",
        "toys/adversary": "none",
        "toys/frilled": "none",
        "toys/mean": "bundled",
        "toys/plain": "yours",
    }
    assert found["toys/plain"].card == toys.card(steps=9)
    assert found["toys/plain"].to_json()["figures"] == {"mse": 0.25}


def test_a_broken_card_spoils_no_list(store: Path) -> None:
    (store / "toys" / "plain").mkdir(parents=True)
    (store / "toys" / "plain" / CONFIG).write_text("{}")
    (listed,) = [model for model in models() if model.name == "toys/plain"]
    assert "has no card.md" in listed.problem


def test_what_ships_is_in_order() -> None:
    for config in bundled_store().rglob(CONFIG):
        assert (
            shelves.Card.open(config.with_name("card.md")).model
            == config.parent.relative_to(bundled_store()).as_posix()
        )


def test_one_training_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    sentence = r"^Another training is at work in .*/new': wait until it ends, or use --out.$"
    new, other = tmp_path / "new", tmp_path / "other"
    with held(new), held(other), pytest.raises(ModelError, match=sentence), held(new):
        pass
    with held(new):
        pass


def test_what_a_killed_training_left_half_written_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".partial-0123.ckpt").touch()
    (tmp_path / "training.ckpt").touch()
    with held(tmp_path):
        assert [file.name for file in tmp_path.iterdir()] == ["training.ckpt"]


def test_a_place_where_no_folder_can_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sentence = r"file/model' can't be written \(Not a directory\): choose another folder"
    with pytest.raises(StorageError, match=sentence), held(tmp_path / "file" / "model"):
        pass
