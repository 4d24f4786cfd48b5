"""An activation function and its derivative."""

import plotly.graph_objects as go
import torch

from aelib.nn.activations import ACTIVATIONS

from .curves import BLUE, SERIES, styled

REACH = 4.0  # z from −REACH to REACH


def curve(name: str) -> go.Figure:
    """f(z) and f′(z), computed by torch; for PReLU with its initial slope. name: a key of ACTIVATIONS."""
    z = torch.linspace(-REACH, REACH, 401, requires_grad=True)
    y = ACTIVATIONS[name].module()(z)
    (slope,) = torch.autograd.grad(y.sum(), z)
    figure = go.Figure()
    for label, values, colour in (("f(z)", y.detach(), BLUE), ("f′(z)", slope, SERIES[1])):
        figure.add_scatter(
            x=z.detach().tolist(), y=values.tolist(), name=label, mode="lines", line={"width": 2.5, "color": colour}
        )
    figure.update_xaxes(title="z")
    return styled(figure, 220)
