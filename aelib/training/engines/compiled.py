"""One small dense net at a time, compiled: the steps of `aelib.ensemble` for a single member, as machine code.

With one net even the batched engine spends most of its time between operations. Here a whole step (forward, backward,
optimiser) is two calls that Numba has compiled; they release the GIL. Samples are the inner axis, so every inner loop
runs over them and is vectorised. Compiling takes some seconds, once on a machine: Numba keeps the result.
"""

import math
from typing import Any

import numba
import numpy as np
import torch

from aelib.experiment import Experiment
from aelib.models import Autoencoder, build
from aelib.nn.losses import BCE_EPSILON
from aelib.nn.optimizers import ADAGRAD_EPSILON, ADAM_EPSILON, BETAS, OPTIMIZERS, RMSPROP_DECAY, RMSPROP_EPSILON

from .base import Batch
from .batched import BatchedDense
from .numba_support import ACTIVATIONS, LOSSES

_IDENTITY, _SIGMOID, _TANH, _RELU, _LEAKY, _ELU, _SILU, _SATURATING = range(len(ACTIVATIONS))
_MSE, _MAE, _BCE, _BCE_OF_LOGITS = range(len(LOSSES))
_SGD, _MOMENTUM, _NESTEROV, _RMSPROP, _ADAGRAD, _ADAM, _ADAMW = range(len(OPTIMIZERS))

F = np.float32


def _compiled(function: Any) -> Any:
    """Sums may be taken in another order, which is what vectorising them means; NaN and infinity keep their meaning."""
    freedom = {"reassoc", "contract", "arcp", "nsz", "afn"}
    try:
        return numba.njit(nogil=True, cache=True, error_model="numpy", fastmath=freedom)(function)
    except RuntimeError:  # nowhere to keep what was compiled: it is compiled anew in every process
        return numba.njit(nogil=True, error_model="numpy", fastmath=freedom)(function)


@_compiled
def exp(x: Any, out: Any, power: Any) -> None:
    """e^x = out · power, over one layer: 2^k · e^r with |r| ≤ ln 2 / 2, and e^r by the polynomial of Cephes' expf
    (Moshier, https://www.netlib.org/cephes/), whose relative error is below 2e-7. power: float32, 2^k."""
    bits = power[: len(x)].view(np.int32)
    for s in range(len(x)):
        v = min(max(x[s], F(-87.0)), F(88.0))
        k = math.floor(v * F(1.4426950408889634) + F(0.5))
        r = v - k * F(0.693359375) - k * F(-2.12194440e-4)
        p = F(1.9875691500e-4)
        p = p * r + F(1.3981999507e-3)
        p = p * r + F(8.3334519073e-3)
        p = p * r + F(4.1665795894e-2)
        p = p * r + F(1.6666665459e-1)
        p = p * r + F(5.0000001201e-1)
        out[s] = p * r * r + r + F(1.0)
        bits[s] = (np.int32(k) + np.int32(127)) << np.int32(23)


@_compiled
def _activate(kind: int, z: Any, y: Any, scratch: Any, power: Any) -> None:
    """y = f(z), over one layer."""
    if kind == _IDENTITY:
        for s in range(len(z)):
            y[s] = z[s]
    elif kind == _RELU:
        for s in range(len(z)):
            y[s] = max(z[s], F(0.0))
    elif kind == _LEAKY:
        for s in range(len(z)):
            y[s] = z[s] if z[s] > F(0.0) else F(0.01) * z[s]
    elif kind == _SATURATING:
        for s in range(len(z)):
            y[s] = min(max(z[s], F(0.0)), F(1.0))
    elif kind == _TANH:
        for s in range(len(z)):
            scratch[s] = F(2.0) * z[s]
        exp(scratch[: len(z)], y, power)
        for s in range(len(z)):
            y[s] = F(1.0) - F(2.0) / (y[s] * power[s] + F(1.0))
    elif kind == _ELU:
        exp(z, y, power)
        for s in range(len(z)):
            y[s] = z[s] if z[s] > F(0.0) else y[s] * power[s] - F(1.0)
    else:
        for s in range(len(z)):
            scratch[s] = -z[s]
        exp(scratch[: len(z)], y, power)
        if kind == _SILU:
            for s in range(len(z)):
                y[s] = z[s] / (F(1.0) + y[s] * power[s])
        else:
            for s in range(len(z)):
                y[s] = F(1.0) / (F(1.0) + y[s] * power[s])


