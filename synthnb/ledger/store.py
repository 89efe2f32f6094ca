"""Where the entries lie: one table in SQLite or PostgreSQL, which only grows.

SQLAlchemy speaks to both. A writer holds the only lock that there is (SQLite's own, or an advisory
lock of PostgreSQL), and a transaction is on disk when it ends.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from synthnb.errors import MissingExtraError, Problem, SynthnbError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

TIMEOUT = 30.0  # seconds that one process waits for another
_LOCK = 0x73796E74686E62  # one lock of PostgreSQL for all ledgers of a database: "synthnb"
_COLUMNS = "seq, dossier, entry, sha256"


class Row(NamedTuple):
    """One entry as it lies in the table."""

    seq: int
    dossier: str | None
    entry: str
    sha256: str


SQLITE = {
    "entries": (
        "CREATE TABLE entries (seq INTEGER PRIMARY KEY AUTOINCREMENT, dossier TEXT,"
        " entry TEXT NOT NULL, sha256 TEXT NOT NULL)"
    ),
    "entries_only_grow": (
        "CREATE TRIGGER entries_only_grow BEFORE INSERT ON entries"
        " WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM entries)"
        " BEGIN SELECT RAISE(ABORT, 'entries are only appended'); END"
    ),
    "entries_never_change": (
        "CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries"
        " BEGIN SELECT RAISE(ABORT, 'entries never change'); END"
    ),
    "entries_never_go": (
        "CREATE TRIGGER entries_never_go BEFORE DELETE ON entries"
        " BEGIN SELECT RAISE(ABORT, 'entries never go'); END"
    ),
}
POSTGRES = {
    "entries": (
        "CREATE TABLE entries (seq BIGINT PRIMARY KEY, dossier TEXT,"
        " entry TEXT NOT NULL, sha256 TEXT NOT NULL)"
    ),
    "entries_grow": (
        "CREATE FUNCTION entries_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP <> 'INSERT' THEN RAISE EXCEPTION 'entries never change'; END IF;"
        " IF NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM entries)"
        " THEN RAISE EXCEPTION 'entries are only appended'; END IF;"
        " RETURN NEW; END $$"
    ),
    "entries_guard": (
        "CREATE TRIGGER entries_guard BEFORE INSERT OR DELETE OR UPDATE ON entries"
        " FOR EACH ROW EXECUTE FUNCTION entries_grow()"
    ),
    "entries_kept": (
        "CREATE TRIGGER entries_kept BEFORE TRUNCATE ON entries"
        " FOR EACH STATEMENT EXECUTE FUNCTION entries_grow()"
    ),
}


class Database:
    """One transaction on the table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.is_sqlite = connection.dialect.name == "sqlite"

    def is_made(self) -> bool:
        """Return whether there is anything in the database yet."""
        if self.is_sqlite:
            return self._one("SELECT 1 FROM sqlite_master") is not None
        return self._one("SELECT to_regclass('entries')") is not None

    def make(self) -> None:
        """Make table and triggers where there is nothing."""
        if not self.is_sqlite:
            self._connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
            self._connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if not self.is_made():
            for statement in (SQLITE if self.is_sqlite else POSTGRES).values():
                self._connection.exec_driver_sql(statement)

    def rows(self, *, since: int | None = None, last: bool = False) -> list[Row]:
        """Return all rows in order, those from a number on, or the last alone."""
        if not self.is_made():
            return []
        where = "" if since is None else f"WHERE seq >= {since:d} "
        order = "DESC LIMIT 1" if last else "ASC"
        found = self._connection.exec_driver_sql(
            f"SELECT {_COLUMNS} FROM entries {where}ORDER BY seq {order}"  # noqa: S608 -- no text
        )
        return [Row(*row) for row in found]

    def insert(self, row: tuple[int, str | None, str, str]) -> None:
        """Add a row."""
        from sqlalchemy import text

        self._connection.execute(
            text(f"INSERT INTO entries ({_COLUMNS}) VALUES (:seq, :dossier, :entry, :sha256)"),  # noqa: S608
            dict(zip(_COLUMNS.split(", "), row, strict=True)),
        )

    def guards(self) -> Iterator[Problem]:
        """See that the table and its triggers are those that we made, and no others."""
        if not self.is_made():
            return
        if self.is_sqlite:
            expected = dict(SQLITE)
            stored = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        else:
            expected = {
                "entries_grow": POSTGRES["entries_grow"].split("$$")[1],
                "entries_guard": f"O {POSTGRES['entries_guard']}",  # O: enabled
                "entries_kept": f"O {POSTGRES['entries_kept']}",
            }
            stored = (
                "SELECT tgname::text, tgenabled::text || ' ' || pg_get_triggerdef(oid, true)"
                " FROM pg_trigger WHERE tgrelid = 'entries'::regclass AND NOT tgisinternal"
                " UNION ALL SELECT proname::text, prosrc FROM pg_proc"
                " WHERE oid = to_regproc('entries_grow')"
            )
        found = {str(name): value for name, value in self._connection.exec_driver_sql(stored)}
        names = sorted(
            name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)
        )
        if names:
            yield Problem(", ".join(names), "the guards of the ledger were changed")

    def highest(self) -> int:
        """Return the number of the last entry that was ever written, where the database knows."""
        if not self.is_sqlite or not self.is_made():
            return 0
        return int(self._one("SELECT seq FROM sqlite_sequence WHERE name = 'entries'") or 0)

    def _one(self, statement: str) -> Any:
        return self._connection.exec_driver_sql(statement).scalar()


