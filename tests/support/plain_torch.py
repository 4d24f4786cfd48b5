"""The reference of every engine: one net at a time, trained by a loop of plain PyTorch in float64.

What a registry entry defines by PyTorch itself is taken from the entry: an activation's `module`, a loss's `value`, an
optimiser's `torch`, an initialisation's `draw`, a noise's `apply`. Everything else is written out here.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.distributions import Normal

from aelib import datasets
from aelib.core.counter_rng import TEST, key, normal, random_bits
from aelib.core.random import generator
from aelib.datasets.noise import NOISES
from aelib.experiment import Experiment, resolve
from aelib.models import build
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS


class PlainRun(NamedTuple):
    """start, weights: before and after training, float64, named as in `Run.weights`; history: as in `Run.history`, of
    every epoch, without seconds; states: the weights after every epoch, those of `start` first."""

    start: dict[str, Tensor]
    weights: dict[str, Tensor]
    history: list[dict[str, float]]
    states: list[dict[str, Tensor]]


class _Tied(nn.Module):
    """The matrix of another layer, transposed."""

    def __init__(self, other: nn.Linear, bias: nn.Parameter) -> None:
        super().__init__()
        self.bias, self.matrix = bias, lambda: other.weight.T

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.matrix().T + self.bias


def _kept(codes: Tensor, k: int) -> Tensor:
    """All but the k largest numbers of each code set to 0."""
    return codes * (codes >= codes.sort(dim=1, descending=True).values[:, k - 1 : k])


def _penalty(experiment: Experiment, code: Tensor, encoded: Callable[[Tensor], Tensor], x: Tensor) -> Tensor | float:
    """The penalty that is added to the loss, multiplied by its weight."""
    asked = experiment.model.penalty
    match asked.kind:
        case "l1":
            return asked.weight * code.abs().sum(dim=1).mean()
        case "kl":
            wanted = torch.distributions.Bernoulli(torch.tensor(asked.target, dtype=code.dtype))
            found = torch.distributions.Bernoulli(code.mean(dim=0))
            return asked.weight * torch.distributions.kl_divergence(wanted, found).sum()
        case "contractive":
            total = [
                torch.autograd.functional.jacobian(lambda one: encoded(one[None])[0], image, create_graph=True)
                for image in x
            ]
            return asked.weight * torch.stack(total).square().sum() / len(x)
    return 0.0


class _Dense(nn.Module):
    """Fully connected layers to the code and up again; `output_activation` is separate, because losses may need its
    input."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__()
        model, random = experiment.model, generator(experiment.seed, "weights")
        self.shape = resolve(experiment).spec.shape
        code = 2 * model.layers[-1] if model.variational else model.layers[-1]
        self.k = model.penalty.active if model.penalty.kind == "k_sparse" else 0
        self.encoder = self._half(experiment, [*model.layers[:-1], code], model.code_activation, random)
        *decoder, last = self._half(experiment, model.decoder, experiment.output_activation, random)
        if model.tied:
            above = [layer for layer in self.encoder if isinstance(layer, nn.Linear)][::-1]
            of = iter(above)
            decoder = [_Tied(next(of), layer.bias) if isinstance(layer, nn.Linear) else layer for layer in decoder]
        self.decoder, self.output_activation = nn.Sequential(*decoder), last

    @staticmethod
    def _half(experiment: Experiment, sizes, last: str, random: torch.Generator) -> nn.Sequential:  # type: ignore[no-untyped-def]
        model, modules = experiment.model, []
        start = INITIALIZATIONS[model.initialization]
        for i, (inputs, outputs) in enumerate(pairwise(sizes)):
            hidden = i < len(sizes) - 2
            name = model.hidden_activation if hidden else last
            layer = nn.Linear(inputs, outputs)
            with torch.no_grad():
                gain = nn.init.calculate_gain(ACTIVATIONS[name].gain)
                start.draw(layer.weight, gain, model.initialization_scale, random)
                layer.bias.zero_()
                if start.draws_biases:
                    layer.bias.uniform_(-(inputs**-0.5), inputs**-0.5, generator=random)
            modules += [layer, *([nn.BatchNorm1d(outputs)] if hidden and model.batch_norm else [])]
            modules.append(ACTIVATIONS[name].module())
        return nn.Sequential(*modules)

    def encoded(self, x: Tensor) -> Tensor:
        code = self.encoder(x.flatten(1))
        return _kept(code, self.k) if self.k else code

    def decode_logits(self, z: Tensor) -> Tensor:
        return self.decoder(z).view(-1, *self.shape)

    def through(self, x: Tensor) -> tuple[Tensor, Tensor]:
        code = self.encoded(x)
        return code, self.decode_logits(code)

    def output(self, logits: Tensor) -> Tensor:
        return self.output_activation(logits)


