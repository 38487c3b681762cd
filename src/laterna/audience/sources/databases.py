"""Tables of databases, through SQLAlchemy."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl

from laterna.audience.sources.columns import framed
from laterna.errors import DataError

_AT_ONCE = 200_000  # rows
_KINDS = ("sqlite", "postgresql", "mysql", "mariadb", "oracle", "mssql", "duckdb", "snowflake", "bigquery", "redshift")


def is_database(url: str) -> bool:
    """Whether a URL is one of SQLAlchemy's, such as postgresql+pg8000://house/events."""
    return url.partition("://")[0].partition("+")[0].lower() in _KINDS


def read(url: str, table: str | None) -> tuple[pl.DataFrame, str]:
    """A table's rows, or a query's, and what messages call them, without a password.

    Args:
        url: SQLAlchemy's; ``#table`` may stand at its end.
        table: the name of a table or view, or a SELECT statement.

    Raises:
        DataError: no table is named, or the database can't be read.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    address, _, inside = url.partition("#")
    wanted = table or inside
    try:
        found = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise DataError(f"'{url.partition('://')[0]}://...' is no database's address: write it anew.") from error
    place = found.render_as_string()
    if not wanted:
        raise DataError(f"{place!r} is a database: name its table as well, as table='events' or {place}#events.")
    with _connected(found, place) as connection:
        return _rows(connection, wanted), f"{place!r}"


def _rows(connection: Any, wanted: str) -> pl.DataFrame:
    from sqlalchemy import MetaData, Table, select, text

    statement = (
        text(wanted) if _is_query(wanted) else select(Table(wanted, MetaData(), autoload_with=connection.engine))
    )
    result = connection.execution_options(stream_results=True).execute(statement)
    names = list(result.keys())
    parts = [framed(dict(zip(names, zip(*rows, strict=True), strict=True))) for rows in result.partitions(_AT_ONCE)]
    if not parts:
        return pl.DataFrame(schema=names)
    for name in names:
        _one_type(name, [part.schema[name] for part in parts])
    return pl.concat(parts, how="vertical_relaxed")


def _one_type(name: str, kinds: list[pl.DataType]) -> None:
    """Refuse a column of which some rows are text and others are not: joined, all would be text."""
    if pl.Object in kinds or (pl.String in kinds and any(kind not in (pl.String, pl.Null) for kind in kinds)):
        raise TypeError(name)


def _is_query(wanted: str) -> bool:
    return wanted.split(None, 1)[0].upper() in ("SELECT", "WITH")


@contextmanager
def _connected(url: Any, place: str) -> Iterator[Any]:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import NoSuchModuleError, NoSuchTableError, SQLAlchemyError
    from sqlalchemy.pool import NullPool

    try:
        with create_engine(url, poolclass=NullPool).connect() as connection:
            yield connection
    except NoSuchTableError as error:
        raise DataError(f"{place!r} has no table {str(error)!r}: check its name.") from error
    except ModuleNotFoundError as error:
        raise DataError(f"{place!r} needs {error.name}: run `pip install {error.name}`.") from error
    except NoSuchModuleError as error:
        raise DataError(f"{url.drivername!r} is no driver that SQLAlchemy knows: check the address.") from error
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split()).rstrip(".")
        raise DataError(f"{place!r} can't be read ({reason:.160}): check the address and the query.") from error
    except TypeError as error:
        raise DataError(
            f"{place!r} has values of mixed type in the column {str(error)!r}: cast them to text."
        ) from error
