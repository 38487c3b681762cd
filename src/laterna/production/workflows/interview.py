"""An interview: talks made tight by their own words, which lie beside them, and by those that the user left."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pydantic

from laterna import editing
from laterna.editing.tidying.words import beside, transcript_of
from laterna.media.transcript import Transcript
from laterna.media.video import Video
from laterna.production.store import Version


class Tidying(pydantic.BaseModel):
    """What ``tidy`` of ``[steps.cut]`` may say, with the names and defaults of :func:`laterna.editing.tidy`."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    threshold: float | None = None
    before: float | None = None
    after: float | None = None
    least_silence: float | None = None
    least_speech: float | None = None
    fillers: list[str] | None = None
    punch_in: float | None = None

    def said(self) -> dict[str, Any]:
        """What it says."""
        return self.model_dump(exclude_none=True)


def known_words(films: Sequence[Path], transcripts: Sequence[Version], language: str) -> list[Transcript | None]:
    """Each film's words, where they are among ``transcripts``, which lie beside the films."""
    files = {version.path for version in transcripts}
    paths = [beside(film) for film in films]
    return [transcript_of(path, language) if path is not None and path in files else None for path in paths]


def tidied(
    films: Sequence[Path],
    words: Sequence[Transcript | None],
    left: Version,
    wishes: Tidying,
    *,
    music: Path | None,
    title: str | None,
    rate: Fraction,
    size: tuple[int, int],
    folder: Path,
) -> otio.schema.Timeline:
    """The films' talks, tight; ``left`` is the words that the user left where it is a file, made by hand."""
    return editing.tidy(
        [Video(film) for film in films],
        transcript=words,
        edited=left.path if left.path.is_file() else None,
        music=music,
        title=title,
        rate=rate,
        size=size,
        folder=folder,
        **wishes.said(),
    )
