"""The compiled engine: the steps of the batched engine for one small dense net, as machine code.

For a single net even the batched engine spends most of its time between operations. Here the whole gradient and the
optimiser's update are two calls that Numba has compiled; they release the GIL. Samples are the inner axis, so every
inner loop runs over them and is vectorised. Compiling takes a few seconds, once on each machine: Numba caches the
result.

The loops of activations, losses and optimisers are in their registry entries (ours: `aelib.nn.compiled_loops`).
`gradient` calls those of activations and losses by their addresses, so that one compiled function works for every net.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numba import types
from numba.core.errors import NumbaError
from numba.extending import intrinsic

from aelib.core.errors import LabError
from aelib.experiment import Experiment, resolve
from aelib.models import Autoencoder, build
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.compiled_loops import F, compiled
from aelib.nn.optimizers import OPTIMIZERS

from .base import Batch
from .batched import BatchedDense

_VECTOR = types.Array(types.float32, 1, "C")
_FORWARD = types.void(_VECTOR, _VECTOR, _VECTOR, _VECTOR)
_BACKWARD = types.void(_VECTOR, _VECTOR, _VECTOR, _VECTOR, _VECTOR)
_LOSS_GRADIENT = types.void(_VECTOR, _VECTOR, _VECTOR)
_UPDATE = types.void(_VECTOR, _VECTOR, _VECTOR, _VECTOR, types.float64, types.float64, types.int64)


class EntryError(LabError):
    """A registry entry whose loop does not compile."""


@functools.cache
def _machine_code(function: Callable[..., None], signature: Any) -> Any:
    """A registry's loop compiled for one signature. Raises EntryError."""
    try:
        return compiled(function, signature)
    except NumbaError as error:
        name = getattr(function, "__qualname__", repr(function))
        raise EntryError(
            "The loop {name} of a registry entry does not compile ({error}): mend it, or leave `compiled` out of "
            "the entry.",
            name=name,
            error=" ".join(str(error).split())[:300],
        ) from error


def _address(function: Callable[..., None], signature: Any) -> int:
    """The address of a compiled loop. It stays valid, since `_machine_code` caches the loop."""
    (result,) = _machine_code(function, signature).overloads.values()
    return int(result.library.get_pointer_to_function(result.fndesc.llvm_func_name))


def _caller(signature: Any) -> Any:
    """An intrinsic for compiled code: (address, *arguments) calls the loop with this signature at the address."""

    def generate(context: Any, builder: Any, called: Any, values: Any) -> Any:
        kind = context.call_conv.get_function_type(types.void, signature.args)
        pointer = builder.inttoptr(values[0], kind.as_pointer())
        context.call_conv.call_function(builder, pointer, types.void, signature.args, values[1:])
        return context.get_dummy_value()

    return types.void(types.intp, *signature.args), generate


def _call_forward(typing: Any, address: Any, z: Any, y: Any, scratch: Any, power: Any) -> Any:
    return _caller(_FORWARD)


def _call_backward(typing: Any, address: Any, z: Any, y: Any, grad: Any, scratch: Any, power: Any) -> Any:
    return _caller(_BACKWARD)


def _call_loss_gradient(typing: Any, address: Any, y: Any, target: Any, grad: Any) -> Any:
    return _caller(_LOSS_GRADIENT)


_forward: Any = intrinsic(_call_forward)
_backward: Any = intrinsic(_call_backward)
_loss_gradient: Any = intrinsic(_call_loss_gradient)


@compiled
def add_decay(p: Any, g: Any, decay: float) -> None:
    """Weight decay as part of the gradient: g += decay · p."""
    w = F(decay)
    for j in range(len(p)):
        g[j] += w * p[j]


@compiled
def shrink(p: Any, by: float) -> None:
    """Decoupled weight decay: p −= by · p."""
    w = F(by)
    for j in range(len(p)):
        p[j] -= w * p[j]


