"""Widget states as in Streamlit's front end: from the server's messages and from what a person enters."""

from typing import Any

from streamlit.proto.Element_pb2 import Element
from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.WidgetStates_pb2 import WidgetState


def initial(element: Element) -> WidgetState | None:
    """The state of a widget when it appears or is set by the server; None for a widget without a value."""
    kind = str(element.WhichOneof("type"))
    widget = getattr(element, kind)
    state = WidgetState(id=widget.id)
    given = getattr(widget, "set_value", False)
    if kind == "number_input":
        number = widget.value if given else widget.default
        if widget.data_type == NumberInput.INT:
            state.int_value = int(number)
        else:
            state.double_value = number
    elif kind == "text_input":
        state.string_value = widget.value if given else widget.default
    elif kind == "selectbox":
        if not given and not widget.options:
            return None
        state.string_value = widget.raw_value if given else widget.options[widget.default]
    elif kind == "checkbox":
        state.bool_value = widget.value if given else widget.default
    elif kind == "slider" and widget.options:  # of words, not of numbers
        chosen = widget.raw_value if given else [widget.options[int(index)] for index in widget.default]
        state.string_array_value.data.extend(chosen)
    elif kind == "slider":
        state.double_array_value.data.extend(widget.value if given else widget.default)
    else:
        return None
    return state


def with_value(state: WidgetState, value: Any) -> WidgetState:
    """The state of the same widget with the value that a person entered."""
    changed = WidgetState(id=state.id)
    kind = str(state.WhichOneof("value"))
    if kind in ("double_array_value", "string_array_value"):
        getattr(changed, kind).data.extend(value)
    else:
        setattr(changed, kind, value)
    return changed
