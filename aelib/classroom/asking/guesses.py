"""What people predicted, by person and run."""

from __future__ import annotations

from typing import NamedTuple

from ..database import ClassroomFile

MAX_WHY = 500  # characters


class Guess(NamedTuple):
    """A prediction.

    Attributes:
        person: who predicted.
        digest: of the experiment.
        item: name of the item.
        answer: as the item stores it.
        why: the person's explanation of what came, or empty.
    """

    person: str
    digest: str
    item: str
    answer: str
    why: str = ""


class Guesses:
    """The table of predictions."""

    def __init__(self, file: ClassroomFile) -> None:
        self._file = file

    def put(self, guess: Guess, lesson: str, group: str = "") -> None:
        """Store a prediction, in place of the person's last one for the same item and run. group: the class that sees
        it, empty for none."""
        with self._file.connected() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO guesses (person, digest, item, answer, why, lesson, class) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*guess, lesson, group),
            )

    def remove(self, person: str, digest: str, item: str) -> None:
        """Take a prediction back."""
        with self._file.connected() as connection:
            connection.execute(
                "DELETE FROM guesses WHERE person = ? AND digest = ? AND item = ?", (person, digest, item)
            )

    def explain(self, person: str, digest: str, item: str, why: str) -> None:
        """Store the person's explanation; it is cut to MAX_WHY characters."""
        with self._file.connected() as connection:
            connection.execute(
                "UPDATE guesses SET why = ? WHERE person = ? AND digest = ? AND item = ?",
                (why[:MAX_WHY], person, digest, item),
            )

    def get(self, person: str, digest: str, item: str) -> Guess | None:
        """The person's prediction, or None."""
        with self._file.connected() as connection:
            row = connection.execute(
                "SELECT person, digest, item, answer, why FROM guesses WHERE person = ? AND digest = ? AND item = ?",
                (person, digest, item),
            ).fetchone()
        return None if row is None else Guess(*row)

    def of_class(self, group: str, lesson: str, item: str) -> list[str]:
        """The last answer of each person of a class to an item of a lesson."""
        query = (
            "SELECT answer, max(serial) FROM guesses WHERE class = ? AND lesson = ? AND item = ? GROUP BY person "
            "ORDER BY serial"
        )
        with self._file.connected() as connection:
            return [row["answer"] for row in connection.execute(query, (group, lesson, item))]

    def asked(self, group: str) -> list[tuple[str, str]]:
        """The (lesson, item) to which a class has answered, the last one first."""
        query = "SELECT lesson, item FROM guesses WHERE class = ? GROUP BY lesson, item ORDER BY max(serial) DESC"
        with self._file.connected() as connection:
            return [(row["lesson"], row["item"]) for row in connection.execute(query, (group,))]
