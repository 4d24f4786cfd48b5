"""Downloads as background work, by their button."""

import hashlib
from pathlib import Path

import pytest

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import files
from aelib.datasets.downloads import mnist
from aelib.datasets.files import RemoteFile
from tests.support.apps import from_function, said, sound, texts, until
from tests.support.download_server import CONTENT, DownloadServer


def _download_page() -> None:
    import streamlit as st

    from aelib import datasets
    from aelib.ui.jobs import downloads

    st.markdown(f"missing {downloads.missing(datasets.spec('mnist'))}")


@pytest.fixture
def for_sale(download_server: DownloadServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> list[RemoteFile]:
    """MNIST as two small files that a server on loopback has: where they are fetched from, not what is done with
    them."""
    checksum = hashlib.sha256(CONTENT).hexdigest()
    found = [
        RemoteFile(name, f"http://127.0.0.1:{download_server.server_port}/{name}", len(CONTENT), checksum)
        for name in ("a.gz", "b.gz")
    ]
    monkeypatch.delenv("AELIB_DATA", raising=False)
    monkeypatch.setitem(datasets.DOWNLOADS, "mnist", found)
    monkeypatch.setattr(mnist, "FILES", found)
    return found


KEY = "download:mnist"


@pytest.mark.usefixtures("fresh_caches")
def test_a_set_that_is_not_here_is_fetched_by_its_button(for_sale: list[RemoteFile], home: Path) -> None:
    app = from_function(_download_page)
    assert "missing True" in texts(app)
    assert "mnist is not on this machine: put a.gz, b.gz into" in said(app), "and no command"
    assert [button.label for button in app.button] == ["Download mnist to this server"]
    assert any(one.value.startswith("1 MB, for all users") for one in app.caption)
    sound(app.button(key=f"{KEY}:start").click().run())
    sound(until(app, lambda: "missing False" in texts(app)))
    assert not app.button
    for file in for_sale:
        path = files.find("mnist", file.name)
        assert path is not None
        assert path.read_bytes() == CONTENT
    for file in (home / "downloads" / "mnist").iterdir():
        file.unlink()
    sound(app.run())
    assert [button.label for button in app.button] == ["Download mnist to this server"], "it can be asked for again"


@pytest.mark.usefixtures("fresh_caches")
def test_where_a_download_breaks_off_is_said_and_the_next_goes_on(
    for_sale: list[RemoteFile], home: Path, download_server: DownloadServer
) -> None:
    download_server.breaks_after = 200_000
    app = from_function(_download_page)
    sound(app.button(key=f"{KEY}:start").click().run())
    sound(until(app, lambda: "goes on where it broke off" in said(app)))
    assert [button.label for button in app.button] == ["Download mnist to this server"]
    download_server.breaks_after = None
    sound(app.button(key=f"{KEY}:start").click().run())
    sound(until(app, lambda: "missing False" in texts(app)))
    assert download_server.asked[1] is not None, "not from the beginning"


@pytest.mark.usefixtures("fresh_caches")
def test_stopping_a_download_keeps_what_has_come(
    for_sale: list[RemoteFile], home: Path, download_server: DownloadServer
) -> None:
    from aelib.ui.jobs import downloads

    told: list[float] = []
    work = downloads._download("mnist")
    with pytest.raises(LabError):
        work(told.append, lambda: told[-1] > 0.2)
    folder = home / "downloads" / "mnist"
    assert [path.name for path in folder.iterdir()] == ["a.gz.part"]
    part = (folder / "a.gz.part").stat().st_size
    assert 0 < part < len(CONTENT)
    told.clear()
    assert work(told.append, lambda: False)
    assert download_server.asked == [None, f"bytes={part}-", None]
    assert told == sorted(told)
    assert (told[0] > part / (2 * len(CONTENT)), told[-1]) == (True, 1.0)
    (folder / "a.gz").unlink()
    told.clear()
    assert work(told.append, lambda: False)
    assert (told[0] > 0.5, told[-1]) == (True, 1.0), "what is there already counts as come"


def test_a_set_that_nobody_can_download_has_no_button(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AELIB_DATA", raising=False)
    app = from_function(_no_download_page)
    assert "missing True" in texts(app)
    assert not app.button


def _no_download_page() -> None:
    import streamlit as st

    from aelib import datasets
    from aelib.ui.jobs import downloads

    st.markdown(f"missing {downloads.missing(datasets.spec('photo_pairs'))}")
