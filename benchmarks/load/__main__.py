"""What a class of 50 does to one server, each figure beside what is wanted of it; `--quick` tries every part, small.
`--only PART` runs one of them and writes nothing. Needs requirements-dev.txt."""

import argparse
import importlib
import logging

from ..machine import table, write
from .figures import HEADER, Row

PARTS = {
    "sessions": "50 sessions at once",
    "first_load": "First load, as a ratio to an empty Streamlit page with one Plotly chart",
    "watching": "Progress",
    "submissions": "Many submissions of the same experiments",
    "kills": "Processes killed at random moments",
    "big_store": "The page Runs over a large store",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small version of every part; writes nothing")
    parser.add_argument("--only", choices=PARTS, help="one part; writes nothing")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger(__package__).setLevel(logging.INFO)  # it takes minutes: say how far it is
    sections = []
    for name, title in PARTS.items():
        if asked.only in (None, name):
            rows: list[Row] = importlib.import_module(f".{name}", __package__).measure(asked.quick)
            sections.append(f"## {title}\n\n{table(HEADER, [row.cells() for row in rows])}")
    body = "\n\n".join(sections)
    if asked.quick or asked.only:
        print(body)
    else:
        intro = "The clients, Chromium among them, run on the same machine and take their share of its cores."
        write("load", "A class on one server", f"{intro}\n\n{body}")


if __name__ == "__main__":
    main()
