"""Pages through AppTest: without a browser, jobs in threads of the test."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from aelib.store import Store
from aelib.training import Run

from .patience import PATIENCE, wait_until

ROOT = Path(__file__).parents[2]


def opened(page: str, query: Mapping[str, str] | None = None, folded: bool = False) -> AppTest:
    """A page's file ("pages/dense.py") at an address, run once without an exception. folded: whether its "More
    choices" are closed, as they are for a person who opens the page."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    for key, value in (query or {}).items():
        app.query_params[key] = value
    app.session_state[f"{Path(page).stem}:more"] = not folded
    if page != "app.py":
        app.switch_page(page)
    return sound(app.run())


def from_function(script: Callable[..., None], **arguments: Any) -> AppTest:
    """A script of this test's own, run once without an exception."""
    return sound(AppTest.from_function(script, default_timeout=PATIENCE, kwargs=arguments).run())


def sound(app: AppTest) -> AppTest:
    """The app itself, if it shows no exception; else an AssertionError."""
    assert not app.exception, app.exception
    return app


def save(*runs: Run) -> None:
    """Save the runs in this test's own store."""
    for run in runs:
        Store().save(run)


def said(app: AppTest) -> str:
    """Errors and warnings."""
    return " ".join(one.value.replace("\\", "") for one in [*app.error, *app.warning])


def texts(app: AppTest) -> str:
    """The texts between the pictures."""
    return " ".join(str(one.value).replace("\\", "") for one in [*app.markdown, *app.caption])


def metric(app: AppTest, label: str) -> str:
    return next(one.value for one in app.metric if one.label == label)


def image_rows(app: AppTest) -> list[str]:
    """The HTML of every row of images."""
    return [one.proto.body for one in app.get("html") if "ae-row" in one.proto.body]


def column(app: AppTest, name: str) -> dict[str, float]:
    """A column of the first table that has it, by its first column."""
    found = next(one.value for one in app.dataframe if name in one.value)
    return dict(zip(found.iloc[:, 0], found[name], strict=True))


def until(app: AppTest, there: Callable[[], bool]) -> AppTest:
    """Run the page again until `there` holds: AppTest has no timer that reruns fragments."""

    def holds() -> bool:
        if not there():
            app.run()
        return there()

    try:
        wait_until(holds, "what the page should show")
    except AssertionError as error:  # say what the page shows instead
        raise AssertionError(f"{error}: {said(app)!r}, {app.exception}") from error
    return app
