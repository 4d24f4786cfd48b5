"""The list of all data sets."""

from pathlib import Path

from aelib import datasets


def test_every_set_of_the_list_is_described_and_loads_or_says_why(data: Path) -> None:
    order = [
        "font5x7",
        "emoji20x20",
        "emoji32x32",
        "digits8x8",
        "dictionary8x8",
        "letters",
        "house_numbers",
        "photographs_x2",
        "photographs_x3",
        "photographs_x4",
        "mnist",
        "fashion_mnist",
        "notmnist",
        "svhn",
        "photo_pairs",
    ]
    assert list(datasets.SETS) == order
    for name, described in datasets.SETS.items():
        assert described.name == name
        assert described.licence
        assert (described.missing() is None) == (name not in order[order.index("mnist") :])
