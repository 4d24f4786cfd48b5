"""Verdicts: measured figures compared with those that a document reports, in words."""

from collections.abc import Sequence
from typing import Any, Literal

from aelib.datasets.noise import NOISES
from aelib.experiment import Experiment, network_name, resolve
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS

from .claims import Claim

NEAR = 0.05  # share of the reported figure: a difference up to this counts as none, since documents round
TOLERANCE = (
    f"A figure is as reported if it lies within two standard deviations, or {NEAR:.0%}, of the document's figure. This "
    "holds for the document's recipe and for ours."
)

AS_REPORTED = "as reported"

Status = Literal["better", "as reported", "not reached", "picture", "absent", "diverged"]
Record = dict[str, Any]  # a row, or one of its sides, as JSON: see `runner.reproduce`


def evaluate(claim: Claim, records: Sequence[Record]) -> tuple[Status, str]:
    """Status and verdict (sentences) of a row. records: its sides, the document's recipe first."""
    document, reported = records[0], claim.reported
    best = next((record for record in records if record["role"] == "best"), None)
    contested = claim.measure.better != "" and reported is not None
    if not document["digests"]:
        all_diverged = "Every training by the document's recipe diverged."
        if not contested or reported is None or best is None or best["figure"] is None:
            return "diverged", all_diverged
        return "diverged", f"{_ours(best, document)}: {_against(claim, reported, best)[1]}. {all_diverged}"
    if claim.measure.better == "":
        return "picture", _no_contest(claim, document)
    if document["figure"] is None or reported is None:
        return "picture", "Nothing can be compared."
    shown = value_text(document["figure"], document)
    again = f"The document's recipe gives {shown}: {_again(claim, reported, document)}."
    again += _explained(claim, reported, records)
    if best is None or best["figure"] is None:
        status, _ = _against(claim, reported, document)
        lost = best is not None and not best["digests"]
        return status, again + (" Every training by our recipe diverged." if lost else "")
    if claim.measure.better == "same":
        status, text = _against(claim, reported, document)
        ours = "ours too" if best["figure"]["mean"] == document["figure"]["mean"] else "ours has another"
        layers = other_layers(document, best)
        return status, f"{text[0].upper()}{text[1:]}; {ours}{f', {layers}' if layers else ''}."
    status, text = _against(claim, reported, best)
    return status, f"{_ours(best, document)}: {text}. {again}"


def _ours(best: Record, document: Record) -> str:
    layers = other_layers(document, best)
    return f"Ours, {value_text(best['figure'], best)}{f', {layers}' if layers else ''}"


def other_layers(document: Record, side: Record) -> str:
    """The layers of a side in words if they differ from those of the document's recipe, else an empty text."""
    there, here = (network_name(one["experiment"]["model"]) for one in (document, side))
    return f"with other layers ({here})" if here != there else ""


def _no_contest(claim: Claim, document: Record) -> str:
    if claim.row["metric"] == "gpu_over_cpu_time":
        if document["figure"] is None:
            return (
                "The document gives no figure, and no GPU has been measured with this net: run `python -m "
                "benchmarks.devices` where there is one."
            )
        return f"The document gives no figure: a GPU takes {document['figure']['mean']:.3g} of a CPU's time."
    runs = len(document["digests"])
    of_runs = "one run" if runs == 1 else f"mean of {runs} runs"
    return f"A picture: see the lesson. {error_text(document, capital=True)}; {of_runs}."


def error_text(record: Record, capital: bool = False) -> str:
    """The error of a side in words: MSE, mean over pixels, images and runs; empty without an error. There are no
    decibels beside it: their mean over images would be that of other errors."""
    if record["mse"] is None:
        return ""
    return f"{'M' if capital else 'm'}ean squared error {record['mse']['mean']:.4g} (pixels from 0 to 1)"


def _gain(claim: Claim, reported: float, value: float) -> float:
    """How much better than reported a value is; negative if it is worse."""
    return value - reported if claim.measure.better == "more" else reported - value


