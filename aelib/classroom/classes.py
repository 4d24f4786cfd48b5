"""Classes: who teaches them, who is in them, and what they must do.

A class has a short code, with which students join, and a long key, with which its teacher opens it on another browser.
Only a hash of the key is stored. A person is identified by the name of one browser, as in `aelib.store.owners`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from aelib.core.errors import LabError

from .database import ClassroomFile
from .people.names import MAX_IDENTIFIER, MAX_TITLE, folded, person_name, plain, told_apart
from .tasks import DATA, SAME, SEED, TARGET, Task, divided, targets

if TYPE_CHECKING:
    import sqlite3

ALPHABET = "ACDEFGHJKLMNPQRTUVWXY34679"  # no two of them look alike
CODE_LENGTH = 6
MAX_TAUGHT = 20  # classes of one teacher
MAX_MEMBERS = 500  # students of one class


class Group(NamedTuple):
    """A class. id: its records are stored under it, and nobody is shown it; frozen: whether its students' controls
    are fixed."""

    id: str
    code: str
    title: str
    frozen: bool


class Member(NamedTuple):
    """A student. person: name of the browser; name: different from all others of the class; identifier: an address or a
    number that a gradebook knows, or empty; joined: UTC, ISO 8601."""

    person: str
    name: str
    identifier: str
    joined: str


class Classes:
    """The tables of classes, teachers, students and tasks."""

    def __init__(self, file: ClassroomFile) -> None:
        self._file = file

    # --- the class --------------------------------------------------------------------------------------------

    def make(self, title: str, teacher: str) -> tuple[Group, str]:
        """A new class, and its key, which is not stored and cannot be recovered. Raises LabError for a title that is
        too long, and for more than MAX_TAUGHT classes."""
        if len(self.taught_by(teacher)) >= MAX_TAUGHT:
            raise LabError("You have {n} classes: delete one first.", n=MAX_TAUGHT)
        code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
        group = Group(secrets.token_hex(16), code, plain(title, MAX_TITLE) or code, False)
        key = secrets.token_urlsafe(24)
        with self._file.connected() as connection:
            connection.execute(
                "INSERT INTO classes (id, code, title, frozen, key, made) VALUES (?, ?, ?, ?, ?, ?)",
                (*group, _hashed(key), now()),
            )
            connection.execute("INSERT INTO teachers VALUES (?, ?)", (group.id, teacher))
        return group, key

    def with_code(self, code: str) -> Group | None:
        """The class with this code, however it is written; None if there is none."""
        text = "".join(c for c in code[:40].upper() if c.isalnum())
        with self._file.connected() as connection:
            row = connection.execute(f"{_CLASS} WHERE code = ?", (text,)).fetchone()
        return None if row is None else _group(row)

    def taught_by(self, person: str) -> list[Group]:
        """The classes of a teacher, the newest first."""
        query = f"{_CLASS} JOIN teachers ON class = id WHERE person = ? ORDER BY classes.rowid DESC"
        with self._file.connected() as connection:
            return [_group(row) for row in connection.execute(query, (person,))]

    def admit_teacher(self, group: Group, key: str, person: str) -> bool:
        """Whether this is the key of the class. If it is, the person becomes a teacher of the class."""
        with self._file.connected() as connection:
            row = connection.execute("SELECT key FROM classes WHERE id = ?", (group.id,)).fetchone()
            # takes the same time for every key, so that nobody learns how much of a key is right
            is_right = row is not None and hmac.compare_digest(row[0], _hashed(key[:200]))
            if is_right:
                connection.execute("INSERT OR IGNORE INTO teachers VALUES (?, ?)", (group.id, person))
        return is_right

    def new_key(self, group: Group) -> str:
        """A new key, which replaces the old one. The old key no longer works."""
        key = secrets.token_urlsafe(24)
        with self._file.connected() as connection:
            connection.execute("UPDATE classes SET key = ? WHERE id = ?", (_hashed(key), group.id))
        return key

    def freeze(self, group: Group, frozen: bool) -> None:
        """Fix the controls of all students, or free them."""
        with self._file.connected() as connection:
            connection.execute("UPDATE classes SET frozen = ? WHERE id = ?", (frozen, group.id))

    def is_frozen(self, group: Group) -> bool:
        """Whether the controls are fixed now; `group` has the state at the time it was read."""
        with self._file.connected() as connection:
            row = connection.execute("SELECT frozen FROM classes WHERE id = ?", (group.id,)).fetchone()
        return row is not None and bool(row["frozen"])

    def delete(self, group: Group) -> None:
        """Remove the class and all that is stored of its students there: names, identifiers, predictions, results. Runs
        stay: they have no names."""
        with self._file.connected() as connection:
            for table in ("teachers", "members", "tasks", "results", "checks", "guesses"):
                connection.execute(f"DELETE FROM {table} WHERE class = ?", (group.id,))  # noqa: S608 - ours
            connection.execute("DELETE FROM classes WHERE id = ?", (group.id,))

    def all(self) -> list[tuple[Group, int, str]]:
        """Every class with its number of students and the day it was made, the oldest first."""
        query = (
            "SELECT id, code, title, frozen, made, (SELECT count(*) FROM members WHERE class = id) "
            "AS students FROM classes "
            "ORDER BY rowid"
        )
        with self._file.connected() as connection:
            return [(_group(row), int(row["students"]), str(row["made"])) for row in connection.execute(query)]

    # --- students ---------------------------------------------------------------------------------------------

    def join(self, group: Group, person: str, name: str, identifier: str = "") -> Member:
        """Add a student, or give one another name. A name that is already taken gets a number. Raises LabError for a
        name that is empty or too long, and for a class that is full."""
        wanted, known_as = person_name(name), plain(identifier, MAX_IDENTIFIER)
        with self._file.connected() as connection:
            connection.execute("BEGIN IMMEDIATE")  # two people who join at once must not get the same name
            others = {
                row["folded"]
                for row in connection.execute(
                    "SELECT folded FROM members WHERE class = ? AND person != ?", (group.id, person)
                )
            }
            if len(others) >= MAX_MEMBERS:
                raise LabError("This class is full: it has {n} students.", n=MAX_MEMBERS)
            found = told_apart(wanted, others)
            connection.execute("DELETE FROM members WHERE class = ? AND person = ?", (group.id, person))
            member = Member(person, found, known_as, now())
            connection.execute(
                "INSERT INTO members (class, person, name, identifier, joined, folded) VALUES (?, ?, ?, ?, ?, ?)",
                (group.id, *member, folded(found)),
            )
        return member

    def leave(self, group: Group, person: str) -> None:
        """Remove a student with name, predictions and results."""
        with self._file.connected() as connection:
            for table in ("members", "results", "checks", "guesses"):
                connection.execute(
                    f"DELETE FROM {table} WHERE class = ? AND person = ?",  # noqa: S608 - ours
                    (group.id, person),
                )

    def of(self, person: str) -> tuple[Group, Member] | None:
        """The class that a person has joined last, and who the person is in it; None if there is none."""
        query = (
            "SELECT id, code, title, frozen, person, name, identifier, joined FROM members JOIN classes ON id = class "
            "WHERE person = ? ORDER BY serial DESC LIMIT 1"
        )
        with self._file.connected() as connection:
            row = connection.execute(query, (person,)).fetchone()
        return None if row is None else (_group(row), Member(*row[4:]))

    def members(self, group: Group) -> list[Member]:
        """All students, by name."""
        query = "SELECT person, name, identifier, joined FROM members WHERE class = ? ORDER BY folded"
        with self._file.connected() as connection:
            return [Member(*row) for row in connection.execute(query, (group.id,))]

    # --- tasks ------------------------------------------------------------------------------------------------

    def set_task(
        self,
        group: Group,
        lesson: str,
        query: Mapping[str, str],
        conditions: str = "",
        pinned: Mapping[str, Any] | None = None,
        each: str = SAME,
    ) -> Task:
        """Give the class a task; see `Task`. Raises LabError if `each` asks for divided data or varied targets, and
        the task's data cannot be divided or its targets cannot be varied."""
        if each == DATA:
            divided(query)
        if each == TARGET:
            targets(conditions)
        values = (group.id, lesson, json.dumps(dict(query)), conditions, json.dumps(dict(pinned or {})), each, now())
        with self._file.connected() as connection:
            number = connection.execute(
                "INSERT INTO tasks (class, lesson, query, conditions, pinned, each, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            ).lastrowid
        return Task(int(number or 0), lesson, dict(query), conditions, dict(pinned or {}), each)

    def tasks(self, group: Group) -> list[Task]:
        """All tasks of a class, the newest first."""
        query = "SELECT * FROM tasks WHERE class = ? ORDER BY number DESC"
        with self._file.connected() as connection:
            return [_task(row) for row in connection.execute(query, (group.id,))]

    def task(self, group: Group) -> Task | None:
        """The newest task of a class."""
        query = "SELECT * FROM tasks WHERE class = ? ORDER BY number DESC LIMIT 1"
        with self._file.connected() as connection:
            row = connection.execute(query, (group.id,)).fetchone()
        return None if row is None else _task(row)


_EACH_BEFORE = {0: SAME, 1: SEED}  # as in files that were made before data could be divided
_CLASS = "SELECT id, code, title, frozen FROM classes"


def _group(row: sqlite3.Row) -> Group:
    return Group(row["id"], row["code"], row["title"], bool(row["frozen"]))


def _task(row: sqlite3.Row) -> Task:
    return Task(
        row["number"],
        row["lesson"],
        json.loads(row["query"]),
        row["conditions"],
        json.loads(row["pinned"]),
        _EACH_BEFORE.get(row["each"], row["each"]),
    )


def _hashed(key: str) -> str:
    """The hash of a key. A plain hash is enough, because a key has 192 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def now() -> str:
    """The time, for people to read. No order and no permission depends on it, because a clock can be wrong."""
    return datetime.now(UTC).isoformat(timespec="seconds")
