"""The lesson on sparse codes: planted features, features as pictures, cures on request."""

import pytest

from aelib.analysis import judged
from aelib.analysis.codes import activations
from aelib.experiment import presets
from aelib.store import Store
from aelib.training import fit
from aelib.ui.lessons.codes import sparse
from aelib.ui.shell import lessons
from tests.support.apps import opened, save, sound
from tests.support.sections import assert_shows, section

pytestmark = pytest.mark.usefixtures("fresh_server")


def test_a_run_shows_what_it_found() -> None:
    run = fit(presets.get("dictionary-sparse").with_values({"epochs": 2}), "cpu")
    Store().save(run)
    app = opened("pages/sparse.py", {"preset": "dictionary-sparse", "epochs": "2"})
    assert not app.exception
    assert_shows(
        app,
        {
            "Planted features": "html",
            "Features": "html",
            "Top images": "html",
            "Activity": "plotly_chart",
            "Cures": "button",
            "Inside a net": "selectbox",
            "How it learnt": "plotly_chart",
        },
    )
    assert f"{judged.figures(run)['recovered']:.1%}" in section(app, "Planted features").text


def test_cures_are_compared_once_they_are_trained() -> None:
    run = fit(presets.get("digits-sparse-l1").with_values({"epochs": 1}), "cpu")
    Store().save(run)
    for experiment in sparse.experiments():
        Store().save(fit(experiment, "cpu"))
    app = opened("pages/sparse.py", {"preset": "digits-sparse-l1", "epochs": "1", "tab": "Cures"})
    assert not app.exception
    table = section(app, "Cures").every("arrow_data_frame", "dataframe")[0].value
    assert table["cure"][0] == "no cure"
    assert len(table) == 6


def test_a_sparse_net_takes_the_activations_of_a_layer_apart() -> None:
    changes = {"epochs": "2", "model.layers": "64-16-6", "model.penalty.kind": "none"}
    run = fit(presets.get("digits-overcomplete").with_values(changes), "cpu")
    net = fit(activations.sparse(run, activations.keep(run, "encoder 1")).with_values({}), "cpu")
    save(run, net)
    app = opened("pages/sparse.py", {"preset": "digits-overcomplete", **changes, "tab": "Inside a net"})
    assert not section(app, "Inside a net").image_rows, "nothing is kept before a layer is chosen"
    sound(app.selectbox(key=f"sparse-run:inside:layer:{run.digest}").set_value("encoder 1").run())
    found = section(app, "Inside a net")
    assert found.image_rows
    assert "that drive a single unit of encoder 1 most" in found.text.replace("*", "")


def test_links_to_sparse_nets_lead_here() -> None:
    assert lessons.home_of(presets.get("digits-k-sparse")).name == "sparse"
