"""Report when the browser shows an address (address_shown.js). Invisible."""

from collections.abc import Callable

from .canvas import component

_address_shown = component("address_shown", """<span class="address-shown"></span>""")


def address_shown(address: str, key: str, on_shown: Callable[[], object]) -> None:
    """Call `on_shown` once the browser's address bar has this address. The browser handles messages in order, and
    this one is sent after the address."""
    _address_shown(data={"address": address}, key=key, on_shown_change=on_shown)
