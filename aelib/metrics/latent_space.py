"""Tools for the latent space: a plane to draw, a grid of points to decode, and paths between codes."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib.core.lazy import lazy
from aelib.core.random import generator

if TYPE_CHECKING:
    from sklearn import decomposition
else:  # only codes of more than two numbers need scikit-learn, which takes as long to import as torch
    decomposition = lazy("sklearn.decomposition")

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Plane:
    """Two axes through the latent space: point = (code − origin) · axes, code = origin + point · axesᵀ.

    origin: latent_dim; axes: latent_dim × 2 with orthonormal columns (the second is 0 for a code of one number).
    explained: share of the codes' variance in the plane, 0 to 1. is_pca: whether the plane is a projection, so that its
    points represent codes near the plane, not on it.
    """

    origin: Array
    axes: Array
    explained: float
    is_pca: bool

    def points(self, codes: Array) -> Array:
        """Convert codes (... × latent_dim) to points of the plane (... × 2)."""
        return ((codes - self.origin) @ self.axes).astype(np.float32)

    def codes(self, points: Array) -> Array:
        """Convert points (... × 2) to codes on the plane (... × latent_dim)."""
        return (self.origin + points @ self.axes.T).astype(np.float32)


def plane(codes: Array) -> Plane:
    """The plane on which to show `codes` (images × latent_dim): the code itself if it has two numbers, a line if it has
    one, the first two principal components if it has more (scikit-learn's PCA)."""
    latent_dim = codes.shape[1]
    if latent_dim <= 2:
        return Plane(np.zeros(latent_dim, np.float32), np.eye(latent_dim, 2, dtype=np.float32), 1.0, False)
    with np.errstate(invalid="ignore"):  # identical codes have no variance to explain: 0 / 0, handled below
        pca = decomposition.PCA(n_components=2, svd_solver="full").fit(codes)
    explained = float(np.nan_to_num(pca.explained_variance_ratio_.sum()))
    return Plane(pca.mean_.astype(np.float32), pca.components_.T.astype(np.float32), explained, True)


def bounds(points: Array, margin: float = 0.08) -> tuple[tuple[float, float], tuple[float, float]]:
    """((x_low, x_high), (y_low, y_high)) around finite points (... × 2), with a margin; never empty."""
    flat = points.reshape(-1, 2)
    low, high = flat.min(axis=0).astype(float), flat.max(axis=0).astype(float)
    # an axis without spread (a code of one number, identical codes) still needs some width for drawing
    spread = np.where(high - low > 1e-6, high - low, 1.0)
    low, high = low - margin * spread, high + margin * spread
    return (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))


PRIOR_REACH = 3.0  # standard deviations of the prior that the plane of a variational net shows


def extent(codes: Array, variational: bool) -> tuple[float, float, float, float]:
    """x from, x to, y from, y to: the part of the plane that is stored for codes of two numbers. For a variational net
    it is the bulk of the prior, the same at every epoch; for a plain net it is the area of its codes."""
    if variational:
        return -PRIOR_REACH, PRIOR_REACH, -PRIOR_REACH, PRIOR_REACH
    return (*(both := bounds(codes))[0], *both[1])


def grid(x: tuple[float, float], y: tuple[float, float], columns: int, rows: int) -> Array:
    """Points of a regular grid, rows × columns × 2; row 0 is at the top (largest y), ends included."""
    xs, ys = np.linspace(*x, columns), np.linspace(y[1], y[0], rows)
    return np.stack(np.meshgrid(xs, ys), axis=-1).astype(np.float32)


def cells(extent: tuple[float, float, float, float], side: int) -> Array:
    """The centres of side × side cells that fill a part of the plane (x from, x to, y from, y to), side² × 2, row 0 at
    the top."""
    x0, x1, y0, y1 = extent
    dx, dy = (x1 - x0) / side / 2, (y1 - y0) / side / 2
    return grid((x0 + dx, x1 - dx), (y0 + dy, y1 - dy), side, side).reshape(-1, 2)


def interpolate(start: Tensor, end: Tensor, steps: int, spherical: bool = False) -> Tensor:
    """Codes from start to end, steps × latent_dim, both ends included and exact; steps ≥ 2.

    On a straight line, or by rotating about the origin while the length changes linearly (slerp, Shoemake 1985,
    https://doi.org/10.1145/325165.325242): high-dimensional codes lie near a sphere, and a straight line passes through
    its inside, where no image has its code. If the directions are equal or opposite, or a code is 0, the line is used.
    """
    weights = torch.linspace(0, 1, steps, dtype=start.dtype)[:, None]
    line = torch.lerp(start, end, weights)
    # in double precision: the arc cosine of a float32 near 1 has an error larger than the angle between neighbours
    first, last = start.double(), end.double()
    lengths = torch.stack([first.norm(), last.norm()])
    if not spherical or bool((lengths == 0).any()):
        return line
    first, last = first / lengths[0], last / lengths[1]
    angle = torch.arccos((first @ last).clamp(-1, 1))
    if float(angle.sin()) < 1e-6:
        return line
    turned = (torch.sin((1 - weights) * angle) * first + torch.sin(weights * angle) * last) / angle.sin()
    path = (turned * torch.lerp(lengths[0], lengths[1], weights.double())).to(start.dtype)
    path[0], path[-1] = start, end
    return path


def along(stops: Tensor, between: int, spherical: bool = False) -> Tensor:
    """A path through all stops (stops × latent_dim, at least 2) with this many codes between consecutive stops; every
    stop occurs exactly once."""
    parts = [interpolate(a, b, between + 2, spherical)[:-1] for a, b in pairwise(stops)]
    return torch.cat([*parts, stops[-1:]])


def mixture(corners: int, side: int) -> tuple[Array, Array]:
    """Weights to mix 3 codes (a triangle) or 4 codes (a square), on a grid over the unit square, row 0 at the top.

    Returns the positions of the corners (corners × 2, x and y from 0 to 1, y down) and weights, side² × corners, that
    add up to 1: barycentric in the triangle, NaN outside of it; bilinear in the square. At a corner its own weight is
    1.
    """
    along_x, along_y = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side))
    x, y = along_x.ravel(), along_y.ravel()
    if corners == 4:
        places = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
        weights = np.stack([(1 - x) * (1 - y), x * (1 - y), x * y, (1 - x) * y], axis=1)
    elif corners == 3:
        places = np.array([[0.5, 0], [1, 1], [0, 1]], np.float32)
        top, right = 1 - y, x - 0.5 * (1 - y)
        weights = np.stack([top, right, 1 - top - right], axis=1)
        weights[(weights < -1e-9).any(axis=1)] = np.nan
    else:
        raise ValueError("a mixture has 3 or 4 corners")
    return places, weights.astype(np.float32)


def prior(count: int, latent_dim: int, seed: int) -> Tensor:
    """Codes drawn from N(0, 1), count × latent_dim; the same for the same seed."""
    return torch.randn(count, latent_dim, generator=generator(seed, "prior"))


def ellipses(deviations: Array, axes: Array) -> Array:
    """The projections of normal distributions with diagonal covariance onto a plane: images × 3 (variance along x,
    covariance, variance along y). deviations: images × latent_dim; axes: latent_dim × 2."""
    projected = np.einsum("nd,da,db->nab", deviations**2, axes, axes)
    return np.stack([projected[:, 0, 0], projected[:, 0, 1], projected[:, 1, 1]], axis=1).astype(np.float32)
