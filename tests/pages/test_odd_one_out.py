"""The lesson on odd images: scores, rivals and examples of a stored run, and one sentence where nothing is odd."""

from pathlib import Path

import pytest

from aelib import datasets
from aelib.analysis.anomalies.detection import detect
from aelib.core.errors import LabError
from aelib.datasets.imageset import CURVE_HEIGHT
from aelib.experiment import change, presets
from aelib.experiment.encoding import encode
from aelib.store import Store
from aelib.training import fit
from aelib.ui.lessons.codes import odd_one_out as parts
from aelib.ui.shell import lessons
from tests.support.apps import opened
from tests.support.own_data import defects, digits
from tests.support.sections import assert_shows, section

pytestmark = pytest.mark.usefixtures("fresh_server")
PAGE = "pages/odd_one_out.py"


def test_a_run_shows_its_scores_and_the_figures_are_its_own() -> None:
    run = fit(presets.get("digits-odd-one").with_values({"epochs": 5}), "cpu")
    Store().save(run)
    app = opened(PAGE, {"preset": "digits-odd-one", "epochs": "5"})
    assert not app.exception
    assert_shows(
        app,
        {
            "Threshold": "plotly_chart",
            "Against rivals": "dataframe",
            "Best and worst": "html",
            "Where it fails": "dataframe",
            "Five seeds": "button",
            "How it learnt": "plotly_chart",
        },
    )
    assert f"{detect(run).auroc:.3f}" in section(app, "Threshold").text


def test_a_net_that_knows_every_class_has_no_odd_images() -> None:
    experiment = presets.get("digits-odd-one").with_values({"epochs": 2, "classes": ""})
    Store().save(fit(experiment, "cpu"))
    app = opened(PAGE, {"preset": "digits-odd-one", "epochs": "2", "classes": ""})
    assert not app.exception
    assert "trained on every class, so no image is odd" in section(app, "All alike").said


def test_folders_of_good_and_defective_pictures_need_no_choice_of_classes(tmp_path: Path) -> None:
    name = datasets.keep_found(datasets.read(defects(tmp_path), datasets.Options(side=16, colour=False)), "bottle")
    changes = {"dataset": name, "classes": "", "model.layers": "256-32-4", "epochs": "60", "batch_size": "8"}
    run = fit(presets.get("digits-odd-one").with_values(changes), "cpu")
    Store().save(run)
    found = detect(run)
    assert found.odd.sum() == 12
    assert found.auroc > 0.9
    app = opened(PAGE, {"preset": "digits-odd-one", **changes})
    assert not app.exception
    assert_shows(app, {"Threshold": "plotly_chart", "Against rivals": "dataframe", "Best and worst": "html"})
    assert f"{found.auroc:.3f}" in section(app, "Threshold").text


def test_curves_are_drawn_as_curves() -> None:
    run = fit(presets.get("heartbeats-odd-one").with_values({"epochs": 2}), "cpu")
    Store().save(run)
    app = opened(PAGE, {"preset": "heartbeats-odd-one", "epochs": "2", "tab": "Best and worst"})
    assert not app.exception
    assert (
        f"height:{round(parts.CURVE * CURVE_HEIGHT / run.spec.shape[2])}px"
        in section(app, "Best and worst").image_rows[0]
    )


def test_links_to_nets_that_leave_classes_out_lead_here() -> None:
    assert lessons.home_of(presets.get("digits-odd-one")).name == "odd_one_out"
    assert lessons.home_of(presets.get("digits-vae-film")).name == "digits"


def test_a_small_set_of_ones_own_without_normal_images_to_test_is_one_sentence() -> None:
    images, labels = digits(60)
    name = datasets.keep(images, labels)
    values = {"dataset": name, "epochs": "2", "batch_size": "all"}
    run = fit(change(presets.get("digits-odd-one"), values), "cpu")
    with pytest.raises(LabError, match="both needed"):
        detect(run)
    Store().save(run)
    app = opened(PAGE, encode(run.experiment, "digits-odd-one").query())
    assert not app.exception
    assert "both needed" in section(app, "Threshold").said
