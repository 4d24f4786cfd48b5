"""One run as a single interactive HTML page. The net is inside, so the page decodes codes and sends drawings through
the net without a server and without a network connection."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from aelib.browser.modules import bundled, forward_modules
from aelib.browser.trained import trained_net
from aelib.core.errors import LabError
from aelib.core.language import N_, _, current
from aelib.metrics import latent_space
from aelib.training import Run

from .html import MAX_TEXT, environment, facts

MAX_IMAGES = 120  # on the plane, and to start from
PAINTED = 32  # pixels: longest side of an image that the reader can draw
MARGIN = 0.08  # share of a code number's range that its slider adds on both sides
SAID = (  # texts of the page's script, which fills in the values
    N_("Decoded at this code; the nearest image is {name}."),
    N_("Its code: ({numbers})"),
    N_("What the network makes of it. {code}"),
)
_TEMPLATES = Path(__file__).parent / "templates"


def live_page(run: Run, title: str = "", notes: str = "") -> str:
    """A complete HTML document in the current language, the same for the same run. It runs only its own script and
    loads nothing.

    It has the latent plane, and a slider for every number of the code with the picture decoded from it. For small grey
    images it also has a sheet to draw on; the drawing goes through the net at every stroke.

    Args:
        run: its net must be one that `browser.trained.refusal` does not refuse.
        title, notes: plain text, at most MAX_TEXT characters together; line breaks are kept.

    Raises LabError for a longer text and for a net that is refused.
    """
    if len(title) + len(notes) > MAX_TEXT:
        raise LabError(
            "Title and notes have {characters:,} characters: give at most {most:,}.",
            characters=len(title) + len(notes),
            most=MAX_TEXT,
        )
    script = f"{bundled(forward_modules())}\n{(_TEMPLATES / 'live_page.js').read_text(encoding='utf-8')}"
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    template = environment().get_template("live_page.html.j2")
    return template.render(
        language=current(),
        title=title.strip() or f"{_(run.spec.title)}: {run.experiment.network}",
        notes=notes.strip(),
        facts=facts(run),
        data=_data(run),
        draws=_draws(run),
        style=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - ours
        script=Markup(script),  # noqa: S704 - ours
        digest=digest,
    )


def _draws(run: Run) -> bool:
    """Whether the reader can draw an image and send it through the net."""
    return run.spec.shape[0] == 1 and max(run.spec.shape) <= PAINTED


def _data(run: Run) -> dict[str, Any]:
    codes = run.codes()[:MAX_IMAGES]
    plane = latent_space.plane(codes)
    low, high = codes.min(axis=0), codes.max(axis=0)
    margin = MARGIN * np.where(high - low > 1e-6, high - low, 1.0)
    (left, right), (bottom, top) = latent_space.bounds(plane.points(codes))
    pixels = run.images.pixels[:MAX_IMAGES].contiguous().numpy()
    return {
        "net": trained_net(run, encoder=True),
        "names": list(run.images.names[:MAX_IMAGES]),
        "codes": codes.round(5).tolist(),
        "pixels": base64.b64encode(pixels.tobytes()).decode(),
        "low": (low - margin).tolist(),
        "high": (high + margin).tolist(),
        "start": plane.codes(np.array([(left + right) / 2, (bottom + top) / 2], np.float32)).tolist(),
        "x": [left, right],
        "y": [bottom, top],
        "origin": plane.origin.tolist(),
        "axes": plane.axes.tolist(),
        "light": run.spec.light,
        "language": current(),
        "said": {text: _(text) for text in SAID},
    }
