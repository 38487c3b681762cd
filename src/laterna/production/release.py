"""From a brief to a folder with a finished film in it."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from laterna import __version__
from laterna.editing.indexing.spoken import words_beside
from laterna.editing.tidying.words import beside, edited_beside
from laterna.errors import BriefError, DataError, MediaError
from laterna.media.files import quoted, regular_file, write_bytes
from laterna.media.kinds import kind_named, kind_of
from laterna.production import report, steps
from laterna.production.brief import Brief, Forbid, Pin
from laterna.production.engine import Executor, Outcome, Run, Tell, Threads
from laterna.production.findings import Findings, Skipped
from laterna.production.published import Published
from laterna.production.store import Store, Version, place
from laterna.production.workflows.cast import Role, located, read_cast
from laterna.production.workflows.performance import characters

_LINKED = (".mp4", ".webm", ".wav")  # large, and nobody edits them in place; the rest is copied
_RECORD, _REPORT = "project.json", "report.html"


@dataclass(frozen=True, slots=True)
class Release:
    """A production's result.

    ``files`` are those in ``folder``, by path relative to it. ``loudness`` is measured in the finished film:
    "integrated" in LUFS, "true_peak" in dBTP, "range" in LU; ``length`` is its seconds. Both are None when a run
    with ``only`` did not get to the film. ``notes`` are sentences that a reader of the result should know.
    """

    folder: Path
    files: tuple[Path, ...]
    steps: tuple[Outcome, ...]
    loudness: Mapping[str, Any] | None
    length: Fraction | None
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Paths, each step's seconds and whether it was kept, measured loudness and length in seconds."""
        return {
            "folder": str(self.folder),
            "files": {path.as_posix(): str(self.folder / path) for path in self.files},
            "steps": [
                {"name": one.step, "kept": one.kept, "seconds": one.seconds, "why": one.why} for one in self.steps
            ],
            "loudness": None if self.loudness is None else dict(self.loudness),
            "length": None if self.length is None else float(self.length),
            "skipped": [{"path": str(one.path), "reason": one.reason} for one in self.skipped],
            "notes": list(self.notes),
        }


Name = str | os.PathLike[str]


def produce(
    brief: Name,
    *,
    out: Name | None = None,
    only: str | None = None,
    plan: Name | None = None,
    timeline: Name | None = None,
    draft: bool = False,
    tell: Tell = lambda event: None,
    executor: Executor | None = None,
) -> Release:
    """Make a film from a brief.

    Steps whose result can't have changed are kept; a run that was killed goes on where it was.

    Args:
        brief: a brief.toml.
        out: the production's folder; beside the brief and of its name when left out.
        only: redo this step alone; the later ones run the next time.
        plan: a Python file of steps of your own.
        timeline: a timeline changed by hand, to be used in this run in place of the cut.
        draft: render at a quarter of the size.
        tell: is told of progress.
        executor: what runs the steps; threads when left out.

    Raises:
        BriefError: the brief or the plan is wrong, or another run is at work in the folder.
        LaternaError: what a step raised.
    """
    wishes = Brief.open(brief)
    found = steps.load(Path(plan) if plan else None)
    options = steps.options(found, wishes.steps)
    store = Store(Path(out or wishes.folder / wishes.path.stem))
    hand = {} if not timeline else {"cut": regular_file(timeline)}
    with store.locked():
        footage, skipped = _footage(wishes, store)
        values = _values(wishes, store, footage) | {"draft": draft}
        run = Run(found, values, options, store, executor or Threads(), only=only, hand=hand, tell=tell)
        return _released(wishes, store, found, run(), skipped)


