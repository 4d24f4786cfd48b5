"""A network that learns in the browser while the user watches (live.js)."""

from typing import Any, TypedDict

from aelib.browser.description import Description
from aelib.browser.modules import modules

from .canvas import component

Choice = tuple[str, str]  # value, label

_live = component(
    "live",
    """<div class="ae live">
<div class="bar wrap"><button type="button" class="play">Pause</button>
<button type="button" class="step">One step</button><button type="button" class="once">One epoch</button>
<label>Speed <select class="speed"></select></label>
<button type="button" class="restart">Restart with another seed</button>
<button type="button" class="undo" disabled>Undo</button><button type="button" class="keep">Keep it</button></div>
<div class="bar wrap choices"></div><div class="bar wrap layers"></div>
<div class="status" role="status"></div><div class="note" role="alert"></div>
<div class="two wrap"><canvas class="net point" tabindex="0" role="img" aria-label="The network: orange
weights are positive, blue ones negative. Point at a neuron to see what it looks for, at an edge to see its weight.
Arrow keys choose an edge."></canvas>
<div><canvas class="points" role="img"
aria-label="The codes of the characters in their plane"></canvas>
<canvas class="curve" role="img" aria-label="The loss over the epochs"></canvas></div></div>
<canvas class="pairs point" tabindex="0" role="img" aria-label="The characters, and what the network makes of
them"></canvas>
<div class="two wrap"><canvas class="look point" tabindex="0" role="img" aria-label="The chosen character, to draw in,
and what the network makes of it. Arrow keys move, Enter inverts a pixel."></canvas>
<div class="edge" hidden><label><span></span> <input type="range" min="-8" max="8" step="0.05"></label>
<output></output></div></div></div>""",
    "live_drawing",
)


class Choices(TypedDict):
    """What can be chosen, from the registries."""

    activations: list[Choice]
    losses: list[Choice]
    optimizers: list[Choice]
    initializations: list[Choice]
    normalizations: list[Choice]
    noises: list[Choice]


def live(
    description: Description, preset: str, base: dict[str, Any], choices: Choices, key: str, brief: bool = False
) -> dict[str, str]:
    """Draw the network. preset, base: the preset that the address starts from, and its experiment as JSON; brief: leave
    out the choices, and pause once it has learnt. Returns the changed fields of the experiment to keep, as text; empty
    until the user presses "Keep it"."""
    found = _live(
        data={
            "description": description,
            "preset": preset,
            "base": base,
            "choices": choices,
            "brief": brief,
            "modules": modules(),
        },
        key=key,
        on_kept_change=lambda: None,
    )
    kept: dict[str, str] = dict(found.kept or {})
    return kept
