"""An experiment as a plain PyTorch script that trains it without aelib.

First weights and the order of the images are the run's own; noise and the samples of variational nets are drawn anew,
so that figures agree within what another draw changes.
"""

import functools
import pprint
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.random import generator
from aelib.experiment import Experiment
from aelib.metrics import LEARNT_AT_MOST
from aelib.models import build
from aelib.models.convolutional import Enlarge
from aelib.nn.losses import select
from aelib.training.evaluation import TRAIN_SAMPLE
from aelib.training.trainer import CHECK_EVERY

from . import images

if TYPE_CHECKING:
    from jinja2 import Template

_DRAWS = {
    "pytorch": "nn.init.kaiming_uniform_(weight, a=5**0.5, generator=first)",
    "xavier_uniform": "nn.init.xavier_uniform_(weight, generator=first)",
    "xavier_normal": "nn.init.xavier_normal_(weight, generator=first)",
    "kaiming_uniform": "weight.uniform_(-gain * (3 / inputs) ** 0.5, gain * (3 / inputs) ** 0.5, generator=first)",
    "kaiming_normal": "weight.normal_(0, gain / inputs**0.5, generator=first)",
    "uniform": "weight.uniform_(-{scale}, {scale}, generator=first)",
    "normal": "weight.normal_(0, {scale}, generator=first)",
}
_LOSSES = {
    "mse": "F.mse_loss(output(logits), y)",
    "mae": "F.l1_loss(output(logits), y)",
    "bce": "F.binary_cross_entropy(output(logits), y)",
}
_OPTIMIZERS = {
    "sgd": "SGD(parameters, rate{decay})",
    "momentum": "SGD(parameters, rate, momentum={momentum}{decay})",
    "nesterov": "SGD(parameters, rate, momentum={momentum}, nesterov=True{decay})",
    "rmsprop": "RMSprop(parameters, rate{decay})",
    "adagrad": "Adagrad(parameters, rate{decay})",
    "adam": "Adam(parameters, rate{decay})",
    "adamw": "AdamW(parameters, rate, weight_decay={weight_decay})",
}
_NOISES = {
    "salt_pepper": "torch.where(hit < level, (torch.rand(p.shape, generator=draw) < 0.5).float(), p)",
    "gaussian": "(p + level * torch.randn(p.shape, generator=draw)).clamp(0, 1)",
    "masking": "torch.where(hit < level, 0.0, p)",
    "bit_flip": "torch.where(hit < level, 1 - p, p)",
    "painted": "torch.where((hit < level) & painted, 1 - p, p)",
}


def script(experiment: Experiment) -> str:
    """Python that imports torch, and numpy or scikit-learn where the images ask for it, and prints the loss, how many
    images are learnt (where they are things of their own) and the MSE.

    Images are written into it where they are few; else a comment says how to make the file that it loads. Raises
    LabError where something cannot be expressed, or the images are not on this machine.
    """
    check(experiment)
    return _template().render(**_values(experiment)).strip() + "\n"


def check(experiment: Experiment) -> None:
    """Raises LabError where an experiment cannot be written as a script."""
    for name, known in (
        (experiment.model.initialization, _DRAWS),
        (experiment.loss, _LOSSES),
        (experiment.optimizer.kind, _OPTIMIZERS),
        (experiment.corruption.kind, {"none": "", **_NOISES}),
    ):
        if name not in known:
            raise LabError(f"{name!r} has no words in a script of plain PyTorch: choose {', '.join(known)}.")
    if experiment.precision == "mixed" and experiment.model.kind != "dense":
        raise LabError("A script of plain PyTorch trains in 32 bits only: choose precision full.")


