"""What cannot be trained is said in one sentence on the page, and there is nothing to press."""

import pytest

from tests.support.apps import opened

pytestmark = pytest.mark.usefixtures("fresh_server")


@pytest.mark.parametrize(
    ("page", "preset", "field", "value", "says"),
    [
        ("odd_one_out", "digits-odd-one", "classes", "99", "has no images of class 99"),
        ("lab", "digits-conditional", "dataset", "patches12x12", "have no labels"),
        ("emoji", "emoji-best", "model.conditional", "true", "is a class of its own"),
        ("digits", "digits-vq", "model.codebook.entries", "4000", "codebook larger than the images"),
        ("sparse", "digits-k-sparse", "model.penalty.active", "999", "give at most 128"),
        ("sparse", "digits-sparse-kl", "model.penalty.target", "1.5", "above 0 and below 1"),
    ],
)
def test_one_sentence_on_the_page(page: str, preset: str, field: str, value: str, says: str) -> None:
    app = opened(f"pages/{page}.py", {"preset": preset, field: value})
    assert not app.exception
    said = " ".join(str(one.value) for one in [*app.error, *app.warning, *app.info]).replace("\\", "")
    assert says in said, said
    assert "Train" not in [button.label for button in app.button if not button.disabled]
