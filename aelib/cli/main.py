"""The command line: `python -m aelib COMMAND --help`.

`--json` prints exactly one JSON document on standard output; messages go to standard error. A wrong argument or
experiment gives one line on standard error and exit code 2; training that diverges gives one line and 1.
"""

import argparse
import io
import sys
from collections.abc import Sequence
from pkgutil import resolve_name
from typing import NoReturn

from aelib.core.errors import LabError

from .output import say
from .runs import ACTIONS


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, exit code 2; argparse would print the usage too."""
        self.exit(2, f"{self.prog}: {message} (see --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):  # names of glyphs, and signs such as ±, on any terminal
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        return int(resolve_name(options.command)(options))
    except LabError as error:
        say(" ".join(str(error).split()))
        return error.exit_code
    except KeyboardInterrupt:
        say("Stopped; what had ended is kept, the rest is not.")
        return 130
    except BrokenPipeError:  # the reader (head, less) has gone
        sys.stderr.close()
        return 0


def _parser() -> _Parser:
    parser = _Parser(prog="python -m aelib", description="Train autoencoders, and look at what they learnt.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=f"aelib.cli.{name}:{name}")  # imported when it is asked for, not before
        sub.add_argument("--json", action="store_true", help="print one JSON document")
        return sub

    sub = command("app", "Serve the app on http://localhost:8501, or as Streamlit's own arguments say.")
    sub.add_argument("arguments", nargs="*", metavar="ARGUMENT", help="for Streamlit, behind --: -- --server.port 80")

    sub = command("presets", "The named experiments; with NAME the experiment as JSON.")
    sub.add_argument("name", nargs="?", metavar="NAME")

    sub = command("datasets", "The data sets: what is in them, where they come from, whether they are here.")
    sub.add_argument("--get", metavar="NAME", help="download a data set that is not bundled")
    sub.add_argument("--add", metavar="PATH", help="keep a folder or ZIP archive of pictures as a data set of your own")
    sub.add_argument("--side", type=int, default=32, metavar="N", help="with --add: 28, 32 or 64 pixels (32)")
    sub.add_argument("--grey", action="store_true", help="with --add: grey instead of colour")

    sub = command("train", "Train an experiment, or find it in the store.")
    _training(sub)
    sub.add_argument("--seeds", type=int, default=1, metavar="N", help="train with N seeds; figures as mean and std")

    sub = command("sweep", "Train an experiment over the values of one field or two; what is stored is found.")
    _training(sub)
    sub.add_argument(
        "--over", action="append", required=True, metavar="KEY=V1,V2,...", help="a field and its values; at most twice"
    )
    sub.add_argument("--seeds", type=int, default=1, metavar="N", help="nets of each point; figures as mean and std")

    sub = command("report", "Runs to hand in: as a page, as a notebook, or one of them as plain PyTorch.")
    sub.add_argument("digest", nargs="+", metavar="DIGEST", help="a run in the store: see `runs list`")
    kind = sub.add_mutually_exclusive_group(required=True)
    kind.add_argument("--html", metavar="FILE", help="one HTML file that opens anywhere")
    kind.add_argument("--notebook", metavar="FILE", help="a Jupyter notebook that makes the figures again, with aelib")
    kind.add_argument("--script", metavar="FILE", help="a Python script that trains the experiment, without aelib")
    sub.add_argument("--title", default="", metavar="TEXT")
    sub.add_argument("--notes", default="", metavar="TEXT", help="below the title; line breaks are kept")

    sub = command("reproduce", "What the documents report beside ours; what is stored is found.")
    sub.add_argument("id", nargs="*", metavar="ID", help="a row of data/results.csv; none: all of them")
    sub.add_argument("--quick", action="store_true", help="fewer seeds, and fewer epochs where a training is long")
    sub.add_argument("--write", action="store_true", help="keep data/reproduction.json and benchmarks/reproduction.md")
    sub.add_argument("--device", choices=["auto", "cpu", "cuda", "mps"], default="auto")
    sub.add_argument("--scheduler", metavar="ADDRESS", help="train on a Dask cluster, e.g. tcp://127.0.0.1:8786")
    sub.set_defaults(fresh=False)

    sub = command("runs", "The runs in the store.")
    sub.add_argument("action", nargs="?", choices=list(ACTIONS), default="list")
    sub.add_argument("digest", nargs="?", metavar="DIGEST", help="for show and export; for import the FILE")
    sub.add_argument("file", nargs="?", metavar="FILE", help="for export: what to write (run-DIGEST.zip)")
    sub.add_argument("--keep", type=int, metavar="N", help="prune: keep the newest N")
    sub.add_argument("--older-than", type=float, metavar="DAYS", help="prune: remove what is older")
    sub.add_argument("--max-mb", type=float, metavar="N", help="prune: remove the oldest until the rest fits")
    sub.add_argument("--damaged", action="store_true", help="prune: remove damaged runs")
    sub.add_argument("--dry-run", action="store_true", help="prune: say what would go, remove nothing")
    return parser


def _training(sub: argparse.ArgumentParser) -> None:
    """What every command that trains has in common."""
    sub.add_argument("experiment", metavar="NAME|FILE.json", help="a preset, or a file with an experiment")
    sub.add_argument(
        "--set", action="append", metavar="KEY=VALUE", help="change a field, e.g. optimizer.learning_rate=0.01"
    )
    sub.add_argument("--device", choices=["auto", "cpu", "cuda", "mps"], default="auto")
    sub.add_argument("--scheduler", metavar="ADDRESS", help="train on a Dask cluster, e.g. tcp://127.0.0.1:8786")
    sub.add_argument("--fresh", action="store_true", help="train even where the store has the run, and replace it")
