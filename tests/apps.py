"""Pages through AppTest: without a browser, jobs in threads of the test."""

from collections.abc import Mapping
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[1]


def opened(page: str, query: Mapping[str, str] | None = None) -> AppTest:
    """A page's file ("pages/dense.py") at an address, run once without an exception."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in (query or {}).items():
        app.query_params[key] = value
    if page != "app.py":
        app.switch_page(page)
    return sound(app.run())


def sound(app: AppTest) -> AppTest:
    """The same, if it shows no exception."""
    assert not app.exception, app.exception
    return app
