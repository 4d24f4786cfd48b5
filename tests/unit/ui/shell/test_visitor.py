"""One name for one browser."""

from hypothesis import given
from hypothesis import strategies as st

from aelib.ui.shell.visitor import unmasked


def test_one_browser_has_one_name_however_its_cookie_is_masked() -> None:
    first = unmasked("2|6d516a59|c88c527e318d2e1f226eb2ac995328a3|1795239573")
    second = unmasked("2|70d735f4|d50a0dd32c0b71b23fe8ed0184d5770e|1795239573")
    assert first is not None
    assert first == second


@given(st.text(max_size=60))
def test_a_forged_cookie_is_no_name_or_some_name(cookie: str) -> None:
    assert unmasked(cookie) is None or isinstance(unmasked(cookie), bytes)
