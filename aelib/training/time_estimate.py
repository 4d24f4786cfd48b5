"""Estimate of the training time before training, for an idle machine like the one in benchmarks/scaling.md. On that
machine it is accurate to a factor of about two. `aelib.jobs.pace` corrects it by recent training times on the current
machine."""

from collections.abc import Sequence

import torch

from aelib.core.device import pick_device
from aelib.datasets import EVALUATION_IMAGES
from aelib.experiment import Experiment, resolve

from .engines import matmul, numba_support, registry
from .engines.batched import FUSED_FROM, supports
from .evaluation import TRAIN_SAMPLE
from .loop import HISTORY_POINTS
from .trainer import groups

# A step has a fixed time for each operation, and the time for the arithmetic.
OPERATION = 0.85e-6  # seconds per operation
COMPILED = 3e-6  # seconds per compiled step of a net, without its arithmetic
MULTIPLICATION = 5e-11  # seconds per weight and image, three times a step (forward, backward, gradient)
LARGE = 1.5e-11  # the same for products large enough for oneDNN (benchmarks/matmul.py)
UPDATE = 1.2e-9  # seconds per parameter for the optimiser, if the parameters exceed the processor's caches
NOISE = 1.2e-8  # seconds per pixel
AUTOGRAD = 8.0  # factor on the operations if autograd trains
EVALUATION = 1.5e-4  # seconds per evaluation for the history
CONVOLUTION = 8e-12  # seconds per multiplication of a convolution, three times a step
MAP = 2.7e-9  # seconds per output of a convolution, batch norm or activation, forward and backward
KEEP = 4e-3  # seconds per net for the final evaluation and the result


def seconds(experiments: Sequence[Experiment]) -> float:
    """Estimated seconds for all experiments on one core; those that can train together do."""
    return sum(_group([experiments[i] for i in part]) for part in groups(list(experiments)))


def _group(members: Sequence[Experiment]) -> float:
    first, nets = members[0], len(members)
    images = resolve(first).spec.splits.train
    size = min(first.batch_size or images, images)
    steps = first.epochs * -(-images // size)
    slow = 1.0 if supports(first) else AUTOGRAD
    if not first.model.dense:
        return _convolutional(first, images) * nets
    operations = (12 + 8 * len(first.model.steps())) * OPERATION * slow
    if numba_support.KIND.serves(members, torch.device("cpu")):
        operations = COMPILED * nets
    parameters = resolve(first).architecture.parameters
    widest = max(step.inputs * step.outputs for step in first.model.steps())
    each = LARGE if widest * size >= matmul.LEAST else MULTIPLICATION
    # only the decoder runs for every sample
    drawn = (1 + first.importance_samples) / 2 if first.model.variational else 1.0
    arithmetic = 3 * parameters * size * nets * each * drawn + (
        parameters * nets * UPDATE if parameters >= FUSED_FROM else 0.0
    )
    noise = NOISE * resolve(first).spec.pixels * size * nets if first.corruption.kind != "none" else 0.0
    evaluations = min(first.epochs, HISTORY_POINTS) * (EVALUATION * slow + arithmetic / 3 * images / size)
    return steps * (operations + arithmetic + noise) + evaluations + KEEP * nets


def _convolutional(experiment: Experiment, images: int) -> float:
    """Estimated seconds for one convolutional net: forward and backward for training, forward for evaluation."""
    net, epochs = resolve(experiment).architecture, experiment.epochs
    drawn = (1 + experiment.importance_samples) / 2 if experiment.model.variational else 1.0
    image = drawn * (3 * net.multiplications * CONVOLUTION + net.activations * MAP)
    image += NOISE * resolve(experiment).spec.pixels if experiment.corruption.kind != "none" else 0.0
    splits = resolve(experiment).spec.splits
    evaluation_images = min(splits.valid or splits.test or images, EVALUATION_IMAGES) + TRAIN_SAMPLE
    evaluated = min(epochs, HISTORY_POINTS) * evaluation_images + (splits.test or splits.valid)
    return image * (epochs * images + evaluated / 3) + KEEP


def family(experiment: Experiment, device: str = "auto") -> str:
    """A name for experiments whose estimates have similar errors: those with the same engine and kind of network.
    Raises LabError for a device that this machine does not have."""
    kind = registry.serving([experiment], pick_device(device))[0]
    return f"{kind.name} {experiment.model.kind}"
