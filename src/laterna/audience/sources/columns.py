"""Columns of foreign tables: known by their usual names, and turned into ids, times, ratings and lists.

Each function raises a DataError of one sentence that says what is wrong, in which column and row, and how to mend it.
Rows are counted from 1, without a header.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from laterna.errors import DataError

TIME = pl.Datetime("us", "UTC")
LIST_MARK = "|"  # between genres or tags in one cell of a CSV file
_FIRST_YEAR = 1900  # what is said to be older was filled in where no time was known
# The largest number that is seconds since 1970, then milliseconds, then microseconds; each is about the year 5138.
_SECONDS, _MILLISECONDS, _MICROSECONDS = 1e11, 1e14, 1e17
_CALENDAR = 19_000_101, 21_001_231  # such numbers are dates, not seconds of 1970
_ISO_8601 = (
    r"^(?<date>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?<clock>\d\d:\d\d)(?<seconds>:\d\d(?:\.\d{1,9})?)?\s*(?<zone>Z|UTC|[+-]\d\d:?\d\d)?)?$"
)
_MISSING = ("", "nan", "null", "none", "na", "n/a")
_WHOLE, _DECIMAL = r"^-?\d+$", r"^-?\d+\.0+$"


def framed(columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """A frame of columns by name; a column whose values are of several types becomes one of objects."""
    return pl.DataFrame([_series(name, values) for name, values in columns.items()])


def _series(name: str, values: Sequence[Any]) -> pl.Series:
    numbers = all(value is None or type(value) in (int, float) for value in values)
    try:
        return pl.Series(name, values, strict=not numbers)
    except (TypeError, OverflowError, pl.exceptions.PolarsError):
        return pl.Series(name, list(values), dtype=pl.Object)


def renamed(
    frame: pl.DataFrame, synonyms: Mapping[str, Sequence[str]], needed: Iterable[str], place: str
) -> pl.DataFrame:
    """The frame with its columns under our names.

    Args:
        frame: as it was found.
        synonyms: our name -> the usual ones, in small letters and digits alone ("userid" is also userId and user_id).
        needed: which of ours have to be there.
        place: what the frame is called in messages.
    """
    found = {role: _column(frame.columns, role, names, place) for role, names in synonyms.items()}
    for role in needed:
        if found[role] is None:
            raise DataError(_lacking(frame.columns, role, synonyms[role], place))
    return frame.rename({column: role for role, column in found.items() if column not in (None, role)})


def role_of(column: str, synonyms: Mapping[str, Sequence[str]]) -> str | None:
    """Which of our columns one of that name is, if any."""
    plain = _plain(column)
    return next((role for role, names in synonyms.items() if plain in (role, *names)), None)


def _column(columns: Sequence[str], role: str, names: Sequence[str], place: str) -> str | None:
    if role in columns:
        return role
    found = [column for column in columns if _plain(column) in (role, *names)]
    if len(found) > 1:
        both = " and ".join(map(repr, found[:2]))
        raise DataError(f"{place} has two columns that may be the {role}, {both}: name one of them {role!r}.")
    return found[0] if found else None


def _lacking(columns: Sequence[str], role: str, names: Sequence[str], place: str) -> str:
    spelled = {_plain(column): column for column in columns}
    near = [close for name in (role, *names) for close in difflib.get_close_matches(name, spelled, 1, 0.75)]
    if near:
        return f"{place} lacks the column {role!r}: the nearest is {spelled[near[0]]!r}, so name it {role!r} if it is."
    told = ", ".join(map(repr, columns[:8])) or "none"
    return f"{place} lacks the column {role!r}: it has {told}; name the right one {role!r}."


def _plain(name: str) -> str:
    """A column's name in small letters and digits; RecBole's "user_id:token" is "userid"."""
    return re.sub(r"[\W_]", "", name.partition(":")[0].lower())


def ids(column: pl.Series, place: str) -> pl.Series:
    """Ids as text: whole numbers and words; none missing, and all written in one way."""
    name, kind = column.name, column.dtype
    if kind == pl.Object:
        types = sorted({type(value).__name__ for value in column if value is not None})
        told = " and ".join(types[:2])
        raise DataError(f"{place} has {name} ids of mixed type, {told}: write all of them as text.")
    if not (kind.is_integer() or kind in (pl.String, pl.Categorical, pl.Enum, pl.Null)):
        raise DataError(f"{place} has {name} ids of the type {kind}: make them whole numbers or text.")
    text = column.cast(pl.String)
    each = text.unique()  # of millions of rows, few
    if _nothing(each).any():
        _refuse(_nothing(text), text, f"no {name} id", place)
    if kind == pl.String:
        _one_spelling(each.sort(), place)
    return text


def _nothing(text: pl.Series) -> pl.Series:
    return text.is_null() | text.str.to_lowercase().is_in(_MISSING)


def _one_spelling(text: pl.Series, place: str) -> None:
    """Refuse 7 beside 7.0: a program that knew no missing whole numbers made decimals of some."""
    decimals = text.filter(text.str.contains(_DECIMAL))
    if len(decimals) and len(wholes := text.filter(text.str.contains(_WHOLE))):
        both = f"{wholes[0]!r} and {decimals[0]!r}"
        raise DataError(f"{place} has {text.name} ids of mixed type, {both}: write all of them as whole numbers.")


def times(column: pl.Series, place: str) -> pl.Series:
    """Times in UTC, microseconds: from dates, ISO 8601 text (UTC unless it says its zone), and numbers since 1970.

    Numbers are seconds up to 1e11, milliseconds up to 1e14, microseconds up to 1e17 and nanoseconds above; the
    column's largest decides for all.
    """
    found = _times(column, place)
    _refuse(found.is_null(), column, "no time that can be read", place, "write ISO 8601 or seconds since 1970")
    _refuse(found.dt.year() < _FIRST_YEAR, found, f"a time before {_FIRST_YEAR}", place)
    return found


def optional_times(column: pl.Series, place: str) -> pl.Series:
    """Times as :func:`times` reads them; null where a cell is empty."""
    if column.dtype == pl.String:
        column = _without(column, column.str.strip_chars() == "")
    found = _times(column, place)
    _refuse(found.is_null() & column.is_not_null(), column, f"{_one(column)} that is no time", place)
    return found


def _times(column: pl.Series, place: str) -> pl.Series:
    kind = column.dtype
    if kind == pl.String:
        numbers = column.str.strip_chars().cast(pl.Float64, strict=False)
        return _since_1970(numbers, place) if numbers.is_not_null().any() else _iso_8601(column)
    if kind.is_numeric():
        return _since_1970(column, place)
    if isinstance(kind, pl.Datetime) and kind.time_zone:
        return column.dt.convert_time_zone("UTC").cast(TIME)
    if kind in (pl.Datetime, pl.Date):
        return column.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if kind == pl.Null:
        return column.cast(TIME)
    raise DataError(f"{place} has {_one(column)} of the type {kind}: write dates, or seconds since 1970.")


def _iso_8601(column: pl.Series) -> pl.Series:
    parts = column.str.strip_chars().str.extract_groups(_ISO_8601).struct.unnest()
    zone = pl.col("zone").replace({"Z": "+0000", "UTC": "+0000"}).str.replace(":", "", literal=True)
    whole = pl.concat_str(
        pl.col("date"),
        pl.col("clock").fill_null("00:00"),
        pl.col("seconds").fill_null(":00"),
        zone.fill_null("+0000"),
    )
    return parts.select(whole.str.to_datetime("%Y-%m-%d%H:%M:%S%.f%z", time_unit="us", strict=False)).to_series()


def _since_1970(numbers: pl.Series, place: str) -> pl.Series:
    if numbers.dtype.is_float():
        numbers = _without(numbers, ~numbers.is_finite())
    wide = numbers.cast(pl.Float64 if numbers.dtype.is_float() else pl.Int64, strict=False)
    if wide.is_between(*_CALENDAR).sum() == len(wide) > 0:
        raise DataError(f"{place} has dates that are written as numbers, such as {numbers[0]}: write 2024-12-31.")
    most = _largest(wide)
    if most > _MICROSECONDS:
        whole = wide // 1000
    else:
        whole = wide * (1_000_000 if most <= _SECONDS else 1000 if most <= _MILLISECONDS else 1)
    return whole.cast(pl.Int64, strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _largest(numbers: pl.Series) -> float:
    most: Any = numbers.abs().max()
    return 0.0 if most is None else float(most)


def not_after(column: pl.Series, now: datetime | None, place: str) -> None:
    """Refuse times that are more than a day ahead; a day is what clocks without a time zone may be wrong by."""
    latest = (now or datetime.now(UTC)).timestamp() * 1e6 + 86_400e6
    late = column.dt.timestamp("us") > int(latest)
    _refuse(late, column, "a time in the future", place, "mend it, or its unit")


def ratings(column: pl.Series, place: str) -> pl.Series:
    """Ratings as Float32, null where there is none; NaN and infinite ones are refused."""
    if column.dtype == pl.String:
        column = _without(column, column.str.strip_chars() == "")
    elif not (column.dtype.is_numeric() or column.dtype == pl.Null):
        raise DataError(f"{place} has {_one(column)} of the type {column.dtype}: make it a number.")
    found = column.cast(pl.Float32, strict=False)
    _refuse(found.is_null() & column.is_not_null(), column, f"{_one(column)} that is no number", place)
    _refuse(found.is_nan().fill_null(False), column, f"the {column.name} NaN", place, "leave it empty")
    _refuse(found.is_infinite().fill_null(False), column, f"an infinite {column.name}", place, "leave it empty")
    return found


def lists(column: pl.Series, place: str) -> pl.Series:
    """Lists of words, from lists or from text with ``|`` between them; without empty and repeated words."""
    if column.dtype == pl.String:
        column = column.str.split(LIST_MARK)
    elif column.dtype == pl.Null:
        column = column.cast(pl.List(pl.String))
    elif not (isinstance(column.dtype, pl.List) and column.dtype.inner in (pl.String, pl.Null)):
        raise DataError(f"{place} has {column.name} of the type {column.dtype}: write words with | between them.")
    words = column.cast(pl.List(pl.String)).list.eval(pl.element().str.strip_chars().replace("", None).drop_nulls())
    return words.list.unique(maintain_order=True).fill_null([])


def whole_numbers(column: pl.Series, place: str, least: int, most: int) -> pl.Series:
    """Whole numbers as Int32, null where there are none."""
    text = column.cast(pl.String, strict=False) if column.dtype != pl.Object else column.map_elements(str, pl.String)
    text = _without(text, text.str.strip_chars() == "")
    found = text.cast(pl.Float64, strict=False)
    wrong = found.is_null() | (found != found.floor()) | ~found.is_between(least, most)
    _refuse(text.is_not_null() & wrong, text, f"{_one(column)} that is no number from {least} to {most}", place)
    return found.cast(pl.Int32)


def _one(column: pl.Series) -> str:
    return f"{'an' if column.name[0] in 'aeiou' else 'a'} {column.name}"


def _without(column: pl.Series, wrong: pl.Series) -> pl.Series:
    """Null where it is wrong."""
    return column.zip_with(~wrong.fill_null(True), pl.Series([None], dtype=column.dtype))


def _refuse(wrong: pl.Series, column: pl.Series, what: str, place: str, mend: str = "mend or remove it") -> None:
    """Raise where a row is wrong, and say how many are and which is the first."""
    count = int(wrong.sum())
    if count:
        row = int(wrong.arg_true()[0])
        value = "" if column[row] is None else f" ({' '.join(str(column[row]).split()):.40})"
        others = f", and so have {count - 1} more rows" if count > 1 else ""
        raise DataError(f"{place} has {what} in row {row + 1}{value}{others}: {mend}.")
