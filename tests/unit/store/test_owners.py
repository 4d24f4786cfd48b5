"""Who trained which run."""

from pathlib import Path

import pytest

from aelib.store.owners import Owners


@pytest.fixture
def owners(tmp_path: Path) -> Owners:
    return Owners(tmp_path / "owners.sqlite")


def test_a_run_may_have_several_people_and_a_person_several_runs(owners: Owners) -> None:
    owners.add("run1", ["ada", "ben"])
    owners.add("run1", ["ada"])
    owners.add("run2", {"ada"})
    assert (owners.of("run1"), owners.of("run2"), owners.of("run3")) == ({"ada", "ben"}, {"ada"}, set())
    assert (owners.runs("ada"), owners.runs("ben"), owners.runs("cleo")) == ({"run1", "run2"}, {"run1"}, set())


def test_nobody_owns_nothing(owners: Owners) -> None:
    owners.add("run1", ["", "ada", ""])
    owners.add("run2", [])
    assert owners.of("run1") == {"ada"}
    assert owners.runs("") == set()


def test_one_person_or_all_of_a_run_can_be_removed(owners: Owners) -> None:
    for run in ("run1", "run2"):
        owners.add(run, ["ada", "ben"])
    owners.remove("run1", "ada")
    assert (owners.of("run1"), owners.of("run2")) == ({"ben"}, {"ada", "ben"})
    owners.remove("run1", "")
    assert owners.of("run1") == {"ben"}, "a person without a name is not everybody"
    owners.remove("run2")
    assert (owners.of("run2"), owners.runs("ben")) == (set(), {"run1"})
    owners.remove("never there")


def test_names_are_values_whatever_they_contain(owners: Owners) -> None:
    hostile = "' OR 1=1; DROP TABLE owners; --"
    owners.add("run1", ["ada"])
    owners.add(hostile, [hostile])
    assert (owners.of(hostile), owners.runs(hostile)) == ({hostile}, {hostile})
    owners.remove(hostile, hostile)
    assert owners.of("run1") == {"ada"}


def test_the_table_is_there_when_it_is_opened_again(owners: Owners) -> None:
    owners.add("run1", ["ada"])
    assert Owners(owners.path).of("run1") == {"ada"}