def _noise(experiment: Experiment, pixels: Tensor, turn: int) -> Tensor:
    """All images with the noise of one turn, in float32, so that no number falls on another side of a threshold."""
    noise, size = experiment.corruption, pixels[0].numel()
    numbers, mask = torch.arange(len(pixels)), None
    if noise.pixels:
        mask = torch.zeros(size, dtype=torch.bool)
        mask[list(noise.pixels)] = True
    bits = lambda draw: random_bits([key(experiment.seed, turn)], numbers, size, draw)  # noqa: E731
    noisy = NOISES[noise.kind].apply(pixels.flatten(1)[None], torch.tensor(noise.level), bits, mask)
    return noisy.view_as(pixels)


def _codes_noise(experiment: Experiment, images: int, turn: int) -> Tensor:
    """Standard normal, images × latent_dim, of one turn."""
    keys, numbers = [key(experiment.seed, turn)], torch.arange(images)
    size = resolve(experiment).latent_dim * (experiment.importance_samples if turn != TEST else 1)
    return normal(lambda draw: random_bits(keys, numbers, size, draw + 2))[0].double()


def _log_var(experiment: Experiment, s: Tensor) -> Tensor:
    """Log variances, from the encoder's outputs for them."""
    match experiment.model.variance:
        case "softplus":
            return 2 * (1 + s.exp()).log().log()
        case "clamped":
            return torch.where(s > 1e-6, s, torch.full_like(s, 1e-6)).log()
    return s


def _bound(experiment: Experiment, net: Any, x: Tensor, t: Tensor, eps: Tensor, beta: float) -> Tensor:
    """The negative bound of IWAE, sample by sample, with the densities of torch.distributions."""
    mu, s = net.encoded(x).chunk(2, dim=1)
    posterior, prior = Normal(mu, (_log_var(experiment, s) / 2).exp()), Normal(0.0, 1.0)
    weights = []
    for draw in eps.split(mu.shape[1], dim=1):
        z = posterior.loc + posterior.scale * draw
        logits = net.decode_logits(z)
        recon = LOSSES[experiment.loss].value(logits, net.output(logits), t).flatten(1).sum(dim=1)
        weights.append(-recon - beta * (posterior.log_prob(z) - prior.log_prob(z)).sum(dim=1))
    return -torch.stack(weights).exp().mean(dim=0).log().mean()


