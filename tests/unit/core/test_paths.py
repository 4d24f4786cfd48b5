"""Where files live. `test_settings.py` has the person's own folder."""

from pathlib import Path

import pytest

from aelib.core import paths
from aelib.core.errors import LabError


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package alone, as pip puts it among others."""
    package = tmp_path / "site-packages" / "aelib"
    package.mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", package)
    return package


def test_in_a_checkout_data_and_app_lie_beside_the_package() -> None:
    root = Path(paths.__file__).parents[2]
    assert paths.checkout() == root == paths.app_folder()
    assert paths.bundled("results.csv") == root / "data" / "results.csv"
    assert paths.bundled("results.csv").is_file()
    assert (paths.app_folder() / "server.py").is_file()


def test_an_installed_package_brings_them_along(installed: Path) -> None:
    for name in ("data", "app"):
        (installed / name).mkdir()
    assert paths.bundled("font") == installed / "data" / "font"
    assert paths.app_folder() == installed / "app"


def test_an_installed_package_is_no_checkout(installed: Path) -> None:
    with pytest.raises(LabError, match="run it in a checkout"):
        paths.checkout()
