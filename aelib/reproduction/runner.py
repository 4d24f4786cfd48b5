"""Reproduce the documents' figures: train, measure, compare in words, and record.

This module stores no nets. Every net is an experiment with a digest: a stored run is reused, only missing ones are
trained, and after an interruption the work continues where it stopped.
"""

import json
import math
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import torch

from aelib.core.errors import LabError, reason_of
from aelib.core.language import _, number
from aelib.core.paths import bundled
from aelib.core.random import generator
from aelib.experiment import Experiment, change, digest_of, presets, resolve
from aelib.metrics import spread
from aelib.store import DamagedRun, Store
from aelib.training import Run, device_speed, time_estimate

from .claims import CLAIMS, Claim
from .measures import Measure
from .verdicts import Record, error_text, evaluate, other_layers, recipe_text, side_text, tolerance, verdict

RECORD = bundled("reproduction.json")  # the page of the app reads it
TABLE = RECORD.parents[1] / "benchmarks" / "reproduction.md"  # exists in a checkout only
FORMAT = 1

QUICK_SEEDS, QUICK_SCATTER = 3, 10  # runs in quick mode; QUICK_SCATTER applies if the figure is a standard deviation
QUICK_SECONDS = 5.0  # limit on one training in quick mode, as estimated by `time_estimate.seconds`
RESAMPLES = 1000  # of the bootstrap

Train = Callable[[list[Experiment]], object]  # trains and stores, or notes which experiments diverged


@dataclass(frozen=True)
class Side:
    """One recipe of a row.

    Attributes:
        role: "document", "best" or "alternative".
        title: the recipe's name in the table.
        why: the reason for our recipe; empty for the others (for the document's recipe see `Claim.assumed`).
        measure: the figure that is measured of its runs.
        base: the experiment with the first seed.
        seeds: number of runs.
        whole: the recipe's number of epochs if a quick row trains fewer, else None.
    """

    role: str
    title: str
    why: str
    measure: Measure
    base: Experiment
    seeds: int
    whole: int | None

    @property
    def experiments(self) -> list[Experiment]:
        """One experiment for each seed."""
        return [self.base.model_copy(update={"seed": self.base.seed + i}) for i in range(self.seeds)]


def sides(claim: Claim, quick: bool = False) -> list[Side]:
    """The document's recipe, ours, and the alternatives, in this order.

    quick: fewer seeds, and fewer epochs if one training would take longer than QUICK_SECONDS.
    """
    document = claim.recipe.experiment
    found = [_side("document", "the document's recipe", "", claim.measure, document, claim.seeds, quick)]
    if claim.best is not None:
        best = claim.best
        found.append(_side("best", "our recipe", best.why, claim.measure, best.experiment, claim.best_seeds, quick))
    for other in claim.alternatives:
        experiment = change(document, other.changes) if other.changes else document
        measure = other.measure or claim.measure
        found.append(_side("alternative", other.title, "", measure, experiment, other.seeds or claim.seeds, quick))
    return found


def _side(role: str, title: str, why: str, measure: Measure, experiment: Experiment, seeds: int, quick: bool) -> Side:
    epochs = experiment.epochs
    if quick:
        seeds = min(seeds, QUICK_SCATTER if measure.scatter else QUICK_SEEDS)
        share = QUICK_SECONDS / time_estimate.seconds([experiment])
        epochs = min(epochs, max(1, math.floor(epochs * share)))
    shorter = epochs < experiment.epochs
    base = experiment.with_values({"epochs": epochs}) if shorter else experiment
    return Side(role, title, why, measure, base, seeds, experiment.epochs if shorter else None)


def seconds(claim: Claim, quick: bool = False) -> float:
    """Estimated seconds for all trainings of a row on one core; 0 if its images are not on this machine."""
    if resolve(claim.recipe.experiment).spec.missing() is not None:
        return 0.0
    return sum(time_estimate.seconds(side.experiments) for side in sides(claim, quick))


def select_claims(names: Sequence[str]) -> list[Claim]:
    """The claims with these ids, all claims for no id; the fastest first. Raises LabError for an unknown id."""
    for name in names:
        if name not in CLAIMS:
            raise LabError(
                "{name!r} is no row of data/results.csv: choose of {claims}, or name none for all.",
                name=name[:60],
                claims=", ".join(CLAIMS),
            )
    claims = [claim for claim in CLAIMS.values() if not names or claim.id in names]
    return sorted(claims, key=seconds)


