"""`reproduce`: measures the documents' figures again and compares them."""

import argparse
import time

from aelib.core.durations import duration_text
from aelib.core.paths import checkout
from aelib.experiment import Experiment
from aelib.reproduction import runner
from aelib.reproduction.claims import CLAIMS, Claim
from aelib.reproduction.verdicts import Record
from aelib.store import Store
from aelib.training import time_estimate

from .output import print_json, print_table, say
from .train import train_all


def reproduce(options: argparse.Namespace) -> int:
    """Reproduce the named rows, or all, the fastest first. Returns the exit code. Raises LabError for an unknown
    row."""
    claims = runner.select_claims(options.id)
    store = Store()
    records: dict[str, Record] = {}

    def train(experiments: list[Experiment]) -> None:
        duration = duration_text(time_estimate.seconds(experiments))
        say(f"  {len(experiments):,} trainings, about {duration} on one core")
        train_all(experiments, options, store)

    if options.write:
        checkout()  # raises an error before hours of training if there is no checkout to write to
    for number, claim in enumerate(claims, start=1):
        say(f"{number} of {len(claims)}, {claim.id}{_shortened(claim, options.quick)}")
        start = time.perf_counter()
        record = runner.reproduce(claim, store, train, options.quick)
        say(f"  {record['verdict']} ({duration_text(time.perf_counter() - start)})")
        records[claim.id] = record
        if options.write:
            runner.save([record])
    ordered = [records[name] for name in CLAIMS if name in records]
    if options.json:
        print_json({"quick": options.quick, "rows": ordered})
    else:
        rows = [runner.table_row(record) for record in ordered]
        print_table([list(rows[0]), *(list(row.values()) for row in rows)])
    return 0


def _shortened(claim: Claim, quick: bool) -> str:
    """In words, what a quick row leaves out."""
    if not quick or not runner.is_available(claim):
        return ""
    document = runner.sides(claim, quick)[0]
    less = []
    if document.seeds < claim.seeds:
        less.append(f"{document.seeds} of {claim.seeds} seeds")
    if document.whole is not None:
        less.append(f"{document.base.epochs:,} of {document.whole:,} epochs")
    return f" (quick: {', '.join(less)})" if less else ""
