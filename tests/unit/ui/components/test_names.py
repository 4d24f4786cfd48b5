"""A canvas has its name from its first moment, not only once its script has drawn."""

import re
from pathlib import Path

import aelib

HERE = Path(aelib.__file__).parent
CANVAS = re.compile(r"<canvas\b[^>]*>")


def test_every_canvas_has_its_name_in_the_html() -> None:
    files = [*HERE.glob("ui/**/*.py"), *HERE.glob("reports/templates/*.j2")]
    found = [(file.name, tag) for file in files for tag in CANVAS.findall(file.read_text(encoding="utf-8"))]
    assert len(found) > 10
    assert [one for one in found if "aria-label" not in one[1]] == []
