"""`reproduce`: measures the documents' figures again and compares them."""

import argparse
import time

from aelib.core.durations import duration_text
from aelib.core.language import ENGLISH, _, speaking
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
        say("  " + _("{count:,} trainings, about {duration} on one core", count=len(experiments), duration=duration))
        train_all(experiments, options, store)

    if options.write:
        checkout()  # raises an error before hours of training if there is no checkout to write to
    for number, claim in enumerate(claims, start=1):
        place = _("{number} of {count}", number=number, count=len(claims))
        say(f"{place}, {claim.id}{_shortened(claim, options.quick)}")
        start = time.perf_counter()
        with speaking(ENGLISH):  # the record is the same wherever it is measured
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
        less.append(_("{some} of {all} seeds", some=document.seeds, all=claim.seeds))
    if document.whole is not None:
        less.append(_("{some:,} of {all:,} epochs", some=document.base.epochs, all=document.whole))
    return " " + _("(quick: {less})", less=", ".join(less)) if less else ""
