"""Activations, losses and optimisers for the compiled engine: loops over flat float32 arrays, for Numba.

The registries in this package name these functions and give their signatures (`activations.Loops`, `Loss.compiled`,
`OptimizerKind.compiled`); `aelib.training.engines.compiled` compiles them. Every loop is one pass over its arrays that
LLVM turns into vector instructions. Nothing else imports this module: importing Numba takes a second and 100 MB.
"""

import math
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .activations import LEAK
from .losses import BCE_EPSILON
from .optimizers import ADAGRAD_EPSILON, ADAM_EPSILON, BETAS, RMSPROP_DECAY, RMSPROP_EPSILON

F = np.float32

# LLVM may reorder sums, which vectorisation requires; NaN and infinity keep their meaning.
FASTMATH = {"reassoc", "contract", "arcp", "nsz", "afn"}


def compiled(function: Any, signature: Any = None) -> Any:
    """Compile the function to machine code that releases the GIL; the code is cached on disk if there is a folder for
    it."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": FASTMATH}
    try:
        return numba.njit(signature, cache=True, **options)(function)
    except RuntimeError:  # no folder for the cache: every process compiles it again
        return numba.njit(signature, **options)(function)


def lowered(function: Any) -> Any:
    """A Numba intrinsic: the function returns its signature and a function that writes its LLVM instructions."""
    return intrinsic(function)


# Numba's own `round` and `floor` of a float32 go through 64-bit numbers, which halves the lanes of a vector.
@lowered
def _nearest(typing: Any, x: Any) -> Any:
    """The nearest whole number, as float32."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.call(builder.module.declare_intrinsic("llvm.rint", [ir.FloatType()]), values)

    return types.float32(types.float32), generate


@lowered
def _from_bits(typing: Any, bits: Any) -> Any:
    """The float32 that has these 32 bits."""
    return types.float32(types.int32), lambda context, builder, signature, values: builder.bitcast(
        values[0], ir.FloatType()
    )


@compiled
def exp(x: Any) -> Any:
    """e^x = 2^k · e^r with |r| ≤ ln 2 / 2, and e^r by the polynomial of Cephes' expf (Moshier,
    https://www.netlib.org/cephes/): relative error below 3e-7. x is clamped to −87 to 88."""
    v = min(max(x, F(-87.0)), F(88.0))
    k = _nearest(v * F(1.4426950408889634))
    r = v - k * F(0.693359375) - k * F(-2.12194440e-4)
    p = F(1.9875691500e-4)
    p = p * r + F(1.3981999507e-3)
    p = p * r + F(8.3334519073e-3)
    p = p * r + F(4.1665795894e-2)
    p = p * r + F(1.6666665459e-1)
    p = p * r + F(5.0000001201e-1)
    return (p * r * r + r + F(1.0)) * _from_bits((np.int32(k) + np.int32(127)) << np.int32(23))


# --- activations: forward(z, y, slope), backward(z, y, grad, slope) --------------------------------------


def identity(z: Any, y: Any, slope: float) -> None:
    for s in range(len(z)):
        y[s] = z[s]


def identity_backward(z: Any, y: Any, grad: Any, slope: float) -> None:
    pass


def relu(z: Any, y: Any, slope: float) -> None:
    for s in range(len(z)):
        y[s] = max(z[s], F(0.0))


def relu_backward(z: Any, y: Any, grad: Any, slope: float) -> None:
    for s in range(len(z)):
        grad[s] = grad[s] if z[s] > F(0.0) else F(0.0)


def leaky_relu(z: Any, y: Any, slope: float) -> None:
    for s in range(len(z)):
        y[s] = z[s] if z[s] > F(0.0) else F(LEAK) * z[s]


def leaky_relu_backward(z: Any, y: Any, grad: Any, slope: float) -> None:
    for s in range(len(z)):
        grad[s] = grad[s] if z[s] > F(0.0) else F(LEAK) * grad[s]


def prelu(z: Any, y: Any, slope: float) -> None:
    for s in range(len(z)):
        y[s] = z[s] if z[s] > F(0.0) else slope * z[s]


def prelu_backward(z: Any, y: Any, grad: Any, slope: float) -> None:
    for s in range(len(z)):
        grad[s] = grad[s] if z[s] > F(0.0) else slope * grad[s]


def saturating_linear(z: Any, y: Any, slope: float) -> None:
    for s in range(len(z)):
        y[s] = min(max(z[s], F(0.0)), F(1.0))


def saturating_linear_backward(z: Any, y: Any, grad: Any, slope: float) -> None:
    for s in range(len(z)):
        grad[s] = grad[s] if F(0.0) < z[s] < F(1.0) else F(0.0)


def tanh(z: Any, y: Any, slope: float) -> None:
    """1 − 2 / (1 + e^2z): the absolute error is below 4e-7; the values lie between −1 and 1."""
    for s in range(len(z)):
        y[s] = F(1.0) - F(2.0) / (exp(F(2.0) * z[s]) + F(1.0))


def tanh_backward(z: Any, y: Any, grad: Any, slope: float) -> None:
    for s in range(len(z)):
        grad[s] *= F(1.0) - y[s] * y[s]