@compiled
def gradient(
    p: Any,
    g: Any,
    sizes: Any,
    slopes: Any,
    forwards: Any,
    backwards: Any,
    loss: int,
    of_logits: bool,
    x: Any,
    target: Any,
    zs: Any,
    ys: Any,
    ds: Any,
    scratch: Any,
    power: Any,
) -> None:
    """Compute the gradient of one batch into g. Inputs are processed four at a time, to keep the sums in registers.

    Args:
        p, g: parameters and gradient, flat, layer after layer outputs × (inputs + 1), the bias last, and then the slope
            if the layer's activation learns one.
        sizes: int, layers + 1.
        slopes: int, layers: 1 where the activation learns a slope, else 0.
        forwards, backwards: addresses of the activations' loops, layers.
        loss: address of the loss's loop.
        of_logits: whether the loss's loop gives the derivative with respect to the last z.
        x, target: pixels × images.
        zs, ys, ds: buffers for z, y and derivatives, outputs × images of all layers, one below the other.
        scratch, power: buffers for the largest layer, flat.
    """
    layers, images = len(forwards), x.shape[1]
    at, to = 0, 0  # offsets of the layer's weights and of its outputs
    for i in range(layers):
        inputs, outputs = sizes[i], sizes[i + 1]
        before = x if i == 0 else ys[to - inputs : to]
        z = zs[to : to + outputs]
        for o in range(outputs):
            row = at + o * (inputs + 1)
            bias = p[row + inputs]
            for s in range(images):
                z[o, s] = bias
            k = 0
            while k + 4 <= inputs:
                w0 = p[row + k]
                w1 = p[row + k + 1]
                w2 = p[row + k + 2]
                w3 = p[row + k + 3]
                for s in range(images):
                    z[o, s] += w0 * before[k, s] + w1 * before[k + 1, s] + w2 * before[k + 2, s] + w3 * before[k + 3, s]
                k += 4
            while k < inputs:
                w0 = p[row + k]
                for s in range(images):
                    z[o, s] += w0 * before[k, s]
                k += 1
        end = at + outputs * (inputs + 1)
        if slopes[i]:
            scratch[0] = p[end]
        _forward(forwards[i], z.ravel(), ys[to : to + outputs].ravel(), scratch, power)
        at = end + slopes[i]
        to += outputs
    last = to - sizes[layers]
    _loss_gradient(loss, ys[last:].ravel(), target.ravel(), ds[last:].ravel())
    for i in range(layers - 1, -1, -1):
        inputs, outputs = sizes[i], sizes[i + 1]
        at -= outputs * (inputs + 1) + slopes[i]
        to -= outputs
        before = x if i == 0 else ys[to - inputs : to]
        d = ds[to : to + outputs]
        if not (i == layers - 1 and of_logits):
            if slopes[i]:
                end = at + outputs * (inputs + 1)
                a0 = F(0.0)
                for o in range(outputs):
                    for s in range(images):
                        a0 += d[o, s] * min(zs[to + o, s], F(0.0))
                g[end] = a0
                scratch[0] = p[end]
            _backward(
                backwards[i], zs[to : to + outputs].ravel(), ys[to : to + outputs].ravel(), d.ravel(), scratch, power
            )
        for o in range(outputs):
            row = at + o * (inputs + 1)
            a0 = F(0.0)
            for s in range(images):
                a0 += d[o, s]
            g[row + inputs] = a0
            k = 0
            while k + 4 <= inputs:
                a0 = F(0.0)
                a1 = F(0.0)
                a2 = F(0.0)
                a3 = F(0.0)
                for s in range(images):
                    e = d[o, s]
                    a0 += e * before[k, s]
                    a1 += e * before[k + 1, s]
                    a2 += e * before[k + 2, s]
                    a3 += e * before[k + 3, s]
                g[row + k] = a0
                g[row + k + 1] = a1
                g[row + k + 2] = a2
                g[row + k + 3] = a3
                k += 4
            while k < inputs:
                a0 = F(0.0)
                for s in range(images):
                    a0 += d[o, s] * before[k, s]
                g[row + k] = a0
                k += 1
        if i > 0:
            back, stride = ds[to - inputs : to], inputs + 1
            for k in range(inputs):
                for s in range(images):
                    back[k, s] = F(0.0)
                o = 0
                while o + 4 <= outputs:
                    c = at + o * stride + k
                    w0 = p[c]
                    w1 = p[c + stride]
                    w2 = p[c + 2 * stride]
                    w3 = p[c + 3 * stride]
                    for s in range(images):
                        back[k, s] += w0 * d[o, s] + w1 * d[o + 1, s] + w2 * d[o + 2, s] + w3 * d[o + 3, s]
                    o += 4
                while o < outputs:
                    w0 = p[at + o * stride + k]
                    for s in range(images):
                        back[k, s] += w0 * d[o, s]
                    o += 1