def reproduce(claim: Claim, store: Store, train: Train, quick: bool = False) -> Record:
    """Train what the store lacks, measure, and return the row's record (JSON-compatible).

    If the images are not on this machine, the record has the status "absent" and no sides.
    """
    reported = claim.row
    record: Record = {
        "id": claim.id,
        "document": reported["document"],
        "task": reported["task"],
        "dataset": reported["dataset"],
        "network": reported["architecture"],
        "metric": reported["metric"],
        "measure": claim.measure.label,
        "better": claim.measure.better,
        "reported": reported["reported"],
        "reported_runs": int(reported["runs"] or 1),
        "note": reported["note"],
        "preset": claim.recipe.preset,
        "assumed": claim.assumed,
        "quick": quick,
        "measured": _measured(),
    }
    absent = resolve(claim.recipe.experiment).spec.missing()
    if absent is not None:
        return {**record, "status": "absent", "verdict": f"Not measured: {absent}", "sides": []}
    asked = sides(claim, quick)
    record["quick"] = asked != sides(claim)  # a row that quick mode does not shorten counts as a full measurement
    wanted = {digest_of(one): one for side in asked for one in side.experiments}
    known = store.known(wanted)
    missing = [experiment for digest, experiment in wanted.items() if digest not in known]
    if missing:
        train(missing)
    found: dict[str, Run | None] = {}
    records = [_measure(side, store, train, found) for side in asked]
    status, verdict = evaluate(claim, records)
    return {**record, "status": status, "verdict": verdict, "sides": records}


def _measure(side: Side, store: Store, train: Train, found: dict[str, Run | None]) -> Record:
    """The figures of one side. found: digest -> run already read; missing ones are added."""
    experiments = side.experiments
    for experiment in experiments:
        if digest_of(experiment) not in found:
            found[digest_of(experiment)] = _read(experiment, store, train)
    runs = [run for experiment in experiments if (run := found[digest_of(experiment)]) is not None]
    errors = [float(run.metrics["mse"]) for run in runs]
    return {
        "role": side.role,
        "title": side.title,
        "why": side.why,
        "measure": side.measure.label,
        "words": recipe_text(side.base),
        "experiment": side.base.model_dump(mode="json"),
        "epochs": side.base.epochs,
        "whole_epochs": side.whole,
        "seeds": side.seeds,
        "diverged": side.seeds - len(runs),
        "seconds": mean([run.seconds for run in runs]) if runs else None,
        "figure": measured_value(side.measure, runs),
        "mse": spread(errors)._asdict() if runs else None,
        "digests": [run.digest for run in runs],
    }


def _read(experiment: Experiment, store: Store, train: Train) -> Run | None:
    """The stored run, None if the experiment diverges. A damaged run is trained again."""
    try:
        return store.get(digest_of(experiment))
    except DamagedRun:
        train([experiment])
        return store.get(digest_of(experiment))


def measured_value(measure: Measure, runs: Sequence[Run]) -> Record | None:
    """mean, std (n − 1, 0 for one run) and values of a measure over runs; None if nothing could be measured.

    If the measure is a standard deviation (`Measure.scatter`), `mean` is the standard deviation over the runs and `std`
    its standard error by the bootstrap (B. Efron, 1979), which needs two runs.
    """
    values = [measure.each(run) for run in runs]
    if not values or not all(math.isfinite(value) for value in values):
        return None
    if not measure.scatter:
        return spread(values)._asdict()
    if len(values) < 2:
        return None
    drawn = torch.randint(len(values), (RESAMPLES, len(values)), generator=generator(0, "bootstrap")).numpy()
    again = np.asarray(values)[drawn].std(axis=1, ddof=1)
    return {"mean": stdev(values), "std": float(again.std(ddof=1)), "values": values}


# --- records and the table ----------------------------------------------------------------------------------


def _measured() -> Record:
    graphics = [torch.cuda.get_device_name()] if torch.cuda.is_available() else []
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": ", ".join([device_speed.processor(), f"{os.cpu_count()} cores", *graphics]),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def load(path: Path | None = None) -> list[Record]:
    """The recorded rows in the order of `data/results.csv`; an empty list without a record.

    Verdicts are derived from the figures again, so that a row from an older version is compared like all others.
    Raises LabError if the file cannot be read.
    """
    path = path or RECORD
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise ValueError(f"format {document['format']}")
        return [_with_verdict(record) for record in document["rows"] if record["id"] in CLAIMS]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise LabError(
            "{name} cannot be read ({error}): delete it, and measure the rows again.", name=path.name, error=str(error)
        ) from None


def _with_verdict(record: Record) -> Record:
    if record["status"] == "absent":
        return record
    status, verdict = evaluate(CLAIMS[record["id"]], record["sides"])
    return {**record, "status": status, "verdict": verdict}


def save(records: Iterable[Record], path: Path | None = None, table: Path | None = None) -> None:
    """Add rows to the record and write the table. Existing rows are replaced, with two exceptions: a quick row does not
    replace a full one, and an absent row does not replace a measured one.

    Raises LabError if a file cannot be read or written.
    """
    path, table = path or RECORD, table or TABLE
    rows = {record["id"]: record for record in load(path)}
    for record in records:
        there = rows.get(record["id"])
        worse = there is not None and (
            (record["quick"] and not there["quick"]) or (record["status"] == "absent" and there["status"] != "absent")
        )
        if not worse:
            rows[record["id"]] = record
    ordered = [rows[name] for name in presets.results() if name in rows]
    lines = ",\n".join(json.dumps(record, allow_nan=False) for record in ordered)
    _replace(path, f'{{"format": {FORMAT}, "rows": [\n{lines}\n]}}\n')
    _replace(table, markdown(ordered))


