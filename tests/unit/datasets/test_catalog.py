"""The list of all data sets."""

from pathlib import Path

import pytest

from aelib import datasets
from aelib.datasets import catalog
from aelib.datasets.bundled import font


def test_every_set_of_the_list_is_described_and_loads_or_says_why(data: Path) -> None:
    order = [
        "font5x7",
        "emoji20x20",
        "emoji32x32",
        "digits8x8",
        "dictionary8x8",
        "patches12x12",
        "heartbeats",
        "letters",
        "house_numbers",
        "photographs_x2",
        "photographs_x3",
        "photographs_x4",
        "mnist",
        "mnist_binary",
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


def test_a_page_searches_once_for_the_files_of_a_set(monkeypatch: pytest.MonkeyPatch) -> None:
    searches = 0

    def search() -> datasets.DatasetSpec:
        nonlocal searches
        searches += 1
        return font.SPEC

    monkeypatch.setattr(catalog, "SETS", catalog._Sets(found=search))
    with datasets.seen_once():
        assert catalog.spec("found") is catalog.spec("found")
        assert searches == 1
    catalog.spec("found")
    with datasets.seen_once():
        catalog.spec("found")
    assert searches == 3, "files that come later are found"
