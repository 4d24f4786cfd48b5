"""The table of runs for lists: SQLite, one row a run. Everything in it can be made anew from the runs' folders."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypedDict

VERSION = 1  # of the table: a file of another version is thrown away and filled again


class Summary(TypedDict):
    """One run in a list. seconds of training; bytes on disk; created: UTC, ISO 8601."""

    digest: str
    created: str
    dataset: str
    architecture: str
    activation: str
    optimizer: str
    learning_rate: float
    seed: int
    learnt: int
    total: int
    wrong_pixels: int
    loss: float
    parameters: int
    epochs: int
    seconds: float
    device: str
    bytes: int


_COLUMNS = list(Summary.__annotations__)
_TYPES = {str: "TEXT", int: "INTEGER", float: "REAL"}
_DECLARED = ", ".join(f"{name} {_TYPES[kind]} NOT NULL" for name, kind in Summary.__annotations__.items())
_CREATE = f"""
    CREATE TABLE IF NOT EXISTS runs ({_DECLARED}, PRIMARY KEY (digest));
    CREATE INDEX IF NOT EXISTS by_time ON runs (created DESC);
    CREATE TABLE IF NOT EXISTS stamp (value TEXT NOT NULL);
    PRAGMA user_version = {VERSION};
"""


class Index:
    """Short connections, one for each call: safe between threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with self._connected() as connection:
                (version,) = connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.DatabaseError:
            version = -1
        if version not in (0, VERSION):
            for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                path.with_name(name).unlink(missing_ok=True)
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_CREATE)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=30)) as connection, connection:
            connection.row_factory = sqlite3.Row
            yield connection

    def put(self, digest: str, summary: Summary) -> None:
        names, marks = ", ".join(_COLUMNS), ", ".join(f":{name}" for name in _COLUMNS)
        with self._connected() as connection:
            connection.execute(f"INSERT OR REPLACE INTO runs ({names}) VALUES ({marks})", summary)  # noqa: S608

    def remove(self, digests: Iterable[str]) -> None:
        with self._connected() as connection:
            connection.executemany("DELETE FROM runs WHERE digest = ?", ((digest,) for digest in digests))

    def all(self) -> list[Summary]:
        """Every run, newest first."""
        with self._connected() as connection:
            rows = connection.execute("SELECT * FROM runs ORDER BY created DESC, digest").fetchall()
        return [Summary(**dict(row)) for row in rows]  # type: ignore[typeddict-item]

    def digests(self) -> set[str]:
        with self._connected() as connection:
            return {row["digest"] for row in connection.execute("SELECT digest FROM runs")}

    def stamp(self) -> str | None:
        """What `set_stamp` was last told: which state of the folders the table stands for."""
        with self._connected() as connection:
            row = connection.execute("SELECT value FROM stamp").fetchone()
        return row["value"] if row else None

    def set_stamp(self, value: str) -> None:
        with self._connected() as connection:
            connection.execute("DELETE FROM stamp")
            connection.execute("INSERT INTO stamp VALUES (?)", (value,))
