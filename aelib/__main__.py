"""The command line: `python -m aelib COMMAND --help`.

`--json` prints exactly one JSON document on standard output; messages go to standard error. A wrong argument or
experiment gives one line on standard error and exit code 2; training that diverges gives one line and 1.
"""

import argparse
import io
import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any, NoReturn

from . import datasets, presets
from .basics import LabError
from .datasets import glyphs
from .experiment import Experiment, ExperimentError, from_json
from .run import Run
from .store import DamagedRun, Store
from .training import Diverged, Progress, fit_many

MAX_SEEDS = 10_000
MAX_DAYS = 36_500


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
        return int(options.command(options))
    except (Diverged, LabError) as error:
        _say(" ".join(str(error).split()))
        return 1 if isinstance(error, Diverged | DamagedRun) else 2
    except KeyboardInterrupt:
        _say("Stopped; nothing of the unfinished run is kept.")
        return 130
    except BrokenPipeError:  # the reader (head, less) has gone
        sys.stderr.close()
        return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print_json(document: object) -> None:
    print(json.dumps(document, indent=2, allow_nan=False))


def _print_table(rows: Iterable[Sequence[object]]) -> None:
    cells: list[list[str]] = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


# --- presets and datasets -----------------------------------------------------------------------------------


def _presets(options: argparse.Namespace) -> int:
    if options.name:
        print(presets.get(options.name).to_json())
    elif options.json:
        _print_json(
            [{"name": p.name, "title": p.title, "digest": p.experiment.digest} for p in presets.PRESETS.values()]
        )
    else:
        _print_table((preset.name, preset.title) for preset in presets.PRESETS.values())
    return 0


def _datasets(options: argparse.Namespace) -> int:
    specs = datasets.available()
    if options.json:
        _print_json(
            [
                {
                    "name": spec.name,
                    "title": spec.title,
                    "images": spec.images,
                    "shape": list(spec.shape),
                    "classes": spec.classes,
                    "source": spec.source,
                    "licence": spec.licence,
                    "present": True,
                }
                for spec in specs
            ]
        )
    else:
        for spec in specs:
            size = "x".join(str(side) for side in spec.shape)
            print(f"{spec.name}: {spec.title}; {spec.images} images of {size}, {spec.classes} classes, present")
            print(f"    from: {spec.source}; licence: {spec.licence}")
    return 0


# --- train --------------------------------------------------------------------------------------------------


def _experiment(options: argparse.Namespace) -> Experiment:
    """The experiment that NAME|FILE.json and --set describe."""
    if options.experiment in presets.PRESETS:
        base = presets.get(options.experiment)
    elif options.experiment.endswith(".json"):
        base = from_json(_read(options.experiment))
    else:
        presets.get(options.experiment)  # says which names there are
        raise AssertionError("unreachable")
    values = {}
    for setting in options.set or []:
        key, equals, value = setting.partition("=")
        if not equals:
            raise ExperimentError(
                [f"--set is {setting[:60]!r}: write KEY=VALUE, such as optimizer.learning_rate=0.01."]
            )
        values[key.strip()] = value.strip()
    if values.get("dataset", "").endswith(".csv"):
        values["dataset"] = _keep_table(values["dataset"])
    return base.with_values(values) if values else base