class CompiledDense(BatchedDense):
    """Engine (see `base.Engine`) for one dense net: compiled steps, and the evaluation of the batched engine."""

    def __init__(self, model: Autoencoder, experiment: Experiment) -> None:
        """Raises EntryError if a loop of a registry entry does not compile."""
        super().__init__([model], [experiment], torch.device("cpu"))
        self.sizes = np.array([self.steps[0].inputs, *(step.outputs for step in self.steps)])
        self.slopes = np.array([int(ACTIVATIONS[step.activation].learnt_slope) for step in self.steps])
        loops = [_served(ACTIVATIONS[step.activation].compiled)() for step in self.steps]
        self.forwards = np.array([_address(one.forward, _FORWARD) for one in loops], np.intp)
        self.backwards = np.array([_address(one.backward, _BACKWARD) for one in loops], np.intp)
        self.loss_address = _address(_served(self.loss.compiled)(), _LOSS_GRADIENT)
        self.settings, self.kind = experiment.optimizer, OPTIMIZERS[experiment.optimizer.kind]
        self.update = _machine_code(_served(self.kind.compiled)(), _UPDATE)
        self.p, self.g = self.flat.numpy(), self.gradient.numpy()
        slots = [slot.numpy() for slot in self.optimizer.slots]
        self.first, self.second = (*slots, self.g[:0], self.g[:0])[:2]
        self.rooms: dict[int, tuple[Any, ...]] = {}

    def step(self, batch: Batch, rate_factor: float, beta_factor: float = 1.0) -> None:
        images = batch.inputs.shape[1]
        room = self._room(images)
        room.load(batch)
        if images not in self.rooms:
            layers = [np.zeros((int(self.sizes[1:].sum()), images), np.float32) for _ in range(3)]
            flat = [np.zeros(int(self.sizes.max()) * images, np.float32) for _ in range(2)]
            self.rooms[images] = (room.y[0][0].numpy(), room.target[0].numpy(), *layers, *flat)
        gradient(
            self.p,
            self.g,
            self.sizes,
            self.slopes,
            self.forwards,
            self.backwards,
            self.loss_address,
            self.loss.of_logits,
            *self.rooms[images],
        )
        self.optimizer.steps += 1
        settings = self.settings
        learning_rate = settings.learning_rate * rate_factor
        if settings.weight_decay != 0.0:
            if self.kind.decoupled_decay:
                shrink(self.p, settings.weight_decay * learning_rate)
            else:
                add_decay(self.p, self.g, settings.weight_decay)
        self.update(self.p, self.g, self.first, self.second, learning_rate, settings.momentum, self.optimizer.steps)


def _served(loops: Callable[[], Any] | None) -> Callable[[], Any]:
    """The compiled form of a registry entry. Raises ValueError without one: see `numba_support.KIND`."""
    if loops is None:
        raise ValueError("the compiled engine does not serve this experiment")
    return loops


def warm() -> None:
    """Compile the engine, or load it from Numba's cache, so that the first training does not wait for it."""
    experiment = Experiment()
    engine = CompiledDense(build(experiment), experiment)
    images = torch.zeros(1, 1, *resolve(experiment).spec.shape)
    engine.step(Batch(images, images), 0.0)
