"""The command line: `python -m aelib COMMAND --help`.

`--json` prints exactly one JSON document on standard output; messages go to standard error. A wrong argument or
experiment gives one line on standard error and exit code 2; training that diverges gives one line and 1. Texts are in
the language of the environment (AELIB_LANG, LC_ALL, LC_MESSAGES, LANG); what `--json` prints has English keys.
"""

import argparse
import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import NoReturn

from aelib.core import language, memory, threads
from aelib.core.errors import LabError
from aelib.core.language import LANGUAGES, N_, _

from .output import say
from .runs import ACTIONS

LANGUAGE_FROM = ("AELIB_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
# argparse's own messages
_OF_ARGPARSE = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("not allowed with argument %s"),
    N_("one of the arguments %s is required"),
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Print one line and exit with code 2; argparse would also print the usage."""
        self.exit(2, f"{self.prog}: {message} {_('(see --help)')}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code. arguments: None for those of the process."""
    threads.let_waiting_threads_sleep()
    memory.collect_seldom()
    for stream in (sys.stdout, sys.stderr):  # names of glyphs, and signs such as ±, must print on any terminal
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        _speak(os.environ)
        options = _parser().parse_args(arguments)
        return int(resolve_name(options.command)(options))
    except LabError as error:
        say(" ".join(str(error).split()))
        return error.exit_code
    except KeyboardInterrupt:
        say(_("Stopped. Finished runs are stored, the others are lost."))
        return 130
    except BrokenPipeError:  # the reader (head, less) has exited
        sys.stderr.close()
        return 0


def _speak(environment: Mapping[str, str]) -> None:
    """Choose the language of this process: the first variable of LANGUAGE_FROM that is set decides, as for other
    programs. Raises LabError if AELIB_LANG is not one of our languages."""
    name = next((one for one in LANGUAGE_FROM if environment.get(one)), None)
    found = language.matching(environment[name]) if name else None
    if found is None and name == LANGUAGE_FROM[0]:
        known = ", ".join(language.LANGUAGES)
        raise LabError("AELIB_LANG is {value!r}: give one of {known}.", value=environment[name][:60], known=known)
    language.use(found or language.ENGLISH)
    argparse._ = _  # type: ignore[attr-defined] # argparse looks up its own texts with this name


def _parser() -> _Parser:
    called = "aelib" if Path(sys.argv[0]).stem == "aelib" else "python -m aelib"
    parser = _Parser(prog=called, description=_("Train autoencoders and evaluate what they have learnt."))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=f"aelib.cli.{name}:{name}")  # imported only when the command is used
        if name != "app":
            sub.add_argument("--json", action="store_true", help=_("print one JSON document"))
        return sub

    sub = command("app", _("Serve the app, by default on http://localhost:8501."))
    sub.add_argument("arguments", nargs="*", metavar="ARGUMENT", help=_("for Streamlit, after --: -- --server.port 80"))

    sub = command("presets", _("List the named experiments, or print one as JSON."))
    sub.add_argument("name", nargs="?", metavar="NAME", help=_("the experiment to print"))

    sub = command("datasets", _("List the data sets with their content and source, download one, or add your own."))
    which = sub.add_mutually_exclusive_group()
    which.add_argument("--get", type=_named, metavar="NAME", help=_("download a data set that is not bundled"))
    which.add_argument(
        "--add",
        type=_named,
        metavar="PATH",
        help=_("keep your own data: a file, folder or ZIP archive of pictures, arrays, tables, glyphs"),
    )
    sub.add_argument(
        "--side", type=int, metavar="N", help=_("with --add: scale to squares of N pixels, 8 to 64 (pictures: 32)")
    )
    sub.add_argument("--grey", action="store_true", help=_("with --add: grey instead of colour"))
    sub.add_argument(
        "--size",
        metavar="HxW",
        help=_("with --add: height and width of one image, where its numbers stand in one line"),
    )
    sub.add_argument("--invert", action="store_true", help=_("with --add: exchange dark and light"))
    sub.add_argument("--transpose", action="store_true", help=_("with --add: exchange rows and columns"))

    sub = command("train", _("Train an experiment, or read its run from the store."))
    _training(sub)
    sub.add_argument(
        "--seeds",
        type=int,
        default=1,
        metavar="N",
        help=_("train with N seeds; results are mean and standard deviation"),
    )
    sub.add_argument(
        "--from",
        dest="start",
        metavar="DIGEST",
        help=_("go on from this run, which must be the beginning of the experiment, e.g. with fewer epochs"),
    )

    sub = command("sweep", _("Train an experiment over the values of one or two fields; stored runs are reused."))
    _training(sub)
    sub.add_argument(
        "--over",
        action="append",
        required=True,
        metavar="KEY=V1,V2,...",
        help=_("a field and its values; at most twice"),
    )
    sub.add_argument(
        "--seeds", type=int, default=1, metavar="N", help=_("seeds per point; results are mean and standard deviation")
    )

    sub = command("report", _("Write a report of runs: an HTML page, a notebook, or one run as a live page or script."))
    sub.add_argument("digest", nargs="+", metavar="DIGEST", help=_("a run in the store: see `runs list`"))
    kind = sub.add_mutually_exclusive_group(required=True)
    kind.add_argument("--html", type=_named, metavar="FILE", help=_("a single HTML file that needs no network"))
    kind.add_argument(
        "--live", type=_named, metavar="FILE", help=_("an HTML file with the net of one run inside, to decode and draw")
    )
    kind.add_argument(
        "--notebook", type=_named, metavar="FILE", help=_("a Jupyter notebook that repeats the results with aelib")
    )
    kind.add_argument(
        "--script", type=_named, metavar="FILE", help=_("a Python script that trains the experiment without aelib")
    )
    sub.add_argument("--lang", choices=list(LANGUAGES), help=_("language of the file"))
    sub.add_argument("--title", default="", metavar="TEXT", help=_("title of a page or notebook"))
    sub.add_argument("--notes", default="", metavar="TEXT", help=_("text below the title; line breaks are kept"))

    sub = command("reproduce", _("Measure the documents' figures again and compare; stored runs are reused."))
    sub.add_argument("id", nargs="*", metavar="ID", help=_("a row of data/results.csv (default: all rows)"))
    sub.add_argument("--quick", action="store_true", help=_("fewer seeds, and fewer epochs if a training is long"))
    sub.add_argument(
        "--write", action="store_true", help=_("write data/reproduction.json and benchmarks/reproduction.md")
    )
    _placement(sub)
    sub.set_defaults(fresh=False)

    sub = command(
        "classes", _("List the classes of this server, or delete one with all that is stored of its students.")
    )
    sub.add_argument("action", nargs="?", choices=["list", "delete"], default="list")
    sub.add_argument("code", nargs="?", metavar="CODE", help=_("delete: the code of the class"))

    sub = command("runs", _("List, show, verify, prune, export or import the runs in the store."))
    sub.add_argument("action", nargs="?", choices=list(ACTIONS), default="list")
    sub.add_argument("digest", nargs="?", metavar="DIGEST", help=_("the run for show and export; for import the FILE"))
    sub.add_argument("file", nargs="?", metavar="FILE", help=_("export: file to write (default run-DIGEST.zip)"))
    sub.add_argument("--keep", type=int, metavar="N", help=_("prune: keep the newest N runs"))
    sub.add_argument("--older-than", type=float, metavar="DAYS", help=_("prune: remove runs older than this"))
    sub.add_argument("--max-mb", type=float, metavar="N", help=_("prune: remove the oldest runs until N MB remain"))
    sub.add_argument("--damaged", action="store_true", help=_("prune: remove damaged runs"))
    sub.add_argument("--dry-run", action="store_true", help=_("prune: list what would be removed, remove nothing"))
    return parser


def _named(text: str) -> str:
    """A name or path that must not be empty: an empty one would be the folder that the command runs in."""
    if not text.strip():
        raise argparse.ArgumentTypeError(_("it is empty"))
    return text


def _training(sub: argparse.ArgumentParser) -> None:
    """Add the arguments that `train` and `sweep` share."""
    sub.add_argument("experiment", metavar="NAME|FILE.json", help=_("a preset, or a file with an experiment"))
    sub.add_argument(
        "--set", action="append", metavar="KEY=VALUE", help=_("change a field, e.g. optimizer.learning_rate=0.01")
    )
    _placement(sub)
    sub.add_argument("--fresh", action="store_true", help=_("train even if the store has the run, and replace it"))


def _placement(sub: argparse.ArgumentParser) -> None:
    """Add the arguments that say where nets train."""
    sub.add_argument(
        "--device", choices=["auto", "cpu", "cuda", "mps"], default="auto", help=_("device for training (default auto)")
    )
    sub.add_argument("--scheduler", metavar="ADDRESS", help=_("train on a Dask cluster, e.g. tcp://127.0.0.1:8786"))