def _rate(experiment: Experiment, epoch: int) -> float:
    optimizer = experiment.optimizer
    match optimizer.schedule:
        case "step":
            return optimizer.learning_rate * optimizer.step_factor ** ((epoch - 1) // optimizer.step_every)
        case "cosine":
            length = optimizer.schedule_epochs or experiment.epochs
            return optimizer.learning_rate * (1 + math.cos(math.pi * ((epoch - 1) % length) / length)) / 2
    return optimizer.learning_rate


def train(experiment: Experiment) -> PlainRun:
    """Train a net on a set that is memorised."""
    about = resolve(experiment).spec
    assert about.memorised
    images, noise = datasets.training_set(experiment.dataset), experiment.corruption
    count, size = len(images), experiment.batch_size or len(images)
    scaled = datasets.normalization(experiment.normalization, images.pixels)
    clean = images.images()
    targets = scaled.apply(clean).double()

    def shown(part: str, turn: int) -> Tensor:
        noisy = noise.kind != "none" and noise.where in (part, "both")
        return scaled.apply(_noise(experiment, clean, turn)).double() if noisy else targets

    # other nets than dense ones already consist of PyTorch's modules; dropout draws from a random stream of the net, as
    # do the entries of a codebook, which tests/unit/models/test_codebook.py compares with a loop
    by_hand = experiment.model.dense and experiment.model.dropout == 0 and not experiment.model.codebook.entries
    net = (_Dense(experiment) if by_hand else build(experiment)).double()
    optimizer = OPTIMIZERS[experiment.optimizer.kind].torch(
        list(net.parameters()),
        experiment.optimizer.learning_rate,
        experiment.optimizer.momentum,
        experiment.optimizer.weight_decay,
        False,
    )

    loss = LOSSES[experiment.loss].value

    def losses(x: Tensor, t: Tensor, eps: Tensor) -> dict[str, Tensor]:
        """recon_loss and, of a variational net, the KL of each number of the code."""
        if experiment.model.codebook.entries:
            _, logits, cost = net.passed(x)
            return {"recon_loss": loss(logits, net.output(logits), t).mean(), "penalty": cost}
        if not experiment.model.variational:
            code, logits = net.through(x)
            parts = {"recon_loss": loss(logits, net.output(logits), t).mean()}
            return parts | {"penalty": _penalty(experiment, code.flatten(1), net.encoded, x)}
        mu, s = net.encoded(x).chunk(2, dim=1)
        log_var = _log_var(experiment, s)
        logits = net.decode_logits(mu + (log_var / 2).exp() * eps)
        each = loss(logits, net.output(logits), t).mean() * about.pixels
        return {"recon_loss": each, "kl": ((mu**2 + log_var.exp() - 1 - log_var) / 2).mean(dim=0)}

    def objective(parts: dict[str, Tensor], beta: float) -> Tensor:
        if "kl" not in parts:
            return parts["recon_loss"] + parts["penalty"]
        return parts["recon_loss"] + beta * parts["kl"].clamp(min=experiment.free_bits).sum()

    @torch.no_grad()
    def looked_at(epoch: int) -> dict[str, float]:
        net.eval()
        x = shown("test", TEST)
        parts = losses(x, targets, _codes_noise(experiment, count, TEST))
        record = {"epoch": epoch, "train_loss": float(objective(parts, experiment.beta))}
        if experiment.model.variational:
            record |= {"recon_loss": float(parts["recon_loss"]), "kl": float(parts["kl"].sum())}
            logits = net.decode_logits(net.encoded(x).chunk(2, dim=1)[0])  # of the mean
        else:
            logits = net.through(x)[1]
        pixels = scaled.pixels(net.output(logits))
        wrong = ((pixels - clean).abs() >= about.wrong_pixel).any(dim=1).sum(dim=(1, 2))
        return {**record, "wrong_pixels": int(wrong.sum()), "learnt": int((wrong <= 1).sum())}

    start = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    states = [start]
    history, order = [looked_at(0)], generator(experiment.seed, "order")
    for epoch in range(1, experiment.epochs + 1):
        net.train()
        x = shown("train", epoch if noise.fresh else 0)
        eps = _codes_noise(experiment, count, epoch)
        beta = experiment.beta * min(1.0, epoch / max(1, experiment.beta_warm_up))
        for group in optimizer.param_groups:
            group["lr"] = _rate(experiment, epoch)
        everything = torch.randperm(count, generator=order) if size < count else torch.arange(count)
        for chosen in everything.split(size):
            optimizer.zero_grad()
            if experiment.model.variational and experiment.importance_samples > 1:
                _bound(experiment, net, x[chosen], targets[chosen], eps[chosen], beta).backward()
            else:
                objective(losses(x[chosen], targets[chosen], eps[chosen]), beta).backward()
            optimizer.step()
        history.append(looked_at(epoch))
        states.append({name: tensor.clone() for name, tensor in net.state_dict().items()})
    return PlainRun(start, states[-1], history, states)
