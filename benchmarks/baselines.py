"""Baselines of the speed comparison: the same nets trained in plain PyTorch, NumPy and JAX, as an experienced user of
each library would write it.

JAX needs requirements-jax.txt. Each builder returns a function that trains a given number of epochs.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from aelib import datasets
from aelib.experiment import Experiment
from aelib.models import build

Train = Callable[[int], None]
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def plain_loop(experiment: Experiment, device: torch.device) -> Train:
    """The loop of PyTorch tutorials: nn.Sequential, autograd, torch.optim.Adam."""
    layers: list[nn.Module] = []
    for step in experiment.model.steps():
        layers += [nn.Linear(step.inputs, step.outputs), nn.Sigmoid()]
    net = nn.Sequential(*layers).to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=experiment.optimizer.learning_rate)
    loss_function = nn.MSELoss()
    images = datasets.load(experiment.dataset).images().flatten(1).to(device)

    def train(epochs: int) -> None:
        for _ in range(epochs):
            optimizer.zero_grad()
            loss_function(net(images), images).backward()
            optimizer.step()

    return train


class _Images(Dataset[Tensor]):
    """Images as common data sets give them: one at a time, converted from bytes to floats on access."""

    def __init__(self, pixels: Tensor) -> None:
        self.pixels = pixels

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int) -> Tensor:
        return self.pixels[index].float() / 255.0


class ImagePairs(Dataset[tuple[Tensor, Tensor]]):
    """Pairs of input and target, converted from bytes to floats on access."""

    def __init__(self, shown: Tensor, wanted: Tensor) -> None:
        self.shown, self.wanted = shown, wanted

    def __len__(self) -> int:
        return len(self.shown)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.shown[index].float() / 255.0, self.wanted[index].float() / 255.0


class PlainVAE(nn.Module):
    """A dense variational autoencoder as in tutorials: two heads, randn_like, nn.Sequential."""

    def __init__(self, layers: Sequence[int]) -> None:
        super().__init__()
        *body, code = layers
        down = [part for a, b in pairwise(body) for part in (nn.Linear(a, b), nn.ReLU())]
        up = [part for a, b in pairwise([code, *body[:0:-1]]) for part in (nn.Linear(a, b), nn.ReLU())]
        self.encoder, self.decoder = nn.Sequential(*down), nn.Sequential(*up, nn.Linear(body[1], body[0]))
        self.mu, self.log_var = nn.Linear(body[-1], code), nn.Linear(body[-1], code)

    def losses(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Reconstruction loss and KL of a batch in nats, summed over images."""
        features = self.encoder(x.flatten(1))
        mu, log_var = self.mu(features), self.log_var(features)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * log_var)
        recon_loss = nn.functional.binary_cross_entropy_with_logits(self.decoder(z), x.flatten(1), reduction="sum")
        return recon_loss, -0.5 * torch.sum(1 + log_var - mu.square() - log_var.exp())

    @torch.no_grad()
    def elbo(self, pixels: Tensor) -> float:
        """ELBO in nats, mean over images. pixels: uint8, images × channels × height × width."""
        recon_loss, kl = self.losses(pixels.float() / 255.0)
        return -float(recon_loss + kl) / len(pixels)


def vae_loop(experiment: Experiment, ready: bool) -> tuple[PlainVAE, Train]:
    """A DataLoader, autograd and torch.optim.Adam.

    ready: convert all images to floats before training, which takes four times the memory; else each image is converted
    when its batch is built, as image data sets usually do.
    """
    net = PlainVAE(experiment.model.layers)
    optimizer = torch.optim.Adam(net.parameters(), lr=experiment.optimizer.learning_rate)
    images = datasets.training_set(experiment.dataset)
    data: Dataset[Any] = TensorDataset(images.images()) if ready else _Images(images.pixels)
    loader = DataLoader(data, batch_size=experiment.batch_size, shuffle=True)

    def train(epochs: int) -> None:
        for _ in range(epochs):
            for batch in loader:
                x = batch[0] if ready else batch
                recon_loss, kl = net.losses(x)
                optimizer.zero_grad()
                ((recon_loss + kl) / len(x)).backward()
                optimizer.step()

    return net, train


