"""Matrix products of the compiled engine: in registers, for a block of `WIDTH` samples at once.

A product of matrices as small as those of a 35-20-10-2 net is limited by loads and stores, unless sums stay in
registers. LLVM does not find that by itself, so a number in Numba stands for a vector here: `WIDTH` samples of one
neuron, two registers of this processor. Everything is flat float32, neuron after neuron, each with the samples of a
block.
"""

from collections.abc import Sequence
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import models, register_model

from aelib.nn.compiled_loops import compiled, lowered

F = np.float32
_FEATURES = llvm.get_host_cpu_features()
WIDTH = 32 if _FEATURES.get("avx512f") else 16 if _FEATURES.get("avx2") else 8

_VECTOR = ir.VectorType(ir.FloatType(), WIDTH)
_FAST = ("reassoc", "contract", "nsz")  # as `compiled_loops.FASTMATH`


class _Lanes(types.Type):
    """Numba's type of a vector."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes({WIDTH})")


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, of: Any) -> None:
        super().__init__(manager, of, _VECTOR)  # type: ignore[no-untyped-call]


_LANES = _Lanes()


def _place(context: Any, builder: Any, array: Any, value: Any, at: Any, kind: Any) -> Any:
    """A pointer to a vector of this kind at an index of a flat array."""
    data = context.make_array(array)(context, builder, value).data
    return builder.bitcast(builder.gep(data, [at]), kind.as_pointer())


def _shuffled(builder: Any, a: Any, b: Any, lanes: Sequence[int]) -> Any:
    """Select these lanes of a and b; the lanes of b are numbered after those of a."""
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), list(lanes)))


def _spread(builder: Any, number: Any) -> Any:
    """A vector with the number in every lane."""
    first = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    return _shuffled(builder, first, first, [0] * WIDTH)


def _halved(builder: Any, vector: Any) -> Any:
    """The sum of a vector's two halves."""
    half = vector.type.count // 2
    low, high = (_shuffled(builder, vector, vector, range(start, start + half)) for start in (0, half))
    return builder.fadd(low, high, flags=_FAST)


def _woven(builder: Any, a: Any, b: Any, step: int) -> Any:
    """A vector of sums of two lanes of a and sums of two lanes of b, which alternate every `step` lanes. If this is
    done with four vectors, first with step 1 and then with step 2, every four lanes hold one sum of each of the four
    vectors."""
    count, lanes = a.type.count, ([], [])  # type: tuple[int, tuple[list[int], list[int]]]
    for start in range(0, count, 4):
        for half, chosen in enumerate(lanes):
            if step == 1:
                chosen += [start + 2 * half + i + source for i in (0, 1) for source in (0, count)]
            else:
                chosen += [start + 2 * half + i + source for source in (0, count) for i in (0, 1)]
    return builder.fadd(*(_shuffled(builder, a, b, chosen) for chosen in lanes), flags=_FAST)


@lowered
def load(typing: Any, array: Any, at: Any) -> Any:
    """Load WIDTH numbers, starting at an index."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _place(context, builder, signature.args[0], values[0], values[1], _VECTOR)
        return builder.load(place, align=4)

    return _LANES(array, types.intp), generate


@lowered
def store(typing: Any, array: Any, at: Any, vector: Any) -> Any:
    """Store a vector, starting at an index."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _place(context, builder, signature.args[0], values[0], values[1], _VECTOR)
        builder.store(values[2], place, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, _LANES), generate


@lowered
def zeros(typing: Any) -> Any:
    """A vector of zeros."""
    return _LANES(), lambda context, builder, signature, values: ir.Constant(_VECTOR, [0.0] * WIDTH)


