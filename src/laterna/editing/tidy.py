"""A talk made tight: silences cut short, fillers cut out, and the words that were deleted from its transcript."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np
import opentimelineio as otio

from laterna.editing.tidying import words
from laterna.editing.tidying.layout import Layout
from laterna.editing.tidying.silence import Rule, levels
from laterna.editing.titles import check_size
from laterna.errors import DataError
from laterna.media.audio import Audio
from laterna.media.files import quoted
from laterna.media.timecode import parse_rate
from laterna.media.timeline import new
from laterna.media.transcript import Transcript
from laterna.media.video import Video

_BEYOND = Fraction(1)  # seconds that a transcript may reach beyond its film
_LEAST, _MOST = 0.0, 0.5  # enlargement


def tidy(
    film: Video | Sequence[Video],
    *,
    transcript: Transcript | Sequence[Transcript | None] | None = None,
    edited: Path | None = None,
    threshold: float | None = None,
    before: float = 0.1,
    after: float = 0.2,
    least_silence: float = 0.5,
    least_speech: float = 0.1,
    fillers: Sequence[str] | None = None,
    punch_in: float = 0.0,
    rate: Fraction | None = None,
    size: tuple[int, int] | None = None,
    music: Path | None = None,
    title: str | None = None,
    folder: Path = Path(),
) -> otio.schema.Timeline:
    """Make a talk tight: silences are cut out of picture and sound, and so are fillers and deleted words.

    Its words are those of NAME.transcript.json, NAME.srt or NAME.vtt beside the film. To cut by words, write them to
    NAME.transcript.txt (`laterna editing transcript NAME.mp4 -o NAME.transcript.txt`), and delete there what shall go.

    Args:
        film: the talk; in Python, several of them too, to follow one another.
        transcript: its words and their times, in place of those beside it; in Python, those of each talk.
        edited: the words that shall stay, a .txt, .srt or .vtt file, in place of NAME.transcript.txt, .srt or .vtt.
        threshold: dBFS from which a frame is loud enough for speech; found in each recording unless given.
        before: seconds kept before speech.
        after: seconds kept after it.
        least_silence: seconds; a shorter silence stays.
        least_speech: seconds; a shorter sound counts as silence.
        fillers: words to be cut wherever they are said; those of the transcript's language unless given.
        punch_in: by how much every second clip is enlarged, 0 to 0.5, so that jump cuts look meant; 0.08 is slight.
        rate: the film's frames a second; the first talk's unless given.
        size: the film's width and height in pixels; the first talk's unless given.
        music: a sound file to lie under the talk from its start.
        title: names the timeline.
        folder: where the timeline will be saved; its media are named relative to it.

    Returns:
        A timeline with the talk on its tracks Picture and Narration: music ducks under it. ``metadata["laterna"]`` of a
        clip has its "reason"; that of the timeline has "removed": "footage", "start" and "end" (seconds) and "reason"
        of what was cut out.

    Raises:
        DataError: a talk is silent, a word was added to a transcript, a transcript is of something else, or there are
            no talks, or more or fewer transcripts than talks.
        MediaError: a file can't be read.
    """
    films = _listed(film)
    exact, shape = parse_rate(rate or films[0].frame_rate), size or _even(films[0].size)
    check_size(shape)
    if not _LEAST <= punch_in <= _MOST:
        raise DataError(f"A picture can't be enlarged by {punch_in:g}: write a punch-in of 0 to 0.5, such as 0.08.")
    rule = _rule(threshold, (before, after, least_silence, least_speech), exact)
    talks = _transcripts(films, transcript)
    gone = _gone(films, talks, edited, fillers)
    timeline = new(title or films[0].path.stem, exact, shape)
    layout = Layout(timeline, folder, exact, punch_in)
    for video, talk, indices in zip(films, talks, gone, strict=True):
        cuts = list(words.gaps(talk.words, indices, Fraction(rule.before) / exact)) if talk else []
        layout.add(video, _levels(video, exact), rule, cuts)
    if not layout.frames:
        raise DataError(f"Nothing is left of {quoted(films[0].path)}: lower the threshold, or keep some of its words.")
    if music is not None:
        layout.lay_music(music)
    timeline.metadata["laterna"]["removed"] = layout.removed
    return timeline


def transcript(film: Video | Sequence[Video]) -> str:
    """The words of a talk as text to be edited: those of NAME.transcript.json, NAME.srt or NAME.vtt beside it.

    Args:
        film: the talk; in Python, several of them too.

    Raises:
        DataError: no words lie beside any of them, or there are none.
    """
    films = _listed(film)
    talks = _transcripts(films, None)
    if not any(talks):
        raise _wordless(films)
    return words.as_text(talks)


def _listed(film: Video | Sequence[Video]) -> list[Video]:
    films = [film] if isinstance(film, Video) else list(film)
    if not films:
        raise DataError("There is no talk in an empty list of films: give one at least.")
    return films


def _rule(threshold: float | None, seconds: Sequence[float], rate: Fraction) -> Rule:
    if min(seconds) < 0 or (threshold is not None and not -100 <= threshold <= 0):
        raise DataError("Margins and least lengths are 0 s or more, a threshold is -100 to 0 dBFS: mend these options.")
    return Rule(threshold, *(round(Fraction(str(value)) * rate) for value in seconds))


def _levels(video: Video, rate: Fraction) -> np.ndarray:
    if not video.has_audio:
        raise DataError(
            f"{quoted(video.path)} has no sound: an interview is cut by what is said, so use another format."
        )
    return levels(Audio(video.path), rate, int(video.duration * rate))


def _transcripts(
    films: Sequence[Video], given: Transcript | Sequence[Transcript | None] | None
) -> list[Transcript | None]:
    """Each film's words: those given, else those beside it."""
    if given is None:
        paths = (words.beside(film.path) for film in films)
        talks = [None if path is None else words.transcript_of(path) for path in paths]
    else:
        talks = [given] if isinstance(given, Transcript) else list(given)
    if len(talks) != len(films):
        raise DataError(f"{len(talks)} transcripts can't be those of {len(films)} films: give one for each, or None.")
    for film, talk in zip(films, talks, strict=True):
        if talk is not None and talk.end > film.duration + _BEYOND:
            raise DataError(
                f"A transcript with words at {float(talk.end):.2f} s is not of {quoted(film.path)}, which lasts"
                f" {float(film.duration):.2f} s: lay the right one beside it."
            )
    return talks


