"""Verdicts: measured figures compared with those that a document reports, in words."""

from collections.abc import Sequence
from typing import Any, Literal

from aelib.core.language import N_, _, ngettext, number
from aelib.datasets.noise import NOISES
from aelib.experiment import Experiment, network_name, resolve
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS

from .claims import CLAIMS, Claim

NEAR = 0.05  # share of the reported figure: a difference up to this counts as none, because documents round
AS_REPORTED = N_("as reported")
_PIXELS = {
    "symmetric": N_("pixels from −1 to 1"),
    "standardized": N_("pixels of mean 0 and deviation 1"),
}

Status = Literal["better", "as reported", "not reached", "picture", "absent", "diverged"]
Record = dict[str, Any]  # a row, or one of its sides, as JSON: see `runner.reproduce`


def tolerance() -> str:
    """Which differences count as "as reported", in a sentence."""
    return _(
        "A figure is as reported if it lies within two standard deviations, or {near:.0%}, of the document's figure. "
        "This holds for the document's recipe and for ours.",
        near=NEAR,
    )


def verdict(record: Record) -> str:
    """The verdict of a stored row, in the reader's language."""
    if record["status"] == "absent":
        return str(record["verdict"])
    return evaluate(CLAIMS[record["id"]], record["sides"])[1]


def evaluate(claim: Claim, records: Sequence[Record]) -> tuple[Status, str]:
    """Status and verdict (sentences) of a row. records: its sides, the document's recipe first."""
    document, reported = records[0], claim.reported
    best = next((record for record in records if record["role"] == "best"), None)
    contested = claim.measure.better != "" and reported is not None
    if not document["digests"]:
        all_diverged = _("Every training by the document's recipe diverged.")
        if not contested or reported is None or best is None or best["figure"] is None:
            return "diverged", all_diverged
        text = _("{ours}: {text}.", ours=_ours(best, document), text=_against(claim, reported, best)[1])
        return "diverged", f"{text} {all_diverged}"
    if claim.measure.better == "":
        return "picture", _no_contest(claim, document)
    if document["figure"] is None or reported is None:
        return "picture", _("Nothing can be compared.")
    shown = value_text(document["figure"], document)
    words = _(_again(claim, reported, document))
    again = _("The document's recipe gives {shown}: {words}.", shown=shown, words=words)
    again += _explained(claim, reported, records)
    if best is None or best["figure"] is None:
        status, _words = _against(claim, reported, document)
        lost = best is not None and not best["digests"]
        return status, again + (" " + _("Every training by our recipe diverged.") if lost else "")
    if claim.measure.better == "same":
        status, text = _against(claim, reported, document)
        ours = _("ours too") if best["figure"]["mean"] == document["figure"]["mean"] else _("ours has another")
        layers = other_layers(document, best)
        return status, f"{text[0].upper()}{text[1:]}; {ours}{f', {layers}' if layers else ''}."
    status, text = _against(claim, reported, best)
    return status, _("{ours}: {text}.", ours=_ours(best, document), text=text) + f" {again}"


def _ours(best: Record, document: Record) -> str:
    value, layers = value_text(best["figure"], best), other_layers(document, best)
    return _("Ours, {value}, {layers}", value=value, layers=layers) if layers else _("Ours, {value}", value=value)


def other_layers(document: Record, side: Record) -> str:
    """The layers of a side in words if they differ from those of the document's recipe, else an empty text."""
    there, here = (network_name(one["experiment"]["model"]) for one in (document, side))
    return _("with other layers ({layers})", layers=here) if here != there else ""


def _no_contest(claim: Claim, document: Record) -> str:
    if claim.row["metric"] == "gpu_over_cpu_time":
        if document["figure"] is None:
            return _(
                "The document gives no figure, and no GPU has been measured with this net: run `python -m "
                "benchmarks.devices` where there is one."
            )
        share = document["figure"]["mean"]
        return _("The document gives no figure: a GPU takes {share:.3g} of a CPU's time.", share=share)
    runs, error = len(document["digests"]), error_text(document)
    said = f"{error[:1].upper()}{error[1:]}"
    if runs == 1:
        return _("A picture: see the lesson. {error}; one run.", error=said)
    return _("A picture: see the lesson. {error}; mean of {runs} runs.", error=said, runs=runs)


def error_text(record: Record) -> str:
    """The error of a side in words: MSE, mean over pixels, images and runs; empty without an error. It has no PSNR
    beside it, because the mean PSNR over images would not correspond to this mean error."""
    if record["mse"] is None:
        return ""
    return _("mean squared error {mse:.4g} (pixels from 0 to 1)", mse=record["mse"]["mean"])


def _gain(claim: Claim, reported: float, value: float) -> float:
    """How much better than reported a value is; negative if it is worse."""
    return value - reported if claim.measure.better == "more" else reported - value


