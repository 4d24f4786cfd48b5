"""Charts of a report as inline SVG, drawn with matplotlib's object-oriented interface in the page's text colour, so
that they suit a light, a dark and a printed page."""

import html
import io
import itertools
import re
import threading
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from aelib.analysis.reconstruction.codecs import RatePoint
from aelib.charts.palette import BLUE, CLASSES, GREY, SERIES
from aelib.charts.ticks import Ticks, padded, ticks
from aelib.core.language import _
from aelib.nn import losses
from aelib.nn.losses import LOSSES
from aelib.training import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

ERRORS = {"wrong_pixels": "wrong pixels, all images", "mse": "MSE, held-out images"}
MAX_LINEAR = 10  # ratio of largest to smallest loss up to which the axis is linear
FEW_EPOCHS = 20  # largest epoch on a linear axis
MAX_NAMES = 64  # names on a plane: more would overlap
_INK = "#123457"  # placeholder for the page's text colour
_RIGHT = 0.45  # inches at the right of a plot, for a legend
_STYLES = ["-", "--", "-.", ":"]  # to distinguish curves without colours
_drawing = threading.Lock()  # matplotlib's settings are global to the process


def curves(run: Run) -> str:
    """Loss, and images learnt or the MSE of held-out images, by epoch; for a variational net also both parts of the
    loss."""
    variational = run.experiment.model.variational
    records = [record for record in run.history if record["epoch"] > 0]
    figure, axes = _axes(4 if variational else 2)
    held_out = next((name for name in ("valid_loss", "test_loss") if name in records[0]), None)
    label = LOSSES[run.experiment.loss].label + (" + β KL" if variational else "")
    shown = {"train_loss": _("training")}
    if held_out is not None:
        shown[held_out] = _("held-out")
    for (name, title), colour, style in zip(shown.items(), SERIES, _STYLES, strict=False):
        _line(axes[0], records, name, title, colour, style)
    _finish(axes[0], label, logarithmic=True, legend=held_out is not None)
    if "learnt" in records[0]:
        _line(axes[1], records, "learnt", _("learnt"), BLUE, "-")
        total = run.metrics["total"]
        axes[1].axhline(total, color=GREY, linestyle=":", linewidth=1.2)
        axes[1].set_ylim(0, total * 1.1)
        _finish(axes[1], _("images learnt, of {total}", total=total))
    else:
        _line(axes[1], records, "mse", _("held-out"), BLUE, "-")
        axes[1].set_ylim(bottom=0)
        _finish(axes[1], _(ERRORS["mse"]))
    if variational:
        _line(axes[2], records, "recon_loss", "", BLUE, "-")
        lowest = losses.lowest(run.experiment.loss, run.images.images())
        if lowest is not None:
            axes[2].axhline(lowest, color=GREY, linestyle=":", linewidth=1.2)
        _finish(
            axes[2],
            _("reconstruction loss (dots: lowest possible)") if lowest is not None else _("reconstruction loss"),
        )
        _line(axes[3], records, "kl", "", SERIES[1], "-")
        axes[3].set_ylim(bottom=0)
        _finish(axes[3], _("KL divergence, nats"))
    return _svg(figure, f"{run.digest} curves", _("Learning curves"))


def errors(runs: Mapping[str, Run]) -> str | None:
    """An error that the histories of all runs have, one curve for each run; None without one. runs: name -> run."""
    name = next((name for name in ERRORS if all(name in run.history[-1] for run in runs.values())), None)
    if name is None:
        return None
    figure, (axes,) = _axes(1)
    for (title, run), colour, style in zip(runs.items(), SERIES, itertools.cycle(_STYLES), strict=False):
        _line(axes, [record for record in run.history if record["epoch"] > 0], name, title, colour, style)
    axes.set_ylim(bottom=0)
    _finish(axes, _(ERRORS[name]), legend=True)
    return _svg(figure, " ".join(run.digest for run in runs.values()), _(ERRORS[name]))


