"""A folder of the app in which `python -m streamlit` is a script of the test."""

from pathlib import Path


def app_folder(folder: Path, script: str) -> Path:
    """Write the script as the module that `aelib app` runs there."""
    (folder / "streamlit.py").write_text(script)
    return folder