def _parameters(experiment: Experiment, seeds: range) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    """(weights, biases) of every layer: members × inputs × outputs and members × 1 × outputs."""
    nets = [list(build(experiment.with_values({"seed": seed})).parameters()) for seed in seeds]
    stacked = [np.stack([net[i].detach().numpy() for net in nets]) for i in range(len(nets[0]))]
    return [
        (w.transpose(0, 2, 1).copy(), b[:, None, :].copy()) for w, b in zip(stacked[::2], stacked[1::2], strict=True)
    ]


def numpy_loop(experiment: Experiment) -> Train:
    """Arrays and backpropagation by hand, layer by layer."""
    layers = [(w[0], b[0]) for w, b in _parameters(experiment, range(1))]
    x = datasets.load(experiment.dataset).images().flatten(1).numpy()
    flat = [tensor for layer in layers for tensor in layer]
    means, squares = [np.zeros_like(p) for p in flat], [np.zeros_like(p) for p in flat]
    rate, steps = experiment.optimizer.learning_rate, 0

    def train(epochs: int) -> None:
        nonlocal steps
        for _ in range(epochs):
            outputs = [x]
            for w, b in layers:
                outputs.append(1 / (1 + np.exp(-(outputs[-1] @ w + b))))
            delta = 2 * (outputs[-1] - x) / x.size
            gradients = []
            for (w, _), y, before in zip(reversed(layers), reversed(outputs[1:]), reversed(outputs[:-1]), strict=True):
                delta = delta * y * (1 - y)
                gradients += [delta.sum(axis=0, keepdims=True), before.T @ delta]
                delta = delta @ w.T
            steps += 1
            for p, g, m, v in zip(flat, reversed(gradients), means, squares, strict=True):
                m *= BETA1
                m += (1 - BETA1) * g
                v *= BETA2
                v += (1 - BETA2) * g * g
                p -= rate * (m / (1 - BETA1**steps)) / (np.sqrt(v / (1 - BETA2**steps)) + EPSILON)

    return train


def jax_scan(experiment: Experiment, nets: int, epochs: int) -> Train:
    """jit of a scan over `epochs` epochs, vmapped if `nets` is above 1; compiled before the measurement."""
    import jax
    import jax.numpy as jnp

    images = jnp.asarray(datasets.load(experiment.dataset).images().flatten(1).numpy())
    rate = experiment.optimizer.learning_rate
    first = [(jnp.asarray(w), jnp.asarray(b)) for w, b in _parameters(experiment, range(nets))]
    if nets == 1:
        first = [(w[0], b[0]) for w, b in first]

    def loss(parameters: Any) -> Any:
        y = images
        for w, b in parameters:
            y = jax.nn.sigmoid(y @ w + b)
        return jnp.mean((y - images) ** 2)

    def step(state: Any, _: Any) -> Any:
        parameters, mean, square, count = state
        gradient = jax.grad(loss)(parameters)
        count = count + 1
        tree = jax.tree_util.tree_map
        mean = tree(lambda m, g: BETA1 * m + (1 - BETA1) * g, mean, gradient)
        square = tree(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, square, gradient)
        one, two = 1 - BETA1**count, 1 - BETA2**count
        parameters = tree(
            lambda p, m, v: p - rate * (m / one) / (jnp.sqrt(v / two) + EPSILON), parameters, mean, square
        )
        return (parameters, mean, square, count), None

    def scan(state: Any) -> Any:
        return jax.lax.scan(step, state, None, length=epochs)[0]

    zeros = jax.tree_util.tree_map(jnp.zeros_like, first)
    count = jnp.zeros(() if nets == 1 else (nets,))
    run = jax.jit(scan if nets == 1 else jax.vmap(scan))
    state = jax.block_until_ready(run((first, zeros, zeros, count)))

    def train(asked: int) -> None:
        nonlocal state
        for _ in range(max(1, asked // epochs)):
            state = run(state)
        jax.block_until_ready(state)

    return train
