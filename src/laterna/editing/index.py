"""The project index of a folder of footage: every file is looked at once in its life."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal

from laterna.editing.detection.forward import NAME as BOUNDARY
from laterna.editing.indexing.index import Index
from laterna.editing.indexing.likeness import groups, prints
from laterna.editing.indexing.logged import Log, in_words
from laterna.editing.indexing.seeing import KIND, NOBODY, Seen, see
from laterna.editing.indexing.spoken import text_between, words_of
from laterna.editing.indexing.subject import NAME as SUBJECT
from laterna.errors import DataError, MediaError, StorageError
from laterna.learning.store import find
from laterna.media.files import quoted, regular_file, sha256
from laterna.media.kinds import kind_named
from laterna.media.pieces import Pieces, kept_beside
from laterna.media.transcript import Transcript, Word
from laterna.media.video import Video

ANALYST = "editing/analyst"
_PRODUCTION = "versions/chosen.json"  # in the folder of a production
_AT_ONCE = 2  # files: one decodes while the other is described
_STEPS = 1000  # of progress, for each file


def index(
    footage: Sequence[Path],
    *,
    out: Path,
    log: Path | None = None,
    analyst: str = ANALYST,
    on_bad_footage: Literal["stop", "skip"] = "stop",
    transcripts: Mapping[Path, Transcript] | None = None,
    pieces: Pieces | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Index:
    """Index footage: every shot with its labels, words, subject, colours, pictures and takes.

    A file is looked at once in its life: when footage is added or changed, only that is decoded again, and a run that
    was killed goes on with the next file. What is said is read from NAME.srt, NAME.vtt or NAME.transcript.json beside
    NAME.mp4, what a person saw from labels.csv.

    Args:
        footage: Film files, and folders to search for them.
        out: The index, a folder.
        log: A table of labels and captions; else each labels.csv beside the footage.
        analyst: The model that describes shots; "none" for no words.
        on_bad_footage: What to do with broken files, stop or skip.
        transcripts: what is said in a file, by its path; goes before what lies beside it.
        pieces: where what is seen in each file is kept; else beside ``out``.
        progress: called with what is done and what there is to do.

    Raises:
        DataError: there is no film, or a log names what is not known.
        MediaError: a film, or what lies beside it, is broken.
        ModelError: there is no such analyst.
    """
    files = _films(footage)
    notes = Log.beside(files, log)
    said = {Path(path).resolve(): words for path, words in (transcripts or {}).items()}
    looker = _Looker(analyst, pieces or kept_beside(out, "index"), said, progress or _untold, len(files))
    seen, refused = [], []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for path, found in zip(files, pool.map(looker, files), strict=True):
            if isinstance(found, _Found):
                seen.append((path, found.seen, found.said))
            elif on_bad_footage == "skip":
                refused.append(str(found))
            else:
                looker.stopped = True
                pool.shutdown(cancel_futures=True)
                raise found
    if not seen:
        raise DataError(f"None of the footage can be used; the first: {refused[0]}")
    made = assembled(seen, notes, refused)
    made.save(out)
    return made


def assembled(
    seen: Sequence[tuple[Path, Seen, Sequence[Word]]],
    notes: Log,
    refused: Sequence[str] = (),
) -> Index:
    """The index of files that have been looked at, with what is said and noted of them.

    Args:
        seen: each file's path, what is seen in it, and the words that are said.
        notes: the user's log.
        refused: a sentence for each file that could not be used.
    """
    files, boxes, words, thumbnails, looks = [], [], [], [], []
    shots: list[dict[str, Any]] = []
    for number, (path, one, said) in enumerate(seen):
        first = len(shots)
        files.append(_file(number, path, one))
        words += [{"file": number, "start": str(w.start), "end": str(w.end), "word": w.text} for w in said]
        shots += [_shot(row, first, number, path, said, notes) for row in one.shots.iter_rows(named=True)]
        boxes += [row | {"shot": first + row["shot"]} for row in one.boxes.iter_rows(named=True)]
        thumbnails += [row | {"shot": first + row["shot"]} for row in one.thumbnails.iter_rows(named=True)]
        looks += [prints(one.footage, shot) for shot in one.footage.shots]
    shots = [row | {"take_group": group} for row, group in zip(shots, groups(looks), strict=True)]
    return Index.of(shots, files=files, boxes=boxes, words=words, thumbnails=thumbnails, refused=refused)


@dataclass(frozen=True)
class _Found:
    seen: Seen
    said: Sequence[Word]


@dataclass
class _Looker:
    """Looks at files, several at once, or finds what was kept of them; what is said in them is read first."""

    analyst: str
    pieces: Pieces
    transcripts: Mapping[Path, Transcript]  # by resolved path; a file without one has the words that lie beside it
    progress: Callable[[int, int], None]
    files: int
    stopped: bool = False

    def __post_init__(self) -> None:
        models = [BOUNDARY, SUBJECT, *([] if self.analyst == NOBODY else [self.analyst])]
        self.pieces = self.pieces.of("seen", KIND, self.analyst, *(sha256(find(name)) for name in models))
        self._done: dict[Path, int] = {}

    def __call__(self, path: Path) -> _Found | MediaError | DataError:
        """What is seen and said in a film; the error, returned, that names what is broken of it."""
        try:
            if self.stopped:
                raise DataError(f"{quoted(path)} was not looked at.")
            film = sha256(regular_file(path))
            handed = self.transcripts.get(path.resolve())
            said = words_of(path) if handed is None else handed.words
            return _Found(Seen.open(self.pieces.get(film, make=partial(self._look, path))), said)
        except StorageError:  # no fault of the footage
            raise
        except (MediaError, DataError) as error:
            return error
        finally:
            self._tell(path, 1, 1)

    def _look(self, path: Path, out: Path) -> None:
        see(Video(path), analyst=self.analyst, progress=partial(self._tell, path)).save(out)

    def _tell(self, path: Path, done: int, total: int) -> None:
        self._done[path] = _STEPS * min(done, total) // max(1, total)
        self.progress(sum(list(self._done.values())), _STEPS * self.files)


def _films(footage: Sequence[Path]) -> list[Path]:
    """The film files that are named, and those in the folders that are, each once: a link lies where its log does."""
    found = {path.resolve(): path.absolute() for one in footage for path in _in(Path(one))}
    if not found:
        where = ", ".join(quoted(path) for path in footage) or "Nothing"
        raise DataError(f"{where} holds no film to index: name film files, or a folder that has some.")
    return list(found.values())


def _in(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    suffixes = kind_named("video").suffixes
    made = [mark.parents[1] for mark in path.rglob(_PRODUCTION)]  # what was made of footage is none
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") or part.endswith(".pieces") for part in file.relative_to(path).parts)
        hidden |= any(folder in file.parents for folder in made)
        if file.suffix.lower() in suffixes and file.is_file() and not hidden and not file.stem.endswith(".mask"):
            yield file  # a .mask is the theatre's truth about another film


def _file(number: int, path: Path, one: Seen) -> dict[str, Any]:
    footage = one.footage
    return {
        "file": number,
        "path": str(path),
        "sha256": footage.sha256,
        "duration": str(footage.duration),
        "frame_rate": str(footage.frame_rate),
        "width": footage.size[0],
        "height": footage.size[1],
    }


def _shot(row: dict[str, Any], first: int, file: int, path: Path, said: Sequence[Word], notes: Log) -> dict[str, Any]:
    start, end = Fraction(row["start"]), Fraction(row["end"])
    shot = row | notes.says(path, start, end)
    caption = shot.get("caption") or in_words(shot)
    return shot | {
        "shot": first + row["shot"],
        "file": file,
        "caption": caption,
        "transcript": text_between(said, start, end),
    }


def _untold(done: int, total: int) -> None:
    """Progress, where nobody asked for it."""