@functools.cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(  # noqa: S701 - Python, no HTML: what a person wrote goes through ascii() or is left out
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return found.get_template("script.py.j2")


def _values(experiment: Experiment) -> dict[str, Any]:
    """What the template needs: numbers, and lines of Python."""
    described, model, optimizer = experiment.dataset_spec, experiment.resolved_model, experiment.optimizer
    net, noise = build(experiment), experiment.corruption
    encoder, decoder = (list(_leaves(net.get_submodule(name))) for name in ("encoder", "decoder"))
    if model.kind == "dense":
        encoder, decoder = [nn.Flatten(), *encoder], [*decoder, nn.Unflatten(1, described.shape)]
    elif model.variational:
        encoder = [*encoder, nn.Flatten()]
        code = experiment.architecture.code_shape
        decoder = [nn.Unflatten(1, code), *decoder] if len(code) > 1 else decoder
    output = net.get_submodule("output_activation")
    modules = [_module(one) for part in (encoder, decoder, [output]) for one in part]
    draw = _DRAWS[model.initialization]
    weighted = [step for step in experiment.architecture.steps if step.weights]
    normal = datasets.normalization(experiment.normalization, datasets.train(experiment.dataset).pixels)
    data = images.lines(experiment)
    looked = len(datasets.looked_at(experiment.dataset))
    factor = described.shape[1] // described.shown_shape[1]
    momentum = optimizer.momentum
    kind = "momentum" if optimizer.kind == "nesterov" and momentum == 0 else optimizer.kind
    of_logits = select(experiment.loss, experiment.output_activation).of_logits
    settings = {
        "momentum": momentum,
        "weight_decay": optimizer.weight_decay,
        "decay": f", weight_decay={optimizer.weight_decay!r}" if optimizer.weight_decay else "",
    }
    return {
        "e": experiment,
        "described": described,
        "data": data,
        "noise": noise,
        "packs": "zlib" in data,
        "loads": "numpy" in data,
        "encoder": _sequence(encoder),
        "decoder": _sequence(decoder),
        "output": _module(output),
        "arctan": "Arctan()" in modules,
        "norms": any("BatchNorm" in one for one in modules),
        "transposed": any("ConvTranspose" in one for one in modules),
        "draw": draw.format(scale=repr(model.initialization_scale)),
        "drawn_biases": model.initialization == "pytorch",
        "gains": _wrapped([_gain(step.activation) for step in weighted]) if "gain" in draw else "",
        "inputs": "inputs" in draw or model.initialization == "pytorch",
        "first": _seed(experiment.seed, "weights"),
        "order": _seed(experiment.seed, "order"),
        "shift": normal.shift,
        "scale": normal.scale,
        "normalized": experiment.normalization != "none",
        "loss": "F.binary_cross_entropy_with_logits(logits, y)" if of_logits else _LOSSES[experiment.loss],
        "optimizer": _OPTIMIZERS[kind].format(**settings),
        "noisy_training": noise.kind != "none" and noise.where != "test",
        "noisy_look": noise.kind != "none" and noise.where != "train",
        "corrupt": _NOISES.get(noise.kind, ""),
        "hits": "hit" in _NOISES.get(noise.kind, ""),
        "painted": _wrapped(sorted(set(noise.pixels))),
        "residual": model.kind == "super_resolution" and model.convolution.residual,
        "factor": factor,
        "sample": -(-described.splits.train // min(looked, TRAIN_SAMPLE)),
        "named": described.named,
        "learnt_at_most": LEARNT_AT_MOST,
        "check": CHECK_EVERY,
        "paired": described.paired,
        "whole": experiment.batch_size is None or experiment.batch_size >= described.splits.train,
    }


def _seed(seed: int, purpose: str) -> int:
    """The number that `aelib.basics.generator` starts from."""
    return generator(seed, purpose).initial_seed()


def _gain(activation: str) -> float:
    from aelib.nn.activations import ACTIVATIONS

    return float(nn.init.calculate_gain(ACTIVATIONS[activation].gain))  # type: ignore[arg-type]


def _leaves(module: nn.Module) -> Iterator[nn.Module]:
    """The modules of nested sequences in order."""
    if isinstance(module, nn.Sequential):
        for one in module:
            yield from _leaves(one)
    else:
        yield module


def _module(module: nn.Module) -> str:
    """How a module is written."""
    match module:
        case nn.Linear():
            return f"nn.Linear({module.in_features}, {module.out_features})"
        case nn.Conv2d() | nn.ConvTranspose2d():
            more = {"stride": (1, 1), "padding": (0, 0), "output_padding": (0, 0)}
            given = [
                f"{name}={value[0] if value[0] == value[1] else value}"
                for name, default in more.items()
                if (value := getattr(module, name)) != default
            ]
            sizes = f"{module.in_channels}, {module.out_channels}, {module.kernel_size[0]}"
            return f"nn.{type(module).__name__}({', '.join([sizes, *given])})"
        case nn.BatchNorm1d() | nn.BatchNorm2d():
            return f"nn.{type(module).__name__}({module.num_features})"
        case Enlarge():
            return f'nn.Upsample(scale_factor={module.factor}, mode="bicubic", align_corners=False)'
        case nn.MaxPool2d() | nn.AvgPool2d():
            return f"nn.{type(module).__name__}({module.kernel_size})"
        case nn.Flatten():
            return "nn.Flatten()"
        case nn.ReLU():
            return "nn.ReLU()"
        case nn.LeakyReLU():
            return f"nn.LeakyReLU({module.negative_slope})"
        case nn.PReLU():
            return f"nn.PReLU(init={float(module.weight[0].detach())})"
    if type(module).__name__ == "Arctan":
        return "Arctan()"
    if not type(module).__module__.startswith("torch.nn"):
        raise LabError(f"{type(module).__name__} has no words in a script of plain PyTorch: choose another activation.")
    return f"nn.{module!r}"  # torch writes the arguments


def _sequence(modules: list[nn.Module]) -> str:
    """The modules of an nn.Sequential, an indented line for each layer with what follows it."""
    lines: list[list[str]] = []
    for module in modules:
        if isinstance(module, nn.Identity):
            continue
        if not lines or isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d | nn.Upsample | Enlarge):
            lines.append([])
        lines[-1].append(_module(module))
    return "\n".join(f"    {', '.join(line)}," for line in lines)


def _wrapped(values: list[Any]) -> str:
    return pprint.pformat(values, width=100, compact=True)
