"""The lesson on PCA: the plane and axes of a linear net, and what a bent one shows."""

import pytest

from aelib import datasets
from aelib.analysis.linear import duel, plane
from aelib.experiment import presets
from aelib.store import Store
from aelib.training import fit
from aelib.ui.shell import lessons
from tests.support.apps import opened, sound, texts
from tests.support.sections import assert_shows, section

pytestmark = pytest.mark.usefixtures("fresh_server")
PAGE = "pages/pca.py"


def test_a_linear_run_shows_its_plane_and_axes() -> None:
    run = fit(presets.get("font-linear"), "cpu")
    Store().save(run)
    app = opened(PAGE, {"preset": "font-linear"})
    assert not app.exception
    assert_shows(
        app,
        {
            "The plane": "plotly_chart",
            "Axes": "plotly_chart",
            "A bend and depth": "button",
            "Where PCA wins": "button",
            "How it learnt": "plotly_chart",
        },
    )
    text = section(app, "The plane").text
    assert f"{plane.against_pca(run).largest_angle:.2g}°" in text
    assert "has found the plane of PCA" in text


def test_nets_are_compared_with_pca_once_they_are_trained() -> None:
    described = datasets.spec("font5x7")
    changes = {"model.layers": "35-16-2", "model.hidden_activation": "silu", "epochs": "2"}
    wanted = [presets.get("font-linear").with_values(changes), *duel.bend_and_depth(described, 2).values()]
    for experiment in [*wanted, *duel.code_sizes(described)]:
        Store().save(fit(experiment, "cpu"))
    address = {"preset": "font-linear", **changes}
    app = opened(PAGE, {**address, "tab": "The plane"})
    assert not app.exception, "a bent net has no plane, and its next tab opens"
    bend = section(app, "A bend and depth")
    assert list(bend.every("arrow_data_frame", "dataframe")[0].value["net"])[:2] == ["PCA", duel.LINEAR]
    assert f"Not better: **{duel.LINEAR}, {duel.AT_CODE}, {duel.DEEP_LINEAR}**" in bend.text
    app = opened(PAGE, {**address, "tab": "Where PCA wins"})
    table = section(app, "Where PCA wins").every("arrow_data_frame", "dataframe")[0].value
    assert len(table) == len(duel.code_sizes(described)) * len(duel.BITS)


def test_a_net_without_hidden_layers_has_no_hidden_activation() -> None:
    app = opened(PAGE, {"preset": "font-linear"})
    boxes = {one.key for one in app.selectbox}
    assert "pca:model.hidden_activation" not in boxes
    assert "there is no hidden activation" in texts(app)
    sound(app.text_input(key="pca:model.layers").set_value("35-20-2").run())
    assert app.selectbox(key="pca:model.hidden_activation").value == "sigmoid"
    assert "there is no hidden activation" not in texts(app)


def test_links_to_linear_nets_lead_here() -> None:
    assert lessons.home_of(presets.get("digits-linear")).name == "pca"
    assert lessons.home_of(presets.get("font-20-10")).name == "dense"
