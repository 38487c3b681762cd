"""Versions rated and compared: which version a word means, and what of it a taste can be learnt of.

A word is the path of a version (``film/versions/cut/3f0a….otio``) or of what a run laid in the production's folder
(``film/film.mp4``); or a step (``cut``, ``film/cut``), whose chosen version it means; or a step and the beginning of a
version's key (``cut:3f0a``), or ``cut:hand``. A step is looked for in the folder named before it, else here.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laterna.editing.cutting.figures import figures
from laterna.errors import DataError, LaternaError
from laterna.learning.feedback import Feedback, Item
from laterna.media.files import quoted, sha256
from laterna.media.kinds import kind_of
from laterna.production.brief import nearest
from laterna.production.store import Record, Store

_VERSIONS, _RECORD = "versions", ".record.json"
_FEATURES: Mapping[str, Callable[[Any], dict[str, float]]] = {"timeline": figures}  # by the kind of a version


@dataclass(frozen=True, slots=True)
class Judged:
    """A version of a step, by its file or folder and the SHA-256 of its bytes."""

    step: str
    path: Path
    sha256: str

    def item(self) -> Item:
        """It, with its features and those of the versions that it was made of, for who learns."""
        return Item(self.step, self.sha256, _features(self.path.parents[2], self.step, self.path))


def rate(version: str, rating: int, *, who: str | None = None, store: str | None = None) -> Judged:
    """Say how good a version of a step is.

    Args:
        version: its path, or ``step``, or ``step:`` and the beginning of its key.
        rating: from 1 (poor) to 5 (great).
        who: whose judgement it is; the user's login name when left out.
        store: a file or a database's URL; else that in $LATERNA_FEEDBACK, else the user's own.

    Raises:
        DataError: there is no such version or rating, or the database fails.
    """
    judged = find(version)
    Feedback(store).rate(judged.item(), rating, who=who)
    return judged


def prefer(better: str, worse: str, *, who: str | None = None, store: str | None = None) -> tuple[Judged, Judged]:
    """Say that one version is better than another of the same step; see :func:`rate`.

    Raises:
        DataError: there are no such versions, they are one or of two steps, or the database fails.
    """
    judged = find(better), find(worse)
    Feedback(store).prefer(judged[0].item(), judged[1].item(), who=who)
    return judged


def find(word: str) -> Judged:
    """The version that a word means.

    Raises:
        DataError: it means none, or more than one.
    """
    path = Path(word)
    try:
        return _by_path(path) if path.name and path.exists() else _by_step(path)
    except OSError as error:
        raise DataError(f"{word!r} can't be read ({error.strerror}): name another version.") from error


def _by_path(path: Path) -> Judged:
    """A version, or what was laid out of one, by its bytes."""
    real = path.resolve()
    production = next((folder for folder in real.parents if _steps(folder)), None)
    inside = real.relative_to(production).parts if production else ()
    if production and inside[0] == _VERSIONS:
        if len(inside) == 3 and _is_version(real):
            return Judged(inside[1], real, sha256(real))
    elif production and (real.is_file() or real.is_dir()):
        found = _laid_out_of(production, Path(*inside), sha256(real))
        if found is not None:
            return found
    raise DataError(f"{quoted(path)} is no version of a step: name one below a production's {_VERSIONS}, or a step.")


def _laid_out_of(production: Path, name: Path, digest: str) -> Judged | None:
    """The version that a run laid out under that name, or the one in whose folder what it laid out is."""
    everything = [(step, version) for step in _steps(production) for version in _chosen_first(production, step)]
    for step, version in everything:
        if _known(production, step, version) == digest:
            return Judged(step, version, digest)
    if not any(name in (file, *file.parents) for file in map(Path, Store(production).published())):
        return None
    inner = (name, Path(*name.parts[1:]))  # a folder's files are laid out by their names, or in a folder of its name
    for step, version in everything:
        if any(part.parts and (version / part).exists() and sha256(version / part) == digest for part in inner):
            return Judged(step, version, _known(production, step, version))
    return None


def _chosen_first(production: Path, step: str) -> list[Path]:
    """A step's versions: that made by hand, then the chosen one, then the others by their keys."""
    chosen = Store(production).chosen().get(step)
    ranks = ["hand", chosen.key if chosen else ""]
    return sorted(_versions(production, step), key=lambda path: path.name.partition(".")[0] not in ranks)


def _by_step(word: Path) -> Judged:
    """A step's chosen version, or that of a key after a colon."""
    production = word.parent.absolute()
    name, _, key = word.name.partition(":")
    steps = _steps(production)
    if not steps:
        raise DataError(f"{quoted(word)} is no file, and {quoted(production)} is no production: name a version.")
    if name not in steps:
        raise DataError(f"The production {quoted(production)} has no step {name!r}{nearest(name, steps)}.")
    found = _by_key(production, name, key) if key else _chosen(production, name)
    return Judged(name, found, sha256(found))


def _steps(production: Path) -> list[str]:
    """The steps that have versions in a production's folder; none if it is no such folder."""
    folder = production / _VERSIONS
    return sorted(step.name for step in folder.iterdir() if step.is_dir()) if (folder / "chosen.json").is_file() else []


def _versions(production: Path, step: str) -> Iterator[Path]:
    folder = production / _VERSIONS / step
    return (path for path in sorted(folder.iterdir()) if _is_version(path)) if folder.is_dir() else iter(())


def _is_version(path: Path) -> bool:
    return not path.name.startswith(".") and not path.name.endswith(_RECORD) and not path.name.endswith("~")


def _features(production: Path, step: str, version: Path) -> dict[str, float]:
    """Those of a version, and of the others that its record says it was made of, as far as they are still there."""
    record = _record(production, step, version)
    found: dict[str, float] = {}
    for part, digest in record.parts.items() if record else ():
        group, _, other = part.partition(" ")
        if group == "step":
            made_of = next(
                (one for one in _versions(production, other) if _known(production, other, one) == digest), None
            )
            found |= _features(production, other, made_of) if made_of else {}
    return found | _own_features(version)


def _own_features(version: Path) -> dict[str, float]:
    try:
        kind = kind_of(version)
        return _FEATURES[kind.name](kind.open(version)) if kind.name in _FEATURES else {}
    except LaternaError:  # anything may be judged, whatever its file is like
        return {}


def _record(production: Path, step: str, version: Path) -> Record | None:
    return Store(production).record(step, version.name.partition(".")[0])


def _known(production: Path, step: str, version: Path) -> str:
    """A version's SHA-256, from its record where it has one."""
    record = _record(production, step, version)
    return record.sha256 if record else sha256(version)


def _chosen(production: Path, step: str) -> Path:
    store = Store(production)
    chosen, hand = store.chosen().get(step), store.hand(step)
    if hand is not None:
        return hand
    record = store.record(step, chosen.key) if chosen else None
    if record is None or not store.path(step, record).exists():
        raise DataError(f"The step {step!r} has no chosen version: run the production, or name one by its key.")
    return store.path(step, record)


def _by_key(production: Path, step: str, key: str) -> Path:
    found = [path for path in _versions(production, step) if path.name.partition(".")[0].startswith(key)]
    if len(found) != 1 or not re.fullmatch("[0-9a-z]+", key):
        keys = ", ".join(path.name.partition(".")[0] for path in found or _versions(production, step))
        how_many = f"{len(found)} versions" if found else "no version"
        raise DataError(
            f"The step {step!r} has {how_many} of a key that begins with {key!r}: there is {keys or 'none'}."
        )
    return found[0]
