"""Who trained which run on this server, so that people may delete only their own runs.

A person is just a random name that is stored in one browser. The table is an SQLite file in the store's folder; if it
is lost, the runs stay, and only an administrator can delete them.
"""

from collections.abc import Iterable
from pathlib import Path

from .sqlite import Database

VERSION = 1

_CREATE = """
    CREATE TABLE IF NOT EXISTS owners (digest TEXT, person TEXT, PRIMARY KEY (digest, person)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS by_person ON owners (person);
"""


class Owners(Database):
    """The table of runs and the people who trained them."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _CREATE, VERSION)

    def add(self, digest: str, people: Iterable[str]) -> None:
        """Record that these people trained the run. The empty name owns nothing."""
        rows = [(digest, person) for person in people if person]
        if rows:
            with self.connected() as connection:
                connection.executemany("INSERT OR IGNORE INTO owners VALUES (?, ?)", rows)

    def of(self, digest: str) -> set[str]:
        """The people who trained this run."""
        with self.connected() as connection:
            return {row[0] for row in connection.execute("SELECT person FROM owners WHERE digest = ?", (digest,))}

    def runs(self, person: str) -> set[str]:
        """The digests of this person's runs."""
        with self.connected() as connection:
            return {row[0] for row in connection.execute("SELECT digest FROM owners WHERE person = ?", (person,))}

    def remove(self, digest: str, person: str | None = None) -> None:
        """Remove one person of a run, or all of them."""
        one = "" if person is None else " AND person = ?"
        values = (digest,) if person is None else (digest, person)
        with self.connected() as connection:
            connection.execute(f"DELETE FROM owners WHERE digest = ?{one}", values)  # noqa: S608 - ours