def plane(codes: NDArray[Any], names: Sequence[str], labels: Sequence[int] | None, salt: str) -> str:
    """Codes with two latent dimensions (images × 2) as dots: with names, or coloured by label if labels are given.

    salt: makes the ids of the drawing reproducible.
    """
    figure, (axes,) = _axes(1, (4.2, 4.2))
    written: dict[str, str] = {}
    if labels is None:
        axes.scatter(codes[:, 0], codes[:, 1], s=7, color=BLUE)
        for i, (x, y) in enumerate(codes[:MAX_NAMES]):
            # a placeholder: matplotlib would read some names as formulas, and lacks the widths of some letters
            written[f"@{i}@"] = names[i]
            axes.annotate(f"@{i}@", (x, y), (0, 4), textcoords="offset points", ha="center", fontsize=8, color=_INK)
        axes.margins(0.09)
    else:
        classes = np.asarray(labels)
        for label in np.unique(classes):
            chosen = codes[classes == label]
            colour = CLASSES[int(label) % len(CLASSES)]
            axes.scatter(chosen[:, 0], chosen[:, 1], s=6, color=colour, alpha=0.7, label=str(label), linewidths=0)
        axes.legend(
            loc="upper left", bbox_to_anchor=(1, 1), fontsize=8, frameon=False, labelcolor=_INK, handletextpad=0.1
        )
    axes.set_xlabel(_("latent dimension {n}", n=1), color=_INK, fontsize=9)
    axes.set_ylabel(_("latent dimension {n}", n=2), color=_INK, fontsize=9)
    return _svg(figure, f"{salt} plane", _("Latent plane"), written)


def rates(net: Sequence[RatePoint], rivals: Mapping[str, Sequence[RatePoint]], salt: str) -> str:
    """PSNR against bits for one image: the net at each number of bits of its code as marks with names, rivals as
    lines. salt: see `plane`."""
    figure, (axes,) = _axes(1, (7.2, 3.6))
    figure.subplots_adjust(right=0.68)  # room for the legend
    styles = zip(rivals.items(), itertools.cycle(SERIES[1:]), itertools.cycle(_STYLES), strict=False)
    for (name, points), colour, style in styles:
        axes.plot(*_rate(points), label=name, color=colour, linestyle=style, linewidth=1.6)
    bits, psnrs = _rate(net)
    axes.scatter(bits, psnrs, s=30, color=BLUE, zorder=3, label=_("this net"))
    for point in net:
        place = (point.bits, point.psnr)
        axes.annotate(point.setting, place, (0, -12), textcoords="offset points", ha="center", fontsize=8, color=_INK)
    axes.set_xscale("log")
    every = [point for points in (net, *rivals.values()) for point in points]
    along, above = [point.bits for point in every], [point.psnr for point in every]
    _mark(axes, "x", ticks(*padded(min(along), max(along), True), True))
    _mark(axes, "y", ticks(*padded(min(above), max(above))))
    axes.set_xlabel(_("bits an image"), color=_INK, fontsize=9)
    axes.set_ylabel(_("PSNR, dB"), color=_INK, fontsize=9)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), fontsize=8, frameon=False, labelcolor=_INK)
    return _svg(figure, f"{salt} rates", _("PSNR against bits for one image"))


def _rate(points: Sequence[RatePoint]) -> tuple[list[float], list[float]]:
    ordered = sorted(points, key=lambda point: point.bits)
    return [point.bits for point in ordered], [point.psnr for point in ordered]