@lowered
def plus(typing: Any, sums: Any, weight: Any, vector: Any) -> Any:
    """sums + weight · vector, for one weight."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        product = builder.fmul(_spread(builder, values[1]), values[2], flags=_FAST)
        return builder.fadd(product, values[0], flags=_FAST)

    return _LANES(_LANES, types.float32, _LANES), generate


@lowered
def dot(typing: Any, a: Any, b: Any) -> Any:
    """The scalar product of two vectors."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        vector = builder.fmul(*values, flags=_FAST)
        while vector.type.count > 1:
            vector = _halved(builder, vector)
        return builder.extract_element(vector, ir.Constant(ir.IntType(32), 0))

    return types.float32(_LANES, _LANES), generate


@lowered
def add_dots(typing: Any, array: Any, at: Any, d: Any, x0: Any, x1: Any, x2: Any, x3: Any) -> Any:
    """Add the scalar products of d with four vectors to four numbers of an array. Computing four at once takes half the
    shuffles of four calls of `dot`."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array, at, d, *vectors = values
        a, b, c, d = (_halved(builder, builder.fmul(d, x, flags=_FAST)) for x in vectors)
        sums = _woven(builder, _woven(builder, a, b, 1), _woven(builder, c, d, 1), 2)
        while sums.type.count > 4:
            sums = _halved(builder, sums)
        place = _place(context, builder, signature.args[0], array, at, sums.type)
        builder.store(builder.fadd(builder.load(place, align=4), sums, flags=_FAST), place, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, *[_LANES] * 5), generate


@compiled
def product(
    a: Any, start: int, down: int, along: int, rows: int, inner: int, b: Any, source: int, c: Any, to: int
) -> None:
    """C = A · B, four rows at a time. A: rows × inner in `a` from `start`, `down` numbers from row to row and `along`
    from column to column; B: inner × WIDTH in `b` from `source`; C: rows × WIDTH in `c` from `to`."""
    i = 0
    while i + 4 <= rows:
        r0 = start + i * down
        r1 = r0 + down
        r2 = r1 + down
        r3 = r2 + down
        c0 = zeros()
        c1 = zeros()
        c2 = zeros()
        c3 = zeros()
        for j in range(inner):
            x = load(b, source + j * WIDTH)
            k = j * along
            c0 = plus(c0, a[r0 + k], x)
            c1 = plus(c1, a[r1 + k], x)
            c2 = plus(c2, a[r2 + k], x)
            c3 = plus(c3, a[r3 + k], x)
        store(c, to + i * WIDTH, c0)
        store(c, to + (i + 1) * WIDTH, c1)
        store(c, to + (i + 2) * WIDTH, c2)
        store(c, to + (i + 3) * WIDTH, c3)
        i += 4
    while i < rows:
        c0 = zeros()
        for j in range(inner):
            c0 = plus(c0, a[start + i * down + j * along], load(b, source + j * WIDTH))
        store(c, to + i * WIDTH, c0)
        i += 1


@compiled
def add_outer(d: Any, source: int, rows: int, x: Any, at: int, columns: int, g: Any, to: int) -> None:
    """G += D · Xᵀ, two rows by four columns at a time. D: rows × WIDTH in `d` from `source`; X: columns × WIDTH in `x`
    from `at`; G: rows × columns in `g` from `to`."""
    o = 0
    while o < rows:
        pair = o + 2 <= rows
        r0 = to + o * columns
        d0 = load(d, source + o * WIDTH)
        d1 = load(d, source + (o + 1) * WIDTH) if pair else d0
        k = 0
        while k + 4 <= columns:
            here = at + k * WIDTH
            x0 = load(x, here)
            x1 = load(x, here + WIDTH)
            x2 = load(x, here + 2 * WIDTH)
            x3 = load(x, here + 3 * WIDTH)
            add_dots(g, r0 + k, d0, x0, x1, x2, x3)
            if pair:
                add_dots(g, r0 + columns + k, d1, x0, x1, x2, x3)
            k += 4
        while k < columns:
            x0 = load(x, at + k * WIDTH)
            g[r0 + k] += dot(d0, x0)
            if pair:
                g[r0 + columns + k] += dot(d1, x0)
            k += 1
        o += 2
