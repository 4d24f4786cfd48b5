"""The lesson plans say the same in three languages: the same steps, settings and figures."""

import re
from pathlib import Path

import pytest

import aelib

FOLDER = Path(aelib.__file__).parents[1] / "docs" / "teaching"
PLANS = sorted(path.name for path in FOLDER.glob("*.md"))
SWAPPED = str.maketrans(",.", ".,")


def _plan(folder: str, name: str) -> str:
    return (FOLDER / folder / name).read_text(encoding="utf-8")


def _shape(text: str) -> list[str]:
    """The kind of every line that begins something, in their order: headings, rows of tables, items of lists."""
    kinds = (re.match(r"#+ |\| ?-|\||\d\. |- |\*\*[^*|]+\*\*$", line) for line in text.splitlines())
    return ["**" if kind[0].startswith("**") else kind[0] for kind in kinds if kind]


def _settings(text: str) -> list[str]:
    return sorted(re.findall(r"`[^`]+`", text))


def _figures(text: str, comma: bool) -> list[str]:
    """All numbers, as English writes them; not those of names of presets, and not those of addresses."""
    plain = re.sub(r"`[^`]+`|\]\([^)]*\)", "", text)
    found = re.findall(r"[−-]?\d+(?:[.,]\d+)*", plain)
    return sorted(one.translate(SWAPPED) if comma else one for one in found)


def test_every_plan_is_there_in_three_languages() -> None:
    assert len(PLANS) == 13
    for folder in ("es", "pt_BR"):
        assert sorted(path.name for path in (FOLDER / folder).glob("*.md")) == PLANS


@pytest.mark.parametrize("folder", ["es", "pt_BR"])
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_has_the_same_steps_settings_and_figures(name: str, folder: str) -> None:
    ours, english = _plan(folder, name), _plan("", name)
    assert _shape(ours) == _shape(english)
    assert _settings(ours) == _settings(english)
    assert _figures(ours, comma=True) == _figures(english, comma=False)


@pytest.mark.parametrize("folder", ["es", "pt_BR"])
@pytest.mark.parametrize("name", PLANS)
def test_each_leads_to_the_others(name: str, folder: str) -> None:
    assert f"]({folder}/{name})" in _plan("", name)
    assert f"](../{name})" in _plan(folder, name)
    other = "pt_BR" if folder == "es" else "es"
    assert f"](../{other}/{name})" in _plan(folder, name)