def _gone(
    films: Sequence[Video], talks: Sequence[Transcript | None], edited: Path | None, names: Sequence[str] | None
) -> list[set[int]]:
    """The indices of each talk's words that are to go."""
    known = [talk.words if talk else () for talk in talks]
    gone = [words.fillers(talk, names) if talk else set[int]() for talk in talks]
    if edited is not None:
        if not any(known):
            raise _wordless(films)
        everywhere = words.deleted([*chain(*known)], words.edited_tokens(edited), edited)
        return [one | part for one, part in zip(gone, _parts(everywhere, known), strict=True)]
    for film, said, one in zip(films, known, gone, strict=True):
        path = words.edited_beside(film.path) if said else None
        one |= words.deleted(said, words.edited_tokens(path), path) if path else set()
    return gone


def _parts(indices: set[int], known: Sequence[Sequence[object]]) -> Iterator[set[int]]:
    """Indices into all words, as indices into each talk's."""
    first = 0
    for said in known:
        yield {index - first for index in indices if first <= index < first + len(said)}
        first += len(said)


def _wordless(films: Sequence[Video]) -> DataError:
    path, name = quoted(films[0].path), films[0].path.stem
    return DataError(f"No words of {path} are known: lay {name}.transcript.json, {name}.srt or {name}.vtt beside it.")


def _even(size: tuple[int, int]) -> tuple[int, int]:
    return max(16, size[0] // 2 * 2), max(16, size[1] // 2 * 2)
