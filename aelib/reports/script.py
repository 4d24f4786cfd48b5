"""An experiment as a plain PyTorch script that trains it without aelib.

Initial weights and the order of the images are those of the run. Noise and the samples of variational nets come from
other random numbers, so results agree up to the effect of another draw.
"""

import functools
import pprint
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from torch import nn

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.core.random import generator
from aelib.datasets.noise import NOISES
from aelib.experiment import MODEL_KINDS, Experiment, digest_of, resolve
from aelib.metrics import LEARNT_AT_MOST
from aelib.models import Enlarge, TiedLinear, build
from aelib.models.codebook import DEAD, SMALLEST
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.losses import LOSSES, select
from aelib.nn.optimizers import OPTIMIZERS
from aelib.nn.penalties import PENALTIES
from aelib.nn.variational import VARIANCES
from aelib.training import CHECK_EVERY, TRAIN_SAMPLE

from . import images

if TYPE_CHECKING:
    from jinja2 import Template


def script(experiment: Experiment) -> str:
    """A Python script that trains an experiment and prints the loss, the MSE and, for a memorised data set, the images
    learnt.

    Its comments and its output are in the current language. It imports torch, and numpy or scikit-learn if the images
    need them. Small data sets are written into the script; others are in a file that it loads (see
    `script_files.archive`). Raises LabError if plain PyTorch cannot express the experiment, or if the images are not on
    this machine.
    """
    check(experiment)
    return plain_template("script.py.j2").render(**_values(experiment)).strip() + "\n"


def check(experiment: Experiment) -> None:
    """Raises LabError if an experiment cannot be written as a script."""
    used: list[tuple[str, Mapping[str, _Scripted]]] = [
        (experiment.model.initialization, INITIALIZATIONS),
        (experiment.loss, LOSSES),
        (experiment.optimizer.kind, OPTIMIZERS),
        *((step.activation, ACTIVATIONS) for step in resolve(experiment).architecture.steps),
    ]
    if experiment.corruption.kind != "none":
        used.append((experiment.corruption.kind, NOISES))
    if experiment.model.penalty.entry is not None:
        used.append((experiment.model.penalty.kind, PENALTIES))
    for name, registry in used:
        if registry[name].script is None:
            known = ", ".join(other for other, entry in registry.items() if entry.script is not None)
            raise LabError(
                "{name} has no words in a script of plain PyTorch: choose {known}.", name=repr(name), known=known
            )
    if not MODEL_KINDS[experiment.model.kind].scripted:
        known = ", ".join(name for name, kind in MODEL_KINDS.items() if kind.scripted)
        raise LabError(
            "{kind} nets cannot be written as a script of plain PyTorch: choose {known}.",
            kind=repr(experiment.model.kind),
            known=known,
        )
    if experiment.precision == "mixed" and not experiment.model.dense:
        raise LabError("A script of plain PyTorch trains in 32 bits only: choose precision full.")


class _Scripted(Protocol):
    """A registry entry that may have a form for scripts."""

    @property
    def script(self) -> str | None: ...


