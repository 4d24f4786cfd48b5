"""Description of the machine, and how benchmarks write their results."""

import os
import platform
from datetime import date
from pathlib import Path

import torch

from aelib.training import device_speed

HERE = Path(__file__).parent


def describe() -> str:
    """Processor, number of cores, GPU and versions in one line."""
    graphics = f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""
    return (
        f"{device_speed.processor()}, {os.cpu_count()} cores{graphics}, Python {platform.python_version()}, torch "
        f"{torch.__version__}"
    )


def write(name: str, title: str, body: str, command: str = "") -> None:
    """Print a result and write it to benchmarks/NAME.md. command: what measured it after `python -m benchmarks.`, where
    that is not the name."""
    measured = f"Measured on {date.today()} by `python -m benchmarks.{command or name}` on: {describe()}."
    text = f"# {title}\n\n{measured}\n\n{body}\n"
    (HERE / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