@contextlib.contextmanager
def opened(place: Path | str, *, write: bool = False) -> Iterator[Database]:
    """Open the database for one transaction, or an empty one where there is none to read.

    Raises
    ------
    SynthnbError
        When it cannot be used; a password in a URL is not shown.
    MissingExtraError
        For PostgreSQL without its driver.
    """
    from sqlalchemy.exc import SQLAlchemyError

    try:
        engine = _engine(place, write=write)
        with engine.begin() as connection:
            database = Database(connection)
            if write:
                database.make()
            yield database
    except SQLAlchemyError as exc:
        said = str(getattr(exc, "orig", None) or exc).strip().partition("\n")[0]
        kept = "nothing was written; " if write and isinstance(place, Path) else ""
        raise SynthnbError(
            f"{spoken(place)} cannot be used as a ledger: {said}.",
            advice=f"{kept}see that it is a ledger, that the disk has room and that you may write, "
            "then try again",
        ) from exc
    except ModuleNotFoundError as exc:
        if exc.name and exc.name.startswith("psycopg"):
            raise MissingExtraError("psycopg, the driver of PostgreSQL,", "postgres") from None
        raise


def spoken(place: Path | str) -> str:
    """Return a place as it may be printed: without a password."""
    if isinstance(place, Path):
        return str(place)
    from sqlalchemy.engine import make_url

    return make_url(place).render_as_string(hide_password=True)


def _engine(place: Path | str, *, write: bool) -> Engine:
    from sqlalchemy import URL, create_engine, event
    from sqlalchemy.pool import NullPool

    if not isinstance(place, Path):
        return create_engine(place, poolclass=NullPool)
    exists = write or place.exists()
    file = place.absolute().as_uri()
    # A URI, so that reading never makes a file.
    url = URL.create("sqlite", database=file if exists else ":memory:", query={})
    if exists:
        url = url.update_query_dict({"mode": "rwc" if write else "rw", "uri": "true"})
    options = {"timeout": TIMEOUT, "isolation_level": None}
    engine = create_engine(url, poolclass=NullPool, connect_args=options)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.text_factory = lambda data: data.decode(errors="replace")
        connection.execute("PRAGMA synchronous = EXTRA")

    @event.listens_for(engine, "begin")
    def _began(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN DEFERRED")

    return engine
