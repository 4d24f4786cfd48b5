"""Diagram of an autoencoder: a column of units for each dense layer, a block for the output of each convolution, the
code in the middle."""

import base64
import html
import math
from itertools import pairwise

from aelib.core.language import N_, _, number
from aelib.experiment import Experiment, Model, resolve
from aelib.experiment.architecture import KINDS, Shape, Step, shape_text

_WIDTH, _HEIGHT, _MARGIN = 640, 230, 34
_MAX_UNITS = 12  # units drawn in a column, at most
_BLUE, _ORANGE = "#2563eb", "#ea580c"

INK = {"light": "#1c2331", "dark": "#e7eaf0"}
_SHORT = {
    **KINDS,
    "dense": N_("dense"),
    "transposed": N_("transposed"),
    "convolution": N_("conv"),
    "enlarge": N_("bicubic"),
}


def image(experiment: Experiment, theme: str = "light") -> str:
    """The diagram as an <img> with a data URI, as wide as its container. theme: as in `svg`."""
    encoded = base64.b64encode(svg(experiment, theme).encode()).decode()
    return (
        f'<img class="ae-network" alt="{html.escape(_("Network {name}", name=experiment.network))}" '
        f'src="data:image/svg+xml;base64,{encoded}">'
    )


def svg(experiment: Experiment, theme: str = "light") -> str:
    """The diagram as SVG. theme: "light" or "dark", the background."""
    if experiment.model.dense:
        return _columns(experiment.model, experiment.output_activation, theme)
    return _blocks(experiment, theme)


def _columns(model: Model, output_activation: str, theme: str) -> str:
    """A dense net: the layers with their sizes and activations."""
    sizes = [*model.layers, *model.decoder[1:]]
    code_at = len(model.layers) - 1
    step = (_WIDTH - 2 * _MARGIN) / (len(sizes) - 1)
    columns = [_column(_MARGIN + i * step, size) for i, size in enumerate(sizes)]
    parts = [f'<g stroke="{INK[theme]}" stroke-opacity="0.13">{"".join(_links(columns))}</g>']
    for i, (size, units) in enumerate(zip(sizes, columns, strict=True)):
        colour = _ORANGE if i == code_at else _BLUE
        parts.extend(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.2" fill="{colour}"/>' for x, y in units)
        x = units[0][0]
        bold = ' font-weight="700"' if i == code_at else ""
        label = f"{size}" + (_(" code") if i == code_at else "")
        parts.append(_text(x, 14, label, 15, INK[theme], bold))
    longest = max(len(_brief(done.activation)) for done in model.steps())
    crowded = longest * 6.5 > step  # neighbouring labels would overlap
    for i, done in enumerate(model.steps()):
        name = output_activation if i == len(sizes) - 2 else done.activation
        x = _MARGIN + (i + 1) * step
        if model.variational and i == code_at - 1:
            name = "μ, log σ²"
        parts.append(
            _text(x, _HEIGHT - (18 if crowded and i % 2 else 4), _brief(name), 12.5, INK[theme], ' opacity="0.75"')
        )
    return _svg(parts, _WIDTH)


def _blocks(experiment: Experiment, theme: str) -> str:
    """A convolutional net: the tensors between the steps as blocks (height by size, width by channels), and the
    steps."""
    net = resolve(experiment).architecture
    shapes: list[Shape] = [net.steps[0].inputs, *(step.outputs for step in net.steps)]
    code_at = len(net.encoder)
    shapes[code_at] = net.code_shape  # the encoder of a variational net outputs twice as many: means and log variances
    tallest = max(shape[1] for shape in shapes if len(shape) == 3)
    gap = 92
    width = max(_WIDTH, 2 * _MARGIN + gap * (len(shapes) - 1) + 20)
    parts = []
    for i, shape in enumerate(shapes):
        x = _MARGIN + 10 + i * (width - 2 * _MARGIN - 20) / (len(shapes) - 1)
        # a super-resolution net has no bottleneck: between its two parts it has as many values as anywhere
        colour = _ORANGE if i == code_at and not experiment.model.enlarges else _BLUE
        high = 120 * (shape[1] / tallest) ** 0.6 if len(shape) == 3 else 60
        deep = 3 + 4.5 * math.log2(shape[0]) if len(shape) == 3 else 6
        middle, left = 105.0, x - deep / 2
        parts.append(
            f'<rect x="{left:.1f}" y="{middle - high / 2:.1f}" width="{deep:.1f}" height="{high:.1f}" rx="2" '
            f'fill="{colour}" fill-opacity="0.8"/>'
        )
        bold = ' font-weight="700"' if i == code_at and not experiment.model.enlarges else ""
        parts.append(
            _text(
                x,
                14 if i % 2 else 30,
                number(shape[0], ",") if len(shape) == 1 else shape_text(shape),
                13,
                INK[theme],
                bold,
            )
        )
        if i:
            step, place = net.steps[i - 1], x - (width - 2 * _MARGIN - 20) / (len(shapes) - 1) / 2
            parts.append(_text(place, 109, "→", 15, INK[theme], ' opacity="0.5"'))
            for k, line in enumerate(_about(step)):
                parts.append(_text(place, 186 + 14 * k, line, 11.5, INK[theme], ' opacity="0.8"'))
    return _svg(parts, width)


def _about(step: Step) -> list[str]:
    """A step in at most three short lines."""
    lines = [_(_SHORT[step.kind])]
    if step.kernel:
        lines[0] += f" {step.kernel}x{step.kernel}"
    more = [_("step {n}", n=step.stride)] if step.stride > 1 and step.kind in ("convolution", "transposed") else []
    more += [_("norm")] if step.batch_norm else []
    if more:
        lines.append(" ".join(more))
    if step.weights:
        lines.append(_brief(step.activation))
    return lines


def _brief(activation: str) -> str:
    return _(activation.replace("saturating_linear", "sat. linear").replace("_", " "))


def _svg(parts: list[str], width: int) -> str:
    return (
        f'<svg viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" font-family="sans-serif" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, text: str, size: float, colour: str, more: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" font-size="{size}" text-anchor="middle" fill="{colour}"{more}>'
        f"{html.escape(text)}</text>"
    )


def _column(x: float, size: int) -> list[tuple[float, float]]:
    """Positions (x, y) of the units; a larger layer has a taller column."""
    shown = min(size, _MAX_UNITS)
    room = _HEIGHT - 58
    height = room * min(1.0, 0.12 + 0.88 * (min(size, 40) / 40) ** 0.6)
    gap = height / max(shown - 1, 1) if shown > 1 else 0
    top = 24 + (room - gap * (shown - 1)) / 2
    return [(x, top + i * gap) for i in range(shown)]


def _links(columns: list[list[tuple[float, float]]]) -> list[str]:
    return [
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
        for left, right in pairwise(columns)
        for x1, y1 in left
        for x2, y2 in right
    ]
