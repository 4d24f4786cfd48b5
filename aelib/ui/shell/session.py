"""The state of a user's session between two runs of a page's script.

Every value that does not belong to a widget is a `Slot`: declared once, with its name, type and default.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import streamlit as st

T = TypeVar("T")


class Slot(Generic[T]):
    """One value of a session.

    Args:
        key: its name in the session, which may also be the key of a widget.
        default: makes the value for when none has been set.
    """

    def __init__(self, key: str, default: Callable[[], T]) -> None:
        self.key, self.default = key, default

    def __bool__(self) -> bool:
        """Whether a value has been set."""
        return self.key in st.session_state

    def get(self) -> T:
        """The value, or the default if none has been set."""
        value: T = st.session_state.get(self.key, None) if self else self.default()
        return value

    def set(self, value: T) -> T:
        st.session_state[self.key] = value
        return value

    def setdefault(self) -> T:
        """The value; stores the default first if none has been set. For values that are changed in place."""
        return self.get() if self else self.set(self.default())

    def pop(self) -> T:
        """Return the value and delete it."""
        value = self.get()
        st.session_state.pop(self.key, None)
        return value


def widget(key: str, default: Any = None) -> Any:
    """The current value of a widget, or the default if it has not been drawn yet."""
    return st.session_state.get(key, default)


def set_widget(key: str, value: Any) -> None:
    """Set the value that a widget shows when it is next drawn."""
    st.session_state[key] = value


def draws(key: str, another: bool) -> int:
    """How often the user has asked for a new sample; `another` adds one."""
    count = Slot(f"{key}:draws", int)
    return count.set(count.get() + 1) if another else count.get()


@dataclass
class FormState:
    """The state of a lesson's form, in addition to its widgets.

    Attributes:
        rules: the part of the address that a teacher's link adds (see `form.teacher_link`).
        pinned: path -> value of the fields that no control may change.
        values: path -> value, from the preset or the address. The widget of a field, once drawn, takes precedence.
    """

    rules: dict[str, str] = field(default_factory=dict)
    pinned: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


def form_state(lesson: str) -> Slot[FormState]:
    """The state of a lesson's form in this session."""
    return Slot(f"{lesson}:form", FormState)
