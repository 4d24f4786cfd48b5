"""The table of runs: order, filters, and what is remembered beside it. `test_store.py` rebuilds it from the folders."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from aelib.store.index import ORDERS, Index, Summary, badness, outcome_text


def row(digest: str, **values: Any) -> Summary:
    base = Summary(
        digest=digest,
        created="2026-01-01T00:00:00+00:00",
        dataset="font5x7",
        architecture="35-20-2",
        latent_dim=2,
        activation="tanh",
        optimizer="adam",
        learning_rate=0.01,
        seed=0,
        learnt=30,
        total=32,
        wrong_pixels=5,
        mse=0.01,
        loss=0.02,
        parameters=1000,
        epochs=10,
        stopped="epochs",
        seconds=1.0,
        device="cpu",
        bytes=100,
    )
    return Summary(**{**base, **values})  # type: ignore[typeddict-item]


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "index.sqlite")


def _digests(rows: list[Summary]) -> list[str]:
    return [one["digest"] for one in rows]


def test_a_row_comes_back_as_it_was_put_and_replaces_the_one_before(index: Index) -> None:
    held_out = row("b", learnt=None, total=None, wrong_pixels=None, dataset="letters")
    for one in (row("a", loss=9.0), row("a"), held_out):
        index.put(one)
    assert {one["digest"]: one for one in index.search()} == {"a": row("a"), "b": held_out}
    assert (index.count(), index.digests(), index.datasets()) == (2, {"a", "b"}, ["font5x7", "letters"])
    index.remove(["a", "never there"])
    assert index.digests() == {"b"}


ROWS = [
    row("a", created="2026-01-03", learnt=30, parameters=900, seconds=3.0),
    row("b", created="2026-01-01", learnt=32, parameters=2000, seconds=2.0),
    row("c", created="2026-01-02", learnt=32, parameters=1000, seconds=9.0),
    row("d", created="2026-01-02", learnt=None, mse=0.5, parameters=10, seconds=1.0),
    row("e", created="2026-01-02", learnt=None, mse=0.1, parameters=20, seconds=1.0),
]


@pytest.mark.parametrize(
    ("order", "expected"), [("newest", "acdeb"), ("best", "cbaed"), ("smallest", "deacb"), ("fastest", "debac")]
)
def test_each_order_is_what_it_is_called(index: Index, order: Any, expected: str) -> None:
    for one in reversed(ROWS):
        index.put(one)
    assert "".join(_digests(index.search(order))) == expected
    assert "".join(_digests(index.search(order, limit=2))) == expected[:2]


def test_every_order_is_tested() -> None:
    assert list(ORDERS) == ["newest", "best", "smallest", "fastest"]


def test_filters_hold_together(index: Index) -> None:
    for one in (row("a"), row("b", architecture="35-2"), row("c", dataset="letters"), row("d", architecture="20 2%")):
        index.put(one)
    assert _digests(index.search(architecture="20-2")) == ["a", "c"]
    assert _digests(index.search(architecture="20-2", dataset="letters")) == ["c"]
    assert _digests(index.search(among=["a", "d", "gone"])) == ["a", "d"]
    assert index.search(among=[]) == []
    assert _digests(index.search(architecture="%")) == ["d"], "no pattern, but a character"
    for hostile in ("' OR 1=1 --", '"; DROP TABLE runs; --', "\0"):
        assert index.search(architecture=hostile, dataset=hostile, among=[hostile]) == []
    assert index.count() == 4


def test_what_diverged_is_known_by_its_last_epoch(index: Index) -> None:
    index.note_diverged({"a": 3, "b": 5})
    index.note_diverged({"a": 7})
    assert index.diverged(["a", "b", "c"]) == {"a": 7, "b": 5}
    assert index.diverged([]) == {}
    assert index.count() == 0, "it has no run"


def test_one_stamp_is_kept(index: Index) -> None:
    assert index.stamp() is None
    for value in ("first", "second"):
        index.set_stamp(value)
    assert index.stamp() == "second"


def test_a_row_that_lacks_a_figure_changes_nothing(index: Index) -> None:
    index.put(row("a"))
    with pytest.raises(Exception, match="NOT NULL"):
        index.put(row("a", loss=None))
    assert index.search() == [row("a")]


def test_a_table_of_an_earlier_version_begins_again(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE runs (digest TEXT)")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    index = Index(path)
    index.put(row("a"))
    assert index.count() == 1


def test_the_best_run_comes_first() -> None:
    best_first = [
        row("a", learnt=32, wrong_pixels=9, mse=9.0),
        row("b", learnt=30, wrong_pixels=1, mse=9.0),
        row("c", learnt=30, wrong_pixels=2, mse=0.1, loss=0.1),
        row("d", learnt=30, wrong_pixels=2, mse=0.1, loss=0.2),
        row("e", learnt=30, wrong_pixels=2, mse=0.2),
    ]
    given = [best_first[place] for place in (3, 0, 4, 2, 1)]
    assert _digests(sorted(given, key=badness)) == list("abcde")
    held_out = [row("f", learnt=None, wrong_pixels=None, mse=mse) for mse in (0.2, 0.1)]
    assert [one["mse"] for one in sorted(held_out, key=badness)] == [0.1, 0.2]


def test_a_result_in_a_few_words() -> None:
    assert outcome_text(row("a")) == "30 of 32 learnt"
    assert outcome_text(row("a", learnt=0)) == "0 of 32 learnt"
    assert outcome_text({"mse": 0.012345}) == "MSE 0.012"
