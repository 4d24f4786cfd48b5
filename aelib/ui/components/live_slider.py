"""A slider that reports its value while it is dragged (live_slider.js)."""

import re

from streamlit.delta_generator import DeltaGenerator

from aelib.ui.shell.session import widget

from .canvas import component

_live_slider = component("live_slider", """<span class="live-slider"></span>""")


def live_slider(
    place: DeltaGenerator, label: str, low: float, high: float, start: float, step: float, key: str, help: str
) -> tuple[float, bool]:
    """Draw Streamlit's slider. Returns its value, also during a drag, and whether it is being dragged. Call it in a
    fragment, which then runs several times a second.

    place: where the slider is drawn; key: of the slider; the other arguments are those of `st.slider`.
    """
    value = place.slider(label, low, high, start, step, key=key, help=help, persist_state="session")
    there = (widget(f"{key}:live") or {}).get("place") or {}
    now, dragged = there.get("value"), there.get("dragged") is True
    if isinstance(now, int | float) and low <= now <= high:
        value = float(now)
    data = {"slider": "st-key-" + re.sub(r"[^A-Za-z0-9_-]", "-", key), "value": value, "dragged": dragged}
    _live_slider(data=data, key=f"{key}:live", on_place_change=lambda: None)
    return value, dragged