def _axes(count: int, size: tuple[float, float] | None = None) -> "tuple[Figure, list[Axes]]":
    from matplotlib.figure import Figure

    rows = -(-count // 2)
    width, height = size or (7.2 if count > 1 else 5.4, 2.6 * rows)
    figure = Figure(figsize=(width, height), facecolor="none")
    cells = list(np.ravel(figure.subplots(rows, min(count, 2), squeeze=False)))
    # fixed margins in inches: a layout engine would draw everything twice
    figure.subplots_adjust(0.62 / width, 0.48 / height, 1 - _RIGHT / width, 1 - 0.3 / height, 0.24, 0.42)
    for axes in cells:
        axes.set_facecolor("none")
        axes.tick_params(colors=_INK, labelsize=8)
        axes.grid(color=GREY, alpha=0.25, linewidth=0.6)
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(_INK)
    return figure, cells


def _line(axes: "Axes", records: list[dict[str, float]], name: str, label: str, colour: str, style: str) -> None:
    epochs, values = [record["epoch"] for record in records], [record[name] for record in records]
    marker = "." if len(records) < 4 else None  # a line through one point is invisible
    axes.plot(epochs, values, label=label, color=colour, linestyle=style, linewidth=1.6, marker=marker)


def _finish(axes: "Axes", label: str, logarithmic: bool = False, legend: bool = False) -> None:
    axes.set_title(label, fontsize=9, color=_INK, loc="left")
    axes.set_xlabel(_("epoch"), fontsize=9, color=_INK)
    # a line across the axes runs from 0 to 1 of their width
    epochs = np.concatenate([np.asarray(line.get_xdata(), float) for line in _curves(axes)])
    long = bool(epochs.max() > FEW_EPOCHS)
    if long:
        axes.set_xscale("log")
    _mark(axes, "x", ticks(*padded(float(epochs.min()), float(epochs.max()), long), long, whole=True))
    values = np.concatenate([np.asarray(line.get_ydata(), float) for line in axes.get_lines()])
    span = values.max() / values.min() if values.min() > 0 else 1.0
    if logarithmic and span > MAX_LINEAR:  # within a power of ten the axis would have no tick
        axes.set_yscale("log")
        _mark(axes, "y", ticks(*padded(float(values.min()), float(values.max()), True), True))
    elif np.isfinite(values).all():
        low, high = axes.get_ylim()
        _mark(axes, "y", ticks(low, high))
    if legend:
        axes.legend(fontsize=8, frameon=False, labelcolor=_INK)


def _curves(axes: "Axes") -> "list[Line2D]":
    """The lines of a chart that are curves, not lines across the axes."""
    return [line for line in axes.get_lines() if line.get_transform() == axes.transData] or list(axes.get_lines())


def _mark(axes: "Axes", name: Literal["x", "y"], found: Ticks) -> None:
    """Give an axis its ticks and its range."""
    axis = axes.xaxis if name == "x" else axes.yaxis
    (axes.set_xlim if name == "x" else axes.set_ylim)(found.low, found.high)
    axis.set_ticks(found.values, found.texts)
    axis.set_ticks([], minor=True)  # minor ticks take a third of the drawing time


def _svg(figure: "Figure", salt: str, about: str, written: Mapping[str, str] | None = None) -> str:
    """The drawing as inline SVG without file metadata; the same figure gives the same text. written: placeholder in the
    drawing -> its text, not escaped."""
    import matplotlib

    out = io.StringIO()
    nothing: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with _drawing, matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # the reader's browser has the glyph
        figure.savefig(out, format="svg", metadata=nothing, transparent=True)
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", text, flags=re.DOTALL)
    # ids are removed: several drawings in one page would have the same ones
    text = re.sub(r' id="[A-Za-z2.]+_\d+"', "", text)
    text = re.sub(r"font-family: [^;]*; ", "", text)  # the page's font applies
    text = re.sub(r"<svg [^>]*?viewBox=\"([^\"]*)\"[^>]*>", _opening(about), text, count=1)
    if written:  # all in one pass, since a name may contain the placeholder of another
        places = "|".join(map(re.escape, written))
        text = re.sub(places, lambda found: html.escape(written[found[0]]), text)
    return text.replace(_INK, "currentColor")


def _opening(about: str) -> str:
    return rf'<svg class="figure" viewBox="\1" role="img" aria-label="{html.escape(about)}">'
