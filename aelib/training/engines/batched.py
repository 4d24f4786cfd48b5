"""The batched engine: many small dense nets in one pass, with gradients by hand. It is also fast for a single net.

Gradients are computed by hand because an epoch of a 35-20-10-2 net has about 40 tiny operations, and autograd's graph,
with one optimiser step for each tensor, takes several times as long as the arithmetic (see `benchmarks/training.py`).
Here all parameters of all members are in one flat buffer, every operation writes into a preallocated buffer, and the
optimiser is a few operations on the flat buffer.

Layout: samples are the inner axis. Activations of a layer are members × (size + 1) × images; the last row is 1
and multiplies the bias, so weight and bias are one matrix, members × outputs × (inputs + 1), and one product.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor

from aelib import datasets
from aelib.experiment import GRID_SIDE, DenseStep, Experiment, resolve
from aelib.models import Autoencoder
from aelib.nn import losses
from aelib.nn.activations import ACTIVATIONS, InPlace
from aelib.nn.optimizers import OPTIMIZERS, FlatOptimizer, Setting
from aelib.nn.variational import kl, objective

from .base import STEPS, Batch, EngineKind, Evaluation, Posterior
from .batched_vae import Bottleneck
from .matmul import bmm

FUSED_FROM = 40_000  # parameters of a net from which torch's fused Adam is faster than operations on the flat buffer


def supports(experiment: Experiment) -> bool:
    """Whether this engine can train the experiment: plain dense layers, without batch norm (which couples the images),
    and the registry entries of all its choices have a batched form."""
    model, penalty = experiment.resolved_model, experiment.model.penalty.entry
    return (
        model.plain
        and not model.batch_norm
        and (not model.variational or (model.variance == "log_var" and experiment.importance_samples == 1))
        and (penalty is None or penalty.batched)
        and all(ACTIVATIONS[step.activation].batched is not None for step in model.steps())
        and losses.select(experiment.loss, experiment.output_activation).gradient is not None
        and OPTIMIZERS[experiment.optimizer.kind].flat is not None
    )


def bytes_needed(experiment: Experiment, snapshots: int) -> int:
    """Upper bound on the memory of one member during training: parameters with gradient, optimiser state and scratch;
    activations and noise of a batch; snapshots."""
    resolved = resolve(experiment)
    described, model = resolved.spec, resolved.model
    images = described.splits.train
    evaluated = images if described.memorised else datasets.EVALUATION_IMAGES
    batch = experiment.batch_size or images
    flat = resolved.architecture.parameters * (4 + len(OPTIMIZERS[experiment.optimizer.kind].slots))
    widths = model.layers[0] + sum(step.outputs for step in model.steps())
    sample = 0 if described.memorised else evaluated
    activations = 4 * widths * (batch + evaluated + resolved.stores_grid * GRID_SIDE**2 + sample)
    noise = 12 * described.pixels * max(batch, evaluated) if experiment.corruption.kind != "none" else 0
    if model.variational:
        noise += 6 * resolved.latent_dim * images
    kept = snapshots * (8 * evaluated * resolved.latent_dim + resolved.snapshot_numbers)
    kept += 4 * min(snapshots, resolved.weight_snapshots) * resolved.architecture.parameters
    return 4 * (flat + activations + noise) + kept


def _setting(values: list[float]) -> Setting:
    """One number if all members have the same value, else a float64 tensor on the CPU with one number for each."""
    return values[0] if len(set(values)) == 1 else torch.tensor(values, dtype=torch.float64)


@dataclass
class _Layer:
    """Views of one layer: matrix and its gradient (members × outputs × (inputs + 1)), PReLU's slope or None."""

    function: InPlace
    matrix: Tensor
    gradient: Tensor
    slope: Tensor | None
    slope_gradient: Tensor | None
    back: Tensor  # the weights without the bias, transposed: members × inputs × outputs