@_compiled
def _derive(kind: int, z: Any, y: Any, d: Any, scratch: Any, power: Any) -> None:
    """d = d · f'(z), over one layer."""
    if kind == _SIGMOID:
        for s in range(len(z)):
            d[s] *= y[s] * (F(1.0) - y[s])
    elif kind == _TANH:
        for s in range(len(z)):
            d[s] *= F(1.0) - y[s] * y[s]
    elif kind == _RELU:
        for s in range(len(z)):
            d[s] = d[s] if z[s] > F(0.0) else F(0.0)
    elif kind == _LEAKY:
        for s in range(len(z)):
            d[s] = d[s] if z[s] > F(0.0) else F(0.01) * d[s]
    elif kind == _ELU:
        for s in range(len(z)):
            d[s] = d[s] if z[s] > F(0.0) else d[s] * (y[s] + F(1.0))
    elif kind == _SATURATING:
        for s in range(len(z)):
            d[s] = d[s] if F(0.0) < z[s] < F(1.0) else F(0.0)
    elif kind == _SILU:
        for s in range(len(z)):
            scratch[s] = -z[s]
        exp(scratch[: len(z)], scratch, power)
        for s in range(len(z)):
            g = F(1.0) / (F(1.0) + scratch[s] * power[s])
            d[s] *= g * (F(1.0) + z[s] * (F(1.0) - g))


@_compiled
def _lose(loss: int, y: Any, target: Any, d: Any) -> None:
    """d = derivative of the loss, a mean over pixels and images."""
    scale = F(1.0 / len(y))
    for s in range(len(y)):
        gap = y[s] - target[s]
        if loss == _MSE:
            d[s] = F(2.0) * gap * scale
        elif loss == _MAE:
            d[s] = np.sign(gap) * scale
        elif loss == _BCE:
            d[s] = gap / max(y[s] * (F(1.0) - y[s]), F(BCE_EPSILON)) * scale
        else:
            d[s] = gap * scale


@_compiled
def update(kind: int, p: Any, g: Any, one: Any, two: Any, rate: float, momentum: float, decay: float, t: int) -> None:
    """One step of the optimiser over flat parameters, as `FlatOptimizer`. one, two: its slots; t: steps, from 1."""
    r, m, w = F(rate), F(momentum), F(decay)
    if decay != 0.0:
        if kind == _ADAMW:
            shrink = F(decay * rate)
            for j in range(len(p)):
                p[j] -= shrink * p[j]
        else:
            for j in range(len(p)):
                g[j] += w * p[j]
    if kind == _SGD:
        for j in range(len(p)):
            p[j] -= r * g[j]
    elif kind == _MOMENTUM:
        for j in range(len(p)):
            one[j] = m * one[j] + g[j]
            p[j] -= r * one[j]
    elif kind == _NESTEROV:
        for j in range(len(p)):
            one[j] = m * one[j] + g[j]
            p[j] -= r * (g[j] + m * one[j])
    elif kind == _RMSPROP:
        for j in range(len(p)):
            one[j] = F(RMSPROP_DECAY) * one[j] + F(1 - RMSPROP_DECAY) * g[j] * g[j]
            p[j] -= r * g[j] / (np.sqrt(one[j]) + F(RMSPROP_EPSILON))
    elif kind == _ADAGRAD:
        for j in range(len(p)):
            one[j] += g[j] * g[j]
            p[j] -= r * g[j] / (np.sqrt(one[j]) + F(ADAGRAD_EPSILON))
    else:
        a, q = F(rate / (1 - BETAS[0] ** t)), F(1 / math.sqrt(1 - BETAS[1] ** t))
        for j in range(len(p)):
            one[j] += F(1 - BETAS[0]) * (g[j] - one[j])
            two[j] = F(BETAS[1]) * two[j] + F(1 - BETAS[1]) * g[j] * g[j]
            p[j] -= a * one[j] / (np.sqrt(two[j]) * q + F(ADAM_EPSILON))


