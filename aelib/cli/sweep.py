"""`sweep`: trains one experiment over the values of one or two fields."""

import argparse
import time
from typing import Any

from aelib.analysis.sweep import MEASURES, Result, Sweep, collect, parse_over
from aelib.core.durations import duration_text
from aelib.core.language import N_, _, number
from aelib.experiment import digest_of
from aelib.store import Store

from .output import print_json, print_table, say
from .train import experiment_of, train_all


def sweep(options: argparse.Namespace) -> int:
    """Train the missing nets of a sweep and print its results. Returns 1 if all nets diverged, else 0. Raises LabError
    for an invalid sweep."""
    asked = Sweep(experiment_of(options), parse_over(options.over), options.seeds)
    experiments = asked.experiments()
    store = Store()
    known = set() if options.fresh else store.known(digest_of(experiment) for experiment in experiments)
    missing = list({digest_of(one): one for one in experiments if digest_of(one) not in known}.values())
    start = time.perf_counter()
    train_all(missing, options, store)
    seconds = time.perf_counter() - start
    results = collect(store, asked)
    document = {
        "experiment": asked.base.model_dump(mode="json"),
        "over": {path: list(values) for path, values in asked.over.items()},
        "seeds": asked.seeds,
        "cached": not missing,
        "trained": len(missing),
        "seconds": seconds,
        "points": [_document(result) for result in results],
    }
    if options.json:
        print_json(document)
    else:
        _print(results, asked)
        took = duration_text(seconds)
        text = N_("{missing:,} of {size:,} nets trained in {took}, the others were in the store.")
        say(_(text, missing=len(missing), size=asked.size, took=took))
    diverged = sum(result.diverged for result in results)
    if diverged:
        text = N_("{diverged:,} of {size:,} nets diverged; the means leave them out.")
        say(_(text, diverged=diverged, size=asked.size))
    return 0 if any(result.runs for result in results) else 1


def _document(result: Result) -> dict[str, Any]:
    figures = result.measures if result.runs else {}
    return {
        "values": result.point.values,
        "runs": len(result.runs),
        "diverged": result.diverged,
        **{name: spread._asdict() for name, spread in figures.items()},
        "best": result.best["digest"] if result.best else None,
        "digests": [digest_of(experiment) for experiment in result.point.experiments],
    }


def _print(results: list[Result], asked: Sweep) -> None:
    shown = [name for name in MEASURES[:4] if any(result.runs and name in result.measures for result in results)]
    rows: list[list[object]] = [
        [*asked.over, _("runs"), *(_("{name} (mean ± std)", name=name) for name in shown), _("diverged")]
    ]
    for result in results:
        figures = result.measures
        spreads = [figures[name] for name in shown] if result.runs else []
        cells = [f"{number(one.mean, '.4g')} ± {number(one.std, '.2g')}" for one in spreads] or ["-"] * len(shown)
        rows.append([*result.point.values.values(), len(result.runs), *cells, result.diverged or ""])
    print_table(rows)
