"""Records the layers of a dense net during one forward and one backward pass."""

import copy
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from aelib.core.errors import LabError
from aelib.experiment import Experiment, labels
from aelib.models import Autoencoder, DenseAutoencoder, TiedLinear, build
from aelib.nn import losses
from aelib.nn.variational import kl, objective
from aelib.training import Run

MAX_IMAGES = 256  # images of the evaluation set that `look` uses if it gets no inputs


@dataclass(frozen=True, eq=False)
class Layer:
    """A fully connected layer and its activation, y = f(z).

    L is the training objective in evaluation mode; for a variational net, the code is the mean (ε = 0). The term of a
    penalty on the code's derivatives (contractive) is included in `Inside.loss`, but not in the gradients.

    Attributes:
        part, number: "encoder" or "decoder", and the layer's position in it, from 1.
        activation: key of `ACTIVATIONS`.
        hidden: whether it gives neither the code nor the output.
        weights: W, units × inputs. A tied layer has the transposed matrix of its partner.
        outputs: y, images × units.
        slopes: f′(z), images × units.
        gradients: ∂L/∂z for each image's own loss, images × units. L is a mean over images, so this is the derivative
            of L times the number of images.
        weight_gradient: ∂L/∂W, units × inputs; for tied layers, the part that flows through this layer.
    """

    part: str
    number: int
    activation: str
    hidden: bool
    weights: Tensor
    outputs: Tensor
    slopes: Tensor
    gradients: Tensor
    weight_gradient: Tensor

    @property
    def name(self) -> str:
        """A name such as "encoder 1", in every language: a key, for files and stored data. `title` is for people."""
        return f"{self.part} {self.number}"

    @property
    def title(self) -> str:
        """The name in the current language."""
        return labels.layer(self.name)

    @property
    def units(self) -> int:
        """Number of units; twice the latent dimensions if the layer gives mu and log_var of a variational net."""
        return len(self.weights)

    @property
    def gradient(self) -> float:
        """Mean over images and units of |∂L/∂z|."""
        return float(self.gradients.abs().mean())


@dataclass(frozen=True, eq=False)
class Inside:
    """A net with some images. layers: from input to output; outputs: as pixels, not clipped, images × channels × height
    × width; loss: L of these images."""

    layers: tuple[Layer, ...]
    outputs: Tensor
    loss: float

    @property
    def shrinks(self) -> float:
        """The gradient of the first layer divided by that of the last one: below 1 if it shrinks during
        backpropagation, nan if the last layer has none."""
        first, last = self.layers[0].gradient, self.layers[-1].gradient
        return first / last if last else math.nan


def fits(experiment: Experiment) -> bool:
    """Whether `look` supports nets of this experiment: those with only fully connected layers."""
    return experiment.model.dense


def untrained(run: Run) -> Autoencoder:
    """The run's net before its first epoch; its weights are determined by the seed."""
    return build(run.experiment).eval()


def look(
    run: Run,
    net: Autoencoder,
    inputs: Tensor | None = None,
    targets: Tensor | None = None,
    labels: Tensor | None = None,
) -> Inside:
    """Send images through a net, and backpropagate their loss.

    Args:
        run: gives the objective and the normalisation.
        net: `run.model` or another net of the same experiment, such as `untrained(run)`. It is not changed.
        inputs, targets: pixels, images × channels × height × width, 0 to 1; without them the first MAX_IMAGES images of
            the evaluation set, with noise if the experiment evaluates with noise, and their clean targets.
        labels: classes of `inputs`, which a conditional net needs.

    Raises LabError if the net has other layers than fully connected ones, or if values are not finite.
    """
    if not isinstance(net, DenseAutoencoder):
        raise LabError("Only the layers of a fully connected net can be shown here.")
    if inputs is None or targets is None:
        inputs, targets = run.inputs[:MAX_IMAGES], run.images.images()[:MAX_IMAGES]
        labels = None if run.images.labels is None else run.images.labels[:MAX_IMAGES]
    with torch.enable_grad():
        return _Look(run, net, labels).at(inputs, targets)


class _Look:
    """A copy of the net that records the inputs and outputs of its layers. A copy, because sessions share nets."""

    def __init__(self, run: Run, net: DenseAutoencoder, labels: Tensor | None) -> None:
        self.run, self.experiment = run, run.experiment
        net = copy.deepcopy(net).eval()
        parts = (*net.encoder, *net.decoder, net.output_activation)
        self.linears = [one for one in parts if isinstance(one, nn.Linear | TiedLinear)]
        self.activations = [one for one in parts if hasattr(one, "registry_name")]
        self.passed: dict[nn.Module, tuple[Tensor, Tensor]] = {}  # module -> its input and output
        for one in (*self.linears, *self.activations):
            one.register_forward_hook(self._write_down)
        self.net = net.given(labels)

    def _write_down(self, module: nn.Module, given: tuple[Tensor, ...], made: Tensor) -> None:
        # keep the first pass: a penalty on derivatives sends the images through again
        self.passed.setdefault(module, (given[0], made))

    def at(self, inputs: Tensor, targets: Tensor) -> Inside:
        apply, like = self.run.normalization.apply, self.linears[0].bias
        loss, outputs = self._loss(apply(inputs.to(like)), apply(targets.to(like)))
        if not bool(torch.isfinite(loss)):
            raise LabError("The net gives values that are not finite: train it with a smaller learning rate.")
        sums = [self.passed[one][1] for one in self.linears]
        before = [self.passed[one][0] for one in self.activations]
        of_sums = torch.autograd.grad(loss, sums, retain_graph=True)
        of_before = torch.autograd.grad(loss, before)
        layers = []
        for i, (step, (part, number)) in enumerate(
            zip(self.experiment.resolved_model.steps(), self._places(), strict=True)
        ):
            layers.append(
                Layer(
                    part=part,
                    number=number,
                    activation=step.activation,
                    hidden=step.hidden,
                    weights=self.linears[i].weight.detach(),
                    outputs=self.passed[self.activations[i]][1].detach().flatten(1),
                    slopes=self._slopes(self.activations[i], before[i]),
                    gradients=of_before[i].flatten(1) * len(inputs),
                    weight_gradient=of_sums[i].T @ self.passed[self.linears[i]][0].detach(),
                )
            )
        return Inside(tuple(layers), self.run.normalization.pixels(outputs.detach()), float(loss.detach()))

    def _loss(self, x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """The objective, as in `training.engines.autograd`, and the net's outputs."""
        experiment, loss = self.experiment, losses.select(self.experiment.loss, self.experiment.output_activation)
        extra: Tensor | None = None
        if experiment.model.variational:
            mu, log_var = self.net.posterior(x)
            logits = self.net.decode_logits(mu)
        else:
            _, logits, extra = self.net.passed(x)
        outputs = self.net.output(logits)
        found = loss.value(logits, outputs, t).mean()
        if experiment.model.variational:
            recon_loss = found * outputs[0].numel()
            found = objective(recon_loss, kl(mu, log_var).mean(dim=0), experiment.beta, experiment.free_bits)
        return found if extra is None else found + extra, outputs

    def _places(self) -> list[tuple[str, int]]:
        steps = self.run.architecture
        named = (("encoder", steps.encoder), ("decoder", steps.decoder))
        return [(part, number) for part, some in named for number in range(1, len(some) + 1)]

    @staticmethod
    def _slopes(activation: nn.Module, before: Tensor) -> Tensor:
        z = before.detach().requires_grad_()
        (slopes,) = torch.autograd.grad(activation(z).sum(), z)
        return slopes.flatten(1)