def _replace(path: Path, text: str) -> None:
    temp_path = path.with_name(f".{path.name}.new")
    try:
        temp_path.write_text(text, encoding="utf-8")
        temp_path.replace(path)
    except OSError as error:
        raise LabError(
            "{path} cannot be written ({reason}): make room, or leave --write out.", path=path, reason=reason_of(error)
        ) from None


def table_row(record: Record) -> dict[str, str]:
    """A record as a row of the table: heading -> text."""
    document = next((side for side in record["sides"] if side["role"] == "document"), None)
    best = next((side for side in record["sides"] if side["role"] == "best"), None)
    return {
        "row": record["id"],
        "document": record["document"],
        "network": record["network"],
        "figure": _(record["measure"]),
        "reported": record["reported"] or "–",
        "document's recipe": side_text(document),
        "our recipe": side_text(best),
        "epochs": _both(document, best, lambda side: number(side["epochs"], ",")),
        "seconds": _both(document, best, _seconds),
        "verdict": verdict(record) + (" " + _("Quick: fewer seeds or epochs.") if record["quick"] else ""),
    }


def _seconds(side: Record) -> str:
    return "–" if side["seconds"] is None else number(side["seconds"], ".2g")


def _both(document: Record | None, best: Record | None, text_of: Callable[[Record], str]) -> str:
    """The document's text / ours; one text if both are the same or there is only one side."""
    return " / ".join(dict.fromkeys(text_of(side) for side in (document, best) if side is not None)) or "–"


def assumptions(record: Record) -> list[dict[str, str]]:
    """For each alternative a row of the table: the figure as assumed and with the other assumption.

    If both figures are the same, as the bits of a code must be, the texts add the error of each.
    """
    others = [side for side in record["sides"] if side["role"] == "alternative"]
    document = next((side for side in record["sides"] if side["role"] == "document"), None)
    return [
        {
            "row": record["id"],
            "figure": _(record["measure"]),
            "as assumed": _with_error(document, other),
            "otherwise": _(other["title"]),
            "gives": _with_error(other, document),
        }
        for other in others
    ]


def _with_error(side: Record | None, other: Record | None) -> str:
    text = side_text(side)
    if side is None or other is None or side["figure"] is None or other["figure"] is None:
        return text
    same = side["figure"]["mean"] == other["figure"]["mean"] and side["digests"] != other["digests"]
    error = error_text(side) if same else ""
    return f"{text}, {error}" if error else text


def untried_assumptions(record: Record) -> list[str]:
    """Sentences about assumptions that have not been measured: those still to be measured, and why others are not."""
    claim = CLAIMS[record["id"]]
    tried = {side["title"] for side in record["sides"] if side["role"] == "alternative"}
    left = [_(other.title) for other in claim.alternatives if other.title not in tried]
    found = [_("Not measured yet: {left}.", left="; ".join(left))] if left and record["sides"] else []
    return [*found, *([_("Not tried: {untried}", untried=_(claim.untried))] if claim.untried else [])]


def markdown(records: Sequence[Record]) -> str:
    """The table and its notes as a Markdown page."""
    machines = sorted({_machine(record) for record in records})
    lost = [name for name in CLAIMS if name not in {record["id"] for record in records}]
    parts = [
        "# From the documents",
        "Every figure that the documents report, measured again by `python -m aelib reproduce --write`: mean ± std "
        f"over seeds (number of seeds in brackets). {tolerance()} Epochs and seconds per training: document's recipe / "
        "ours.",
        "Measured on " + "; ".join(machines) + ".",
        _table([table_row(record) for record in records]),
    ]
    if others := [line for record in records for line in assumptions(record)]:
        parts += ["## What the documents leave out", "The effect of our assumptions.", _table(others)]
    if rest := [f"- `{record['id']}`: {line}" for record in records for line in untried_assumptions(record)]:
        parts.append("\n".join(rest))
    parts += ["## Assumptions and our recipes", *(_recipes(record) for record in records)]
    if lost:
        parts.append("Not measured yet: " + ", ".join(f"`{name}`" for name in lost) + ".")
    return "\n\n".join(parts) + "\n"


def _machine(record: Record) -> str:
    about = record["measured"]
    return f"{about['date']}: {about['machine']}, Python {about['python']}, torch {about['torch']}"


def _recipes(record: Record) -> str:
    lines = [f"- `{record['id']}`: {record['assumed']}"]
    for side in record["sides"]:
        if side["role"] != "alternative":
            layers = other_layers(record["sides"][0], side)
            title = f"{side['title']}, {layers}" if layers else side["title"]
            took = f"; {side['seconds']:.2g} s a training" if side["seconds"] is not None else ""
            lines.append(f"  - {title}: {side['words']}{took}. {side['why']}".rstrip())
    return "\n".join(lines)


def _table(rows: Sequence[dict[str, str]]) -> str:
    if not rows:
        return "Nothing yet."
    lines = ["| " + " | ".join(rows[0]) + " |", "|" + " --- |" * len(rows[0])]
    return "\n".join(
        lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row.values()) + " |" for row in rows]
    )


def is_available(claim: Claim) -> bool:
    """Whether the images of a claim are on this machine."""
    return resolve(claim.recipe.experiment).spec.missing() is None
