"""What lies in a production's folder for its readers, and whose it is: a run's, or someone's who changed it."""

import itertools
from collections.abc import Callable, Collection
from pathlib import Path

from laterna.production.store import Store


class Published:
    """The files that runs laid in the folder of ``store``, which is locked.

    A file's digest is remembered before the file is laid, beside that of the one it replaces: so a run that is killed
    at any moment leaves none that the next run would take for someone else's.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ours = store.published()

    def put(self, name: str, digest: str, write: Callable[[Path], object]) -> None:
        """Let ``write`` lay the file of that SHA-256 under ``name``, a path from the folder, unless it lies there.

        A file that someone changed since a run laid it is moved aside first, as "film.yours.otio", then
        "film.yours.2.otio": none of them is ever written over.
        """
        target = self._store.folder / name
        present = self._store.fingerprint(target) if target.is_file() else None
        ours = [known for known in self._ours.get(name, []) if known == present]
        if present not in (None, digest, *ours):
            target.rename(_aside(target))
        self._remember(name, [*ours, digest])
        if present != digest:
            write(target)

    def clear(self, kept: Collection[str]) -> None:
        """Remove what earlier runs laid and this one has no more, unless someone changed it since."""
        for name in self._ours.keys() - set(kept):
            file = self._store.folder / name
            if file.is_file() and self._store.fingerprint(file) in self._ours[name]:
                file.unlink()
            self._remember(name, [])

    def _remember(self, name: str, digests: list[str]) -> None:
        known = {**self._ours, name: list(dict.fromkeys(digests))}
        known = {name: digests for name, digests in known.items() if digests}
        if known != self._ours:
            self._ours = known
            self._store.publish(known)


def _aside(path: Path) -> Path:
    """The first free name for a file that someone changed."""
    numbers = itertools.chain([""], (f".{number}" for number in itertools.count(2)))
    names = (path.with_name(f"{path.stem}.yours{number}{path.suffix}") for number in numbers)
    return next(name for name in names if not name.exists())
