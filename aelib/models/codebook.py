"""The codebook of a VQ-VAE: each place of a code is replaced by the nearest entry.

van den Oord et al. 2017, https://arxiv.org/abs/1711.00937; the entries are moving means of the codes that are nearest
to them (its appendix A.1). Gradients pass from the entry to the code as if nothing had been replaced
(straight-through).
"""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from aelib.experiment.architecture import Book

DEAD = 0.1  # of an even share of the codes: an entry that has less on average is moved
AT_ONCE = 8_000_000  # distances that are computed together
SMALLEST = 1e-6  # codes that an entry must have had, as a moving mean, for its mean to be taken


class Codebook(nn.Module):
    """entries: entries × numbers; training moves them, the optimiser does not. Codes are batch × numbers · places, with
    the places as the inner axis, as in the maps of a convolution."""

    running_counts: Tensor
    running_sums: Tensor
    running_draws: Tensor

    def __init__(self, book: Book, decay: float, revive: bool, generator: Generator) -> None:
        """decay: of the moving means, a step; revive: whether dead entries move to codes of the batch; generator: draws
        the first entries, and the seed of those moves, which are drawn on the CPU, the same for every device."""
        super().__init__()
        self.book, self.decay, self.revive = book, decay, revive
        first = torch.randn(book.entries, book.numbers, generator=generator)
        # on the CPU wherever the weights are: a stored net is built without any
        self._seed = int(torch.randint(2**62, (), generator=generator, device="cpu"))
        self.entries = nn.Parameter(first, requires_grad=False)
        self.register_buffer("running_counts", torch.ones(book.entries))
        self.register_buffer("running_sums", first.clone())
        self.register_buffer("running_draws", torch.zeros((), dtype=torch.int64))

    def forward(self, codes: Tensor) -> Tensor:
        """Codes, any shape, made of entries. In training the entries then follow the codes."""
        places = self._places(codes)
        chosen = self._nearest(places)
        made = self.made(chosen.view(len(codes), self.book.places)).view(codes.shape)
        if self.training:
            self._follow(places.detach(), chosen)
        return codes + (made - codes).detach()

    def made(self, indices: Tensor) -> Tensor:
        """The codes that entries make: batch × latent_dim. indices: the entry of each place, batch × places."""
        return self.entries.detach()[indices].transpose(1, 2).reshape(len(indices), -1)

    def indices(self, codes: Tensor) -> Tensor:
        """Which entry each place of a code is nearest to: int64, batch × places."""
        return self._nearest(self._places(codes)).view(len(codes), self.book.places)

    def _places(self, codes: Tensor) -> Tensor:
        """batch · places × numbers, in the precision of the entries."""
        apart = codes.reshape(len(codes), self.book.numbers, self.book.places).transpose(1, 2)
        return apart.reshape(-1, self.book.numbers).to(self.entries.dtype)

    @torch.no_grad()
    def _nearest(self, places: Tensor) -> Tensor:
        squares = self.entries.square().sum(dim=1)
        parts = torch.split(places, max(1, AT_ONCE // self.book.entries))
        return torch.cat([(squares - 2 * part @ self.entries.T).argmin(dim=1) for part in parts])

    @torch.no_grad()
    def _follow(self, places: Tensor, chosen: Tensor) -> None:
        # a product, since a GPU adds up index_add_ in another order every time, and a run would not be the same again
        members = F.one_hot(chosen, self.book.entries).to(places.dtype)  # places × entries
        counts, sums = members.sum(dim=0), members.T @ places
        self.running_counts.lerp_(counts, 1 - self.decay)
        self.running_sums.lerp_(sums, 1 - self.decay)
        self.running_draws += 1
        if self.revive:
            self._move_dead(places)
        means = self.running_sums / self.running_counts[:, None]
        self.entries.copy_(torch.where(self.running_counts[:, None] > SMALLEST, means, self.entries))

    def _move_dead(self, places: Tensor) -> None:
        """Entries that hardly any code is near become codes of the batch; at the first step all of them do."""
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
