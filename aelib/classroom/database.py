"""The file that holds what is known of classes and of predictions.

    home/classroom.sqlite

It lies beside the runs, but cannot be rebuilt from them. So a file of another version is never replaced.
"""

from pathlib import Path

from aelib.core.paths import home
from aelib.store.sqlite import Database

VERSION = 1

_CREATE = """
    CREATE TABLE IF NOT EXISTS guesses (
        serial INTEGER PRIMARY KEY, person TEXT NOT NULL, digest TEXT NOT NULL, item TEXT NOT NULL,
        answer TEXT NOT NULL, why TEXT NOT NULL, lesson TEXT NOT NULL, class TEXT NOT NULL,
        UNIQUE (person, digest, item)
    );
    CREATE INDEX IF NOT EXISTS guesses_by_class ON guesses (class, lesson, item);
    CREATE TABLE IF NOT EXISTS classes (
        id TEXT NOT NULL UNIQUE, code TEXT NOT NULL UNIQUE, title TEXT NOT NULL, frozen INTEGER NOT NULL,
        key TEXT NOT NULL, made TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS teachers (
        class TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (person, class)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS members (
        serial INTEGER PRIMARY KEY AUTOINCREMENT, class TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL,
        identifier TEXT NOT NULL, joined TEXT NOT NULL, folded TEXT NOT NULL,
        UNIQUE (person, class), UNIQUE (class, folded)
    );
    CREATE TABLE IF NOT EXISTS tasks (
        number INTEGER PRIMARY KEY AUTOINCREMENT, class TEXT NOT NULL, lesson TEXT NOT NULL, query TEXT NOT NULL,
        conditions TEXT NOT NULL, pinned TEXT NOT NULL, each INTEGER NOT NULL, at TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS tasks_by_class ON tasks (class, number);
    CREATE TABLE IF NOT EXISTS results (
        serial INTEGER PRIMARY KEY AUTOINCREMENT, class TEXT NOT NULL, person TEXT NOT NULL, digest TEXT NOT NULL,
        lesson TEXT NOT NULL, task INTEGER NOT NULL, met INTEGER NOT NULL, best REAL, figures TEXT NOT NULL,
        at TEXT NOT NULL, UNIQUE (class, person, digest, task)
    );
    CREATE INDEX IF NOT EXISTS results_by_class ON results (class, serial);
    CREATE TABLE IF NOT EXISTS checks (
        class TEXT NOT NULL, task INTEGER NOT NULL, person TEXT NOT NULL, digest TEXT NOT NULL, met INTEGER NOT NULL,
        best REAL, agrees INTEGER NOT NULL, at TEXT NOT NULL, PRIMARY KEY (class, task, person, digest)
    ) WITHOUT ROWID;
"""


class ClassroomFile(Database):
    """The file, in the folder of the store (default: home()). Raises StoreError if it cannot be opened."""

    def __init__(self, root: Path | None = None) -> None:
        folder = root or home()
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder / "classroom.sqlite", _CREATE, VERSION, is_copy=False)
