"""requirements.lock and docs/dependencies.md are those of pyproject.toml."""

import importlib.metadata
import re
from collections.abc import Iterator

from packaging.markers import Marker
from packaging.requirements import Requirement

from tests.support import licences
from tests.unit.test_packaging import PROJECT

WANTED = [
    *PROJECT["dependencies"],
    *PROJECT["optional-dependencies"]["app"],
    *PROJECT["optional-dependencies"]["cluster"],
    *PROJECT["optional-dependencies"]["login"],
]
AGAIN = "run `make lock`"


def _here() -> dict[str, str]:
    """name -> version of what the lock file has for this machine and this Python."""
    return {one.name: one.version for one in licences.locked() if not one.marker or Marker(one.marker).evaluate()}


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def test_the_lock_file_has_the_versions_of_the_project() -> None:
    given = {Requirement(one).name: one.partition("==")[2] for one in WANTED}
    assert {name: _here().get(_name(name)) for name in given} == given, AGAIN


def test_it_has_all_that_these_need() -> None:
    def needed(name: str, extras: set[str]) -> Iterator[Requirement]:
        try:
            found = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            return  # only for another platform, or with CUDA
        for one in map(Requirement, found):
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras or {""}):
                yield one

    known, left = _here(), [Requirement(one) for one in WANTED]
    seen: set[str] = set()
    while left:
        one = left.pop()
        assert _name(one.name) in known, f"{one.name} is missing: {AGAIN}"
        if _name(one.name) not in seen:
            seen.add(_name(one.name))
            left += needed(one.name, one.extras)


def test_every_file_has_a_hash() -> None:
    entries = re.split(r"\n(?=[a-z0-9])", licences.LOCK.read_text(encoding="utf-8"))[1:]
    assert len(entries) == len(licences.locked())
    assert [one.splitlines()[0] for one in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", one)] == []


def test_every_package_is_listed_with_its_licence_and_no_other() -> None:
    rows = re.findall(r"^\| \[(.+?)\]\(https://pypi.*?\) \| (.*) \|$", licences.PAGE.read_text("utf-8"), re.MULTILINE)
    assert {name for name, _ in rows} == {one.name for one in licences.locked()}, AGAIN
    assert [name for name, terms in rows if not terms.strip()] == []