def _against(claim: Claim, reported: float, record: Record) -> tuple[Status, str]:
    """Status and words for a figure compared with the reported one."""
    found = record["figure"]
    if claim.measure.better == "same":
        same = found["mean"] == reported
        return ("as reported", "as reported") if same else ("not reached", f"{found['mean']:g}, not {reported:g}")
    if _near(reported, found):
        return "as reported", AS_REPORTED
    gain = _gain(claim, reported, found["mean"])
    if gain > 0:
        return "better", f"better by {gain:.3g}"
    if claim.measure.scatter or len(found["values"]) == 1:
        return "not reached", f"not reached, worse by {-gain:.3g}"
    gains = [_gain(claim, reported, value) for value in found["values"]]
    reached = sum(one >= 0 for one in gains)
    if reached:
        return "not reached", f"reached by {reached} of {len(gains)} seeds, not on average"
    nearest = found["values"][gains.index(max(gains))]
    return "not reached", f"not reached: the best of {len(gains)} seeds is {nearest:.4g}"


def _explained(claim: Claim, reported: float, records: Sequence[Record]) -> str:
    """The alternatives that give what the document reports, if our assumption does not."""
    if _again(claim, reported, records[0]) == AS_REPORTED:
        return ""
    found = [
        f"{record['title']} ({value_text(record['figure'], record).replace(' (one run)', ', one run')})"
        for record in records
        if record["role"] == "alternative" and record["figure"] and _again(claim, reported, record) == AS_REPORTED
    ]
    return f" As reported with another assumption: {'; '.join(found)}." if found else ""


def _again(claim: Claim, reported: float, document: Record) -> str:
    """In words: whether a side gives what the document reports."""
    found = document["figure"]
    gain = _gain(claim, reported, found["mean"]) if claim.measure.better != "same" else 0.0
    if _near(reported, found):
        return AS_REPORTED
    return "better than reported" if gain > 0 else "worse than reported"


def _near(reported: float, found: Record) -> bool:
    """See TOLERANCE."""
    return bool(abs(found["mean"] - reported) <= max(2 * found["std"], NEAR * abs(reported)))


def value_text(found: Record | None, record: Record) -> str:
    """A figure as mean ± std; for one run the value with "(one run)"."""
    if found is None:
        return "none"
    several = len(record["digests"]) > 1
    return f"{found['mean']:.4g} ± {found['std']:.2g}" if several else f"{found['mean']:.4g} (one run)"


def recipe_text(experiment: Experiment) -> str:
    """A recipe in words: layers, objective, optimiser, epochs, batches, start, pixels and noise."""
    model, rate = experiment.model, experiment.optimizer
    parts = [experiment.network]
    if any(step.hidden and step.weights for step in resolve(experiment).architecture.steps):
        parts.append(ACTIVATIONS[model.hidden_activation].label)
    parts += ["batch norm"] * model.batch_norm
    parts += [f"{ACTIVATIONS[experiment.output_activation].label} at the end", LOSSES[experiment.loss].label]
    parts += [f"variational with β {experiment.beta:g}"] * model.variational
    momentum = f" {rate.momentum:g}" if OPTIMIZERS[rate.kind].momentum else ""
    schedule = "" if rate.schedule == "constant" else f", {rate.schedule} schedule"
    parts.append(f"{OPTIMIZERS[rate.kind].label}{momentum}, rate {rate.learning_rate:g}{schedule}")
    parts.append(f"{experiment.epochs:,} epoch{'s' if experiment.epochs > 1 else ''}")
    parts.append("all images in a batch" if experiment.batch_size is None else f"batches of {experiment.batch_size}")
    parts.append(f"start: {INITIALIZATIONS[model.initialization].label}")
    pixels = {"symmetric": "pixels from −1 to 1", "standardized": "pixels of mean 0 and deviation 1"}
    parts += [pixels[experiment.normalization]] if experiment.normalization in pixels else []
    noise = experiment.corruption
    parts += [f"noise: {NOISES[noise.kind].label}, {noise.level:g}"] if noise.kind != "none" else []
    return ", ".join(parts)
