"""The database of feedback: its tables, its transactions, and its failures in words.

A connection lives for one transaction, so none is left open, and a process may fork at any time.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import SQLITE_BUSY, OperationalError
from typing import Any

from sqlalchemy import (
    JSON,
    URL,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from laterna.errors import DataError
from laterna.media.files import made_folder, quoted

_VERSION = 1  # of the tables; raised when an older Laterna could no longer read them
_PATIENCE = 30  # seconds that a writer waits for others, or anyone for a server
_DRIVER = "+pg8000"  # in PostgreSQL's URL, where it names none
_EXAMPLE = "write a file's path, or postgresql://user:password@host/database"
_LOCK = 0x6C61746E  # PostgreSQL's number for who makes the tables; any that nobody else takes

_tables = MetaData()
_about = Table("feedback_about", _tables, Column("version", Integer, primary_key=True))
versions = Table(
    "feedback_versions",
    _tables,
    Column("task", String, primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("features", JSON, nullable=False),
)
ratings = Table(
    "feedback_ratings",
    _tables,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", String, nullable=False),
    Column("task", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("rating", Integer, CheckConstraint("rating BETWEEN 1 AND 5"), nullable=False),
    ForeignKeyConstraint(["task", "sha256"], [versions.c.task, versions.c.sha256]),
    Index("feedback_ratings_of_task", "task"),
)
preferences = Table(
    "feedback_preferences",
    _tables,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", String, nullable=False),
    Column("task", String, nullable=False),
    Column("better", String(64), nullable=False),
    Column("worse", String(64), CheckConstraint("worse <> better"), nullable=False),
    ForeignKeyConstraint(["task", "better"], [versions.c.task, versions.c.sha256]),
    ForeignKeyConstraint(["task", "worse"], [versions.c.task, versions.c.sha256]),
    Index("feedback_preferences_of_task", "task"),
)


def connected(place: str | os.PathLike[str]) -> "Store":
    """The database at a path or URL, its tables made where there are none.

    Raises:
        DataError: it can't be reached or written, is broken, or is someone else's.
    """
    url = _url(place)
    name = quoted(url.database or "") if _local(url) else repr(url.render_as_string()).replace(_DRIVER, "")
    store = Store(_engine(url), name)
    store.prepare()
    return store


class Store:
    """A database by its engine; ``name`` is what messages call it, without its password."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine, self._name = engine, name

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole when the block ends well, and not at all otherwise.

        Raises:
            DataError: the database fails.
        """
        with self._named_errors(), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database.

        Raises:
            DataError: the database fails.
        """
        with self._named_errors(), self._engine.begin() as connection:
            yield connection

    def prepare(self) -> None:
        """Make the tables if there are none, and look at those that there are."""
        with self.reading() as connection:
            ready = self._is_ready(connection)
        if not ready:
            with self.writing() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
                if not self._is_ready(connection):  # another may have made them meanwhile
                    _tables.create_all(connection)
                    connection.execute(_about.insert().values(version=_VERSION))

    def _is_ready(self, connection: Connection) -> bool:
        """Whether the tables are there; an empty database may get them."""
        found = inspect(connection).get_table_names()
        if _about.name in found:
            version = connection.scalar(select(_about.c.version))
            if version is None or version > _VERSION:
                raise DataError(f"{self._name} was made by a newer Laterna (feedback {version}): update Laterna.")
            return True
        if found and connection.dialect.name == "sqlite":  # a house's PostgreSQL may well hold other tables
            raise DataError(f"{self._name} is a database of something else (its table {found[0]}): name another file.")
        return False

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except ModuleNotFoundError as error:
            raise DataError(_missing(error)) from error
        except (SQLAlchemyError, ValueError) as error:  # what JSON can't be read is a ValueError
            raise DataError(self._told(error)) from error

    def _told(self, error: Exception) -> str:
        """What failed, and how to mend it, in a sentence."""
        reason = _reason(error)
        if self._engine.dialect.name == "postgresql":
            return f"{self._name} can't be used ({reason}): check the address, and that PostgreSQL runs there."
        for sign, sentence in _SENTENCES.items():
            if sign in reason:
                return sentence.format(name=self._name)
        return f"{self._name} holds no feedback that can be read ({reason}): name another file."


