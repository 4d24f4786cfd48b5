"""One small SQLite file: transactions, damage, versions, many at once."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from aelib.core.errors import StoreError
from aelib.store.sqlite import Database

CREATE = "CREATE TABLE IF NOT EXISTS things (name TEXT PRIMARY KEY)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "things.sqlite"


def _add(database: Database, name: str) -> None:
    with database.connected() as connection:
        connection.execute("INSERT INTO things VALUES (?)", (name,))


def _names(database: Database) -> list[str]:
    with database.connected() as connection:
        return [row["name"] for row in connection.execute("SELECT name FROM things ORDER BY name")]


def test_what_was_written_is_there_when_it_is_opened_again(path: Path) -> None:
    _add(Database(path, CREATE, 1), "a")
    assert _names(Database(path, CREATE, 1)) == ["a"]


def test_a_block_that_fails_leaves_nothing(path: Path) -> None:
    database = Database(path, CREATE, 1)

    def add_and_fail() -> None:
        with database.connected() as connection:
            connection.execute("INSERT INTO things VALUES ('a')")
            raise RuntimeError("half done")

    with pytest.raises(RuntimeError, match="half done"):
        add_and_fail()
    assert _names(database) == []


def test_an_error_of_sqlite_names_the_file_and_what_to_do(path: Path) -> None:
    database = Database(path, CREATE, 1)
    _add(database, "a")
    with pytest.raises(StoreError, match=r"things\.sqlite cannot be read or written .*AELIB_HOME") as refused:
        _add(database, "a")
    assert "\n" not in str(refused.value)
    assert _names(database) == ["a"]


@pytest.mark.parametrize("content", [b"this is no database, and long enough to be read as one" * 20, b"short"])
def test_a_file_that_is_no_database_begins_again(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.with_name(f"{path.name}-wal").write_bytes(content)
    database = Database(path, CREATE, 1)
    _add(database, "a")
    assert _names(database) == ["a"]


@pytest.mark.parametrize(("version", "left"), [(1, ["a"]), (2, [])])
def test_another_version_begins_again(path: Path, version: int, left: list[str]) -> None:
    _add(Database(path, CREATE, 1), "a")
    assert _names(Database(path, CREATE, version)) == left


def test_a_file_that_cannot_be_opened_is_not_deleted(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError, match="cannot be read or written"):
        Database(path, CREATE, 1)
    assert path.is_dir()


def test_a_database_that_somebody_is_writing_stays_readable(path: Path) -> None:
    database = Database(path, CREATE, 1)
    _add(database, "a")
    with closing(sqlite3.connect(path)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("INSERT INTO things VALUES ('b')")
        assert _names(database) == ["a"]
        writing.commit()
    assert _names(database) == ["a", "b"]


def test_threads_may_write_at_once(path: Path) -> None:
    database = Database(path, CREATE, 1)
    threads = [
        threading.Thread(target=lambda n=n: [_add(database, f"{n}-{i}") for i in range(20)])  # type: ignore[misc]
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(_names(database)) == 80
