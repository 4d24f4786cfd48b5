"""The browser's address bar and history (address_bar.js). Invisible."""

from typing import TypedDict

from .canvas import component

_address_bar = component("address_bar", """<span class="address-bar"></span>""")


class Report(TypedDict):
    """What the browser reports: the address that it shows or that a step led to, the number of the last step, and
    whether its window is narrow."""

    address: str
    step: int
    narrow: bool


class AddressData(TypedDict):
    """What address_bar.js reads, see there."""

    page: str
    address: str
    subject: str
    tried: bool
    step: int
    session: str
    serial: int
    echoes: int
    heard: Report | None
    main: bool
    followed: bool
    leave: str


def address_bar(data: AddressData, key: str) -> None:
    """Ask the browser to show an address. Its answer, the state `browser`, is in the session under `key`."""
    _address_bar(data=data, key=key, on_browser_change=lambda: None)
