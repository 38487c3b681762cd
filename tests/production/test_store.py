"""What a production's folder keeps, and what it lets go."""

import os
from pathlib import Path

import pytest

from laterna.production import store as stores
from laterna.production.store import Chosen, Store


@pytest.fixture
def store(tmp_path: Path):
    store = Store(tmp_path / "production")
    with store.locked():
        yield store


def version(store: Store, text: str, day: int) -> str:
    """Make a version and the piece that it is made of on that day; its key."""

    def work(out: Path) -> None:
        out.write_text(store.pieces("draft").get(text, make=lambda path: path.write_text(text)).read_text())

    record = store.make("draft", "text", ".txt", {"words": text}, work)
    folder = store.path("draft", record).parent
    for file in (folder / f"{record.key}.record.json", store.pieces("draft").path(text, suffix=".sha256")):
        os.utime(file, (day * 86_400, day * 86_400))
    return record.key


def kept(store: Store) -> set[str]:
    return {path.read_text() for path in (store.folder / "versions" / "draft").glob("*.txt")}


def pieces(store: Store) -> set[str]:
    return {path.read_text() for path in (store.folder / "cache" / "draft").iterdir() if not path.suffix}


def test_the_last_versions_are_kept_and_what_they_were_made_of(store):
    for day in range(20):
        version(store, str(day), day)
    store.tidy(["draft", "never made"])
    assert kept(store) == pieces(store) == {str(day) for day in range(12, 20)}
    assert len(list((store.folder / "versions" / "draft").iterdir())) == 16


def test_the_chosen_version_is_kept_however_old_it_is(store):
    keys = [version(store, str(day), day) for day in range(20)]
    store.choose({"draft": Chosen(keys[3])})
    store.tidy(["draft"])
    assert kept(store) == {str(day) for day in (3, *range(12, 20))}
    assert pieces(store) == {str(day) for day in range(3, 20)}


def test_a_version_made_by_hand_is_never_removed(store):
    for day in range(20):
        version(store, str(day), day)
    (store.folder / "versions" / "draft" / "hand.txt").write_text("mine")
    store.tidy(["draft"])
    assert "mine" in kept(store)


def test_a_file_is_hashed_once_whatever_it_is_called(tmp_path, monkeypatch):
    file, hashed = tmp_path / "a.txt", []
    file.write_text("a lantern")
    os.utime(file, (0, 0))
    sha256 = stores.sha256
    monkeypatch.setattr(stores, "sha256", lambda path, **how: (hashed.append(path), sha256(path, **how))[1])
    for name in ("a.txt", "b.txt"):
        store = Store(tmp_path / "production")
        with store.locked():
            digest = store.fingerprint(tmp_path / name)
        (tmp_path / "b.txt").unlink(missing_ok=True)
        (tmp_path / "b.txt").hardlink_to(file)
    assert hashed == [file]
    file.write_text("a lamp")
    with store.locked():
        assert store.fingerprint(tmp_path / "b.txt") != digest


def test_what_a_run_did_not_ask_for_is_forgotten(tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (0, 0))
    store = Store(tmp_path / "production")
    for names in (("a.txt", "b.txt"), ("b.txt",)):
        store = Store(tmp_path / "production")
        with store.locked():
            for name in names:
                store.fingerprint(tmp_path / name)
    assert (store.folder / "cache" / "sha256.json").read_text().count(":") == 2
