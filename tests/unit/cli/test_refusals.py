"""What cannot be trained is refused in one sentence that says how to mend it, with exit code 2 and no traceback."""

import pytest

from aelib.cli.main import main


@pytest.mark.parametrize(
    ("preset", "setting", "says"),
    [
        ("digits-odd-one", "classes=99", "has no images of class 99 to train and to test on: give some of 0, 1"),
        ("digits-conditional", "dataset=patches12x12", "the images of patches12x12 have no labels: choose false"),
        ("digits-conditional", "dataset=emoji20x20", "every image of emoji20x20 is a class of its own"),
        ("digits-conditional", "classes=3", "leave it empty, since a conditional net knows them all"),
        ("digits-vq", "model.codebook.entries=4000", "a codebook larger than the images: give at most 1,437"),
        ("digits-k-sparse", "model.penalty.active=999", "give at most 128, the numbers of the code"),
        ("digits-sparse-kl", "model.penalty.target=1.5", "give a number above 0 and below 1"),
        ("digits-sparse-kl", "model.penalty.target=0", "give a number above 0 and below 1"),
        ("digits-vae", "importance_samples=0", "give a whole number from 1 to 1,000"),
        ("digits-vae", "model.variance=exp", "choose log_var, softplus, clamped"),
    ],
)
def test_one_sentence_and_exit_code_2(preset: str, setting: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", preset, "--set", setting, "--device", "cpu"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert says in printed.err
    assert "Traceback" not in printed.err
    assert printed.err.strip().endswith(".")
    assert "\n" not in printed.err.strip()


def test_samples_with_free_bits_and_too_many_of_them_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = ["train", "digits-vae", "--set", "importance_samples=1000", "--device", "cpu"]
    assert main([*drawn, "--set", "free_bits=0.1"]) == 2
    assert "free_bits is 0.1: give 0" in capsys.readouterr().err
    assert main([*drawn, "--set", "batch_size=all"]) == 2
    assert "or smaller batches: 1,437 images need too many numbers at once" in capsys.readouterr().err
