"""What an engine gives for a sentence."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from laterna.errors import DataError
from laterna.media.files import quoted, written_whole


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A sentence as an engine says it.

    Attributes:
        samples: mono float32 in -1..1, or None from an engine that makes no sound.
        sample_rate: of the samples, in Hz.
        duration: seconds.
        marks: (character, seconds) pairs in order of time: when the engine begins what it reads at that
            character of the sentence. A word may have several (a number), or none (run together with another).
        phones: (phone, start, end) in order of time, in seconds; empty where the engine does not tell. They are
            named as the engine names them: ``laterna.voice.text.phones`` has those of the built-in voice and flite.
        estimated: the marks are guessed, not measured.
    """

    samples: np.ndarray | None
    sample_rate: int
    duration: Fraction
    marks: tuple[tuple[int, Fraction], ...]
    phones: tuple[tuple[str, Fraction, Fraction], ...] = ()
    estimated: bool = False

    def save(self, path: Path) -> None:
        """Write an .npz file; times stay exact."""
        times = [(self.sample_rate, *self.duration.as_integer_ratio())]
        times += [(character, *time.as_integer_ratio()) for character, time in self.marks]
        spans = [(*start.as_integer_ratio(), *end.as_integer_ratio()) for _, start, end in self.phones]
        samples = np.zeros(0, np.float32) if self.samples is None else self.samples
        with written_whole(path) as temporary:
            np.savez(
                temporary,
                times=np.array(times, np.int64),
                samples=samples,
                phones=np.array([phone for phone, _, _ in self.phones], np.str_),
                spans=np.array(spans, np.int64).reshape(-1, 4),
                estimated=np.array(self.estimated),
            )

    @classmethod
    def open(cls, path: Path) -> "Spoken":
        """Read what :meth:`save` wrote.

        Raises:
            DataError: the file is damaged.
        """
        try:
            with path.open("rb") as file, np.load(file) as stored:
                (rate, *duration), *marks = stored["times"].tolist()
                samples = stored["samples"]
                phones, spans = stored["phones"].tolist(), stored["spans"].tolist()
                estimated = bool(stored["estimated"])
        except (BadZipFile, EOFError, OSError, KeyError, ValueError) as error:
            raise DataError(f"{quoted(path)} is no whole spoken sentence: delete it.") from error
        return cls(
            samples if len(samples) else None,
            rate,
            Fraction(*duration),
            tuple((at, Fraction(*time)) for at, *time in marks),
            tuple((phone, Fraction(a, b), Fraction(c, d)) for phone, (a, b, c, d) in zip(phones, spans, strict=True)),
            estimated,
        )