def _footage(brief: Brief, store: Store) -> tuple[tuple[Version, ...], tuple[Skipped, ...]]:
    """The footage that can be read at all, each content once. What is wrong inside a file, its analysis finds."""
    good: dict[str, Version] = {}
    skipped = []
    for path in brief.footage_files(outside=store.folder):
        try:
            one = _source(path, "video", store)
        except MediaError as error:
            if brief.on_bad_footage == "stop":
                raise
            skipped.append(Skipped(path, str(error)))
        else:
            same = good.setdefault(one.sha256, one)
            if same is not one:
                skipped.append(Skipped(path, f"{quoted(path)} is a copy of {quoted(same.path)}, which is used."))
    if not good:
        raise BriefError(f"None of the footage can be used; the first: {skipped[0].reason}")
    return tuple(good.values()), tuple(skipped)


def _source(path: Path, kind: str, store: Store) -> Version:
    try:
        os.fspath(path).encode()
    except UnicodeEncodeError as error:  # no timeline could name it
        raise MediaError(f"{quoted(path)} has a name that is no UTF-8: rename it.") from error
    try:
        return Version(path, store.fingerprint(regular_file(path)), kind)
    except OSError as error:
        raise MediaError(f"{quoted(path)} can't be read ({error.strerror}): check who may read it.") from error


def _values(brief: Brief, store: Store, footage: tuple[Version, ...]) -> dict[str, Any]:
    """What steps may ask for: the brief's fields, its files as Versions and its choices by path."""
    music, lexicon = brief.music_file(), brief.lexicon_file()
    left_out = {"version", "steps", "narration_file"}
    fields = {name: getattr(brief, name) for name in Brief.model_fields if name not in left_out}
    return fields | {
        "footage": footage,
        "narration": brief.narration_text(),
        "lines": brief.narration_lines(),
        "cast": _cast(brief),
        "music": None if music is None else _source(music, _kind_of_music(music), store),
        "scored": brief.music is None,
        "lexicon": None if lexicon is None else _source(lexicon, "text", store),
        "pin": tuple(_choice(brief, pin, store, footage) for pin in brief.pin),
        "forbid": tuple(_choice(brief, ban, store, footage) for ban in brief.forbid),
        "logs": _logs(footage, store) if brief.match and _by_words(brief) else (),
        "transcripts": _transcripts(footage, store) if brief.format == "interview" else (),
    }


def _transcripts(footage: Iterable[Version], store: Store) -> tuple[Version, ...]:
    """What lies beside talks: their words, and those that are left of them."""
    paths = (path for one in footage for path in (beside(one.path), edited_beside(one.path)) if path)
    return tuple(_source(path, kind_of(path).name, store) for path in paths)


def _by_words(brief: Brief) -> bool:
    """Whether the cut asks what shots show: for its sentences, for key shots, or for a cutter."""
    cutter = brief.steps.get("cut", {}).get("cutter", "rules")
    return bool(brief.narration_lines()) or brief.format in ("trailer", "highlights") or cutter != "rules"


def _logs(footage: Iterable[Version], store: Store) -> tuple[Version, ...]:
    """What lies beside footage and tells in words what it shows, or what is said in it."""
    paths = dict.fromkeys(path for one in footage for path in words_beside(one.path))
    return tuple(_source(path, "text", store) for path in paths)


def _kind_of_music(path: Path) -> str:
    return "score" if path.suffix.lower() in kind_named("score").suffixes else "audio"


def _cast(brief: Brief) -> dict[str, Any]:
    """The brief's cast, its files of voices named from the root of the file system."""
    table = located(brief.cast, brief.folder)
    try:
        read_cast(table, characters(brief.narration_lines()), Role(), place=f"[cast] of {quoted(brief.path)}")
    except DataError as error:
        raise BriefError(str(error)) from error
    return table


def _choice(brief: Brief, choice: Pin | Forbid, store: Store, footage: Iterable[Version]) -> dict[str, Any]:
    """A pin or ban; what names a file from the brief's folder becomes its path, the rest is a name or pattern.

    A copy is named for the file that is used in its place.
    """
    path = Path(os.path.normpath(brief.folder / choice.footage))
    if not path.is_file():
        return dict(choice)
    digest = store.fingerprint(path)
    return dict(choice) | {"footage": next((one.path for one in footage if one.sha256 == digest), path)}