def _against(claim: Claim, reported: float, record: Record) -> tuple[Status, str]:
    """Status and words for a figure compared with the reported one."""
    found = record["figure"]
    if claim.measure.better == "same":
        same = found["mean"] == reported
        if same:
            return "as reported", _(AS_REPORTED)
        return "not reached", _("{found:g}, not {reported:g}", found=found["mean"], reported=reported)
    if _near(reported, found):
        return "as reported", _(AS_REPORTED)
    gain = _gain(claim, reported, found["mean"])
    if gain > 0:
        return "better", _("better by {gain:.3g}", gain=gain)
    if claim.measure.scatter or len(found["values"]) == 1:
        return "not reached", _("not reached, worse by {loss:.3g}", loss=-gain)
    gains = [_gain(claim, reported, value) for value in found["values"]]
    reached = sum(one >= 0 for one in gains)
    if reached:
        text = N_("reached by {reached} of {seeds} seeds, not on average")
        return "not reached", _(text, reached=reached, seeds=len(gains))
    nearest = found["values"][gains.index(max(gains))]
    text = N_("not reached: the best of {seeds} seeds is {nearest:.4g}")
    return "not reached", _(text, seeds=len(gains), nearest=nearest)


def _explained(claim: Claim, reported: float, records: Sequence[Record]) -> str:
    """The alternatives that give what the document reports, if our assumption does not."""
    if _again(claim, reported, records[0]) == AS_REPORTED:
        return ""
    found = [
        f"{_(record['title'])} ({value_text(record['figure'], record, inside=True)})"
        for record in records
        if record["role"] == "alternative" and record["figure"] and _again(claim, reported, record) == AS_REPORTED
    ]
    return " " + _("As reported with another assumption: {found}.", found="; ".join(found)) if found else ""


def _again(claim: Claim, reported: float, document: Record) -> str:
    """In English words: whether a side gives what the document reports."""
    found = document["figure"]
    gain = _gain(claim, reported, found["mean"]) if claim.measure.better != "same" else 0.0
    if _near(reported, found):
        return AS_REPORTED
    return N_("better than reported") if gain > 0 else N_("worse than reported")


def _near(reported: float, found: Record) -> bool:
    """Whether a figure counts as reported: see `tolerance`."""
    return bool(abs(found["mean"] - reported) <= max(2 * found["std"], NEAR * abs(reported)))


def value_text(found: Record | None, record: Record, inside: bool = False) -> str:
    """A figure as mean ± std; for one run the value with "(one run)". inside: whether it stands in brackets."""
    if found is None:
        return _("none")
    value = number(found["mean"], ".4g")
    if len(record["digests"]) > 1:
        return f"{value} ± {number(found['std'], '.2g')}"
    return _("{value}, one run", value=value) if inside else _("{value} (one run)", value=value)


def side_text(side: Record | None) -> str:
    """mean ± std (seeds) of a side, "–" without a figure."""
    if side is None or side["figure"] is None:
        return "–"
    seeds = len(side["digests"])
    return value_text(side["figure"], side) + (f" ({seeds})" if seeds > 1 else "")


def recipe_text(experiment: Experiment) -> str:
    """A recipe in words: layers, objective, optimiser, epochs, batches, start, pixels and noise."""
    model, rate, noise = experiment.model, experiment.optimizer, experiment.corruption
    parts = [experiment.network]
    if any(step.hidden and step.weights for step in resolve(experiment).architecture.steps):
        parts.append(ACTIVATIONS[model.hidden_activation].label)
    if model.batch_norm:
        parts.append(_("batch norm"))
    parts.append(_("{activation} at the end", activation=ACTIVATIONS[experiment.output_activation].label))
    parts.append(LOSSES[experiment.loss].label)
    if model.variational:
        parts.append(_("variational with β {beta:g}", beta=experiment.beta))
    momentum = f" {number(rate.momentum, 'g')}" if OPTIMIZERS[rate.kind].momentum else ""
    parts.append(f"{OPTIMIZERS[rate.kind].label}{momentum}")
    parts.append(_("rate {rate:g}", rate=rate.learning_rate))
    if rate.schedule != "constant":
        parts.append(_("{schedule} schedule", schedule=_(rate.schedule)))
    parts.append(ngettext("{n:,} epoch", "{n:,} epochs", experiment.epochs))
    size = experiment.batch_size
    parts.append(_("all images in a batch") if size is None else _("batches of {size}", size=size))
    parts.append(_("start: {name}", name=INITIALIZATIONS[model.initialization].label))
    if experiment.normalization in _PIXELS:
        parts.append(_(_PIXELS[experiment.normalization]))
    if noise.kind != "none":
        parts.append(_("noise: {name}, {level:g}", name=NOISES[noise.kind].label, level=noise.level))
    return ", ".join(parts)