_SENTENCES = {
    "not a database": "{name} is no database of feedback: name another file.",
    "malformed": "{name} is broken: put a copy in its place, or name another file.",
    "unable to open": "{name} can't be opened or written: choose another folder.",
    "readonly": "{name} may not be written: change its permissions, or name another file.",
    "locked": "{name} is held by another program: wait until that ends.",
    "full": "The disk is full while writing {name}: make room, then say it again.",
}


def _reason(error: Exception) -> str:
    """The database's own word for what failed, in a line."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    said = cause.args[0] if cause.args else ""
    text = said.get("M", "") if isinstance(said, Mapping) else cause  # "M": the message, in PostgreSQL's protocol
    return " ".join(str(text).split()).rstrip(".")


def _missing(error: ModuleNotFoundError) -> str:
    return f"PostgreSQL needs {error.name}: run `pip install {error.name}`."


def upsert(connection: Connection, *, task: str, sha256: str, features: Mapping[str, float]) -> None:
    """Keep a version; with features, they take the place of those that it had."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(versions)
    insert = insert.values(task=task, sha256=sha256, features=dict(features))
    key = [versions.c.task, versions.c.sha256]
    if features:
        connection.execute(insert.on_conflict_do_update(index_elements=key, set_={"features": dict(features)}))
    else:
        connection.execute(insert.on_conflict_do_nothing(index_elements=key))


def _url(place: str | os.PathLike[str]) -> URL:
    """A path, or a URL, as a URL whose driver is known; a file's path is absolute."""
    word = os.fspath(place)
    if "://" not in word:
        return _of_file(word)
    try:
        url = make_url(word)
        kind = url.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise DataError(f"'{word.partition('://')[0]}://...' is no database's address: {_EXAMPLE}.") from error
    if kind not in ("sqlite", "postgresql") or not url.database:
        raise DataError(f"{url.render_as_string()!r} can't hold feedback: {_EXAMPLE}.")
    if kind == "sqlite":
        return _of_file(url.database)
    return url.set(drivername=f"postgresql{_DRIVER}") if url.drivername == "postgresql" else url


def _of_file(word: str) -> URL:
    path = Path(word).expanduser().absolute()
    if "\0" in word or (path.exists() and not path.is_file()):
        raise DataError(f"{quoted(word)} is no file that a database can be in: name another.")
    return URL.create("sqlite", database=str(path))


def _local(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _engine(url: URL) -> Engine:
    try:
        if not _local(url):
            return create_engine(url, poolclass=NullPool, connect_args=_patient(url))
        made_folder(Path(url.database or "").parent)
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _PATIENCE})
    except ModuleNotFoundError as error:
        raise DataError(_missing(error)) from error
    except NoSuchModuleError as error:
        raise DataError(f"{url.drivername!r} is no driver that SQLAlchemy knows: write postgresql:// alone.") from error
    event.listen(engine, "connect", _connect)
    event.listen(engine, "begin", _begin)
    return engine


def _patient(url: URL) -> dict[str, Any]:
    """How long to wait for a server that doesn't answer."""
    return {"timeout": _PATIENCE} if url.drivername.endswith("pg8000") else {"connect_timeout": _PATIENCE}


def _connect(connection: Any, _: Any) -> None:
    """Leave transactions to us, and let readers and the writer work side by side.

    Of two who turn a new database to its journal at once SQLite refuses one without any wait: it tries again.
    """
    connection.isolation_level = None
    last = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except OperationalError as error:
            if error.sqlite_errorcode & 0xFF != SQLITE_BUSY or time.monotonic() > last:
                raise
            time.sleep(0.01)


def _begin(connection: Connection) -> None:
    """A writer takes its turn when it begins: one that had read first could not wait for it."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
