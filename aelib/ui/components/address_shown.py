"""Word from the browser that it shows an address (address_shown.js): nothing to see."""

from collections.abc import Callable

from .canvas import component

_address_shown = component("address_shown", """<span class="address-shown"></span>""")


def address_shown(address: str, key: str, on_shown: Callable[[], object]) -> None:
    """Call `on_shown` once the browser has this address in its bar: messages to it are handled in their order, and it
    gets this one after the address."""
    _address_shown(data={"address": address}, key=key, on_shown_change=on_shown)
