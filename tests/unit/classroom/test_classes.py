"""Classes: codes, keys, names, tasks, and what is left when one is deleted."""

import json
import sqlite3
import threading
from pathlib import Path

import pytest

from aelib.classroom.asking.guesses import Guess
from aelib.classroom.classes import ALPHABET, MAX_TAUGHT, Group
from aelib.classroom.people import names
from aelib.classroom.people.attempts import Attempts
from aelib.classroom.people.presence import HERE, Presence
from aelib.classroom.records import Classroom
from aelib.classroom.tasks import DATA, SAME, SEED, TARGET, targets
from aelib.core.errors import LabError, StoreError
from aelib.experiment.encoding import decode
from tests.support.hostile import HOSTILE


def test_a_class_is_found_by_its_code_however_it_is_written(room: Classroom, group: Group) -> None:
    code = group.code
    assert set(code) <= set(ALPHABET)
    for written in (code, code.lower(), f" {code[:3]}-{code[3:]} "):
        assert room.classes.with_code(written) == group
    for wrong in ("", "' OR 1=1 --", code + "A", HOSTILE, "9" * 10_000):
        assert room.classes.with_code(wrong) is None


def test_only_the_key_makes_a_teacher_and_only_its_hash_is_stored(room: Classroom, tmp_path: Path) -> None:
    group, key = room.classes.make("5b", "teacher")
    assert room.classes.taught_by("teacher") == [group]
    for forged in ("", key[:-1], key + "x", group.id, group.code, HOSTILE, "é" * 1000):
        assert not room.classes.admit_teacher(group, forged, "thief")
    assert room.classes.taught_by("thief") == []
    assert room.classes.admit_teacher(group, key, "colleague")
    assert room.classes.taught_by("colleague") == [group]
    stored = sqlite3.connect(tmp_path / "classroom.sqlite").execute("SELECT * FROM classes").fetchall()
    assert key not in json.dumps(stored)
    other = room.classes.new_key(group)
    assert not room.classes.admit_teacher(group, key, "late")
    assert room.classes.admit_teacher(group, other, "late")
    assert not room.classes.admit_teacher(Group("none", "", "", False), other, "late")


def test_one_teacher_has_so_many_classes(room: Classroom) -> None:
    for _place in range(MAX_TAUGHT):
        room.classes.make("", "teacher")
    with pytest.raises(LabError, match="delete one first"):
        room.classes.make("", "teacher")
    assert room.classes.make("", "another")


def test_equal_names_are_told_apart_and_a_name_can_change(room: Classroom, group: Group) -> None:
    given = [
        room.classes.join(group, person, name).name for person, name in (("a", "Ana"), ("b", " ana "), ("c", "ＡＮＡ"))
    ]
    assert given == ["Ana", "ana (2)", "ＡＮＡ (3)"]
    assert room.classes.join(group, "d", "ana (2)").name == "ana (2) (2)"
    assert room.classes.join(group, "a", "Ana").name == "Ana", "one keeps one's own name"
    assert room.classes.join(group, "b", "Ben").name == "Ben"
    assert [one.name for one in room.classes.members(group)] == ["Ana", "ana (2) (2)", "ＡＮＡ (3)", "Ben"]


@pytest.mark.parametrize(
    "name",
    ["<b>x</b>", "<script>alert(1)</script>", "🧑‍🎓🚀", "=SUM(A1)", "**bold**", "名前", "O'Neil; DROP TABLE members"],
)
def test_any_name_is_kept_as_text(room: Classroom, group: Group, name: str) -> None:
    assert room.classes.join(group, "a", name).name == name
    found = room.classes.of("a")
    assert found is not None
    assert found[1].name == name


@pytest.mark.parametrize(
    ("given", "kept"), [("a\nb\tc", "a b c"), ("\u202eevil", "evil"), ("a\x00b", "a b"), ("e\u0301", "é")]
)
def test_control_characters_are_left_out(given: str, kept: str) -> None:
    assert names.person_name(given) == kept


@pytest.mark.parametrize("name", ["", "   ", "\u202e", "x" * 500, "x" * 41, "🚀" * 500])
def test_what_is_no_name_is_one_sentence(room: Classroom, group: Group, name: str) -> None:
    with pytest.raises(LabError, match=r"Give a name|give at most 40"):
        room.classes.join(group, "a", name)
    assert room.classes.members(group) == []


