"""The autograd engine: any model, one at a time, with gradients from autograd."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from aelib.experiment import Experiment, resolve
from aelib.models import Autoencoder
from aelib.nn import losses
from aelib.nn.optimizers import torch_optimizer
from aelib.nn.variational import importance_objective, kl, objective, reparametrize

from .base import STEPS, Batch, EngineKind, Evaluation, Posterior


def _full(numbers: Tensor) -> Tensor:
    """float32 instead of bfloat16: losses are computed in full precision."""
    return numbers.float() if numbers.dtype is torch.bfloat16 else numbers


@contextmanager
def reproducible(device: torch.device) -> Iterator[None]:
    """On a GPU, make runs reproducible: otherwise cuDNN rounds the factors of convolutions to 19 bits (TF32) and sums
    gradients in any order. Afterwards the previous settings of the process are restored."""
    if device.type != "cuda":
        yield
        return
    cudnn = torch.backends.cudnn
    before = cudnn.allow_tf32, cudnn.deterministic
    cudnn.allow_tf32, cudnn.deterministic = False, True
    try:
        yield
    finally:
        cudnn.allow_tf32, cudnn.deterministic = before


# numbers per pass of an evaluation: few enough for a CPU's caches, many for a GPU
AT_ONCE = {"cpu": 2_000_000}
AT_ONCE_ELSEWHERE = 20_000_000


class AutogradEngine:
    """Any model, one member, gradients from autograd and the optimiser from torch."""

    def __init__(self, model: Autoencoder, experiment: Experiment, device: torch.device) -> None:
        self.members = 1
        self.model = model.to(device)
        self.pictures = not experiment.model.dense
        if self.pictures:
            # channels last is the fastest layout for oneDNN and tensor cores (benchmarks/convolution.py)
            self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.device = device
        self.mixed = torch.autocast(
            device.type, torch.bfloat16, enabled=self.pictures and experiment.precision == "mixed"
        )
        self.stores_codes = resolve(experiment).stores_codes or experiment.model.variational
        widest = 2 * max(math.prod(step.outputs) for step in resolve(experiment).architecture.steps)
        self.together = max(
            1, AT_ONCE.get(device.type, AT_ONCE_ELSEWHERE) // widest
        )  # images per pass of an evaluation
        self.loss = losses.select(experiment.loss, experiment.output_activation)
        self.beta, self.free_bits = experiment.beta, experiment.free_bits
        self.samples = experiment.importance_samples
        settings = experiment.optimizer
        self.rate = settings.learning_rate
        self.optimizer = torch_optimizer(
            settings.kind, list(model.parameters()), self.rate, settings.momentum, settings.weight_decay
        )
        self.steps = 0

    def _laid(self, images: Tensor) -> Tensor:
        """Images in the memory layout of the net's feature maps."""
        return images.contiguous(memory_format=torch.channels_last) if self.pictures else images

    def _given(self, batch: Batch) -> Autoencoder:
        """The net, with the classes of the batch if it needs them."""
        return self.model.given(None if batch.labels is None else batch.labels[0])

    def _compared(self, logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Outputs and reconstruction loss: mean over pixels and images; for a variational net summed over pixels, mean
        over images."""
        logits = _full(logits)
        outputs = self.model.output(logits)
        loss = self.loss.value(logits, outputs, self._laid(targets)).mean()
        return outputs, loss * outputs[0].numel() if self.model.variational else loss

    def _sampled(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """mu, log_var, the reconstruction loss of sampled codes, and the KL of each latent dimension (nats, mean over
        images)."""
        if batch.eps is None:
            raise ValueError("a variational net needs random numbers")
        net = self._given(batch)
        with self.mixed:
            mu, log_var = (_full(half) for half in net.posterior(self._laid(batch.inputs[0])))
            # training steps with several samples of an image use `_importance`; evaluations use the first sample
            logits = net.decode_logits(reparametrize(mu, log_var, batch.eps[0, :, : mu.shape[1]]))
        _, recon_loss = self._compared(logits, batch.targets[0])
        return mu, log_var, recon_loss, kl(mu, log_var).mean(dim=0)

    def _importance(self, batch: Batch, beta: float) -> Tensor:
        """The objective with several samples of every image."""
        if batch.eps is None:
            raise ValueError("a variational net needs random numbers")
        images = batch.inputs.shape[1]
        net = self._given(batch)
        with self.mixed:
            mu, log_var = (_full(half) for half in net.posterior(self._laid(batch.inputs[0])))
            eps = batch.eps[0].view(images, self.samples, -1).transpose(0, 1)
            codes = reparametrize(mu, log_var, eps).flatten(0, 1)
            labels = None if batch.labels is None else batch.labels[0].repeat(self.samples)
            logits = self.model.given(labels).decode_logits(codes)
        logits = _full(logits)
        targets = self._laid(batch.targets[0].repeat(self.samples, 1, 1, 1))
        each = self.loss.value(logits, self.model.output(logits), targets).flatten(1).sum(dim=1)
        return importance_objective(each.view(self.samples, images), mu, log_var, eps, beta)

    def step(self, batch: Batch, rate_factor: float, beta_factor: float = 1.0) -> None:
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * rate_factor
        self.optimizer.zero_grad()
        with reproducible(self.device):
            if self.samples > 1 and self.model.variational:
                loss = self._importance(batch, self.beta * beta_factor)
            elif self.model.variational:
                *_, recon_loss, kl_each = self._sampled(batch)
                loss = objective(recon_loss, kl_each, self.beta * beta_factor, self.free_bits)
            else:
                with self.mixed:
                    passed = self._given(batch).passed(self._laid(batch.inputs[0]))
                _, loss = self._compared(passed.logits, batch.targets[0])
                loss = loss if passed.extra is None else loss + passed.extra
            loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.steps += 1

    @torch.no_grad()
    def evaluate(self, batch: Batch) -> Evaluation:
        self.model.eval()
        count = batch.inputs.shape[1]
        parts = [slice(start, start + self.together) for start in range(0, count, self.together)]
        with reproducible(self.device):
            evaluations = [
                self._evaluate_part(Batch(*(None if images is None else images[:, part] for images in batch)))  # type: ignore[arg-type]
                for part in parts
            ]
        if len(evaluations) == 1:
            return evaluations[0]
        shares = [evaluation.outputs.shape[1] / count for evaluation in evaluations]

        def mean(values: list[Tensor]) -> Tensor:
            return torch.stack([share * value for share, value in zip(shares, values, strict=True)]).sum(dim=0)

        posteriors = [evaluation.posterior for evaluation in evaluations if evaluation.posterior is not None]
        posterior, loss = None, mean([evaluation.loss for evaluation in evaluations])
        if posteriors:
            posterior = Posterior(
                torch.cat([one.log_var for one in posteriors], dim=1),
                mean([one.recon_loss for one in posteriors]),
                mean([one.kl for one in posteriors]),
            )
            # of all images at once: the free bits apply to means over all images, not to the mean of every part
            loss = objective(posterior.recon_loss, posterior.kl, self.beta, self.free_bits)
        codes, outputs = (torch.cat(one, dim=1) for one in list(zip(*evaluations, strict=True))[:2])
        return Evaluation(codes, outputs, loss, posterior)

    def _evaluate_part(self, batch: Batch) -> Evaluation:
        """Evaluate a batch in one pass."""
        if not self.model.variational:
            with self.mixed:
                codes, logits, extra = self._given(batch).passed(self._laid(batch.inputs[0]))
            outputs, loss = self._compared(logits, batch.targets[0])
            loss = loss if extra is None else loss + extra
            kept = _full(codes).flatten(1) if self.stores_codes else codes.new_zeros(len(codes), 0, dtype=torch.float32)
            return Evaluation(kept[None], outputs[None], loss.cpu().double()[None])
        mu, log_var, recon_loss, kl_each = self._sampled(batch)
        with self.mixed:
            logits = self._given(batch).decode_logits(mu)
        outputs, _ = self._compared(logits, batch.targets[0])
        loss = objective(recon_loss, kl_each, self.beta, self.free_bits)
        posterior = Posterior(log_var[None], recon_loss.cpu().double()[None], kl_each.cpu().double()[None])
        return Evaluation(mu[None], outputs[None], loss.cpu().double()[None], posterior)

    @torch.no_grad()
    def decode(self, codes: Tensor) -> Tensor:
        self.model.eval()
        codes = codes[0]
        with reproducible(self.device):
            parts = [
                self.model.decode(codes[start : start + self.together]) for start in range(0, len(codes), self.together)
            ]
        return torch.cat(parts)[None]

    def state(self, member: int) -> dict[str, Tensor]:
        return {
            name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
            for name, tensor in self.model.state_dict().items()
        }

    def states(self) -> dict[str, Tensor]:
        return {name: tensor[None] for name, tensor in self.state(0).items()}

    def optimizer_state(self, member: int) -> dict[str, Tensor]:
        found = {STEPS: torch.tensor(self.steps)}
        for name, parameter in self.model.named_parameters():
            for slot, tensor in self.optimizer.state[parameter].items():
                if slot != "step" and tensor is not None:
                    found[f"{slot}.{name}"] = tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
        return found

    def load(self, state: dict[str, Tensor], optimizer_state: dict[str, Tensor]) -> None:
        self.model.load_state_dict(state)
        self.steps = int(optimizer_state[STEPS])
        parameters = dict(self.model.named_parameters())
        slots: dict[str, dict[str, Tensor]] = {name: {} for name in parameters}
        for key, tensor in optimizer_state.items():
            slot, _, name = key.partition(".")
            if key != STEPS:  # use the memory layout of the parameter, which torch's fused kernels require on a GPU
                slots[name][slot] = torch.empty_like(parameters[name]).copy_(tensor)
        found = self.optimizer.state_dict()
        # torch counts the steps of every parameter, and ignores the count where its rule does not need it
        step = torch.tensor(float(self.steps))
        found["state"] = {i: {"step": step.clone(), **slots[name]} for i, name in enumerate(slots)}
        self.optimizer.load_state_dict(found)

    def retain(self, members: list[int]) -> None:
        self.members = len(members)


KIND = EngineKind(
    name="autograd",
    trains=lambda experiments: True,
    make=lambda models, experiments, device: AutogradEngine(models[0], experiments[0], device),
)