class _Buffers:
    """Buffers for one forward and backward pass over `images` images.

    steps: the layers. y[i] is the input of layer i and z[i + 1] its output before the activation (mu and log_var, twice
    as many numbers as y, for the code of a variational net).
    """

    def __init__(self, steps: list[DenseStep], members: int, images: int, like: Tensor) -> None:
        sizes = [*(step.inputs for step in steps), steps[-1].outputs]
        self.rows = [like.new_ones(members, size + 1, images) for size in sizes]
        self.y = [rows[:, :-1] for rows in self.rows]
        self.transposed = [rows.transpose(1, 2) for rows in self.rows]
        self.z = [like.new_empty(members, size, images) for size in (sizes[0], *(step.outputs for step in steps))]
        self.delta = [like.new_empty(members, size, images) for size in sizes]
        self.target = like.new_empty(members, sizes[-1], images)
        self.loaded = (like, like)

    def load(self, batch: Batch) -> None:
        """Copy a batch into the buffers, unless it is already there (full-batch training)."""
        inputs, targets = self.loaded
        if batch.inputs is not inputs:
            self.y[0].copy_(batch.inputs.flatten(2).transpose(1, 2))
        if batch.targets is batch.inputs:
            if batch.targets is not targets:
                self.target.copy_(self.y[0])  # already transposed
        elif batch.targets is not targets:
            self.target.copy_(batch.targets.flatten(2).transpose(1, 2))
        self.loaded = (batch.inputs, batch.targets)


