"""The codebook of a VQ-VAE: the numbers at each position of a code are replaced by the nearest entry.

van den Oord et al. 2017, https://arxiv.org/abs/1711.00937; the entries are moving averages of the codes nearest to them
(its appendix A.1). Gradients pass from the entry to the code as if nothing had been replaced (straight-through).
"""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from aelib.experiment.architecture import Book

DEAD = 0.1  # share of the average use of an entry: an entry that is used less is moved
AT_ONCE = 8_000_000  # distances that are computed together
SMALLEST = 1e-6  # an entry is updated only if the moving average of its number of codes exceeds this


class Codebook(nn.Module):
    """entries: entries × numbers; they are updated during training, but not by the optimiser. Codes are batch × numbers
    · positions, with the positions as the inner axis, as in the maps of a convolution."""

    running_counts: Tensor
    running_sums: Tensor
    running_draws: Tensor

    def __init__(self, book: Book, decay: float, revive: bool, generator: Generator) -> None:
        """decay: decay of the moving averages in each step; revive: whether dead entries are moved to codes of the
        batch; generator: draws the initial entries, and the seed for those moves, which are drawn on the CPU, the same
        for every device."""
        super().__init__()
        self.book, self.decay, self.revive = book, decay, revive
        first = torch.randn(book.entries, book.numbers, generator=generator)
        # on the CPU even if the weights are not: a stored net is built without real weights
        self._seed = int(torch.randint(2**62, (), generator=generator, device="cpu"))
        self.entries = nn.Parameter(first, requires_grad=False)
        self.register_buffer("running_counts", torch.ones(book.entries))
        self.register_buffer("running_sums", first.clone())
        self.register_buffer("running_draws", torch.zeros((), dtype=torch.int64))

    def forward(self, codes: Tensor) -> Tensor:
        """Replace codes of any shape by entries. During training, the entries are then updated."""
        places = self._places(codes)
        chosen = self._nearest(places)
        made = self.made(chosen.view(len(codes), self.book.places)).view(codes.shape)
        if self.training:
            self._follow(places.detach(), chosen)
        return codes + (made - codes).detach()

    def made(self, indices: Tensor) -> Tensor:
        """The codes that these entries make: batch × latent_dim. indices: the entry at each position, batch ×
        positions."""
        return self.entries.detach()[indices].transpose(1, 2).reshape(len(indices), -1)

    def indices(self, codes: Tensor) -> Tensor:
        """The nearest entry at each position of a code: int64, batch × positions."""
        return self._nearest(self._places(codes)).view(len(codes), self.book.places)

    def _places(self, codes: Tensor) -> Tensor:
        """The codes as batch · positions × numbers, in the precision of the entries."""
        apart = codes.reshape(len(codes), self.book.numbers, self.book.places).transpose(1, 2)
        return apart.reshape(-1, self.book.numbers).to(self.entries.dtype)

    @torch.no_grad()
    def _nearest(self, places: Tensor) -> Tensor:
        squares = self.entries.square().sum(dim=1)
        parts = torch.split(places, max(1, AT_ONCE // self.book.entries))
        return torch.cat([(squares - 2 * part @ self.entries.T).argmin(dim=1) for part in parts])

    @torch.no_grad()
    def _follow(self, places: Tensor, chosen: Tensor) -> None:
        # a matrix product, because index_add_ sums in a different order every time on a GPU, and runs would not be
        # reproducible
        members = F.one_hot(chosen, self.book.entries).to(places.dtype)  # positions × entries
        counts, sums = members.sum(dim=0), members.T @ places
        self.running_counts.lerp_(counts, 1 - self.decay)
        self.running_sums.lerp_(sums, 1 - self.decay)
        self.running_draws += 1
        if self.revive:
            self._move_dead(places)
        means = self.running_sums / self.running_counts[:, None]
        self.entries.copy_(torch.where(self.running_counts[:, None] > SMALLEST, means, self.entries))

    def _move_dead(self, places: Tensor) -> None:
        """Move entries that hardly any code is near to codes of the batch; in the first step, move all entries."""
        share = len(places) / self.book.entries
        dead = (self.running_counts < DEAD * share) | (self.running_draws == 1)
        count = int(dead.sum())
        if not count:
            return
        random = Generator().manual_seed(self._seed + int(self.running_draws))
        order = torch.randperm(len(places), generator=random)
        drawn = order[torch.arange(count) % len(order)].to(places.device)
        self.running_counts[dead] = share
        self.running_sums[dead] = share * places[drawn]
