"""Names of experiments on pages."""

from aelib.experiment import presets
from aelib.ui.shell import links


def test_different_experiments_have_different_names() -> None:
    base = presets.get("font-35-20-10-2")
    other = base.with_values({"optimizer.learning_rate": "0.02", "epochs": "70", "batch_size": "4"})
    seed = base.with_values({"seed": "1"})
    names = [links.name(one) for one in (base, other, seed, presets.get("font-20-10"))]
    assert len(set(names)) == len(names)
    assert all(name.startswith("35-20-10-2, seed ") for name in names)
    assert "learning rate 0.02" in names[1]


def test_two_recipes_of_documents_with_one_network_have_two_names() -> None:
    every = [links.name(one.experiment) for one in presets.PRESETS.values() if one.experiment.dataset == "font5x7"]
    different = {one.experiment for one in presets.PRESETS.values() if one.experiment.dataset == "font5x7"}
    assert len(set(every)) == len(different)
