"""What one person's session holds between two runs of a page's script.

Every value that is not a widget's own is a `Slot`: declared once, with its name, type and default.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import streamlit as st

T = TypeVar("T")


class Slot(Generic[T]):
    """One value of a session.

    Args:
        key: its name in the session, where it may be the key of a widget too.
        default: makes the value that it has before one is set.
    """

    def __init__(self, key: str, default: Callable[[], T]) -> None:
        self.key, self.default = key, default

    def __bool__(self) -> bool:
        """Whether a value was set."""
        return self.key in st.session_state

    def get(self) -> T:
        """The value; the default, where none was set."""
        value: T = st.session_state.get(self.key, None) if self else self.default()
        return value

    def set(self, value: T) -> T:
        st.session_state[self.key] = value
        return value

    def setdefault(self) -> T:
        """The value, which is the default from now on where none was set: for what is changed in place."""
        return self.get() if self else self.set(self.default())

    def pop(self) -> T:
        """The value, which is forgotten."""
        value = self.get()
        st.session_state.pop(self.key, None)
        return value


def widget(key: str, default: Any = None) -> Any:
    """What a widget says now, before it is drawn; the default where it has not been drawn yet."""
    return st.session_state.get(key, default)


def set_widget(key: str, value: Any) -> None:
    """Let a widget show a value when it is drawn next."""
    st.session_state[key] = value


def draws(key: str, another: bool) -> int:
    """How often a person asked for another drawing of the same thing; one more where `another`."""
    count = Slot(f"{key}:draws", int)
    return count.set(count.get() + 1) if another else count.get()


@dataclass
class FormState:
    """What the form of one lesson holds beside its widgets.

    Attributes:
        address: the query that the form has read or written last.
        rules: the part of it that a teacher's link adds (see `form.teacher_link`).
        pinned: path -> value, for what no control may change.
        values: path -> value, as the preset or the address has it; a control that is drawn says more.
    """

    address: dict[str, str] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    pinned: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


def form_state(lesson: str) -> Slot[FormState]:
    """The state of a lesson's form in this session."""
    return Slot(f"{lesson}:form", FormState)
