"""The file that holds what is known of classes and of predictions.

    home/classroom.sqlite

It lies beside the runs, but nothing of it can be made again from them: a file of another version is never replaced.
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
"""


class ClassroomFile(Database):
    """The file, in the folder of the store (default: home()). Raises StoreError if it cannot be opened."""

    def __init__(self, root: Path | None = None) -> None:
        folder = root or home()
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder / "classroom.sqlite", _CREATE, VERSION, is_copy=False)