def test_many_join_at_once_and_all_have_another_name(room: Classroom, group: Group) -> None:
    threads = [
        threading.Thread(target=room.classes.join, args=(group, f"person{number}", "Ana")) for number in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.name for one in room.classes.members(group)}) == 16


def test_the_last_class_that_was_joined_counts(room: Classroom, group: Group) -> None:
    other, _key = room.classes.make("6a", "teacher")
    room.classes.join(group, "a", "Ana")
    room.classes.join(other, "a", "Ana")
    found = room.classes.of("a")
    assert found is not None
    assert found[0] == other
    room.classes.leave(other, "a")
    found = room.classes.of("a")
    assert found is not None
    assert found[0] == group
    assert room.classes.of("nobody") is None


def test_a_task_is_another_for_each_student_only_if_asked(room: Classroom, group: Group) -> None:
    same = room.classes.set_task(group, "dense", {"preset": "font-best"}, "learnt>=30", {"epochs": 30})
    assert room.classes.task(group) == same
    assert same.query_for(group, "a") == {"preset": "font-best"}
    each = room.classes.set_task(group, "dense", {"preset": "font-best", "seed": "0"}, "", {}, SEED)
    assert room.classes.tasks(group) == [each, same]
    seeds = {each.query_for(group, person)["seed"] for person in "abcdefgh"}
    assert len(seeds) == 8
    assert each.query_for(group, "a") == each.query_for(group, "a")
    other, _key = room.classes.make("6a", "teacher")
    assert each.seed(group, "a") != each.seed(other, "a"), "nobody computes it without the class's id"


def test_each_student_has_another_half_of_the_classes(room: Classroom, group: Group) -> None:
    query = {"preset": "digits-vae", "lock": "epochs", "task": "mse<=1"}
    task = room.classes.set_task(group, "digits", query, "mse<=1", {}, DATA)
    assert room.classes.task(group) == task
    own = [task.own(group, f"person{number}") for number in range(30)]
    assert all(len(set(one["classes"])) == 5 and set(one["classes"]) <= set(range(10)) for one in own)
    assert len({(tuple(one["classes"]), one["seed"]) for one in own}) == 30
    assert len({tuple(one["classes"]) for one in own}) > 20
    address = task.query_for(group, "person0")
    assert address.items() >= query.items()
    assert address["classes"] == "-".join(map(str, own[0]["classes"]))
    asked = {name: text for name, text in address.items() if name not in ("lock", "task", "preset")}
    assert list(decode("digits-vae", asked).classes) == own[0]["classes"], "the page reads it so"


def test_each_student_has_another_target(room: Classroom, group: Group) -> None:
    query = {"preset": "font-best", "task": "learnt>=30;parameters<=2000"}
    task = room.classes.set_task(group, "dense", query, query["task"], {}, TARGET)
    assert room.classes.task(group) == task
    asked = [task.asked(group, f"person{number}") for number in range(40)]
    allowed = {f"learnt>=30;parameters<={limit}" for limit in range(2000, 2401, 50)}
    assert set(asked) <= allowed, "never harder than the teacher's"
    assert len(set(asked)) > 5
    assert task.query_for(group, "person0")["task"] == asked[0]
    assert "seed" in task.query_for(group, "person0")


@pytest.mark.parametrize("conditions", ["", "parameters=1500", "latent_dim<=2"])
def test_a_target_that_cannot_be_varied_is_a_sentence_and_no_task(
    room: Classroom, group: Group, conditions: str
) -> None:
    with pytest.raises(LabError, match="different targets"):
        room.classes.set_task(group, "dense", {"preset": "font-best"}, conditions, {}, TARGET)
    assert room.classes.task(group) is None


def test_a_target_is_moved_to_its_easier_side(room: Classroom) -> None:
    assert targets("elbo>=-100")[-1] == "elbo>=-120"
    assert targets("mse<=0.01")[0] == "mse<=0.01"
    assert targets("mse<=0.01")[-1] == "mse<=0.012"


def test_data_that_cannot_be_divided_is_a_sentence_and_no_task(room: Classroom, group: Group) -> None:
    for changes in ({"dataset": "heartbeats", "classes": "0-1-2"}, {"preset": "nothing"}):
        with pytest.raises(LabError):
            room.classes.set_task(group, "dense", {"preset": "font-best", **changes}, "", {}, DATA)
    with pytest.raises(LabError, match="cannot be divided between students"):
        room.classes.set_task(group, "digits", {"preset": "digits-vae", "classes": "0-1-2"}, "", {}, DATA)
    assert room.classes.task(group) is None


