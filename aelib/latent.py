"""Walking through the latent space: a plane to look at, a grid of it decoded, the way from one code to another."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from torch import Tensor

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Plane:
    """Two axes through the latent space: point = (code − origin) · axes, code = origin + point · axesᵀ.

    origin: latent_dim; axes: latent_dim × 2 with orthonormal columns (the second is 0 for a code of one number).
    explained: share of the codes' variance that the plane keeps, 0 to 1. is_pca: the plane is a projection, so
    that its points stand for codes that lie near it, not on it.
    """

    origin: Array
    axes: Array
    explained: float
    is_pca: bool

    def points(self, codes: Array) -> Array:
        """Codes (... × latent_dim) to points of the plane (... × 2)."""
        return ((codes - self.origin) @ self.axes).astype(np.float32)

    def codes(self, points: Array) -> Array:
        """Points (... × 2) to the codes on the plane (... × latent_dim)."""
        return (self.origin + points @ self.axes.T).astype(np.float32)


def plane(codes: Array) -> Plane:
    """The plane to show `codes` (images × latent_dim) on: the code itself for two numbers, a line for one, the first
    two principal components for more (scikit-learn's PCA)."""
    latent_dim = codes.shape[1]
    if latent_dim <= 2:
        return Plane(np.zeros(latent_dim, np.float32), np.eye(latent_dim, 2, dtype=np.float32), 1.0, False)
    with np.errstate(invalid="ignore"):  # identical codes have no variance to explain: 0 / 0, seen to below
        pca = PCA(n_components=2, svd_solver="full").fit(codes)
    explained = float(np.nan_to_num(pca.explained_variance_ratio_.sum()))
    return Plane(pca.mean_.astype(np.float32), pca.components_.T.astype(np.float32), explained, True)


def bounds(points: Array, margin: float = 0.08) -> tuple[tuple[float, float], tuple[float, float]]:
    """((x_low, x_high), (y_low, y_high)) around finite points (... × 2), with a margin; never empty."""
    flat = points.reshape(-1, 2)
    low, high = flat.min(axis=0).astype(float), flat.max(axis=0).astype(float)
    # an axis without spread (one number in the code, identical codes) still needs room to be drawn in
    spread = np.where(high - low > 1e-6, high - low, 1.0)
    low, high = low - margin * spread, high + margin * spread
    return (float(low[0]), float(high[0])), (float(low[1]), float(high[1]))


def grid(x: tuple[float, float], y: tuple[float, float], columns: int, rows: int) -> Array:
    """Points of a regular grid, rows × columns × 2; row 0 is at the top (largest y), ends included."""
    xs, ys = np.linspace(*x, columns), np.linspace(y[1], y[0], rows)
    return np.stack(np.meshgrid(xs, ys), axis=-1).astype(np.float32)


def interpolate(start: Tensor, end: Tensor, steps: int) -> Tensor:
    """Straight line of codes, steps × latent_dim, both ends included and exact."""
    weights = torch.linspace(0, 1, steps, dtype=start.dtype)[:, None]
    return torch.lerp(start, end, weights)
