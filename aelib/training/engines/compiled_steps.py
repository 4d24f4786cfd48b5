"""Steps of small dense nets as one compiled function (`train`), block of samples by block of samples.

Activations of a block stay in the processor's first cache, sums in its registers (`lanes`). The loops of activations,
losses and optimisers are in their registry entries (ours: `aelib.nn.compiled_loops`). `train` calls them by their
addresses, so that one compiled function works for every net. Compiling takes some seconds, once on each machine: Numba
caches the result.
"""

import functools
from collections.abc import Callable
from typing import Any

from numba import types
from numba.core.errors import NumbaError
from numba.extending import intrinsic

from aelib.core.errors import LabError
from aelib.nn.compiled_loops import F, compiled

from .lanes import WIDTH, add_outer, product

_VECTOR = types.Array(types.float32, 1, "C")
FORWARD = types.void(_VECTOR, _VECTOR, types.float32)
BACKWARD = types.void(_VECTOR, _VECTOR, _VECTOR, types.float32)
LOSS_GRADIENT = types.void(_VECTOR, _VECTOR, _VECTOR)
UPDATE = types.void(_VECTOR, _VECTOR, _VECTOR, _VECTOR, types.float64, types.float64, types.int64)


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


@functools.cache
def address(function: Callable[..., None], signature: Any) -> int:
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


def _call_forward(typing: Any, address: Any, z: Any, y: Any, slope: Any) -> Any:
    return _caller(FORWARD)


def _call_backward(typing: Any, address: Any, z: Any, y: Any, grad: Any, slope: Any) -> Any:
    return _caller(BACKWARD)


def _call_loss_gradient(typing: Any, address: Any, y: Any, target: Any, grad: Any) -> Any:
    return _caller(LOSS_GRADIENT)


def _call_update(
    typing: Any, address: Any, p: Any, g: Any, first: Any, second: Any, rate: Any, momentum: Any, step: Any
) -> Any:
    return _caller(UPDATE)


_forward: Any = intrinsic(_call_forward)
_backward: Any = intrinsic(_call_backward)
_loss_gradient: Any = intrinsic(_call_loss_gradient)
_update: Any = intrinsic(_call_update)


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
    share: Any,
    zs: Any,
    ys: Any,
    ds: Any,
) -> None:
    """Add the gradient of one block of samples to g.

    Args:
        p, g: parameters and gradient of a net, flat, layer after layer outputs × (inputs + 1), the bias last, and then
            the slope if the layer's activation learns one.
        sizes: int, layers + 1.
        slopes: int, layers: 1 where the activation learns a slope, else 0.
        forwards, backwards: addresses of the activations' loops, layers.
        loss: address of the loss's loop.
        of_logits: whether the loss's loop gives the derivative with respect to the last z.
        x: (pixels + 1) × WIDTH, the last row 1; target: pixels × WIDTH; both flat.
        share: WIDTH, the weight of each sample's pixels in the loss: 0 after the last sample.
        zs, ds: buffers for z and its derivatives, outputs × WIDTH, layer after layer.
        ys: the same for y, with a row of ones after each layer, which multiplies the biases.
    """
    layers = len(forwards)
    at, to, below = 0, 0, 0  # offsets of the layer's weights, of its rows in zs and ds, and of its inputs in ys
    for i in range(layers):
        columns, outputs = sizes[i] + 1, sizes[i + 1]
        above = to + i
        end = at + outputs * columns
        if i == 0:
            product(p, at, columns, 1, outputs, columns, x, 0, zs, 0)
        else:
            product(p, at, columns, 1, outputs, columns, ys, below * WIDTH, zs, to * WIDTH)
        slope = p[end] if slopes[i] else F(0.0)
        rows = (above + outputs) * WIDTH
        _forward(forwards[i], zs[to * WIDTH : (to + outputs) * WIDTH], ys[above * WIDTH : rows], slope)
        at, to, below = end + slopes[i], to + outputs, above
    last = (to - sizes[layers]) * WIDTH
    d = ds[last : to * WIDTH]
    _loss_gradient(loss, ys[below * WIDTH : below * WIDTH + len(d)], target, d)
    for row in range(0, len(d), WIDTH):
        for s in range(WIDTH):
            d[row + s] *= share[s]
    for i in range(layers - 1, -1, -1):
        columns, outputs = sizes[i] + 1, sizes[i + 1]
        end = at - slopes[i]
        at = end - outputs * columns
        to -= outputs
        above = to + i
        d = ds[to * WIDTH : (to + outputs) * WIDTH]
        if not (i == layers - 1 and of_logits):
            z = zs[to * WIDTH : (to + outputs) * WIDTH]
            slope = F(0.0)
            if slopes[i]:
                slope = p[end]
                a0 = F(0.0)
                for s in range(len(d)):
                    a0 += d[s] * min(z[s], F(0.0))
                g[end] += a0
            _backward(backwards[i], z, ys[above * WIDTH : (above + outputs) * WIDTH], d, slope)
        if i == 0:
            add_outer(ds, 0, outputs, x, 0, columns, g, 0)
        else:
            inputs = columns - 1
            add_outer(ds, to * WIDTH, outputs, ys, (to - inputs + i - 1) * WIDTH, columns, g, at)
            product(p, at, 1, columns, inputs, outputs, ds, to * WIDTH, ds, (to - inputs) * WIDTH)


@compiled
def train(
    first: int,
    last: int,
    p: Any,
    means: Any,
    squares: Any,
    sizes: Any,
    slopes: Any,
    forwards: Any,
    backwards: Any,
    loss: int,
    of_logits: bool,
    update: int,
    decoupled: bool,
    settings: Any,
    factors: Any,
    done: Any,
    keep: Any,
    kept: Any,
    x: Any,
    target: Any,
    share: Any,
    zs: Any,
    ys: Any,
    ds: Any,
    g: Any,
) -> None:
    """Steps of the nets `first` to `last` − 1, one net after the other.

    Args:
        p, means, squares: parameters and the optimiser's slots, members × parameters (unused slots: members × 0).
        update: address of the optimiser's loop; decoupled: whether weight decay leaves the gradient alone.
        settings: float64, members × 3: learning rate, momentum, weight decay.
        factors: float64, on the learning rate in each step.
        done: int, members: steps before this call.
        keep: bool, steps: whether to copy the parameters after the step to the next position in `kept`, positions ×
            members × parameters.
        x, target: (members or 1) × blocks × numbers of a block, see `gradient`; share: blocks × WIDTH.
        zs, ys, ds, g: buffers for one net, see `gradient`.
        The others: see `gradient`.
    """
    for m in range(first, last):
        shown = m if len(x) > 1 else 0
        wanted = m if len(target) > 1 else 0
        rate, momentum, decay = settings[m, 0], settings[m, 1], settings[m, 2]
        place = 0
        for step in range(len(factors)):
            g[:] = F(0.0)
            for block in range(len(share)):
                gradient(
                    p[m],
                    g,
                    sizes,
                    slopes,
                    forwards,
                    backwards,
                    loss,
                    of_logits,
                    x[shown, block],
                    target[wanted, block],
                    share[block],
                    zs,
                    ys,
                    ds,
                )
            now = rate * factors[step]
            if decay != 0.0:
                if decoupled:
                    w = F(decay * now)
                    for j in range(len(g)):
                        p[m, j] -= w * p[m, j]
                else:
                    w = F(decay)
                    for j in range(len(g)):
                        g[j] += w * p[m, j]
            _update(update, p[m], g, means[m], squares[m], now, momentum, done[m] + step + 1)
            if keep[step]:
                kept[place, m] = p[m]
                place += 1
