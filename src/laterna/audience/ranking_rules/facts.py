"""What rules know of the candidates: their rows of the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from laterna.audience.catalogue import Catalogue
from laterna.errors import DataError


@dataclass(frozen=True, eq=False)
class Candidates:
    """What a list is chosen from.

    Attributes:
        items: ids, (n,).
        frame: their rows of the catalogue, in the same order; all null for what is not in it.
        known: whether each is in the catalogue, (n,) bool.
    """

    items: tuple[str, ...]
    frame: pl.DataFrame
    known: np.ndarray

    @classmethod
    def of(cls, items: Sequence[str], catalogue: Catalogue) -> "Candidates":
        """Rows of a catalogue for these items."""
        asked = pl.DataFrame({"item": [*items]}, {"item": pl.String})
        marked = catalogue.frame.with_columns(_known=True)
        frame = asked.join(marked, on="item", how="left", maintain_order="left")
        known = frame["_known"].fill_null(False).to_numpy()
        return cls(tuple(items), frame.drop("_known"), known)

    def __len__(self) -> int:
        return len(self.items)

    def where(self, predicate: pl.Expr, what: str) -> np.ndarray:
        """For which candidates a predicate over the catalogue's columns is true, (n,) bool; not where it is unknown.

        Raises:
            DataError: it asks for a column that the catalogue lacks, or is no predicate; ``what`` names its rule.
        """
        try:
            found = self.frame.select(predicate.alias("_found"))["_found"]
        except pl.exceptions.PolarsError as error:
            reason = str(error).splitlines()[0]
            raise DataError(f"{what} can't be asked of the catalogue ({reason:.100}): name columns it has.") from error
        if found.dtype != pl.Boolean or len(found) != len(self):
            raise DataError(f"{what} is no yes or no for each item: write it as pl.col('year') >= 2020.")
        return found.fill_null(False).to_numpy()


def moment(at: datetime, what: str) -> datetime:
    """The time itself, once it says its zone.

    Raises:
        DataError: it has no time zone.
    """
    if at.tzinfo is None:
        raise DataError(f"{what} has the time {at:%Y-%m-%d %H:%M} of no zone: write datetime.now(UTC).")
    return at