class BatchedDense:
    """Engine (see `base.Engine`) for dense nets of one shape, loss and kind of optimiser.

    models and experiments: one for each member. Each member gets the weights that `AutogradEngine` would give, except
    for rounding.
    """

    fuses = True  # may use torch's fused optimiser
    _owners: Tensor | None = None  # for each number of `flat`, the index of its member

    def __init__(self, models: list[Autoencoder], experiments: list[Experiment], device: torch.device) -> None:
        first = experiments[0]
        self.shape = resolve(first).spec.shape
        self.loss = losses.select(first.loss, first.output_activation)
        if self.loss.gradient is None:
            raise ValueError(f"the batched engine does not serve the loss {first.loss!r}")
        self.loss_gradient = self.loss.gradient
        self.steps = first.resolved_model.steps()
        self.code_at = len(first.model.layers) - 1
        self.members = len(models)
        parameters = torch.cat([self._pack(model) for model in models], dim=0)  # members × parameters
        self._lay_out(self._by_segment(parameters).to(device))
        self.bottleneck = None
        if first.model.variational:
            beta = _setting([experiment.beta for experiment in experiments])
            self.bottleneck = Bottleneck(resolve(first).latent_dim, beta, first.free_bits, device)
        self.penalty, self.asked = first.model.penalty.entry, first.model.penalty
        settings = [experiment.optimizer for experiment in experiments]
        self.optimizer = FlatOptimizer(
            first.optimizer.kind,
            self.flat,
            _setting([setting.learning_rate for setting in settings]),
            _setting([setting.momentum for setting in settings]),
            _setting([setting.weight_decay for setting in settings]),
            self._expand,
            self._pieces if self.fuses and self._numbers >= FUSED_FROM and device.type in ("cpu", "cuda") else None,
        )

    # --- layout: one flat buffer, segment after segment, each members × numbers -----------------------------

    def _segments(self) -> list[int]:
        """Size of each segment for one member: a matrix for each layer, and a slope if its activation learns one."""
        sizes = []
        for step in self.steps:
            sizes.append(step.outputs * (step.inputs + 1))
            if ACTIVATIONS[step.activation].learnt_slope:
                sizes.append(1)
        return sizes

    def _pack(self, model: Autoencoder) -> Tensor:
        """1 × parameters, in the order of `_segments`."""
        parts: list[Tensor] = []
        tensors = iter(model.parameters())
        for step in self.steps:
            weight, bias = next(tensors).detach(), next(tensors).detach()
            parts.append(torch.cat([weight, bias[:, None]], dim=1).flatten())
            if ACTIVATIONS[step.activation].learnt_slope:
                parts.append(next(tensors).detach())
        return torch.cat(parts)[None]

    def _by_segment(self, rows: Tensor) -> Tensor:
        """Convert members × parameters to the flat layout, segment after segment."""
        return torch.cat([part.flatten() for part in torch.split(rows, self._segments(), dim=1)])

    def rows(self) -> Tensor:
        """The parameters of each member: members × parameters."""
        parts = torch.split(self.flat, [self.members * size for size in self._segments()])
        return torch.cat([part.view(self.members, -1) for part in parts], dim=1)

    def show(self, rows: Tensor) -> None:
        """Load these parameters, nets × parameters, to evaluate them; the optimiser keeps its own state."""
        flat = self._by_segment(rows)
        if len(rows) == self.members:
            self.flat.copy_(flat)
        else:
            self.members = len(rows)
            self._lay_out(flat)

    def _expand(self, values: Tensor) -> Tensor:
        """Expand one value for each member to the flat layout: every number of a member gets the member's value."""
        if self._owners is None:
            members = torch.arange(self.members)[:, None].expand(-1, self._numbers)
            self._owners = self._by_segment(members).to(self.flat.device)
        return values.to(self.flat.dtype).to(self.flat.device)[self._owners]

    @property
    def _numbers(self) -> int:
        """Number of parameters of one member."""
        return sum(self._segments())

    def _pieces(self, flat: Tensor) -> list[list[Tensor]]:
        """The segments of a flat tensor that belong to each member."""
        parts = torch.split(flat, [self.members * size for size in self._segments()])
        return [[part.view(self.members, -1)[member] for part in parts] for member in range(self.members)]

    def _lay_out(self, flat: Tensor) -> None:
        self.flat = flat
        self.gradient = torch.empty_like(flat)  # every step writes all of it
        self._owners = None
        self.buffers: dict[int, _Buffers] = {}
        ends = list(accumulate(self.members * size for size in self._segments()))
        starts = iter(zip([0, *ends], ends, strict=False))
        self.layers: list[_Layer] = []
        for step in self.steps:
            start, end = next(starts)
            shape = (self.members, step.outputs, step.inputs + 1)
            matrix, gradient = flat[start:end].view(shape), self.gradient[start:end].view(shape)
            slope = slope_gradient = None
            if ACTIVATIONS[step.activation].learnt_slope:
                start, end = next(starts)
                slope = flat[start:end].view(-1, 1, 1)
                slope_gradient = self.gradient[start:end].view(-1, 1, 1)
            back = matrix[:, :, :-1].transpose(1, 2)
            function = ACTIVATIONS[step.activation].batched
            if function is None:
                raise ValueError(f"the batched engine does not serve the activation {step.activation!r}")
            self.layers.append(_Layer(function, matrix, gradient, slope, slope_gradient, back))

    # --- one pass -------------------------------------------------------------------------------------------

    def _room(self, images: int) -> _Buffers:
        if images not in self.buffers:
            self.buffers[images] = _Buffers(self.steps, self.members, images, self.flat)
        return self.buffers[images]

    def _run(self, room: _Buffers, eps: Tensor | None) -> None:
        """Forward through all layers; eps: see `Bottleneck.forward`."""
        for i in range(len(self.layers)):
            self._layer(room, i, eps)

    def _layer(self, room: _Buffers, i: int, eps: Tensor | None) -> None:
        layer = self.layers[i]
        bmm(layer.matrix, room.rows[i], room.z[i + 1])
        if self.bottleneck is not None and i + 1 == self.code_at:
            self.bottleneck.forward(room.z[i + 1], eps, room.y[i + 1])
        else:
            layer.function.forward(room.z[i + 1], layer.slope, room.y[i + 1])
            if self.penalty is not None and self.penalty.keep is not None and i + 1 == self.code_at:
                self.penalty.keep(room.y[i + 1], self.asked.active)

    @torch.no_grad()
    def step(self, batch: Batch, rate_factor: float, beta_factor: float = 1.0) -> None:
        room = self._room(batch.inputs.shape[1])
        room.load(batch)
        self._differentiate(room, batch.eps, beta_factor)
        self.optimizer.step(self.gradient, rate_factor)

    def _differentiate(self, room: _Buffers, eps: Tensor | None = None, beta_factor: float = 1.0) -> None:
        """Compute the gradient of the loaded batch into `gradient`."""
        self._run(room, eps)
        last = len(self.layers)
        delta = room.delta[last]
        self.loss_gradient(room.y[last], room.target, delta)
        # a mean over images, and over pixels unless the net is variational
        delta.mul_(1.0 / (delta.shape[2] * (1 if self.bottleneck else delta.shape[1])))
        for i in range(last, 0, -1):
            layer, delta = self.layers[i - 1], room.delta[i]
            if self.penalty is not None and i == self.code_at:
                self._penalize(room.y[i], delta)
            if self.bottleneck is not None and i == self.code_at:
                assert eps is not None  # noqa: S101 - for the type checker: batches of variational nets have it
                delta = self.bottleneck.backward(delta, room.z[i], eps, beta_factor)
            elif not (i == last and self.loss.of_logits):
                if layer.slope_gradient is not None:
                    torch.sum(delta * room.z[i].clamp(max=0.0), dim=(1, 2), keepdim=True, out=layer.slope_gradient)
                layer.function.backward(delta, room.z[i], room.y[i], layer.slope)
            bmm(delta, room.transposed[i - 1], layer.gradient)
            if i > 1:
                bmm(layer.back, delta, room.delta[i - 1])

    def _penalize(self, codes: Tensor, delta: Tensor) -> None:
        """Add the penalty's part to the derivatives of the codes, members × latent_dim × images, in place."""
        assert self.penalty is not None  # noqa: S101 - for the type checker
        if self.penalty.gradient is not None:
            delta.add_(self.penalty.gradient(codes, self.asked.target), alpha=self.asked.weight)
        if self.penalty.keep is not None:
            delta.mul_(codes != 0)

    @torch.no_grad()
    def evaluate(self, batch: Batch) -> Evaluation:
        room = self._room(batch.inputs.shape[1])
        room.load(batch)
        posterior = None
        if self.bottleneck is None:
            self._run(room, None)
            loss = self._loss(room)
            if self.penalty is not None and self.penalty.value is not None:
                costs = self.penalty.value(room.y[self.code_at].transpose(1, 2), self.asked.target)
                loss = loss + self.asked.weight * costs.cpu().double()
        else:
            self._run(room, batch.eps)
            recon_loss = self._loss(room) * room.z[-1].shape[1]
            mu, log_var = self.bottleneck.split(room.z[self.code_at])
            kl_each = kl(mu, log_var).mean(dim=2).cpu().double()
            loss = objective(recon_loss, kl_each, self.bottleneck.beta, self.bottleneck.free_bits)
            posterior = Posterior(log_var.transpose(1, 2).clone(), recon_loss, kl_each)
            room.y[self.code_at].copy_(mu)
            for i in range(self.code_at, len(self.layers)):  # decode again, now from the mean
                self._layer(room, i, None)
        codes = room.y[self.code_at].transpose(1, 2).clone()
        outputs = room.y[-1].transpose(1, 2).reshape(self.members, -1, *self.shape)
        return Evaluation(codes, outputs, loss, posterior)

    @torch.no_grad()
    def decode(self, codes: Tensor) -> Tensor:
        room = self._room(codes.shape[1])
        room.y[self.code_at].copy_(codes.transpose(1, 2))
        for i in range(self.code_at, len(self.layers)):
            self._layer(room, i, None)
        return room.y[-1].transpose(1, 2).reshape(self.members, -1, *self.shape)

    def _loss(self, room: _Buffers) -> Tensor:
        """Loss of each member (float64 on the CPU), mean over pixels and images of the last outputs."""
        return self.loss.value(room.z[-1], room.y[-1], room.target).mean(dim=(1, 2)).cpu().double()

    # --- members --------------------------------------------------------------------------------------------

    def state(self, member: int) -> dict[str, Tensor]:
        """The member's state_dict, with the names of `DenseAutoencoder`."""
        return {name: part[member].detach().cpu().clone() for name, part in self._named(self.flat).items()}

    def states(self) -> dict[str, Tensor]:
        return self._named(self.flat.detach().to("cpu", copy=True))  # one copy, whatever the number of layers

    def _named(self, flat: Tensor) -> dict[str, Tensor]:
        """Views of a flat tensor like the parameters: for each parameter members × shape, by its name in
        `DenseAutoencoder`."""
        parts = torch.split(flat, [self.members * size for size in self._segments()])
        return self._by_name([part.view(self.members, -1) for part in parts])

    def named(self, rows: Tensor) -> dict[str, Tensor]:
        """Views of `rows`, or of one of them: ... × parameters, by the parameters' names in `DenseAutoencoder`."""
        return self._by_name(torch.split(rows, self._segments(), dim=-1))

    def _by_name(self, segments: Sequence[Tensor]) -> dict[str, Tensor]:
        """Views of the segments, each ... × its size, as ... × the parameter's shape."""
        found: dict[str, Tensor] = {}
        parts = iter(segments)
        for i, step in enumerate(self.steps):
            part, at = ("encoder", i) if i < self.code_at else ("decoder", i - self.code_at)
            segment = next(parts)
            matrix = segment.view(*segment.shape[:-1], step.outputs, step.inputs + 1)
            found[f"{part}.{2 * at}.weight"], found[f"{part}.{2 * at}.bias"] = matrix[..., :-1], matrix[..., -1]
            if ACTIVATIONS[step.activation].learnt_slope:
                name = "output_activation.weight" if i == len(self.steps) - 1 else f"{part}.{2 * at + 1}.weight"
                found[name] = next(parts)
        return found

    def optimizer_state(self, member: int) -> dict[str, Tensor]:
        found = {STEPS: torch.tensor(self.optimizer.steps)}
        for slot, flat in zip(self.optimizer.kind.slots, self.optimizer.slots, strict=True):
            found |= {f"{slot}.{name}": part[member].cpu().clone() for name, part in self._named(flat).items()}
        return found

    @torch.no_grad()
    def load(self, state: dict[str, Tensor], optimizer_state: dict[str, Tensor]) -> None:
        for name, part in self._named(self.flat).items():
            part[0].copy_(state[name])
        self.optimizer.steps = int(optimizer_state[STEPS])
        for slot, flat in zip(self.optimizer.kind.slots, self.optimizer.slots, strict=True):
            for name, part in self._named(flat).items():
                part[0].copy_(optimizer_state.get(f"{slot}.{name}", torch.zeros(())))  # none before the first step

    def retain(self, members: list[int]) -> None:
        chosen = torch.tensor(members, device=self.flat.device)
        sizes = [self.members * size for size in self._segments()]

        def only(flat: Tensor) -> Tensor:
            return torch.cat([part.view(self.members, -1)[chosen].flatten() for part in torch.split(flat, sizes)])

        self.optimizer.regroup(only, chosen.cpu(), self._expand)
        if self.bottleneck is not None:
            self.bottleneck.retain(chosen.cpu())
        self.members = len(members)
        self._lay_out(self.optimizer.parameters)


KIND = EngineKind(name="batched", trains=lambda experiments: supports(experiments[0]), make=BatchedDense, together=True)