def _read(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise LabError(f"{name} is not text in UTF-8.") from None
    except OSError as error:
        raise LabError(f"{name} cannot be read ({error.strerror}).") from None


def _keep_table(name: str) -> str:
    """A glyph table from a file becomes a data set of this machine, named after its content."""
    dataset = glyphs.keep(_read(name).encode())
    _say(f"{name} is kept as data set {dataset}.")
    return dataset


def _show_progress(progress: Progress) -> None:
    nets = f", {progress.nets} nets" if progress.nets > 1 else ""
    text = (
        f"epoch {progress.epoch:,} of {progress.epochs:,}{nets}, loss {progress.loss:.5f}, {progress.learnt} of "
        f"{progress.total} learnt, {progress.seconds_left:.0f} s left"
    )
    if sys.stderr.isatty():
        print(f"\r{text:<78}", end="", file=sys.stderr, flush=True)


def _train(options: argparse.Namespace) -> int:
    base = _experiment(options)
    if not 1 <= options.seeds <= MAX_SEEDS:
        raise LabError(f"--seeds is {options.seeds}: give a whole number from 1 to {MAX_SEEDS:,}.")
    experiments = (
        [base.with_values({"seed": base.seed + i}) for i in range(options.seeds)] if options.seeds > 1 else [base]
    )
    store = Store()
    found = {} if options.fresh else {e.digest: run for e in experiments if (run := _stored(store, e.digest))}
    missing = [experiment for experiment in experiments if experiment.digest not in found]
    start = time.perf_counter()
    results = fit_many(missing, options.device, _show_progress) if missing else []
    seconds = time.perf_counter() - start
    if missing and sys.stderr.isatty():
        _say("")
    diverged = [result for result in results if isinstance(result, Diverged)]
    for result in results:
        if isinstance(result, Run):
            store.save(result, replace=True)  # what is there is damaged, or --fresh was given
            found[result.digest] = result
    runs = [found[e.digest] for e in experiments if e.digest in found]
    if not runs:
        raise diverged[0]
    if diverged:
        _say(f"{len(diverged)} of {len(experiments)} runs diverged and are in no mean: {diverged[0]}")
    if options.device not in ("auto", *(run.device for run in runs)):
        _say(f"Found in the store, trained on {runs[0].device}: --fresh trains on {options.device}.")
    if not missing:
        seconds = sum(run.seconds for run in runs)
    figures = _one(runs[0]) if options.seeds == 1 else _several(runs, len(diverged))
    document = {"cached": not missing, "seconds": seconds, **figures}
    if options.json:
        _print_json(document)
    else:
        _print_result(document, runs)
    return 0


def _stored(store: Store, digest: str) -> Run | None:
    """The stored run; a damaged one is trained again."""
    try:
        return store.get(digest)
    except DamagedRun as damaged:
        _say(f"Run {digest} is damaged ({damaged.what}): training it again and replacing it.")
        return None


def _one(run: Run) -> dict[str, Any]:
    return {
        "digest": run.digest,
        "device": run.device,
        "epochs": run.epochs,
        "stopped": run.stopped,
        "parameters": run.parameters,
        "loss": run.loss,
        "metrics": run.metrics,
        "experiment": run.experiment.model_dump(mode="json"),
    }


def _several(runs: list[Run], diverged: int) -> dict[str, Any]:
    """Every figure as mean, standard deviation (n − 1) and values over the runs."""
    figures: dict[str, Any] = {
        "epochs": _spread([run.epochs for run in runs]),
        "parameters": _spread([run.parameters for run in runs]),
        "loss": _spread([run.loss for run in runs]),
        "metrics": {
            name: {key: _spread([run.metrics[name][key] for run in runs]) for key in value}
            if isinstance(value, dict)
            else _spread([run.metrics[name] for run in runs])
            for name, value in runs[0].metrics.items()
        },
    }
    return {
        "digest": [run.digest for run in runs],
        "device": runs[0].device,
        "seeds": [run.experiment.seed for run in runs],
        "diverged": diverged,
        **figures,
        "experiment": runs[0].experiment.model_dump(mode="json"),
    }


def _spread(values: list[float]) -> dict[str, Any]:
    return {"mean": mean(values), "std": stdev(values) if len(values) > 1 else 0.0, "values": values}


def _print_result(document: dict[str, Any], runs: list[Run]) -> None:
    source = "from the store" if document["cached"] else f"trained in {document['seconds']:.2f} s"
    if len(runs) == 1:
        run = runs[0]
        print(f"run {run.digest} on {run.device}, {source}")
        print(f"{run.epochs:,} epochs, {run.parameters:,} parameters, loss {run.loss:.6f}")
        print(f"{run.metrics['learnt']} of {run.metrics['total']} learnt (at most 1 wrong pixel)")
        wrong = {name: count for name, count in run.metrics["wrong_pixels"].items() if count > 1}
        if wrong:
            print("more than 1 wrong pixel: " + ", ".join(f"{name} {count}" for name, count in wrong.items()))
    else:
        learnt, loss = document["metrics"]["learnt"], document["loss"]
        print(f"{len(runs)} runs on {document['device']}, {source}")
        print(
            f"learnt {learnt['mean']:.2f} ± {learnt['std']:.2f} of {runs[0].metrics['total']} (mean ± std over seeds)"
        )
        print(f"loss {loss['mean']:.6f} ± {loss['std']:.6f}")


# --- runs ---------------------------------------------------------------------------------------------------


def _runs(options: argparse.Namespace) -> int:
    return int(getattr(sys.modules[__name__], f"_runs_{options.action}")(Store(), options))


def _runs_list(store: Store, options: argparse.Namespace) -> int:
    rows = store.summaries()
    if options.json:
        _print_json(rows)
    elif not rows:
        print("No runs yet: python -m aelib train font-best")
    else:
        _print_table(
            [("digest", "created", "data set", "layers", "learnt", "parameters", "epochs", "seconds")]
            + [
                (
                    row["digest"], row["created"], row["dataset"], row["architecture"],
                    f"{row['learnt']}/{row['total']}", row["parameters"], row["epochs"], f"{row['seconds']:.2f}",
                )
                for row in rows
            ]
        )  # fmt: skip
    return 0


def _runs_show(store: Store, options: argparse.Namespace) -> int:
    if not options.digest:
        raise LabError("runs show needs the digest of a run: see `runs list`.")
    run = store.get(options.digest)
    if run is None:
        raise LabError(f"There is no run {options.digest[:60]!r}: see `runs list`.")
    document = {"cached": True, "seconds": run.seconds, **_one(run), "created": run.created, "versions": run.versions}
    if options.json:
        _print_json({**document, "history": run.history})
    else:
        _print_result(document, [run])
        print(run.experiment.to_json())
    return 0


def _runs_verify(store: Store, options: argparse.Namespace) -> int:
    """Exit code 1 where a run is damaged."""
    rows = [{"digest": digest, "problem": problem} for digest, problem in store.verify()]
    damaged = [row for row in rows if row["problem"]]
    if options.json:
        _print_json({"runs": len(rows), "damaged": damaged})
    else:
        for row in damaged:
            print(f"{row['digest']}: {row['problem']}")
        print(f"{len(rows)} runs, {len(damaged)} damaged")
    return 1 if damaged else 0


def _runs_prune(store: Store, options: argparse.Namespace) -> int:
    if options.keep is None and options.older_than is None and options.max_mb is None and not options.damaged:
        raise LabError("runs prune needs a rule: --keep N, --older-than DAYS, --max-mb N or --damaged.")
    for name in ("keep", "older_than", "max_mb"):
        value, largest = getattr(options, name), MAX_DAYS if name == "older_than" else 1e12
        if value is not None and not 0 <= value <= largest:
            raise LabError(f"--{name.replace('_', '-')} is {value}: give a number from 0 to {largest:,.0f}.")
    removed = store.prune(
        keep=options.keep,
        older_than_days=options.older_than,
        max_bytes=None if options.max_mb is None else int(options.max_mb * 1_000_000),
        damaged=options.damaged,
        dry_run=options.dry_run,
    )
    if options.json:
        _print_json({"removed": [] if options.dry_run else removed, "would_remove": removed})
    else:
        print(f"{'would remove' if options.dry_run else 'removed'} {len(removed)} runs")
        for digest in removed:
            print(digest)
    return 0


# --- arguments ----------------------------------------------------------------------------------------------


def _parser() -> _Parser:
    parser = _Parser(prog="python -m aelib", description="Train autoencoders, and look at what they learnt.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: object, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=function)
        sub.add_argument("--json", action="store_true", help="print one JSON document")
        return sub

    sub = command("presets", _presets, "The named experiments; with NAME the experiment as JSON.")
    sub.add_argument("name", nargs="?", metavar="NAME")

    command("datasets", _datasets, "The data sets: what is in them, where they come from, whether they are here.")

    sub = command("train", _train, "Train an experiment, or find it in the store.")
    sub.add_argument("experiment", metavar="NAME|FILE.json", help="a preset, or a file with an experiment")
    sub.add_argument(
        "--set", action="append", metavar="KEY=VALUE", help="change a field, e.g. optimizer.learning_rate=0.01"
    )
    sub.add_argument("--seeds", type=int, default=1, metavar="N", help="train with N seeds; figures as mean and std")
    sub.add_argument("--device", choices=["auto", "cpu", "cuda", "mps"], default="auto")
    sub.add_argument("--fresh", action="store_true", help="train even where the store has the run, and replace it")

    sub = command("runs", _runs, "The runs in the store.")
    sub.add_argument("action", nargs="?", choices=["list", "show", "verify", "prune"], default="list")
    sub.add_argument("digest", nargs="?", metavar="DIGEST", help="for show")
    sub.add_argument("--keep", type=int, metavar="N", help="prune: keep the newest N")
    sub.add_argument("--older-than", type=float, metavar="DAYS", help="prune: remove what is older")
    sub.add_argument("--max-mb", type=float, metavar="N", help="prune: remove the oldest until the rest fits")
    sub.add_argument("--damaged", action="store_true", help="prune: remove damaged runs")
    sub.add_argument("--dry-run", action="store_true", help="prune: say what would go, remove nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
