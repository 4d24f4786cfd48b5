"""State of a page without drawing it: its elements at their places and the states of its widgets."""

import json
from dataclasses import dataclass
from typing import Any

from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from .widgets import initial

ADDRESS_BAR = "aelib.address_bar"
KEPT_RUNS = 2  # script runs after which the front end drops a cached message that was not used again


class Lost(Exception):
    """The server did not answer in time, closed the connection, or shows another page than expected."""


@dataclass
class Shown:
    """An element on the page. run: id of the script run that drew it; fragment: id of its fragment, or empty."""

    element: Element
    run: str
    fragment: str


class PageState:
    """The state of one page.

    elements: place -> element; states: widget id -> state; kept: hash -> cached message and number of the script run
    that last used it, as in the front end's cache.
    """

    def __init__(self) -> None:
        self.elements: dict[tuple[int, ...], Shown] = {}
        self.states: dict[str, WidgetState] = {}
        self.kept: dict[str, tuple[ForwardMsg, int]] = {}
        self._runs = 0

    # --- messages of the server -----------------------------------------------------------------------------

    def whole(self, message: ForwardMsg) -> ForwardMsg:
        """The full message: cached if it is new, or the cached one that it refers to, with the new place."""
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
            return  # a container: its old content is removed when a run no longer draws it
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
        """Remove what a finished script run did not draw again. fragments: those that ran, None for a whole run."""
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

    # --- what the page shows --------------------------------------------------------------------------------

    def notes(self) -> list[str]:
        """Texts of all alerts (success, error, ...)."""
        shown = (shown.element for shown in self.elements.values())
        return [element.alert.body for element in shown if element.WhichOneof("type") == "alert"]

    def has(self, key: str) -> bool:
        """Whether there is a widget with this key."""
        return any(_widget_id(shown.element).endswith(f"-{key}") for shown in self.elements.values())

    def find(self, key: str) -> Any:
        """The widget with this key. Raises Lost if there is none."""
        for shown in self.elements.values():
            if _widget_id(shown.element).endswith(f"-{key}"):
                return getattr(shown.element, str(shown.element.WhichOneof("type")))
        raise Lost(f"the page has no {key}; it says {self.notes()}")

    def button(self, label: str) -> str:
        """The id of the button with this label. Raises Lost if there is none."""
        for shown in self.elements.values():
            if shown.element.WhichOneof("type") == "button" and shown.element.button.label == label:
                return str(shown.element.button.id)
        raise Lost(f"the page has no button {label}; it says {self.notes()}")

    def starting(self, start: str) -> str:
        """The key of the widget whose key starts so. Raises Lost if there is none."""
        for shown in self.elements.values():
            _, found, rest = _widget_id(shown.element).partition(f"-{start}")
            if found:
                return start + rest
        raise Lost(f"the page has no {start}; it says {self.notes()}")

    def address(self) -> str:
        """The query for which the page asks the browser (aelib/ui/components/address_bar.js), or empty."""
        asked = [
            json.loads(shown.element.bidi_component.json)
            for shown in self.elements.values()
            if shown.element.WhichOneof("type") == "bidi_component"
            and shown.element.bidi_component.component_name == ADDRESS_BAR
        ]
        return str(max(asked, key=lambda data: data["serial"])["address"]) if asked else ""

    def fragment(self, identity: str) -> str:
        """The fragment that a widget belongs to, or empty."""
        return next((shown.fragment for shown in self.elements.values() if _widget_id(shown.element) == identity), "")


def _widget_id(element: Element) -> str:
    return str(getattr(getattr(element, str(element.WhichOneof("type"))), "id", ""))