def test_a_task_of_a_file_from_before_is_read(room: Classroom, group: Group, tmp_path: Path) -> None:
    room.classes.set_task(group, "dense", {"preset": "font-best"}, "", {}, SEED)
    with sqlite3.connect(tmp_path / "classroom.sqlite") as connection:
        connection.execute("UPDATE tasks SET each = 1")
    found = room.classes.task(group)
    assert found is not None
    assert found.each == SEED
    with sqlite3.connect(tmp_path / "classroom.sqlite") as connection:
        connection.execute("UPDATE tasks SET each = 0")
    found = room.classes.task(group)
    assert found is not None
    assert found.each == SAME


def test_nothing_of_a_class_is_left_when_it_is_deleted(room: Classroom, group: Group, tmp_path: Path) -> None:
    other, _key = room.classes.make("6a", "teacher")
    for one in (group, other):
        room.classes.join(one, "a", "Ana", "ana@example.org")
        room.classes.set_task(one, "dense", {})
    room.guesses.put(Guess("a", "digest", "learnt", "20.0"), "dense", group.id)
    room.guesses.put(Guess("b", "digest", "learnt", "20.0"), "dense")
    room.classes.delete(group)
    connection = sqlite3.connect(tmp_path / "classroom.sqlite")
    for table in ("teachers", "members", "tasks", "results", "checks", "guesses"):
        rows = connection.execute(f"SELECT class FROM {table}").fetchall()
        assert group.id not in {row[0] for row in rows}, table
    assert room.classes.with_code(group.code) is None
    assert room.classes.members(other)
    assert room.guesses.get("b", "digest", "learnt") is not None, "what was predicted outside of it"


def test_a_student_who_leaves_takes_everything_along(room: Classroom, group: Group) -> None:
    for person in "ab":
        room.classes.join(group, person, "Ana")
        room.guesses.put(Guess(person, "digest", "learnt", "20.0"), "dense", group.id)
    room.classes.leave(group, "a")
    assert [one.person for one in room.classes.members(group)] == ["b"]
    assert room.guesses.of_class(group.id, "dense", "learnt") == ["20.0"]


def test_a_file_of_another_version_is_left_as_it_is(tmp_path: Path) -> None:
    room = Classroom(tmp_path)
    room.classes.make("5b", "teacher")
    connection = sqlite3.connect(tmp_path / "classroom.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="another version"):
        Classroom(tmp_path)
    connection = sqlite3.connect(tmp_path / "classroom.sqlite")
    assert connection.execute("SELECT count(*) FROM classes").fetchone() == (1,)


# --- what is only remembered ----------------------------------------------------------------------------------


def test_wrong_attempts_are_slowed_down_by_a_clock_that_only_grows() -> None:
    now = [0.0]
    attempts = Attempts(3, 60.0, lambda: now[0])
    for _place in range(3):
        assert attempts.wait("a") == 0
        attempts.wrong("a")
    assert attempts.wait("a") == 60
    assert attempts.wait("b") == 0
    now[0] = 59.0
    assert attempts.wait("a") == pytest.approx(1.0)
    now[0] = 60.0
    assert attempts.wait("a") == 0


def test_a_thousand_wrong_codes_a_minute_are_ten() -> None:
    now, tried = [0.0], 0
    attempts = Attempts(10, 60.0, lambda: now[0])
    for place in range(1000):
        now[0] = place * 0.06
        if not attempts.wait("a"):
            tried += 1
            attempts.wrong("a")
    assert tried == 10


def test_presence_is_forgotten_after_a_while() -> None:
    now = [0.0]
    presence = Presence(lambda: now[0])
    presence.see("class", "a", "dense")
    presence.see("class", "b", "emoji")
    now[0] = HERE + 1
    presence.see("class", "b", "")
    found = presence.of("class")
    assert not found["a"].here
    assert found["b"].here
    assert found["b"].lesson == "emoji"
    presence.forget("class", "a")
    assert set(presence.of("class")) == {"b"}
    presence.forget("class")
    assert presence.of("class") == {}
