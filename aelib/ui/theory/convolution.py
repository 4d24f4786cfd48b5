"""Parts of the page Convolution."""

from typing import Any

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray
from PIL import Image

from aelib import datasets
from aelib.core.language import N_, _
from aelib.experiment import presets, resolve
from aelib.training import Run
from aelib.ui.components.canvas import encoded
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.links import link
from aelib.ui.shell.server_state import open_run

from .parts import part

NETS = ("letters-7x7", "house-numbers-autoencoder")  # presets whose kernels and layers are shown
_FEW = 16  # kernels of one net
_PHOTOGRAPH = 48  # pixels per side
_EXAMPLE = 7  # numbers per side of the documents' worked example
_SIDES = ("convolution", "max_pooling", "average_pooling")


def kernels() -> None:
    """A kernel that moves over an image; those of stored nets can be chosen too."""
    learnt = [
        {
            "name": f"{run.digest}-{i}",
            "label": _("learnt, {label}, {i}", label=presets.preset(preset).title, i=i),
            "values": values,
        }
        for preset, run in _stored().items()
        for i, values in enumerate(first_kernels(run), 1)
    ]
    version = " ".join(run.digest for run in _stored().values())
    part("kernels", {"pictures": _pictures(), "learnt": learnt}, version)


def pooling() -> None:
    """Max and average pooling beside each other."""
    part("pooling", {"pictures": _pictures(), "first": "letter"})


def checkerboard() -> None:
    """How often a transposed convolution writes each pixel."""
    named = {
        _("document E, 4 and 2"): "sr-kernel-4-2",
        _("document E, 6 and 3"): "sr-kernel-6-3",
        _("Letters"): "letters-7x7",
    }
    found = []
    for label, preset in named.items():
        convolution = presets.get(preset).model.convolution
        found.append({"label": label, "kernel": convolution.kernel, "stride": max(convolution.stride)})
    part("checkerboard", {"nets": found})


def receptive() -> None:
    """How much of the input a number of a deep layer sees."""
    nets = []
    for name in NETS:
        encoder = resolve(presets.get(name)).architecture.encoder
        layers = [{"kernel": step.kernel, "stride": step.stride} for step in encoder if step.kind in _SIDES]
        nets.append({"label": presets.preset(name).title, "layers": layers})
    part("receptive", {"nets": nets})


def learnt() -> None:
    """Kernels that nets have learnt beside kernels made by hand, or a button that trains one."""
    stored = list(_stored().values())
    nets = [{"label": run.experiment.network, "kernels": first_kernels(run)} for run in stored]
    part("gallery", {"nets": nets}, " ".join(run.digest for run in stored))
    experiment = presets.get(NETS[0])
    if runs_of([experiment], _("Train the letters’ net to see its kernels"), "convolution:runs") is not None:
        st.caption(
            _(
                "The first layer of each stored net, up to {few} kernels, as the mean over the colours. Choose "
                "one of them in section 1, too.",
                few=_FEW,
            )
        )
        link(experiment, _("Open this net in its lesson"))


def first_kernels(run: Run) -> list[list[list[float]]]:
    """The kernels of a net's first convolution, as the mean over its input channels; at most _FEW. Kernels that are not
    finite are left out."""
    layer = next(one for one in run.model.modules() if isinstance(one, torch.nn.Conv2d))
    found = layer.weight.detach().cpu().mean(1)
    return [one.tolist() for one in found[:_FEW] if torch.isfinite(one).all()]


def _stored() -> dict[str, Run]:
    """The runs of NETS that are in the store, by preset."""
    found = {name: open_run(presets.get(name)) for name in NETS}
    return {name: run for name, run in found.items() if run is not None}


def _pictures() -> list[dict[str, Any]]:
    """The images to convolve, with their names in the language of this session."""
    return [{**one, "label": _(one["label"])} for one in _images()]


@st.cache_data(show_spinner=False)
def _images() -> list[dict[str, Any]]:
    """The worked example, and one image of each kind. All sessions share them, so their labels are English."""
    from skimage import data  # here: only this page needs it

    example = np.ones((_EXAMPLE, _EXAMPLE))
    example[_EXAMPLE // 2, _EXAMPLE // 2] = 3
    camera = Image.fromarray(data.camera()).resize((_PHOTOGRAPH, _PHOTOGRAPH))  # type: ignore[no-untyped-call]
    return [
        {"name": "example", "label": N_("a 3 among 1s"), "values": example.ravel().tolist(), **_sides(example)},
        _picture("digit", N_("a digit"), _first("digits8x8")),
        _picture("letter", N_("a letter"), _first("letters")),
        _picture("photograph", N_("a photograph"), np.asarray(camera)),
    ]


def _first(dataset: str) -> NDArray[Any]:
    """The first image of a grey set, 0 to 1."""
    image: NDArray[Any] = datasets.load(dataset).images()[0, 0].numpy()
    return image


def _picture(name: str, label: str, image: NDArray[Any]) -> dict[str, Any]:
    return {"name": name, "label": label, "pixels": encoded(image), **_sides(image)}


def _sides(image: NDArray[Any]) -> dict[str, int]:
    rows, columns = image.shape
    return {"rows": rows, "columns": columns}
