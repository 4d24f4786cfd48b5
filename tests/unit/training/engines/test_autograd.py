"""The autograd engine: evaluations in parts, and the settings of cuDNN, which belong to the whole process."""

from contextlib import suppress

import torch

from aelib.experiment import presets
from aelib.models import build
from aelib.training.engines.autograd import AutogradEngine, reproducible
from aelib.training.engines.base import Batch, Evaluation

CPU = torch.device("cpu")
VARIATIONAL = presets.get("font-best").with_values({"model.variational": True, "beta": 0.7})


def test_an_evaluation_does_not_depend_on_the_size_of_its_parts() -> None:
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(1, 32, 1, 7, 5, generator=generator)
    batch = Batch(images, images, torch.randn(1, 32, 2, generator=generator))
    torch.manual_seed(0)
    model = build(VARIATIONAL)

    def evaluation(free_bits: float, together: int) -> Evaluation:
        engine = AutogradEngine(model, VARIATIONAL.with_values({"free_bits": free_bits}), CPU)
        engine.together = together
        return engine.evaluate(batch)

    posterior = evaluation(0.0, 32).posterior
    assert posterior is not None
    between = float(posterior.kl[0, 0])  # some parts have less, others have more
    whole, parts = evaluation(between, 32), evaluation(between, 5)
    assert whole.posterior is not None
    assert parts.posterior is not None
    for one, other in ((whole.loss, parts.loss), (whole.outputs, parts.outputs), (whole.codes, parts.codes)):
        torch.testing.assert_close(other, one, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(parts.posterior.kl, whole.posterior.kl, rtol=1e-6, atol=1e-9)


def test_the_settings_of_cudnn_come_back() -> None:
    flags = torch.backends.cudnn
    before = flags.allow_tf32, flags.deterministic
    try:
        flags.allow_tf32, flags.deterministic = True, False
        with suppress(RuntimeError), reproducible(torch.device("cuda")):
            assert (flags.allow_tf32, flags.deterministic) == (False, True)
            raise RuntimeError("out of memory")
        assert (flags.allow_tf32, flags.deterministic) == (True, False)
    finally:
        flags.allow_tf32, flags.deterministic = before