@_compiled
def step(
    p: Any,
    g: Any,
    sizes: Any,
    kinds: Any,
    loss: int,
    x: Any,
    target: Any,
    zs: Any,
    ys: Any,
    ds: Any,
    scratch: Any,
    power: Any,
) -> None:
    """The gradient of one batch. p, g: flat, layer after layer outputs × (inputs + 1), the bias last; x, target:
    pixels × images; zs, ys, ds: room for the outputs × images of every layer, one below the other; scratch, power:
    room for the largest, flat. Four inputs at a time keep the sums in registers."""
    layers, images = len(kinds), x.shape[1]
    at, to = 0, 0  # where the layer's weights, and its outputs, begin
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
        _activate(kinds[i], z.ravel(), ys[to : to + outputs].ravel(), scratch, power)
        at += outputs * (inputs + 1)
        to += outputs
    last = to - sizes[layers]
    _lose(loss, ys[last:].ravel(), target.ravel(), ds[last:].ravel())
    for i in range(layers - 1, -1, -1):
        inputs, outputs = sizes[i], sizes[i + 1]
        at -= outputs * (inputs + 1)
        to -= outputs
        before = x if i == 0 else ys[to - inputs : to]
        d = ds[to : to + outputs]
        if not (i == layers - 1 and loss == _BCE_OF_LOGITS):
            _derive(kinds[i], zs[to : to + outputs].ravel(), ys[to : to + outputs].ravel(), d.ravel(), scratch, power)
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
    """Engine (see `aelib.engines`) for one dense net: steps are compiled, looks are those of the batched engine."""

    def __init__(self, model: Autoencoder, experiment: Experiment) -> None:
        super().__init__([model], [experiment], torch.device("cpu"))
        self.sizes = np.array([self.steps[0].inputs, *(step.outputs for step in self.steps)])
        self.kinds = np.array([ACTIVATIONS.index(step.activation) for step in self.steps])
        self.loss_kind = LOSSES.index("bce of logits" if self.loss.of_logits else experiment.loss)
        self.settings, self.kind = experiment.optimizer, list(OPTIMIZERS).index(experiment.optimizer.kind)
        self.p, self.g = self.flat.numpy(), self.gradient.numpy()
        slots = [slot.numpy() for slot in self.optimizer.slots]
        self.one, self.two = (*slots, self.g[:0], self.g[:0])[:2]
        self.taken = 0
        self.rooms: dict[int, tuple[Any, ...]] = {}

    def step(self, batch: Batch, rate_factor: float, beta_factor: float = 1.0) -> None:
        images = batch.inputs.shape[1]
        room = self._room(images)
        room.load(batch)
        if images not in self.rooms:
            layers = [np.zeros((int(self.sizes[1:].sum()), images), np.float32) for _ in range(3)]
            flat = [np.zeros(int(self.sizes.max()) * images, np.float32) for _ in range(2)]
            self.rooms[images] = (room.y[0][0].numpy(), room.target[0].numpy(), *layers, *flat)
        step(self.p, self.g, self.sizes, self.kinds, self.loss_kind, *self.rooms[images])
        self.taken += 1
        optimizer = self.settings
        rate = optimizer.learning_rate * rate_factor
        update(
            self.kind, self.p, self.g, self.one, self.two, rate, optimizer.momentum, optimizer.weight_decay, self.taken
        )


def warm() -> None:
    """Compile, or load what was compiled before, so that the first training does not wait for it."""
    experiment = Experiment()
    engine = CompiledDense(build(experiment), experiment)
    images = torch.zeros(1, 1, *experiment.dataset_spec.shape)
    engine.step(Batch(images, images), 0.0)
