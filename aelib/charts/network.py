"""A picture of a dense autoencoder: one column of units for each layer, the code in the middle."""

import base64
import html
from itertools import pairwise

from ..fields import Model

_WIDTH, _HEIGHT, _MARGIN = 640, 230, 34
_MOST = 12  # units drawn in a column; more are hinted at


INK = {"light": "#1c2331", "dark": "#e7eaf0"}


def network(model: Model, output_activation: str, theme: str = "light") -> str:
    """SVG of the layers with their sizes and activations; theme: "light" or "dark", what it will stand on."""
    sizes = [*model.layers, *model.decoder[1:]]
    code_at = len(model.layers) - 1
    step = (_WIDTH - 2 * _MARGIN) / (len(sizes) - 1)
    columns = [_column(_MARGIN + i * step, size) for i, size in enumerate(sizes)]
    parts = [f'<g stroke="{INK[theme]}" stroke-opacity="0.13">{"".join(_links(columns))}</g>']
    for i, (size, units) in enumerate(zip(sizes, columns, strict=True)):
        colour = "#ea580c" if i == code_at else "#2563eb"
        parts.extend(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.2" fill="{colour}"/>' for x, y in units)
        x = units[0][0]
        bold = ' font-weight="700"' if i == code_at else ""
        label = f"{size}" + (" code" if i == code_at else "")
        parts.append(_text(x, 14, label, 15, INK[theme], bold))
    for i, done in enumerate(model.steps()):
        name = output_activation if i == len(sizes) - 2 else done.activation
        x = _MARGIN + (i + 1) * step
        if model.variational and i == code_at - 1:
            name = "μ, log σ²"
        name = name.replace("saturating_linear", "sat. linear")
        parts.append(_text(x, _HEIGHT - 4, name, 12.5, INK[theme], ' opacity="0.75"'))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def image(model: Model, output_activation: str, theme: str = "light") -> str:
    """The same as an <img> that stands in the page itself, as wide as there is room."""
    encoded = base64.b64encode(network(model, output_activation, theme).encode()).decode()
    sizes = "-".join(map(str, [*model.layers, *model.decoder[1:]]))
    return f'<img class="ae-network" alt="Network {sizes}" src="data:image/svg+xml;base64,{encoded}">'


def _text(x: float, y: float, text: str, size: float, colour: str, more: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" font-size="{size}" text-anchor="middle" fill="{colour}"{more}>'
        f"{html.escape(text)}</text>"
    )


def _column(x: float, size: int) -> list[tuple[float, float]]:
    """Places of the units; a larger layer is a taller column."""
    shown = min(size, _MOST)
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
