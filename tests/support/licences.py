"""The packages of requirements.lock with their licences, as docs/dependencies.md.

python -m tests.support.licences
"""

import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
LOCK, PAGE = ROOT / "requirements.lock", ROOT / "docs" / "dependencies.md"
BEGIN, END = "<!-- licences -->\n", "<!-- end of licences -->\n"
_LONGEST = 60  # characters of a licence's name; a longer one is its text
# Licences of packages that come with PyTorch for CUDA only and need not be installed here, from their own metadata.
_ELSEWHERE = {"cuda-": "NVIDIA's own terms", "nvidia-": "NVIDIA's own terms", "triton": "MIT License"}
# Licences of packages whose wheels contain libraries under other terms than their metadata say.
_INSIDE = {"pillow-heif": "BSD-3-Clause; its wheels hold libheif and libde265 (LGPLv3) and x265 (GPLv2)"}


class Locked(NamedTuple):
    """One requirement of the lock file. marker: the environments in which it applies, empty for all."""

    name: str
    version: str
    marker: str


def locked() -> list[Locked]:
    """The requirements in the order of the file. A package may have several versions, for several versions of Python."""
    found = re.findall(r"^([a-z0-9._-]+)==(\S+)(?: ; (.*?))? \\$", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    return [Locked(*one) for one in found]


def licence(name: str) -> str:
    """The licence that a package's metadata state. Raises PackageNotFoundError for a package that is neither installed nor
    listed above."""
    for begin, terms in _ELSEWHERE.items():
        if name.startswith(begin):
            return terms
    if name in _INSIDE:
        return _INSIDE[name]
    about = importlib.metadata.metadata(name)
    classifiers = [one.split(" :: ")[-1] for one in about.get_all("Classifier") or () if one.startswith("License :: ")]
    for text in (about.get("License-Expression"), *classifiers, about.get("License")):
        if text and "\n" not in text and len(text) <= _LONGEST:
            return text
    if about.get("License-Expression"):
        return str(about["License-Expression"])
    raise ValueError(f"{name} does not say its licence in a line: write it into {Path(__file__).name}")


def _rows() -> Iterator[str]:
    yield "| package | licence |\n"
    yield "| --- | --- |\n"
    for name in sorted({one.name for one in locked()}):
        yield f"| [{name}](https://pypi.org/project/{name}/) | {licence(name)} |\n"


def page() -> str:
    """The page with an up-to-date table."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    return f"{before}\n{''.join(_rows())}\n{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