@functools.cache
def plain_template(name: str) -> "Template":
    """A template of Python, in which text is not escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(  # noqa: S701 - Python, not HTML: user text passes through ascii() or is left out
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["_"] = _
    return found.get_template(name)


def _values(experiment: Experiment) -> dict[str, Any]:
    """The values of the template: numbers and lines of Python."""
    described, model, optimizer = resolve(experiment).spec, experiment.resolved_model, experiment.optimizer
    net, noise = build(experiment), experiment.corruption
    encoder, decoder = (list(_leaves(net.get_submodule(name))) for name in ("encoder", "decoder"))
    if model.dense:
        encoder, decoder = [nn.Flatten(), *encoder], [*decoder, nn.Unflatten(1, described.shape)]
    elif model.variational:
        encoder = [*encoder, nn.Flatten()]
        code = resolve(experiment).architecture.code_shape
        decoder = [nn.Unflatten(1, code), *decoder] if len(code) > 1 else decoder
    output = net.get_submodule("output_activation")
    modules = [_module(one) for part in (encoder, decoder, [output]) for one in part]
    initialization = INITIALIZATIONS[model.initialization]
    draw, corrupt = initialization.script or "", ""
    if noise.kind != "none":
        corrupt = NOISES[noise.kind].script or ""
    activations = [ACTIVATIONS[step.activation] for step in resolve(experiment).architecture.steps]
    weighted = [step for step in resolve(experiment).architecture.steps if step.weights]
    normal = datasets.normalization(experiment.normalization, datasets.training_set(described).pixels)
    data = images.lines(experiment)
    looked = len(datasets.evaluation_set(described))
    factor = described.shape[1] // described.shown_shape[1]
    momentum = optimizer.momentum
    penalty = model.penalty.entry
    asked = "" if penalty is None else (penalty.script or "").format(**vars(model.penalty))
    loss = select(experiment.loss, experiment.output_activation)
    settings = {
        "momentum": momentum,
        "nesterov": momentum > 0,
        "weight_decay": optimizer.weight_decay,
        "decay": f", weight_decay={optimizer.weight_decay!r}" if optimizer.weight_decay else "",
    }
    return {
        "e": experiment,
        "digest": digest_of(experiment),
        "described": described,
        "data": data,
        "noise": noise,
        "packs": "zlib" in data,
        "needs": "torch" + " numpy" * ("numpy" in data) + " scikit-learn" * ("sklearn" in data),
        "loads": "numpy" in data,
        "encoder": _sequence(encoder),
        "decoder": _sequence(decoder),
        "output": _module(output),
        "classes": list(dict.fromkeys(entry.script_class for entry in activations if entry.script_class)),
        "norms": any("BatchNorm" in one for one in modules),
        "transposed": any("ConvTranspose" in one for one in modules),
        "book": net.architecture.book,
        "tied": model.tied,
        "dead": DEAD,
        "smallest": SMALLEST,
        "classes_told": net.architecture.classes,
        "draw": draw.format(scale=repr(model.initialization_scale)),
        "drawn_biases": initialization.draws_biases,
        "gains": _wrapped([_gain(step.activation) for step in weighted]) if "gain" in draw else "",
        "inputs": "inputs" in draw or initialization.draws_biases,
        "first": _seed(experiment.seed, "weights"),
        "order": _seed(experiment.seed, "order"),
        "shift": normal.shift,
        "scale": normal.scale,
        "normalized": experiment.normalization != "none",
        "loss": loss.script,
        "loss_each": (loss.script or "").removesuffix(")") + ', reduction="none")',
        "log_var": VARIANCES[model.variance].script,
        "samples": experiment.importance_samples if model.variational else 1,
        "penalty": asked if penalty is not None and penalty.value is not None else "",
        "constraint": asked if penalty is not None and penalty.constrain is not None else "",
        "optimizer": (OPTIMIZERS[optimizer.kind].script or "").format(**settings),
        "noisy_training": noise.kind != "none" and noise.where != "test",
        "noisy_evaluation": noise.kind != "none" and noise.where != "train",
        "corrupt": corrupt,
        "hits": "hit" in corrupt,
        "painted": _wrapped(sorted(set(noise.pixels))),
        "residual": model.enlarges and model.convolution.residual,
        "factor": factor,
        "sample": -(-described.splits.train // min(looked, TRAIN_SAMPLE)),
        "named": described.memorised,
        "learnt_at_most": LEARNT_AT_MOST,
        "check": CHECK_EVERY,
        "paired": described.paired,
        "whole": experiment.batch_size is None or experiment.batch_size >= described.splits.train,
    }


def _seed(seed: int, purpose: str) -> int:
    """The initial seed of `aelib.core.random.generator`."""
    return generator(seed, purpose).initial_seed()


def _gain(activation: str) -> float:
    return float(nn.init.calculate_gain(ACTIVATIONS[activation].gain))  # type: ignore[arg-type]


def _leaves(module: nn.Module) -> Iterator[nn.Module]:
    """The modules of nested nn.Sequential modules in order."""
    if isinstance(module, nn.Sequential):
        for one in module:
            yield from _leaves(one)
    else:
        yield module


def _module(module: nn.Module) -> str:
    """A module as Python source."""
    name = getattr(module, "registry_name", None)
    if name is not None:
        return ACTIVATIONS[name].script or ""  # `check` has rejected activations without one
    match module:
        case TiedLinear():
            return f"Tied({module.in_features}, {module.out_features})"
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
        case nn.Dropout():
            return f"nn.Dropout({module.p})"
        case nn.Flatten():
            return "nn.Flatten()"
    if not type(module).__module__.startswith("torch.nn"):
        raise LabError(
            "{module} has no words in a script of plain PyTorch: choose another activation.",
            module=type(module).__name__,
        )
    return f"nn.{module!r}"  # torch writes the arguments


def _sequence(modules: list[nn.Module]) -> str:
    """The modules of an nn.Sequential as indented lines, one for each layer with its activation."""
    lines: list[list[str]] = []
    for module in modules:
        if isinstance(module, nn.Identity):
            continue
        begins = nn.Linear | TiedLinear | nn.Conv2d | nn.ConvTranspose2d | nn.Upsample | Enlarge
        if not lines or isinstance(module, begins):
            lines.append([])
        lines[-1].append(_module(module))
    return "\n".join(f"    {', '.join(line)}," for line in lines)


def _wrapped(values: list[Any]) -> str:
    return pprint.pformat(values, width=100, compact=True)
