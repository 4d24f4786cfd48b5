"""MkDocs hook: the page command-line.md, written from the parser, so that it cannot say something else."""

import argparse
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

PAGE = "command-line.md"
_INTRODUCTION = """# Command line

`aelib COMMAND` and `python -m aelib COMMAND` are the same. In a checkout, use `.venv/bin/python -m aelib`.

- Every command takes `--help`.
- With `--json`, a command prints exactly one JSON document on standard output. Messages go to standard error.
- A wrong argument or experiment gives one line on standard error and exit code 2. Training that diverges gives one line
  and exit code 1. `runs verify` gives exit code 1 if a run is damaged or cannot be read.
- KEY is the dotted path of a field of an experiment, for example `optimizer.learning_rate`. `aelib presets NAME` prints
  an experiment with all its fields.
- The same experiment is not trained twice: `train`, `sweep` and `reproduce` read a finished run from the
  [store](glossary.md).

```bash
aelib presets                        # named experiments
aelib presets font-best              # one of them as JSON
aelib train font-best
aelib train font-20-10 --set optimizer.learning_rate=0.01 --seeds 20 --json
aelib sweep font-denoise-10 --over corruption.level=0,0.1,0.2,0.3 --seeds 20
aelib report DIGEST --html report.html
aelib runs export DIGEST run.zip     # on another computer: aelib runs import run.zip
```

"""


def on_files(files: Files, config: Any) -> Files:
    files.append(File.generated(config, PAGE, content=page()))
    return files


def page() -> str:
    """The page as Markdown."""
    root = str(Path(__file__).parents[2])
    if root not in sys.path:
        sys.path.insert(0, root)
    from aelib.cli.main import _parser

    commands = next(action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    return _INTRODUCTION + "\n".join(_section(name, sub) for name, sub in commands.choices.items())


def _section(name: str, parser: argparse.ArgumentParser) -> str:
    rows = [
        (_spelling(action), _about(action))
        for action in parser._actions
        if action.help != argparse.SUPPRESS and not isinstance(action, argparse._HelpAction)
    ]
    table = "\n".join(["| argument | meaning |", "| --- | --- |", *(f"| {left} | {right} |" for left, right in rows)])
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split()).replace("python -m aelib", "aelib")
    return f"## {name}\n\n{parser.description}\n\n```text\n{usage}\n```\n\n{table}\n"


def _spelling(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
    return f"`{' '.join(word for word in [*action.option_strings[-1:], value] if word)}`"


def _about(action: argparse.Action) -> str:
    parts = [action.help or ""]
    if action.choices:
        parts.append(f"one of {', '.join(f'`{one}`' for one in action.choices)}")
    if action.default not in (None, False, "") and action.nargs != 0 and f"({action.default})" not in parts[0]:
        parts.append(f"default: `{action.default}`")
    if isinstance(action, argparse._AppendAction) and "at most" not in parts[0]:
        parts.append("can be repeated")
    if action.required and action.option_strings:
        parts.append("required")
    return "; ".join(part for part in parts if part).replace("|", "\\|")
