"""What training will take, before it begins: an estimate from figures of benchmarks/scaling.md, good to a factor of
two."""

from collections.abc import Sequence

from .ensemble import supports
from .experiment import Experiment
from .training import batches

# Of one step of a dense net in the batched engine, one thread: each operation costs something however small it is,
# the rest is arithmetic.
OPERATION = 1.6e-6  # seconds
MULTIPLICATION = 1.0e-10  # seconds: of one weight with one pixel or activation, there and back
NOISE = 1.0e-8  # seconds a pixel
AUTOGRAD = 6.0  # times the operations, where autograd trains


def seconds(experiments: Sequence[Experiment]) -> float:
    """Seconds on one core for all of them, trained together where they can be."""
    return sum(_batch(experiments[part[0]], len(part)) for part in batches(list(experiments)))


def _batch(first: Experiment, nets: int) -> float:
    images = first.dataset_spec.images
    size = min(first.batch_size or images, images)
    steps = first.epochs * -(-images // size)
    layers = len(first.model.steps())
    operations = (12 + 8 * layers) * OPERATION * (1 if supports(first) else AUTOGRAD)
    arithmetic = 3 * first.model.parameter_count() * size * nets * MULTIPLICATION
    noise = NOISE * first.dataset_spec.pixels * size * nets if first.corruption.kind != "none" else 0.0
    return steps * (operations + arithmetic + noise)


def words(amount: float) -> str:
    """Seconds as people say them."""
    if amount < 1.5:
        return "a second"
    if amount < 90:
        return f"{amount:,.0f} seconds"
    if amount < 5400:
        return f"{amount / 60:,.0f} minutes"
    return f"{amount / 3600:,.1f} hours"
