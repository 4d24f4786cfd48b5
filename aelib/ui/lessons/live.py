"""Parts of the page Live: a network that learns in the browser, and the experiment to keep."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from aelib.browser.description import describe
from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.datasets.noise import NOISES
from aelib.experiment import Experiment, digest_of, encoding, presets
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS
from aelib.ui.components.live import Choice, Choices, live
from aelib.ui.shell import languages
from aelib.ui.shell.links import link
from aelib.ui.shell.messages import show_error, show_errors
from aelib.ui.shell.server_state import jobs
from aelib.ui.shell.session import Slot
from aelib.ui.shell.visitor import visitor_id

PRESET = "font-best"  # learns fast enough to watch
_SUBMITTED = Slot("live:submitted", str)  # digest of the experiment that was kept last


def network() -> None:
    """The network of the address, learning in the browser; below it the experiment that was kept, if any."""
    preset, experiment = PRESET, presets.get(PRESET)
    try:
        preset, experiment = _of_the_address()
    except LabError as error:  # the page works all the same
        show_error(error)
    kept = live(describe(experiment), preset, presets.get(preset).model_dump(mode="json"), _choices(), "live")
    if kept:
        with show_errors():  # it ends the page, but nothing follows below
            _keep(encoding.decode(preset, kept))


def brief() -> None:
    """The network of the preset, learning in the browser, without the choices."""
    experiment = presets.get(PRESET)
    live(describe(experiment), PRESET, experiment.model_dump(mode="json"), _choices(), "live-brief", brief=True)


def _of_the_address() -> tuple[str, Experiment]:
    """Preset and experiment. Raises LabError if they are unknown, or if the engine in the browser cannot train them."""
    query = st.query_params.to_dict()
    query.pop(languages.PARAMETER, None)
    preset = query.pop(encoding.PRESET, PRESET)
    experiment = encoding.decode(preset, query)
    if experiment.dataset != presets.get(PRESET).dataset:
        raise LabError("This page shows the 5x7 font: open other images in their lesson.")
    describe(experiment)
    return preset, experiment


def _keep(experiment: Experiment) -> None:
    digest = digest_of(experiment)
    if _SUBMITTED.get() != digest:
        jobs().submit(experiment, visitor_id())
        _SUBMITTED.set(digest)
    st.success(
        _(
            "The server trains this experiment from its start and stores it, as any run. What moved above was "
            "a look; the stored run is the truth."
        ),
        icon=":material/check_circle:",
    )
    link(experiment, _("Open the kept experiment in its lesson"))


def _choices() -> Choices:
    return {
        "activations": _labels(ACTIVATIONS),
        "losses": _labels(LOSSES),
        "optimizers": _labels(OPTIMIZERS),
        "initializations": _labels(INITIALIZATIONS),
        "normalizations": [
            ("none", _("0 to 1")),
            ("symmetric", _("−1 to 1")),
            ("standardized", _("mean 0, deviation 1")),
        ],
        "noises": [("none", _("no noise")), *_labels({name: one for name, one in NOISES.items() if not one.painted})],
    }


def _labels(registry: Mapping[str, Any]) -> list[Choice]:
    """Value and label of the entries that the engine in the browser knows."""
    return [(name, entry.label) for name, entry in registry.items() if entry.browser]
