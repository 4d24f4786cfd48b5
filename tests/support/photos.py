"""Cut-outs of a real photograph, and how near an image comes to another."""

import torch
from skimage import data
from torch import Tensor


def photos(side: int, most: int) -> Tensor:
    """RGB cut-outs of scikit-image's astronaut, from all over it: images × 3 × side × side, 0 to 1."""
    photo = torch.from_numpy(data.astronaut()).permute(2, 0, 1) / 255
    cut = photo.unfold(1, side, side).unfold(2, side, side).permute(1, 2, 0, 3, 4).reshape(-1, 3, side, side)
    return cut[:: max(1, len(cut) // most)][:most].contiguous()


def psnr(outputs: Tensor, targets: Tensor) -> float:
    """In dB, of all pixels together."""
    return float(-10 * (outputs - targets).square().mean().log10())
