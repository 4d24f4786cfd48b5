"""A small SQLite file with one short connection per call, so that it is safe between threads and processes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from aelib.core.errors import StoreError


class Database:
    """An SQLite file. It raises StoreError, here and in every use, if the file cannot be read or written.

    Args:
        path: the file.
        create: SQL that creates the tables.
        version: version of the tables; a file with another version, or that is not a database, is deleted and created
            again.
        is_copy: whether all of its content can be restored from elsewhere. If not, such a file is kept, and StoreError
            is raised.
    """

    def __init__(self, path: Path, create: str, version: int, is_copy: bool = True) -> None:
        self.path = path
        try:
            with _connection(path) as connection:
                (found,) = connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.OperationalError as error:  # busy or unreadable: the file must not be deleted
            raise self._error(error) from None
        except sqlite3.DatabaseError:  # not a database
            found = -1
        if found not in (0, version):
            if not is_copy:
                raise StoreError(
                    "{path} is damaged or of another version of this program: use that version, or move the file away.",
                    path=path,
                )
            for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                path.with_name(name).unlink(missing_ok=True)
        with self.connected() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"{create}; PRAGMA user_version = {version};")

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end of the block, rolled back if the block raises an error."""
        try:
            with _connection(self.path) as connection:
                yield connection
        except sqlite3.Error as error:
            raise self._error(error) from None

    def _error(self, error: sqlite3.Error) -> StoreError:
        return StoreError(
            "{path} cannot be read or written ({error}): make room, or choose another AELIB_HOME.",
            path=self.path,
            error=str(error),
        )


@contextmanager
def _connection(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
        connection.row_factory = sqlite3.Row
        # with WAL, a power cut loses the last entries, not the whole file
        connection.execute("PRAGMA synchronous = NORMAL")
        yield connection
