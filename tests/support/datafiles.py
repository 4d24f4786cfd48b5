"""What tests of files of data sets share."""

import pytest

from aelib import datasets
from aelib.core.errors import LabError


def refused(name: str) -> str:
    """The one sentence with which a set that is not here is refused, by `missing` and by `load` alike."""
    sentence = datasets.spec(name).missing()
    assert sentence is not None
    assert "\n" not in sentence
    assert sentence.endswith(".")
    with pytest.raises(LabError) as caught:
        datasets.load(name)
    assert str(caught.value) == sentence
    assert datasets.spec(name).content == ""
    assert name in [one.name for one in datasets.available()], "a damaged set does not hide the others"
    return sentence
