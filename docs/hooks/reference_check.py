"""MkDocs hook: the API reference has every public module of the library, and no module twice."""

import logging
import re
from collections import Counter
from pathlib import Path
from typing import Any

from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[2]
NOT_PUBLIC = ("aelib.cli", "aelib.ui", "aelib.__main__")  # the command line and the app: see their own pages
_log = logging.getLogger("mkdocs.hooks.reference_check")


def on_files(files: Files, config: Any) -> None:
    pages = (ROOT / "docs" / "reference").glob("*.md")
    listed = Counter(
        name for page in pages for name in re.findall(r"^::: (\S+)", page.read_text("utf-8"), re.MULTILINE)
    )
    modules = {_module(path) for path in (ROOT / "aelib").rglob("*.py") if path.name != "__init__.py"}
    public = {name for name in modules if not name.startswith(NOT_PUBLIC)}
    for name in sorted(public - listed.keys()):
        _log.warning("%s is in no page of docs/reference/", name)
    for name in sorted(name for name, count in listed.items() if count > 1):
        _log.warning("%s is listed more than once in docs/reference/", name)


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)
