"""Makes the widget of a choice a different widget in each language.

The browser sends the label of what is chosen. Streamlit 1.67 identifies a widget with a key by the key alone. So a
request that was under way while the language changed would bring a label that the page no longer has, and the choice
would become that text. With the language in the widget's identity, such a request is about a widget that no longer
exists. The choice itself is kept by its key: see `languages`. tests/unit/ui/shell/test_languages.py fails if Streamlit
lacks what is replaced here.
"""

from typing import Any

from streamlit.elements.lib import utils

from aelib.core.language import ENGLISH, current

CHOICES = ("selectbox", "multiselect", "radio", "segmented_control", "pills", "select_slider")
_compute = utils._compute_element_id


def _with_language(element_type: str, user_key: str | None = None, **about: Any) -> str:
    if element_type in CHOICES and current() != ENGLISH:
        about["language"] = current()
    return _compute(element_type, user_key, **about)


def install() -> None:
    """Call it once, before a page is drawn."""
    utils._compute_element_id = _with_language
