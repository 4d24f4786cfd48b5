"""The compiled engine: the steps of small dense nets, as machine code.

For nets this small even the batched engine spends most of its time between operations and in memory. Here Numba has
compiled many steps into one call, which releases the GIL: nets that train together are shared among the available
threads. `compiled_steps` has the steps.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib.experiment import Experiment, resolve
from aelib.models import Autoencoder, build
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.optimizers import OPTIMIZERS

from .base import STEPS, Batch, Evaluation, allowed_threads
from .batched import BatchedDense
from .compiled_steps import BACKWARD, FORWARD, LOSS_GRADIENT, UPDATE, EntryError, address, train
from .lanes import WIDTH

__all__ = ["CompiledDense", "EntryError", "warm"]

_NONE = np.zeros(1, np.bool_)  # for one step after which nothing is kept
ALONE = 3e7  # arithmetic operations of a call up to which one thread is faster than several


class CompiledDense:
    """Engine (see `base.Engine`) for dense nets of one shape, loss and kind of optimiser: compiled steps, and the
    evaluation of the batched engine.

    Parameters and slots are members × parameters, in the order of `BatchedDense.rows`.
    """

    def __init__(self, models: list[Autoencoder], experiments: list[Experiment]) -> None:
        """Raises EntryError if a loop of a registry entry does not compile."""
        self.nets = BatchedDense(models, experiments, torch.device("cpu"))
        steps, loss = self.nets.steps, self.nets.loss
        self.members, self.threads = len(models), allowed_threads()
        self.kind = OPTIMIZERS[experiments[0].optimizer.kind]
        rows = self.nets.rows()
        self._take(rows, *(torch.zeros_like(rows) for _ in self.kind.slots))
        settings = [experiment.optimizer for experiment in experiments]
        self.settings = np.array([(one.learning_rate, one.momentum, one.weight_decay) for one in settings])
        self.done = np.zeros(self.members, np.int64)
        # parameters, slots and step numbers at the start of the last call of `steps`
        self.begin, self.before = (self.rows, *self.slots), self.done
        self.sizes = np.array([steps[0].inputs, *(step.outputs for step in steps)])
        loops = [_served(ACTIVATIONS[step.activation].compiled)() for step in steps]
        self.network = (
            self.sizes,
            np.array([int(ACTIVATIONS[step.activation].learnt_slope) for step in steps]),
            np.array([address(one.forward, FORWARD) for one in loops], np.intp),
            np.array([address(one.backward, BACKWARD) for one in loops], np.intp),
            address(_served(loss.compiled)(), LOSS_GRADIENT),
            loss.of_logits,
            address(_served(self.kind.compiled)(), UPDATE),
            self.kind.decoupled_decay,
        )
        self.rooms: dict[int, _Room] = {}

    def step(self, batch: Batch, rate_factor: float, beta_factor: float = 1.0) -> None:
        self._train(batch, np.array([rate_factor]), _NONE, self.numbers[0][None, :0])

    def steps(self, batch: Batch, rate_factors: NDArray[np.float64], keep: NDArray[np.bool_]) -> Tensor:
        self.begin, self.before = (self.rows, *self.slots), self.done.copy()
        self._take(*(rows.clone() for rows in self.begin))
        copies = torch.empty(int(keep.sum()), *self.rows.shape)
        self._train(batch, rate_factors, keep, copies.numpy())
        return copies

    def again(self, member: int, batch: Batch, rate_factors: NDArray[np.float64]) -> None:
        for now, then in zip((self.rows, *self.slots), self.begin, strict=True):
            now[member] = then[member]
        self.done[member] = self.before[member]
        nothing = np.zeros(len(rate_factors), np.bool_)
        self._train(batch, rate_factors, nothing, self.numbers[0][None, :0], slice(member, member + 1))

    def _train(self, batch: Batch, factors: Any, keep: Any, kept: Any, members: slice = slice(None)) -> None:
        """Perform one step for each factor on these members. keep, kept: see `train`."""
        images = batch.inputs.shape[1]
        if images not in self.rooms:
            self.rooms[images] = _Room(images, self.sizes, self.rows.shape[1])
        room = self.rooms[images]
        room.load(batch)
        self.shown = False
        begin, end, _ = members.indices(self.members)
        operations = 6 * self.rows.shape[1] * images * (end - begin) * len(factors)
        parts = min(self.threads, end - begin) if operations > ALONE else 1
        while len(room.working) < parts:
            room.working.append(room.buffers())

        def part(index: int) -> None:
            first, last = (begin + (end - begin) * bound // parts for bound in (index, index + 1))
            given = (self.settings, factors, self.done, keep, kept)
            train(first, last, *self.numbers, *self.network, *given, *room.data, *room.working[index])

        if parts == 1:
            part(0)
        else:
            with ThreadPoolExecutor(parts) as pool:
                list(pool.map(part, range(parts)))
        self.done[members] += len(factors)

    def _take(self, rows: Tensor, *slots: Tensor) -> None:
        """Continue with these parameters and slots."""
        self.rows, self.slots, self.shown = rows, slots, False
        self.numbers = tuple(one.numpy() for one in (rows, *slots, rows[:, :0], rows[:, :0])[:3])

    # --- evaluation -----------------------------------------------------------------------------------------

    def at(self, rows: Tensor) -> BatchedDense:
        self.shown = False
        self.nets.show(rows)
        return self.nets

    def states_at(self, rows: Tensor) -> dict[str, Tensor]:
        return self.nets.named(rows.clone())  # one copy for any number of layers

    def _nets(self) -> BatchedDense:
        """Nets with the current weights, to evaluate."""
        if not self.shown:
            self.nets.show(self.rows)
            self.shown = True
        return self.nets

    def evaluate(self, batch: Batch) -> Evaluation:
        return self._nets().evaluate(batch)

    def decode(self, codes: Tensor) -> Tensor:
        return self._nets().decode(codes)

    def state(self, member: int) -> dict[str, Tensor]:
        return self._nets().state(member)

    def states(self) -> dict[str, Tensor]:
        return self._nets().states()

    # --- members --------------------------------------------------------------------------------------------

    def optimizer_state(self, member: int) -> dict[str, Tensor]:
        found = {STEPS: torch.tensor(int(self.done[member]))}
        for slot, rows in zip(self.kind.slots, self.slots, strict=True):
            named = self.nets.named(rows[member])
            found |= {f"{slot}.{name}": part.clone() for name, part in named.items()}
        return found

    def load(self, state: dict[str, Tensor], optimizer_state: dict[str, Tensor]) -> None:
        self.shown = False
        for name, part in self.nets.named(self.rows[0]).items():
            part.copy_(state[name])
        self.done[0] = int(optimizer_state[STEPS])
        for slot, rows in zip(self.kind.slots, self.slots, strict=True):
            for name, part in self.nets.named(rows[0]).items():
                part.copy_(optimizer_state.get(f"{slot}.{name}", torch.zeros(())))  # none before the first step

    def retain(self, members: list[int]) -> None:
        self.members = len(members)
        self._take(self.rows[members], *(slot[members] for slot in self.slots))
        self.settings, self.done = self.settings[members], self.done[members]
        self.rooms.clear()  # a batch's inputs depend on the members


class _Room:
    """A batch in the layout that `train` reads, and its working memory."""

    def __init__(self, images: int, sizes: Any, parameters: int) -> None:
        self.sizes, self.parameters = sizes, parameters
        self.blocks = -(-images // WIDTH)
        counts = torch.arange(self.blocks * WIDTH) < images
        # a mean over pixels and images; np.float32, since 1 / n in float32 is what torch multiplies by
        self.share = (counts.float() / (images * int(sizes[-1]))).view(self.blocks, WIDTH).numpy()
        self.loaded: tuple[Tensor, ...] = ()
        self.data: tuple[Any, ...] = ()
        self.working: list[tuple[Any, ...]] = []  # of each thread

    def load(self, batch: Batch) -> None:
        """Lay the batch out in blocks, unless it is already there (full-batch training)."""
        if self.loaded and batch.inputs is self.loaded[0] and batch.targets is self.loaded[1]:
            return
        self.loaded = (batch.inputs, batch.targets)
        x, target = self._blocks(batch.inputs, 1), self._blocks(batch.targets, 0)
        self.data = (x.numpy(), target.numpy(), self.share)

    def _blocks(self, images: Tensor, ones: int) -> Tensor:
        """Convert members × images × ... to members × blocks × (pixels + ones) · WIDTH, with zeros after the last
        image."""
        members, count = images.shape[:2]
        pixels = images.flatten(2)
        laid = torch.ones(members, self.blocks, pixels.shape[2] + ones, WIDTH)
        padded = torch.nn.functional.pad(pixels, (0, 0, 0, self.blocks * WIDTH - count))
        laid[:, :, : pixels.shape[2]] = padded.view(members, self.blocks, WIDTH, -1).transpose(2, 3)
        return laid.flatten(2)

    def buffers(self) -> tuple[Any, ...]:
        """zs, ys, ds and g of `train`, for one thread."""
        rows, layers = int(self.sizes[1:].sum()), len(self.sizes) - 1
        buffers = (torch.zeros(rows, WIDTH), torch.ones(rows + layers, WIDTH), torch.zeros(rows, WIDTH))
        # torch's memory starts at a cache line, numpy's does not
        return tuple(one.flatten().numpy() for one in (*buffers, torch.zeros(self.parameters)))


def _served(loops: Callable[[], Any] | None) -> Callable[[], Any]:
    """The compiled form of a registry entry. Raises ValueError without one: see `numba_support.KIND`."""
    if loops is None:
        raise ValueError("the compiled engine does not serve this experiment")
    return loops


def warm() -> None:
    """Compile the engine, or load it from Numba's cache, so that the first training does not wait for it."""
    experiment = Experiment()
    engine = CompiledDense([build(experiment)], [experiment])
    images = torch.zeros(1, 1, *resolve(experiment).spec.shape)
    engine.step(Batch(images, images), 0.0)
