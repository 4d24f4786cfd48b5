"""A trained net for the browser: its layers and weights as JSON, for `TrainedNet` of engine/forward.js.

It supports dense and convolutional nets, forward only. If decoding would be too slow in a browser, a sentence says so.
"""

import base64
import math
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray
from torch import nn

from aelib.core.language import _
from aelib.experiment import MODEL_KINDS
from aelib.experiment.architecture import Step
from aelib.nn.activations import ACTIVATIONS
from aelib.training import Run

from .description import NotServed

FORWARD_KINDS = ("dense", "convolutional")
MAX_WEIGHTS = 600_000  # numbers that a page loads: 3 MB as text
MAX_MULTIPLICATIONS = 12_000_000  # for one image: about 20 ms in a browser

Numbers = NDArray[np.float64]


class Layer(TypedDict):
    """One step of a net.

    kind: as in `Step`; inputs, outputs: shapes; kernel, stride, padding: of convolutions and pooling; columns: inputs
    of a dense layer, including the classes; activation: its name; slope: of a PReLU; at: offset of its weights, in
    PyTorch's order, with the biases last.
    """

    kind: str
    inputs: list[int]
    outputs: list[int]
    kernel: int
    stride: int
    padding: list[int]
    columns: int
    activation: str
    slope: float
    at: int


class TrainedNet(TypedDict):
    """A trained net.

    Attributes:
        encoder: None if images cannot be encoded in the browser (a codebook, or a constraint on the code).
        decoder: without the output activation.
        output, output_slope: the output activation.
        shape: channels, height, width of an image.
        latent_dim: how many numbers a code has.
        classes: number of classes if the net receives the class, else 0.
        shift, scale: x = (pixel − shift) / scale.
        weights: base64 of little-endian float32.
    """

    encoder: list[Layer] | None
    decoder: list[Layer]
    output: str
    output_slope: float
    shape: list[int]
    latent_dim: int
    classes: int
    shift: float
    scale: float
    weights: str


def refusal(run: Run) -> str | None:
    """Why the browser cannot compute the net of a run, as a sentence; None if it can."""
    model, plan = run.experiment.resolved_model, run.architecture
    if run.spec.signal:
        return _("The network in the browser draws images, and these are curves.")
    if model.kind not in FORWARD_KINDS:
        kind = MODEL_KINDS[model.kind].label
        return _("The network in the browser is dense or convolutional, and this one is {kind}.", kind=kind)
    for name in {*(step.activation for step in plan.steps), model.output_activation}:
        if not ACTIVATIONS[name].browser:
            label = ACTIVATIONS[name].label
            return _("The network in the browser does not know the activation {label}.", label=label)
    if plan.parameters > 2 * MAX_WEIGHTS or _numbers(plan.decoder) > MAX_WEIGHTS:
        return _(
            "This net has {weights:,} weights, too many to send to the browser, which takes {most:,} in a decoder.",
            weights=plan.parameters,
            most=MAX_WEIGHTS,
        )
    work = sum(step.multiplications for step in plan.decoder)
    if work > MAX_MULTIPLICATIONS:
        return _(
            "This decoder needs {work:,} multiplications for an image, too many to follow the pointer in the browser "
            "(at most {most:,}).",
            work=work,
            most=MAX_MULTIPLICATIONS,
        )
    return None


def trained_net(run: Run, encoder: bool = False) -> TrainedNet:
    """The net of a run. encoder: whether to include its encoder, if the browser can compute it. Raises NotServed."""
    if (why := refusal(run)) is not None:
        raise NotServed(why)
    description, plan = run.experiment.resolved_model, run.architecture
    net: Any = run.model  # both kinds of net have the modules encoder, decoder and output_activation
    entry = description.penalty.entry
    constrained = net.codebook is not None or (entry is not None and entry.constrain is not None)
    parts: list[Numbers] = []
    first = _layers(plan.encoder, net.encoder, parts) if encoder and not constrained else None
    second = _layers(plan.decoder, net.decoder, parts)
    # `output` is applied after it
    next(layer for layer in reversed(second) if layer["at"] >= 0)["activation"] = "identity"
    return {
        "encoder": first,
        "decoder": second,
        "output": description.output_activation,
        "output_slope": _slope(net.output_activation),
        "shape": list(run.spec.shape),
        "latent_dim": run.latent_dim,
        "classes": plan.classes,
        "shift": run.normalization.shift,
        "scale": run.normalization.scale,
        "weights": base64.b64encode(np.concatenate(parts).astype("<f4").tobytes()).decode(),
    }


def _numbers(steps: tuple[Step, ...]) -> int:
    return sum(step.weights + step.units for step in steps)


def _layers(steps: tuple[Step, ...], modules: Any, parts: list[Numbers]) -> list[Layer]:
    """The layers of an encoder or a decoder; appends their weights to `parts`."""
    groups = _groups(modules)
    found: list[Layer] = []
    for step in steps:
        layer: Layer = {
            "kind": step.kind,
            "inputs": list(step.inputs),
            "outputs": list(step.outputs),
            "kernel": step.kernel,
            "stride": step.stride,
            "padding": list(step.padding),
            "columns": math.prod(step.inputs),
            "activation": step.activation if step.weights else "identity",
            "slope": 0.0,
            "at": -1,
        }
        if step.weights:
            group = groups.pop(0)
            layer["at"] = sum(map(len, parts))
            layer["slope"] = sum(_slope(module) for module in group[1:] if not isinstance(module, _NORMS))
            parts.append(_folded(group))
        found.append(layer)
    return found


_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


def _groups(modules: nn.Module) -> list[list[Any]]:
    """Each layer with weights, grouped with the modules with parameters that follow it, up to the next such layer."""
    groups: list[list[Any]] = []
    for module in modules.modules():
        if hasattr(module, "in_features") or hasattr(module, "in_channels"):  # tied layers have no weights to list
            groups.append([module])
        elif groups and next(module.parameters(recurse=False), None) is not None:
            groups[-1].append(module)
    return groups


def _slope(module: Any) -> float:
    """The slope that a PReLU has learnt, 0 for any other activation."""
    return sum(float(one.detach()) for one in module.parameters(recurse=False))


def _folded(group: list[Any]) -> Numbers:
    """Weights and biases of a layer, with the following batch norm folded into them."""
    layer, *others = group
    weight, bias = (one.detach().double().numpy() for one in (layer.weight, layer.bias))
    along = 1 if isinstance(layer, nn.ConvTranspose2d) else 0  # the axis of the outputs
    for norm in others:
        if isinstance(norm, _NORMS):
            assert norm.running_mean is not None and norm.running_var is not None  # noqa: S101, PT018 - for mypy
            scale = norm.weight.detach().double() / (norm.running_var.double() + norm.eps).sqrt()
            shift = norm.bias.detach().double() - norm.running_mean.double() * scale
            times = len(bias) // len(scale)  # a dense layer before convolutions is normalised by channels
            by, to = (np.repeat(one.numpy(), times) for one in (scale, shift))
            weight = weight * by.reshape([-1 if axis == along else 1 for axis in range(weight.ndim)])
            bias = bias * by + to
    return np.concatenate([weight.ravel(), bias.ravel()])
