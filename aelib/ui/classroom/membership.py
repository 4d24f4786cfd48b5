"""Who this session is in a class: nobody, a student, or its teacher."""

import streamlit as st

from aelib.classroom.classes import Group, Member
from aelib.classroom.people.accounts import Account, is_teacher
from aelib.classroom.people.names import MAX_NAME
from aelib.classroom.tasks import Task
from aelib.core.errors import LabError
from aelib.training import Run
from aelib.ui.shell.account import account, login_settings
from aelib.ui.shell.lessons import Lesson
from aelib.ui.shell.messages import show_error
from aelib.ui.shell.server_state import classroom
from aelib.ui.shell.session import Slot
from aelib.ui.shell.visitor import visitor_id

_NOTED: Slot[set[tuple[str, str, int]]] = Slot("class:noted", set)  # (class, digest, task) that this session recorded
_LEFT_KEYS: Slot[dict[str, str]] = Slot("class:keys", dict)  # class -> its key, only in the session that made it


def student_of() -> tuple[Group, Member] | None:
    """The class of this student, and who the student is in it; None for everybody else. Raises StoreError."""
    return classroom().classes.of(visitor_id())


def is_student() -> bool:
    """Whether this person is in a class, and teaches none."""
    try:
        return student_of() is not None and not taught()
    except LabError:
        return False  # the page says why


def taught() -> list[Group]:
    """The classes of this teacher; empty if this person may not teach (see `may_teach`)."""
    return classroom().classes.taught_by(visitor_id()) if may_teach() else []


def may_teach() -> bool:
    """Whether this person may make classes and open them as a teacher."""
    return is_teacher(_account_or_none(), login_settings().teachers)


def _account_or_none() -> Account | None:
    try:
        return account()
    except LabError:
        return None  # the class page says why


def must_teach() -> None:
    """Raises LabError if this person may not teach."""
    if may_teach():
        return
    found = _account_or_none()
    if found is None:
        raise LabError("Teachers of this server log in: press “Log in” on the page Class first.")
    if not found.email:
        raise LabError("Your log-in has no confirmed e-mail address, and this server knows its teachers by theirs.")
    raise LabError(
        "{email} is not a teacher's address on this server: ask whoever runs it to add it.", email=found.email
    )


def address() -> str:
    """The e-mail address with which this person has logged in; empty for none."""
    found = _account_or_none()
    return found.email if found else ""


def suggested_name() -> str:
    """The name that the log-in gives; empty for none."""
    found = _account_or_none()
    return found.name[:MAX_NAME] if found else ""


def must_log_in() -> bool:
    """Whether this person has to log in before joining a class."""
    return login_settings().required and _account_or_none() is None


def join(code: str, name: str, identifier: str) -> None:
    """Join the class with this code. For a person who has logged in, the e-mail address replaces the
    identifier. Raises LabError."""
    if must_log_in():
        raise LabError("Students of this server log in before they join: press “Log in” first.")
    group = find(code)
    classroom().classes.join(group, visitor_id(), name, address() or identifier)


def is_frozen() -> bool:
    """Whether a teacher has fixed the controls of this student."""
    try:
        found = student_of()
    except LabError:
        return False  # the page says why
    return found is not None and found[0].frozen


def find(code: str) -> Group:
    """The class with this code. Raises LabError for a wrong code, and for every code after too many wrong ones."""
    _not_too_often()
    group = classroom().classes.with_code(code)
    if group is None:
        _was_wrong()
        raise LabError("There is no class with the code {code!r}: ask your teacher for it.", code=code.strip()[:12])
    return group


def admit_teacher(group: Group, key: str) -> None:
    """Make this person a teacher of the class. Raises LabError for a wrong key, after too many wrong ones, and for a
    person who may not teach."""
    must_teach()
    _not_too_often()
    if not classroom().classes.admit_teacher(group, key, visitor_id()):
        _was_wrong()
        raise LabError("This is not the teacher's link of the class: open the one that you were given with it.")


def _whose() -> list[tuple[str, bool]]:
    """The names under which wrong attempts are counted, each with whether many people may share it (an IP address)."""
    address = st.context.ip_address
    names = [(visitor_id(), False)]
    return [*names, (address, True)] if isinstance(address, str) and address else names


def _not_too_often() -> None:
    room = classroom()
    waits = [(room.wrong_at_address if shared else room.wrong).wait(who) for who, shared in _whose()]
    if any(waits):
        raise LabError("Too many wrong codes: try again in {seconds:.0f} seconds.", seconds=max(waits))


def _was_wrong() -> None:
    for who, shared in _whose():
        (classroom().wrong_at_address if shared else classroom().wrong).wrong(who)


def make(title: str) -> Group:
    """A new class of this person. Raises LabError."""
    must_teach()
    group, key = classroom().classes.make(title, visitor_id())
    _LEFT_KEYS.setdefault()[group.id] = key
    return group


def key_of(group: Group) -> str | None:
    """The key of a class. Only the session that made the class, or asked for a new key, has it; None in all others."""
    return _LEFT_KEYS.get().get(group.id)


def another_key(group: Group) -> None:
    """Give a class a new key."""
    _LEFT_KEYS.setdefault()[group.id] = classroom().classes.new_key(group)


def has_seen(digest: str) -> bool:
    """Whether this person counts as having seen a run, if it exists: always, except for a student of a class whose
    pages have not shown it yet. Raises StoreError."""
    found = student_of()
    return found is None or classroom().results.has(found[0], found[1].person, digest)


def note(lesson: Lesson, run: Run) -> None:
    """Record for this student's class that the page shows this run. Shows the error if that fails."""
    try:
        _note(lesson, run)
    except LabError as error:
        show_error(error)


def _note(lesson: Lesson, run: Run) -> None:
    found = student_of()
    if found is None:
        return
    group, member = found
    task = classroom().classes.task(group)
    if task is not None and task.lesson != lesson.name:
        task = None
    mark = (group.id, run.digest, task.number if task else 0)
    if mark not in _NOTED.get():
        classroom().results.add(group, member.person, lesson.name, run, task)
        _NOTED.setdefault().add(mark)


def see(page: str) -> None:
    """Remember that a page of this student is open."""
    found = student_of()
    if found is not None:
        classroom().presence.see(found[0].id, found[1].person, page)


def task_of(group: Group) -> Task | None:
    """The newest task of a class."""
    return classroom().classes.task(group)
