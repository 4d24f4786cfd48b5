"""Charts of a sweep: mean ± standard deviation with the distribution of runs, heat maps, histograms."""

import math
from collections.abc import Iterable, Sequence

import plotly.graph_objects as go

from aelib.analysis.sweep import Result
from aelib.core.language import _

from ..curves import BLUE, GREY, styled
from ..ticks import on_axis

MAX_POINTS = 200  # drawn runs of a point, at most; mean and standard deviation include all


def in_order(values: Iterable[str]) -> list[str]:
    """Values of a field, each once: numbers by size, anything else in the order given."""
    found = list(dict.fromkeys(values))
    try:
        return sorted(found, key=float)
    except ValueError:
        return found


def means(results: Sequence[Result], path: str, title: str, figure: str, label: str) -> go.Figure:
    """Mean ± std of a figure for each value of one field, in front of the distribution of the runs.

    Args:
        results: results of the sweep. Values that are numbers stand on the axis by size, others as in the results.
        path: the field, "" if the sweep varies only the seed.
        title: title of the axis of values.
        figure: a key of `analysis.sweep.MEASURES`.
        label: title of the axis of figures.
    """
    order = in_order(result.point.values.get(path, "") for result in results)
    results = sorted(results, key=lambda result: order.index(result.point.values.get(path, "")))
    shown = [result for result in results if result.runs]
    every = [result.point.values.get(path, "") for result in results]
    names = [result.point.values.get(path, "") for result in shown]
    spreads = [result.measures[figure] for result in shown]
    chart = go.Figure()
    dots = [
        (name, run[figure], run["seed"], run["digest"])  # type: ignore[literal-required]
        for name, result in zip(names, shown, strict=True)
        for run in result.runs[:MAX_POINTS]
    ]
    chart.add_box(
        x=[name for name, *_ in dots],
        y=[value for _, value, *_ in dots],
        customdata=[rest for _, _, *rest in dots],
        name=_("runs: each one, quartiles and median"),
        boxpoints="all",
        jitter=0.7,
        pointpos=0,
        line={"color": GREY, "width": 1},
        fillcolor="rgba(138, 147, 163, 0.15)",
        marker={"color": GREY, "size": 5, "opacity": 0.5},
        hovertemplate=_("seed {seed}", seed="%{customdata[0]}")
        + f"<br>{label} %{{y:.5g}}<br>%{{customdata[1]}}<extra></extra>",
    )
    chart.add_scatter(
        x=names,
        y=[spread.mean for spread in spreads],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [spread.std for spread in spreads],
            "arrayminus": [min(spread.std, spread.mean) for spread in spreads],  # these figures are not negative
            "thickness": 2,
            "width": 7,
        },
        customdata=[
            (spread.std, len(spread.values), min(spread.values), max(spread.values), result.diverged)
            for spread, result in zip(spreads, shown, strict=True)
        ],
        mode="lines+markers",
        name=_("mean ± standard deviation"),
        line={"color": BLUE, "width": 2.5},
        marker={"size": 10},
        hovertemplate=_(
            "<b>{value}</b><br>mean {mean} ± {std}<br>{runs} runs, from {least} to {most}<br>{diverged} diverged",
            value="%{x}",
            mean="%{y:.5g}",
            std="%{customdata[0]:.3g}",
            runs="%{customdata[1]}",
            least="%{customdata[2]:.5g}",
            most="%{customdata[3]:.5g}",
            diverged="%{customdata[4]}",
        )
        + "<extra></extra>",
    )
    chart.update_xaxes(
        title=title, type="category", categoryorder="array", categoryarray=every, range=[-0.5, len(every) - 0.5]
    )
    ends = [spread.mean + spread.std for spread in spreads]
    on_axis(chart, "y", [*ends, *(value for _, value, *_ in dots)], label, from_zero=True)
    for place, result in enumerate(results):
        if not result.runs and result.diverged:
            text = _("{some} of {all} diverged", some=result.diverged, all=len(result.point.experiments))
            chart.add_annotation(x=place, y=0.02, yref="paper", text=text, showarrow=False, textangle=-90)
    styled(chart, 400)
    return chart.update_layout(hovermode="closest")


def heat(results: Sequence[Result], paths: Sequence[str], titles: Sequence[str], figure: str, label: str) -> go.Figure:
    """Heat map of the mean of a figure over two fields. paths, titles: the field of the rows, then of the columns."""
    rows, columns = (in_order(result.point.values[path] for result in results) for path in paths)
    cells = {tuple(result.point.values[path] for path in paths): result for result in results}
    values: list[list[float | None]] = []
    texts: list[list[str]] = []
    for row in rows:
        spreads = [cells[row, column].measures[figure] for column in columns]
        values.append([None if math.isnan(spread.mean) else spread.mean for spread in spreads])
        texts.append(
            [
                _(
                    "{mean:.4g} ± {std:.2g}, {runs} runs, {diverged} diverged",
                    mean=spread.mean,
                    std=spread.std,
                    runs=len(spread.values),
                    diverged=cells[row, column].diverged,
                )
                if spread.values
                else _("no run, {diverged} diverged", diverged=cells[row, column].diverged)
                for column, spread in zip(columns, spreads, strict=True)
            ]
        )
    chart = go.Figure(
        go.Heatmap(
            x=columns,
            y=rows,
            z=values,
            customdata=texts,
            colorscale="Viridis",
            reversescale=figure != "learnt",  # bright is good
            colorbar={"title": label},
            texttemplate="%{z:.3g}",
            hovertemplate=f"{titles[0]} %{{y}}<br>{titles[1]} %{{x}}<br>%{{customdata}}<extra></extra>",
        )
    )
    chart.update_xaxes(title=titles[1], type="category")
    chart.update_yaxes(title=titles[0], type="category", autorange="reversed")
    styled(chart, 120 + 48 * max(4, len(rows)))
    return chart.update_layout(hovermode="closest")


def distribution(values: Sequence[float], label: str) -> go.Figure:
    """Histogram of values that are whole numbers: number of runs for each value."""
    low, high = int(min(values)), int(max(values))
    counts = dict.fromkeys(range(low, high + 1), 0)
    for value in values:
        counts[int(value)] += 1
    chart = go.Figure(go.Bar(x=list(counts), y=list(counts.values()), marker_color=BLUE, name=_("runs")))
    on_axis(chart, "x", [low - 0.5, high + 0.5], label, whole=True)
    on_axis(chart, "y", counts.values(), _("runs"), whole=True, from_zero=True)
    return styled(chart, 260).update_layout(hovermode="closest")
