"""The 8x8 digits of scikit-learn."""

import torch

from aelib import datasets


def test_digits_are_split_so_that_both_parts_have_all_of_them() -> None:
    train, judged = datasets.training_set("digits8x8"), datasets.test_set("digits8x8")
    assert (len(train), len(judged)) == (1437, 360)
    for part in (train, judged):
        counts = torch.bincount(part.labels, minlength=10)
        assert int(counts.min()) > 0.07 * len(part)
    assert int(train.pixels.max()) == 255
    both = {pixels.numpy().tobytes() for pixels in train.pixels} & {p.numpy().tobytes() for p in judged.pixels}
    assert not both