def _released(
    brief: Brief,
    store: Store,
    plan: Mapping[str, steps.Step],
    outcomes: Mapping[str, Outcome],
    skipped: tuple[Skipped, ...],
) -> Release:
    """Lay out the chosen versions, and write the project record and the report beside them."""
    shelf, laid_out = Published(store), _laid_out(plan, outcomes)
    digests = {name: store.fingerprint(source) for name, source in laid_out.items()}
    for name, source in laid_out.items():
        shelf.put(name, digests[name], partial(place, source, link=source.suffix in _LINKED))
    found = Findings({name: outcome.version.path for name, outcome in outcomes.items()})
    everything = skipped + tuple(Skipped(store.folder / path, reason) for path, reason in found.skipped)
    names = [*laid_out]
    if outcomes.keys() == plan.keys():  # a run with `only` tells but a part
        contents = found.contents(brief, digests, tuple(outcomes.values()), everything)
        record = _record(brief, store, outcomes, digests, found, everything)
        names += (_REPORT, _RECORD)
        _write(shelf, _REPORT, report.page(contents))
        _write(shelf, _RECORD, json.dumps(record, indent=1, ensure_ascii=False, default=_plain) + "\n")
        shelf.clear(names)
        store.tidy(name for name, one in plan.items() if not one.lasting)
    return Release(
        folder=store.folder,
        files=tuple(map(Path, names)),
        steps=tuple(outcomes.values()),
        loudness=found.loudness,
        length=found.length,
        skipped=everything,
        notes=found.notes,
    )


def _write(shelf: Published, name: str, text: str) -> None:
    data = text.encode(errors="backslashreplace")  # names of skipped files may be no UTF-8
    shelf.put(name, hashlib.sha256(data).hexdigest(), partial(write_bytes, data=data))


def _laid_out(plan: Mapping[str, steps.Step], outcomes: Mapping[str, Outcome]) -> dict[str, Path]:
    """Which version's file lies where in the production's folder."""
    files: dict[str, Path] = {}
    for name, outcome in outcomes.items():
        path, publish = outcome.version.path, plan[name].publish
        if isinstance(publish, str):
            files[publish + path.suffix] = path
        elif publish is not None and path.is_dir():
            files |= {inner: path / inner for inner in publish if (path / inner).exists()}
        elif publish is not None:  # one file, made by hand in place of a folder
            files[name + path.suffix] = path
    return {inner: file for name, path in files.items() for inner, file in _files(name, path)}


def _files(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    if not path.is_dir():
        yield name, path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield f"{name}/{file.relative_to(path).as_posix()}", file


def _record(
    brief: Brief,
    store: Store,
    outcomes: Mapping[str, Outcome],
    published: Mapping[str, str],
    found: Findings,
    skipped: Iterable[Skipped],
) -> dict[str, Any]:
    """The project record: what the film is, what it was made of, by which versions, and on which time base."""
    chosen = {
        name: {
            "path": os.path.relpath(one.version.path, store.folder),
            "sha256": one.version.sha256,
            "kind": one.version.kind,
            "seconds": one.seconds,
            "kept": one.kept,
            "why": one.why,
        }
        for name, one in outcomes.items()
    }
    return {
        "version": 1,
        "laterna": __version__,
        "title": brief.title,
        "brief": {"path": os.path.relpath(brief.path, store.folder), **dict(brief)},
        "rate": str(brief.rate),
        "time_base": str(1 / brief.rate),
        "length": None if found.length is None else str(found.length),
        "loudness": found.loudness,
        "footage": found.footage,
        "music": found.music,
        "skipped": [{"path": os.path.relpath(one.path, store.folder), "reason": one.reason} for one in skipped],
        "steps": chosen,
        "files": dict(published),
        "review": [fault.to_json() for fault in found.faults],
        "notes": list(found.notes),
        "credits": found.credits(brief),
    }


def _plain(value: Brief | Pin | Forbid | Fraction) -> Any:
    """What JSON lacks: a brief's tables as tables, times as exact text."""
    return str(value) if isinstance(value, Fraction) else dict(value)
