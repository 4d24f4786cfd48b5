"""What a page shows, without drawing it: elements where the server put them, and the widgets' states."""

from dataclasses import dataclass
from typing import Any

from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from .widgets import initial

KEPT_RUNS = 2  # script runs after which the front end forgets a message that it was not sent again


class Lost(Exception):
    """The server did not answer in time, closed the connection, or shows another page than expected."""


@dataclass
class Shown:
    """An element on the page. run: of the script, that drew it; fragment: that it belongs to, or empty."""

    element: Element
    run: str
    fragment: str


class Picture:
    """elements by their place; states by widget id; kept: large messages by hash, as the front end's cache has them,
    with the number of the script run that last used each."""

    def __init__(self) -> None:
        self.elements: dict[tuple[int, ...], Shown] = {}
        self.states: dict[str, WidgetState] = {}
        self.kept: dict[str, tuple[ForwardMsg, int]] = {}
        self._runs = 0

    # --- what the server says -------------------------------------------------------------------------------

    def whole(self, message: ForwardMsg) -> ForwardMsg:
        """The message to keep, or the kept one that it stands for, at its new place."""
        if message.WhichOneof("type") != "ref_hash":
            self.kept[message.hash] = (message, self._runs)
            return message
        known = self.kept[message.ref_hash][0]
        self.kept[message.ref_hash] = (known, self._runs)
        copy = ForwardMsg()
        copy.CopyFrom(known)
        copy.metadata.CopyFrom(message.metadata)
        return copy

    def draw(self, message: ForwardMsg, run: str) -> None:
        if message.delta.WhichOneof("type") != "new_element":
            return  # a container: what it held goes with the run that no longer draws it
        element, run = message.delta.new_element, message.metadata.run.script_run_id or run
        self.elements[tuple(message.metadata.delta_path)] = Shown(element, run, message.delta.fragment_id)
        identity = _widget_id(element)
        if identity:
            widget = getattr(element, str(element.WhichOneof("type")))
            if identity not in self.states or getattr(widget, "set_value", False):
                state = initial(element)
                if state is not None:
                    self.states[identity] = state

    def tidy(self, run: str, fragments: set[str] | None = None) -> None:
        """A script run has ended, whole or only these fragments: what it did not draw again goes."""
        self.elements = {
            path: shown
            for path, shown in self.elements.items()
            if shown.run == run or not (fragments is None or shown.fragment in fragments)
        }
        there = {_widget_id(shown.element) for shown in self.elements.values()}
        self.states = {identity: state for identity, state in self.states.items() if identity in there}
        if fragments is None:
            self._runs += 1
            self.kept = {name: kept for name, kept in self.kept.items() if kept[1] > self._runs - 1 - KEPT_RUNS}

    # --- what a person sees ---------------------------------------------------------------------------------

    def notes(self) -> list[str]:
        """Texts of all coloured notes (success, error, ...)."""
        shown = (shown.element for shown in self.elements.values())
        return [element.alert.body for element in shown if element.WhichOneof("type") == "alert"]

    def has(self, key: str) -> bool:
        """Whether there is a widget of this key."""
        return any(_widget_id(shown.element).endswith(f"-{key}") for shown in self.elements.values())

    def find(self, key: str) -> Any:
        """The widget of this key; raises Lost where there is none."""
        for shown in self.elements.values():
            if _widget_id(shown.element).endswith(f"-{key}"):
                return getattr(shown.element, str(shown.element.WhichOneof("type")))
        raise Lost(f"the page has no {key}; it says {self.notes()}")

    def fragment(self, identity: str) -> str:
        """The fragment that a widget belongs to, or empty."""
        return next((shown.fragment for shown in self.elements.values() if _widget_id(shown.element) == identity), "")


def _widget_id(element: Element) -> str:
    return str(getattr(getattr(element, str(element.WhichOneof("type"))), "id", ""))
