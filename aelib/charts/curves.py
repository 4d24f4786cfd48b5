"""Learning curves: losses, errors and images learnt by epoch."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import plotly.graph_objects as go

from aelib.core.language import _, separators
from aelib.training import Run

from .palette import BLUE as BLUE
from .palette import GREY as GREY
from .palette import SERIES as SERIES
from .ticks import on_axis, spread

MAX_LINEAR = 10  # ratio of largest to smallest loss up to which the axis is linear


def styled(figure: go.Figure, height: int = 300) -> go.Figure:
    """Apply the common layout of all plots; colours come from the page's theme. height: in pixels."""
    axes = (name for name in figure.layout if name[1:5] == "axis")  # of subplots
    figure.update_layout(  # all at once: each update copies and checks the whole layout
        height=height,
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        hovermode="x unified",
        legend={"orientation": "h", "y": 1.12, "x": 0},
        font={"size": 14},
        separators=separators(),
        **{name: {"automargin": True} for name in {"xaxis", "yaxis", *axes}},
    )
    return figure


FEW = 4  # curves with fewer points have markers


def loss(history: list[dict[str, float]], label: str, logarithmic: bool = True) -> go.Figure:
    """Training loss against epoch, and the loss of held-out images if the history has one.

    label: name of the loss; logarithmic: both axes, without epoch 0 (the loss axis stays linear for a small range).
    """
    records = [record for record in history if record["epoch"] > 0] if logarithmic else history
    held_out = next((name for name in ("valid_loss", "test_loss") if records and name in records[0]), None)
    figure = go.Figure(_trace(records, "train_loss", _("training") if held_out else label))
    if held_out:
        figure.add_trace(_trace(records, held_out, _("held-out"), color=SERIES[1]))
    on_axis(figure, "x", spread(trace.x for trace in figure.data), _("epoch"), logarithmic, whole=True)
    values = spread(trace.y for trace in figure.data)
    positive = [value for value in values if value > 0]
    wide = bool(positive) and max(positive) > MAX_LINEAR * min(positive)
    on_axis(figure, "y", values, label, logarithmic and wide)
    return styled(figure)


def _trace(records: list[dict[str, float]], figure: str, name: str, **line: Any) -> go.Scatter:
    """One column of the history against the epoch."""
    epochs = [record["epoch"] for record in records]
    values = [record[figure] for record in records]
    few = "lines+markers" if len(epochs) < FEW else "lines"  # a line of one point is invisible
    return go.Scatter(x=epochs, y=values, name=name, mode=few, line={"width": 2.5, "color": BLUE, **line})


ERRORS = {"wrong_pixels": "wrong pixels, all images", "mse": "MSE, held-out images"}  # column of a history -> label


def shared_error(runs: Iterable[Run]) -> str | None:
    """The first column of ERRORS that the histories of all runs have, None without one."""
    histories = [run.history[-1].keys() for run in runs]
    return next((name for name in ERRORS if all(name in keys for keys in histories)), None)


def errors(
    runs: Mapping[str, Run],
    figure_name: str,
    seconds: bool = False,
    logarithmic: bool = True,
    height: int = 340,
    from_zero: bool = True,
) -> go.Figure:
    """An error against epoch, one curve for each run; unlike losses, errors are comparable between runs.

    Args:
        runs: name -> run.
        figure_name: a key of ERRORS.
        seconds: use seconds of training instead of epochs; for nets that trained together, each net's share of them.
        logarithmic: whether the axis of epochs is logarithmic (that of seconds always is).
        height: in pixels.
        from_zero: whether the axis of errors begins at 0; else it is logarithmic and shows what differs between runs
            whose errors are close.
    """
    figure = go.Figure()
    for (name, run), colour in zip(runs.items(), itertools.cycle(SERIES), strict=False):
        records = [record for record in run.history if record["epoch"] > 0]
        trace = _trace(records, figure_name, name, color=colour)
        if seconds:
            share = run.seconds / run.history[-1]["seconds"] if run.history[-1].get("seconds") else 0.0
            trace.x = [share * record.get("seconds", 0.0) for record in records]
        figure.add_trace(trace)
    along = spread(trace.x for trace in figure.data)
    if seconds:
        on_axis(figure, "x", along, _("seconds of training"), logarithmic=True)
    else:
        on_axis(figure, "x", along, _("epoch"), logarithmic, whole=True)
    on_axis(
        figure,
        "y",
        spread(trace.y for trace in figure.data),
        _(ERRORS[figure_name]),
        not from_zero,
        from_zero=from_zero,
    )
    return styled(figure, height)


def learnt(run: Run, logarithmic: bool = True) -> go.Figure:
    """Images learnt against epoch, with the number of all images as a line."""
    records = [record for record in run.history if record["epoch"] > 0] if logarithmic else run.history
    total = run.metrics["total"]
    along = {"xref": "x domain", "x0": 0, "x1": 1, "y0": total, "y1": total}
    line = {"type": "line", **along, "line": {"dash": "dot", "width": 1.5, "color": GREY}}
    text = {"xref": "x domain", "x": 1, "y": total, "xanchor": "right", "yanchor": "bottom", "showarrow": False}
    figure = go.Figure(
        _trace(records, "learnt", _("learnt"), shape="hv"),
        # add_hline would give the same, but take twice as long as the whole chart
        {"shapes": [line], "annotations": [{**text, "text": _("all {total}", total=total)}]},
    )
    on_axis(figure, "x", spread(trace.x for trace in figure.data), _("epoch"), logarithmic, whole=True)
    on_axis(figure, "y", [0, total * 1.12], _("images learnt"), whole=True, from_zero=True)
    return styled(figure)
