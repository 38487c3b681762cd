"""The folders of MovieLens, as GroupLens ships them (Harper and Konstan 2015, doi:10.1145/2827872).

ml-latest*, ml-20m, ml-25m and ml-32m are CSV files; ml-1m and ml-10m have ``::`` between fields; ml-100k has tabs and
bars. Demographic files (u.user, users.dat) are never opened.
"""

from pathlib import Path

import polars as pl

from laterna.errors import DataError, MediaError
from laterna.media.files import quoted, regular_file

_EVENTS = ("ratings.csv", "u.data", "ratings.dat")
_ITEMS = ("movies.csv", "u.item", "movies.dat")
_RATING = ["user", "item", "rating", "time"]
# The 19 flags at the end of a line of u.item, as the set's README names them.
_GENRES = (
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama"),
    *("Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
_NO_GENRES = ("(no genres listed)", "unknown", "")
_YEAR = r"\((\d{4})(?:[-–]\d{0,4})?\)\s*$"


def events(folder: Path) -> pl.DataFrame:
    """A folder's ratings: user, item, rating and time as text, seconds since 1970.

    Raises:
        DataError: it is no folder of MovieLens.
    """
    file = _of(folder, _EVENTS)
    if file is None:
        raise DataError(
            f"{quoted(folder)} holds no events: it has neither an events.parquet nor one of MovieLens's files"
            f" ({', '.join(_EVENTS)}); name a file of events."
        )
    if file.suffix == ".csv":
        return _csv(file, user="userId", item="movieId", rating="rating", time="timestamp")
    return fields(file, "::" if file.suffix == ".dat" else "\t", _RATING)


def items(folder: Path) -> pl.DataFrame | None:
    """A folder's films: item, title, year, genres and tags (what users said most often first); None if there are none.

    Raises:
        MediaError: a file is broken.
    """
    file = _of(folder, _ITEMS)
    if file is None:
        return None
    films = {"movies.csv": _movies_csv, "u.item": _u_item, "movies.dat": _movies_dat}[file.name](file)
    title = pl.col("title").str.replace(_YEAR, "").str.strip_chars()
    films = films.with_columns(
        title=pl.when(title == "").then("title").otherwise(title),
        year=pl.col("title").str.extract(_YEAR).cast(pl.Int32, strict=False),
        genres=pl.col("genres").list.filter(~pl.element().is_in(_NO_GENRES)),
    )
    return films.join(_tags(folder), on="item", how="left", maintain_order="left")


def _movies_csv(file: Path) -> pl.DataFrame:
    films = _csv(file, item="movieId", title="title", genres="genres")
    return films.with_columns(pl.col("genres").fill_null("").str.split("|"))


def _movies_dat(file: Path) -> pl.DataFrame:
    films = fields(file, "::", ["item", "title", "genres"])
    return films.with_columns(pl.col("genres").str.split("|"))


def _u_item(file: Path) -> pl.DataFrame:
    names = ["item", "title", "released", "video", "imdb", *_GENRES]
    films = fields(file, "|", names)
    flagged = pl.concat_list(pl.when(pl.col(name) == "1").then(pl.lit(name)) for name in _GENRES).list.drop_nulls()
    return films.select("item", "title", genres=flagged)


def _tags(folder: Path) -> pl.DataFrame:
    """Each film's tags in small letters, those of most users first."""
    if (file := folder / "tags.csv").is_file():
        said = _csv(file, item="movieId", tag="tag")
    elif (file := folder / "tags.dat").is_file():
        said = fields(file, "::", ["user", "item", "tag", "time"]).select("item", "tag")
    else:
        return pl.DataFrame(schema={"item": pl.String, "tags": pl.List(pl.String)})
    said = said.with_columns(pl.col("tag").str.to_lowercase().str.strip_chars()).drop_nulls()
    counts = said.group_by("item", "tag").len().sort("item", "len", "tag", descending=[False, True, False])
    return counts.group_by("item", maintain_order=True).agg(tags="tag")


def _of(folder: Path, names: tuple[str, ...]) -> Path | None:
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _csv(file: Path, **names: str) -> pl.DataFrame:
    """Columns under our names, as text."""
    try:
        found = pl.read_csv(regular_file(file), infer_schema=False, glob=False)
    except pl.exceptions.PolarsError as error:
        raise MediaError(f"{quoted(file)} is no CSV file of MovieLens, or is broken: copy it anew.") from error
    if missing := [name for name in names.values() if name not in found.columns]:
        raise MediaError(f"{quoted(file)} lacks the column {missing[0]!r}: copy it anew.")
    return found.select(**names)


def fields(file: Path, mark: str, names: list[str]) -> pl.DataFrame:
    """The lines of a file without a header, split into text columns; latin-1 where it is not UTF-8.

    Raises:
        MediaError: a line has more or fewer.
    """
    data = regular_file(file).read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError:  # ml-100k and ml-1m are older than UTF-8's victory
        text = data.decode("latin-1")
    lines = pl.Series("line", text.split("\n")).str.strip_chars_end("\r")
    parts = lines.str.split(mark)
    wrong = (parts.list.len() != len(names)) & (lines != "")
    if wrong.any():
        line = int(wrong.arg_true()[0])
        raise MediaError(
            f"{quoted(file)} has {parts.list.len()[line]} fields in line {line + 1}, not {len(names)}: copy it anew."
        )
    return parts.filter(lines != "").list.to_struct(fields=names).struct.unnest()
