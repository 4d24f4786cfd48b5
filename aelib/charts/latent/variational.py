"""Charts of variational nets: both parts of the loss, active latent dimensions, codes by class."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from aelib.core.language import _, number
from aelib.training import Run

from ..curves import BLUE, GREY, SERIES, styled
from ..palette import CLASSES as CLASSES
from ..ticks import on_axis

FEW_EPOCHS = 20  # largest number of epochs on a linear axis


def parts(run: Run, lowest: float | None) -> tuple[go.Figure, go.Figure]:
    """Reconstruction loss, and KL in nats, against epoch. lowest: the lowest possible reconstruction loss, None for
    0."""
    figures = go.Figure(), go.Figure()
    epochs = [record["epoch"] for record in run.history if record["epoch"] > 0]
    titles = _("reconstruction loss"), _("KL divergence, nats")
    for figure, name, title, colour in zip(figures, ("recon_loss", "kl"), titles, (BLUE, SERIES[1]), strict=True):
        values = [record[name] for record in run.history if record["epoch"] > 0]
        figure.add_scatter(x=epochs, y=values, name=name, mode="lines", line={"width": 2.5, "color": colour})
        on_axis(figure, "x", epochs, _("epoch"), logarithmic=len(epochs) > FEW_EPOCHS, whole=True)
        floor = [lowest] if name == "recon_loss" and lowest is not None else []
        on_axis(figure, "y", [*values, *floor], title, from_zero=name == "kl")
        styled(figure).update_layout(showlegend=False)
    if lowest is not None:
        dots = {"dash": "dot", "width": 1.5, "color": GREY}
        figures[0].add_hline(
            y=lowest, line=dots, annotation_text=_("lowest possible"), annotation_position="bottom left"
        )
    return figures


def numbers(kl_each: Sequence[float], active: Sequence[bool]) -> go.Figure:
    """KL of each latent dimension in nats, active dimensions in blue."""
    colours = [BLUE if on else GREY for on in active]
    figure = go.Figure(go.Bar(x=list(range(1, len(kl_each) + 1)), y=list(kl_each), marker_color=colours))
    figure.update_xaxes(title=_("latent dimension"), dtick=1 if len(kl_each) <= 20 else None)
    figure.update_yaxes(title=_("KL, nats"), rangemode="tozero")
    return styled(figure, 280).update_layout(hovermode="closest")


def by_class(planes: Mapping[str, NDArray[Any]], labels: Sequence[int], same_scale: bool) -> dict[str, go.Figure]:
    """Codes on planes, coloured by class, one small chart for each name.

    planes: name -> points, images × 2; labels: class of each image; same_scale: one scale for all charts.
    """
    classes = np.asarray(labels)
    reach = max(float(np.abs(points).max()) for points in planes.values()) * 1.05
    found = {}
    for name, points in planes.items():
        figure = go.Figure()
        for label in np.unique(classes):
            chosen = points[classes == label]
            figure.add_scatter(  # not WebGL: browsers limit its contexts and drop the oldest charts
                x=chosen[:, 0],
                y=chosen[:, 1],
                mode="markers",
                name=str(label),
                marker={"size": 4, "color": CLASSES[label % len(CLASSES)], "opacity": 0.7},
                hovertemplate=f"{label}<br>(%{{x:.2f}}, %{{y:.2f}})<extra></extra>",
            )
        if same_scale:
            figure.update_xaxes(range=[-reach, reach])
            figure.update_yaxes(range=[-reach, reach])
        styled(figure, 300).update_layout(hovermode="closest", showlegend=False, title={"text": name, "x": 0.5})
        found[name] = figure.update_layout(margin={"t": 36})
    return found


def trade(betas: Sequence[float], recon_losses: Sequence[float], kls: Sequence[float]) -> go.Figure:
    """Reconstruction loss against KL (nats), one point for each β."""
    figure = go.Figure(
        go.Scatter(
            x=list(kls),
            y=list(recon_losses),
            mode="lines+markers",
            cliponaxis=False,
            line={"color": GREY, "width": 1.5},
            marker={"size": 10, "color": BLUE},
            text=[f"β {number(beta, 'g')}" for beta in betas],
            hovertemplate="%{text}<br>KL %{x:.2f}, reconstruction %{y:.2f}<extra></extra>",
        )
    )
    on_axis(figure, "x", kls, _("KL, nats: information about an image in the code"))
    on_axis(figure, "y", recon_losses, _("reconstruction loss"))
    for group in _near(kls, recon_losses):
        # points that lie close together share one label, which would overprint as several
        text = "β " + "; ".join(number(betas[i], "g") for i in group)
        last = max(group, key=lambda i: kls[i])
        figure.add_annotation(x=kls[last], y=recon_losses[last], text=text, xshift=9, yshift=9, showarrow=False)
        figure.layout.annotations[-1].update(xanchor="right" if kls[last] > max(kls) * 0.85 else "left")
    return styled(figure, 340).update_layout(hovermode="closest")


def _near(xs: Sequence[float], ys: Sequence[float]) -> list[list[int]]:
    """Indices of points in groups whose neighbours lie within a twelfth of both axes."""
    wide, high = (max(max(values) - min(values), 1e-9) for values in (xs, ys))
    groups: list[list[int]] = []
    for i in sorted(range(len(xs)), key=lambda i: xs[i]):
        last = groups[-1][-1] if groups else None
        close = last is not None and abs(xs[i] - xs[last]) < wide / 12 and abs(ys[i] - ys[last]) < high / 12
        groups[-1].append(i) if close else groups.append([i])
    return [sorted(group) for group in groups]