def elu(z: Any, y: Any, slope: float) -> None:
    for s in range(len(z)):
        y[s] = z[s] if z[s] > F(0.0) else exp(z[s]) - F(1.0)


def elu_backward(z: Any, y: Any, grad: Any, slope: float) -> None:
    for s in range(len(z)):
        grad[s] = grad[s] if z[s] > F(0.0) else grad[s] * (y[s] + F(1.0))


def sigmoid(z: Any, y: Any, slope: float) -> None:
    for s in range(len(z)):
        y[s] = F(1.0) / (F(1.0) + exp(-z[s]))


def sigmoid_backward(z: Any, y: Any, grad: Any, slope: float) -> None:
    for s in range(len(z)):
        grad[s] *= y[s] * (F(1.0) - y[s])


def arctan(z: Any, y: Any, slope: float) -> None:
    for s in range(len(z)):
        y[s] = math.atan(z[s])


def arctan_backward(z: Any, y: Any, grad: Any, slope: float) -> None:
    for s in range(len(z)):
        grad[s] /= F(1.0) + z[s] * z[s]


def softplus(z: Any, y: Any, slope: float) -> None:
    """max(z, 0) + ln(1 + e^−|z|), which neither overflows nor loses small values."""
    for s in range(len(z)):
        y[s] = max(z[s], F(0.0)) + math.log1p(exp(-abs(z[s])))


def softplus_backward(z: Any, y: Any, grad: Any, slope: float) -> None:
    for s in range(len(z)):
        grad[s] /= F(1.0) + exp(-z[s])


def silu(z: Any, y: Any, slope: float) -> None:
    for s in range(len(z)):
        y[s] = z[s] / (F(1.0) + exp(-z[s]))


def silu_backward(z: Any, y: Any, grad: Any, slope: float) -> None:
    for s in range(len(z)):
        sigma = F(1.0) / (F(1.0) + exp(-z[s]))
        grad[s] *= sigma * (F(1.0) + z[s] * (F(1.0) - sigma))


# --- losses: (y, t, grad), the derivative of each pixel's loss -------------------------------------------


def mse(y: Any, t: Any, grad: Any) -> None:
    for s in range(len(y)):
        grad[s] = F(2.0) * (y[s] - t[s])


def mae(y: Any, t: Any, grad: Any) -> None:
    for s in range(len(y)):
        grad[s] = np.sign(y[s] - t[s])


def bce(y: Any, t: Any, grad: Any) -> None:
    for s in range(len(y)):
        grad[s] = (y[s] - t[s]) / max(y[s] * (F(1.0) - y[s]), F(BCE_EPSILON))


def bce_of_logits(y: Any, t: Any, grad: Any) -> None:
    for s in range(len(y)):
        grad[s] = y[s] - t[s]


# --- optimisers: (p, g, first, second, learning_rate, momentum, t); g or p already includes the weight decay --------


def sgd(p: Any, g: Any, first: Any, second: Any, learning_rate: float, momentum: float, t: int) -> None:
    r = F(learning_rate)
    for j in range(len(p)):
        p[j] -= r * g[j]


def heavy_ball(p: Any, g: Any, first: Any, second: Any, learning_rate: float, momentum: float, t: int) -> None:
    r, m = F(learning_rate), F(momentum)
    for j in range(len(p)):
        first[j] = m * first[j] + g[j]
        p[j] -= r * first[j]


def nesterov(p: Any, g: Any, first: Any, second: Any, learning_rate: float, momentum: float, t: int) -> None:
    r, m = F(learning_rate), F(momentum)
    for j in range(len(p)):
        first[j] = m * first[j] + g[j]
        p[j] -= r * (g[j] + m * first[j])


def rmsprop(p: Any, g: Any, first: Any, second: Any, learning_rate: float, momentum: float, t: int) -> None:
    r = F(learning_rate)
    for j in range(len(p)):
        first[j] = F(RMSPROP_DECAY) * first[j] + F(1 - RMSPROP_DECAY) * g[j] * g[j]
        p[j] -= r * g[j] / (np.sqrt(first[j]) + F(RMSPROP_EPSILON))


def adagrad(p: Any, g: Any, first: Any, second: Any, learning_rate: float, momentum: float, t: int) -> None:
    r = F(learning_rate)
    for j in range(len(p)):
        first[j] += g[j] * g[j]
        p[j] -= r * g[j] / (np.sqrt(first[j]) + F(ADAGRAD_EPSILON))


def adam(p: Any, g: Any, first: Any, second: Any, learning_rate: float, momentum: float, t: int) -> None:
    r, q = F(learning_rate / (1 - BETAS[0] ** t)), F(1 / math.sqrt(1 - BETAS[1] ** t))
    for j in range(len(p)):
        mean = first[j] + F(1 - BETAS[0]) * (g[j] - first[j])
        square = F(BETAS[1]) * second[j] + F(1 - BETAS[1]) * g[j] * g[j]
        first[j], second[j] = mean, square
        p[j] -= r * mean / (np.sqrt(square) * q + F(ADAM_EPSILON))
