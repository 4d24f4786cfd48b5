"""The index of all runs, for lists: an SQLite table with one row per run. It can be rebuilt from the folders of the
runs."""

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypedDict

from aelib.core.language import _, number

from .sqlite import Database

VERSION = 5  # of the table: a file with another version is deleted and rebuilt


class Summary(TypedDict):
    """One run in a list.

    Attributes:
        created: time of the training's end, UTC, ISO 8601.
        architecture: the net in short, such as 35-20-2.
        activation: of the hidden layers; empty if a net has none.
        latent_dim: number of values of a code; None if it depends on images that are not on this machine.
        learnt: number of images with at most one wrong pixel; None for data sets that are not memorised.
        total: number of images; None for data sets that are not memorised.
        wrong_pixels: number of wrong pixels over all images; None for data sets that are not memorised.
        mse: mean squared error on the memorised images, else on the test set.
        loss: training loss of the last epoch.
        stopped: why training ended, see `Run.stopped`.
        seconds: training time.
        bytes: size on disk.
    """

    digest: str
    created: str
    dataset: str
    architecture: str
    latent_dim: int | None
    activation: str
    optimizer: str
    learning_rate: float
    seed: int
    learnt: int | None
    total: int | None
    wrong_pixels: int | None
    mse: float
    loss: float
    parameters: int
    epochs: int
    stopped: str
    seconds: float
    device: str
    bytes: int


def badness(run: Summary) -> tuple[float, ...]:
    """A sort key for runs of one data set, best first: most images learnt, then fewest wrong pixels, smallest MSE,
    smallest loss."""
    return -(run["learnt"] or 0), run["wrong_pixels"] or 0, run["mse"], run["loss"]


def outcome_text(found: Mapping[str, Any]) -> str:
    """The result of a run in a few words, from a Summary or a run's metrics."""
    learnt = found.get("learnt")
    if learnt is None:
        return f"MSE {number(found['mse'], '.2g')}"
    return _("{learnt} of {total} learnt", learnt=learnt, total=found["total"])


Order = Literal["newest", "best", "smallest", "fastest"]
ORDERS: dict[Order, str] = {
    "newest": "created DESC, digest",
    "best": "learnt DESC, CASE WHEN learnt IS NULL THEN mse END, parameters, wrong_pixels, seconds, digest",
    "smallest": "parameters, learnt DESC, digest",
    "fastest": "seconds, digest",
}

_COLUMNS = list(Summary.__annotations__)
_TYPES: dict[object, str] = {
    str: "TEXT NOT NULL",
    int: "INTEGER NOT NULL",
    int | None: "INTEGER",
    float: "REAL NOT NULL",
}
_DECLARED = ", ".join(f"{name} {_TYPES[kind]}" for name, kind in Summary.__annotations__.items())
_CREATE = f"""
    CREATE TABLE IF NOT EXISTS runs ({_DECLARED}, PRIMARY KEY (digest));
    CREATE INDEX IF NOT EXISTS by_newest ON runs ({ORDERS["newest"]});
    CREATE INDEX IF NOT EXISTS by_best ON runs ({ORDERS["best"]});
    CREATE INDEX IF NOT EXISTS by_smallest ON runs ({ORDERS["smallest"]});
    CREATE INDEX IF NOT EXISTS by_fastest ON runs ({ORDERS["fastest"]});
    CREATE INDEX IF NOT EXISTS by_dataset ON runs (dataset);
    CREATE TABLE IF NOT EXISTS diverged (digest TEXT PRIMARY KEY, epoch INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS stamp (value TEXT NOT NULL);
"""


class Index(Database):
    """The table of runs, and of experiments that are known to diverge."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _CREATE, VERSION)

    def put(self, summary: Summary) -> None:
        """Add a run, or replace its row."""
        names, marks = ", ".join(_COLUMNS), ", ".join(f":{name}" for name in _COLUMNS)
        with self.connected() as connection:
            connection.execute(f"INSERT OR REPLACE INTO runs ({names}) VALUES ({marks})", summary)  # noqa: S608

    def remove(self, digests: Iterable[str]) -> None:
        """Remove the rows of these runs."""
        with self.connected() as connection:
            connection.executemany("DELETE FROM runs WHERE digest = ?", ((digest,) for digest in digests))

    def search(
        self,
        order: Order = "newest",
        dataset: str | None = None,
        architecture: str = "",
        limit: int | None = None,
        among: Collection[str] | None = None,
    ) -> list[Summary]:
        """Runs that match, in this order.

        Args:
            order: see ORDERS.
            dataset: only runs on this data set.
            architecture: only runs whose architecture (35-20-2) contains this text.
            limit: at most this many.
            among: only runs with these digests.
        """
        conditions, values = [], {"architecture": architecture, "dataset": dataset, "among": None}
        if architecture:
            conditions.append("instr(architecture, :architecture) > 0")
        if dataset is not None:
            conditions.append("dataset = :dataset")
        if among is not None:
            conditions.append("digest IN (SELECT value FROM json_each(:among))")
            values["among"] = json.dumps(list(among))
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        query = f"SELECT * FROM runs {where} ORDER BY {ORDERS[order]} LIMIT {limit or -1:d}"  # noqa: S608 - ours
        with self.connected() as connection:
            rows = connection.execute(query, values).fetchall()
        return [Summary(**dict(row)) for row in rows]  # type: ignore[typeddict-item]

    def count(self) -> int:
        """Number of runs."""
        with self.connected() as connection:
            (number,) = connection.execute("SELECT count(*) FROM runs").fetchone()
        return int(number)

    def datasets(self) -> list[str]:
        """The data sets that have runs."""
        with self.connected() as connection:
            return [row[0] for row in connection.execute("SELECT DISTINCT dataset FROM runs ORDER BY dataset")]

    def digests(self) -> set[str]:
        """The digests of all runs in the table."""
        with self.connected() as connection:
            return {row["digest"] for row in connection.execute("SELECT digest FROM runs")}

    def note_diverged(self, epochs: Mapping[str, int]) -> None:
        """Record experiments that diverged, which have no run. epochs: digest -> epoch at which the loss was no longer
        finite."""
        with self.connected() as connection:
            connection.executemany("INSERT OR REPLACE INTO diverged VALUES (?, ?)", epochs.items())

    def diverged(self, digests: Iterable[str]) -> dict[str, int]:
        """digest -> epoch, for those of these experiments that are known to diverge."""
        query = "SELECT digest, epoch FROM diverged WHERE digest IN (SELECT value FROM json_each(?))"
        with self.connected() as connection:
            return {row[0]: row[1] for row in connection.execute(query, (json.dumps(list(digests)),))}

    def stamp(self) -> str | None:
        """The last value of `set_stamp`: the state of the folders that the table represents."""
        with self.connected() as connection:
            row = connection.execute("SELECT value FROM stamp").fetchone()
        return row["value"] if row else None

    def set_stamp(self, value: str) -> None:
        """Record the state of the folders that the table represents."""
        with self.connected() as connection:
            connection.execute("DELETE FROM stamp")
            connection.execute("INSERT INTO stamp VALUES (?)", (value,))
