"""Nets that add one nonlinearity and then depth to a linear net, and nets of several code sizes, each compared with
PCA."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aelib.analysis.reconstruction import rate_distortion
from aelib.datasets import DatasetSpec
from aelib.experiment import Experiment, change, presets
from aelib.training import Run

BITS = (32, 8, 4)  # bits per code number
SIZES = (2, 8, 30, 48)  # how many numbers a code has
# steps for small and for large images of sets that are not memorised; images per step
STEPS, FEW_STEPS, BATCH = 2000, 400, 64
WIDE, NARROW = 128, 64  # size of the first hidden layer, for images with more than MANY pixels and for others
MANY = 100
LEVEL = 0.05  # differences below this many dB count as a draw
BENT = {"model.hidden_activation": "silu"}
STRAIGHT = {"model.hidden_activation": "identity"}
LINEAR, AT_CODE, DEEP_LINEAR, ONE, TWO = (
    "linear",
    "a bend at the code alone (tanh)",
    "two more linear layers",
    "one bent layer each way",
    "two bent layers each way",
)


def _net(described: DatasetSpec, layers: Sequence[int], values: Mapping[str, object]) -> Experiment:
    """A net with a linear output for these images, with a training time of some seconds on two cores."""
    recipe: dict[str, object] = {"dataset": described.name, "model.layers": tuple(layers)}
    if not described.memorised:
        steps = FEW_STEPS if described.pixels > MANY else STEPS
        epochs = min(100, max(5, steps * BATCH // described.splits.train))
        rate = 0.003 if len(layers) > 2 else 0.01
        recipe |= {"batch_size": BATCH, "optimizer.learning_rate": rate, "epochs": epochs}
    elif len(layers) > 2:
        recipe |= {"optimizer.learning_rate": 0.01}
    return change(presets.get("font-linear"), {**recipe, **values})


def bend_and_depth(described: DatasetSpec, numbers: int) -> dict[str, Experiment]:
    """Name -> a net with a code of this many numbers: linear, nonlinear at the code, deep and linear, nonlinear,
    nonlinear and deep."""
    pixels, wide = described.pixels, _wide(described)
    deep = (pixels, wide, max(numbers, wide // 2), numbers)
    return {
        LINEAR: _net(described, (pixels, numbers), {}),
        AT_CODE: _net(described, (pixels, numbers), {"model.code_activation": "tanh"}),
        DEEP_LINEAR: _net(described, deep, STRAIGHT),
        ONE: _net(described, (pixels, wide, numbers), BENT),
        TWO: _net(described, deep, BENT),
    }


def _wide(described: DatasetSpec) -> int:
    return WIDE if described.pixels > MANY else NARROW


def code_sizes(described: DatasetSpec) -> list[Experiment]:
    """Nets with one nonlinear layer on each side and those code sizes of SIZES that PCA allows too."""
    most = min(described.pixels, described.splits.train)
    return [_net(described, (described.pixels, _wide(described), numbers), BENT) for numbers in SIZES if numbers < most]


@dataclass(frozen=True)
class Round:
    """A net and PCA with equally many code numbers and bits. psnr, pca_psnr: on the same test images, dB."""

    numbers: int
    bits: int
    psnr: float
    pca_psnr: float

    @property
    def winner(self) -> str:
        """PCA, net, or level."""
        if abs(self.psnr - self.pca_psnr) < LEVEL:
            return "level"
        return "net" if self.psnr > self.pca_psnr else "PCA"


def rounds(runs: Sequence[Run]) -> list[Round]:
    """Every net of `runs` compared with PCA on the same images, at each of BITS per code number."""
    found = []
    pca = {
        bits: {
            point.bits: point.psnr
            for point in rate_distortion.pca(runs[0].spec, [run.latent_dim for run in runs], bits)
        }
        for bits in BITS
    }
    for run in runs:
        for bits, point in zip(BITS, rate_distortion.points(run, rate_distortion.encode_run(run), BITS), strict=True):
            found.append(Round(run.latent_dim, bits, point.psnr, pca[bits][run.latent_dim * bits]))
    return found
