"""Theory pages and lessons link to each other."""

import re
from pathlib import Path

import pytest

from aelib.ui.shell.lessons import MATTERS_IN, THEORY, Page, lesson, theory_of

PAGES = Path(__file__).parents[4] / "pages"


@pytest.mark.parametrize("page", THEORY, ids=lambda page: page.name)
def test_a_theory_page_links_to_the_lessons_that_link_to_it(page: Page) -> None:
    named = re.findall(r'\(lesson\("(\w+)"\), _\("', (PAGES / f"{page.name}.py").read_text(encoding="utf-8"))
    assert tuple(named) == MATTERS_IN[page]
    assert all(page in theory_of(lesson(name)) for name in named)
