"""Load test of one server with a class of 50 people: each figure with its target. `--quick` runs a small version of
every part, `--only PART` one part; both write nothing. Needs requirements-dev.txt."""

import argparse
import importlib
import logging

from ..machine import table, write
from .rows import HEADER, Row

PARTS = {
    "sessions": "50 sessions at once",
    "first_load": "First load, as a ratio to an empty Streamlit page with one Plotly chart",
    "watching": "Progress",
    "submissions": "Many submissions of the same experiments",
    "kills": "Processes killed at random moments",
    "classroom": "A class with its teacher's page open",
    "big_store": "The page Runs over a large store",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small version of every part; writes nothing")
    parser.add_argument("--only", choices=PARTS, help="one part; writes nothing")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger(__package__).setLevel(logging.INFO)  # the test takes minutes: log its progress
    sections = []
    for name, title in PARTS.items():
        if asked.only in (None, name):
            rows: list[Row] = importlib.import_module(f".{name}", __package__).measure(asked.quick)
            sections.append(f"## {title}\n\n{table(HEADER, [row.cells() for row in rows])}")
    body = "\n\n".join(sections)
    if asked.quick or asked.only:
        print(body)
    else:
        intro = "The clients, Chromium among them, run on the same machine and use part of its cores."
        write("load", "A class on one server", f"{intro}\n\n{body}")


if __name__ == "__main__":
    main()
