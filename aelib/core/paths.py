"""Where files are: the user's own files, and those that come with the package."""

from pathlib import Path

import platformdirs

from .errors import LabError

_PACKAGE = Path(__file__).parents[1]


def home() -> Path:
    """Folder for runs, uploads and downloads: `AELIB_HOME`, or the platform's user data folder.

    Raises LabError if `AELIB_HOME` is not the name of a folder.
    """
    from .settings import settings  # here, because `aelib --help` does not wait for pydantic-settings

    return settings().home or Path(platformdirs.user_data_dir("aelib", appauthor=False))


def bundled(name: str) -> Path:
    """A file or folder of the bundled data: in the package where it is installed, else in `data/` of the checkout."""
    installed = _PACKAGE / "data"
    return (installed if installed.is_dir() else _PACKAGE.parent / "data") / name


def app_folder() -> Path:
    """Where server.py, app.py and pages/ are: in the package where it is installed, else in the checkout."""
    installed = _PACKAGE / "app"
    return installed if installed.is_dir() else _PACKAGE.parent


def checkout() -> Path:
    """The folder of the repository. Raises LabError if the package is installed without a repository."""
    folder = _PACKAGE.parent
    if not (folder / "pyproject.toml").is_file():
        raise LabError("This writes files of the repository: run it in a checkout of Autoencoder Lab.")
    return folder
