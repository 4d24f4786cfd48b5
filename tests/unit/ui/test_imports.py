"""A server has nothing in memory that no page has asked for: a small host has 690 MB for all of it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
NEEDLESS = (
    "sklearn",
    "scipy",
    "skimage",
    "numba",
    "matplotlib",
    "sympy",
    "torch._dynamo",
    "distributed",
    "requests",
    "openpyxl",
)
CODE = f"""
import sys
import server
from aelib.ui.lessons import denoising, lesson
from aelib.ui.lessons.trainings import leaderboard, runs, sweeps
print([name for name in {NEEDLESS} if name in sys.modules])
"""


def test_a_server_before_its_first_visitor_imports_only_what_every_page_needs() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr
