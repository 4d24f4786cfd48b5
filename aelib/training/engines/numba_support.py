"""Which nets the compiled engine (compiled.py) trains: asked without importing Numba, which takes a second and 100 MB.

Numba is optional. Without it, or for what it does not serve, `aelib.ensemble` trains the net, with the same numbers
but for rounding (a test holds the two against each other).
"""

from importlib.util import find_spec

import torch

from aelib.experiment import Experiment

from .batched import supports

# Left to torch: those that need a library's vectorised arctan or logarithm, and PReLU with its learnt slope.
ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "silu", "saturating_linear")
MOST_PARAMETERS = 40_000  # beyond, torch's matrix products win (benchmarks/scaling.md)
LOSSES = ("mse", "mae", "bce", "bce of logits")

available = find_spec("numba") is not None


def serves(experiment: Experiment, device: torch.device) -> bool:
    """Whether this engine trains the experiment: Numba is here, it is a small dense net on the CPU, and every choice
    of it is known here."""
    model = experiment.resolved_model
    return (
        available
        and device.type == "cpu"
        and supports(experiment)
        and not model.variational
        and experiment.architecture.parameters <= MOST_PARAMETERS
        and all(step.activation in ACTIVATIONS for step in model.steps())
        # behind a hard limit cross-entropy's slope jumps to 1e12, and rounding decides where the net goes
        and not (experiment.loss == "bce" and experiment.output_activation == "saturating_linear")
    )
