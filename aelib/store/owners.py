"""Whose runs are whose: the people of one server who had a run trained, so that each may remove only their own.

A person is a random name for one browser, no more. SQLite beside the runs; where it is lost, runs stay and only an
administrator removes them.
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
    """The table of who had which run trained."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _CREATE, VERSION)

    def add(self, digest: str, people: Iterable[str]) -> None:
        """These people had the run trained. A person without a name owns nothing."""
        rows = [(digest, person) for person in people if person]
        if rows:
            with self.connected() as connection:
                connection.executemany("INSERT OR IGNORE INTO owners VALUES (?, ?)", rows)

    def of(self, digest: str) -> set[str]:
        """Who had it trained."""
        with self.connected() as connection:
            return {row[0] for row in connection.execute("SELECT person FROM owners WHERE digest = ?", (digest,))}

    def runs(self, person: str) -> set[str]:
        """The digests of the runs that this person had trained."""
        with self.connected() as connection:
            return {row[0] for row in connection.execute("SELECT digest FROM owners WHERE person = ?", (person,))}

    def remove(self, digest: str, person: str | None = None) -> None:
        """Forget that the person, or anybody, had it trained."""
        one = "" if person is None else " AND person = ?"
        values = (digest,) if person is None else (digest, person)
        with self.connected() as connection:
            connection.execute(f"DELETE FROM owners WHERE digest = ?{one}", values)  # noqa: S608 - ours
