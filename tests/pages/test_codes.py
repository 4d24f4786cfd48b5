"""The lesson on what codes are good for: code sizes on request, clusters, search, single numbers, maps."""

import pytest

from aelib.analysis.codes import features, neighbours, sizes
from aelib.experiment import presets
from aelib.store import Store
from aelib.training import fit, fit_many
from aelib.ui.lessons.codes import search
from aelib.ui.shell import lessons
from tests.support.apps import opened, save, sound
from tests.support.sections import assert_shows, opened_tab, section

pytestmark = pytest.mark.usefixtures("fresh_server")
PAGE = "pages/codes.py"
CHANGES = {"epochs": "2", "model.layers": "64-32-6"}
ADDRESS = {"preset": "digits-codes", **CHANGES}
SMALL = presets.get("digits-codes").with_values(CHANGES)


def test_a_run_shows_what_its_code_is_good_for() -> None:
    run = fit(SMALL, "cpu")
    Store().save(run)
    app = opened(PAGE, ADDRESS)
    assert not app.exception
    assert_shows(
        app,
        {
            "Code size": "button",
            "Clusters": "html",
            "Search": "html",
            "One number at a time": "html",
            "Maps": "plotly_chart",
            "How it learnt": "plotly_chart",
        },
    )
    codes = features.codes(run)
    assert f"{neighbours.clusters(codes).purity:.0%}" in section(app, "Clusters").text
    assert f"code of the net **{neighbours.precision(codes, search.NEAREST):.1%}**" in section(app, "Search").text
    assert "of 6** numbers draw nothing" in section(app, "One number at a time").text


def test_an_image_is_drawn_before_it_is_looked_for() -> None:
    save(fit(SMALL, "cpu"))
    app = opened_tab(opened(PAGE, ADDRESS), "Search")
    sound(app.selectbox(key="codes-run:search:digits8x8:image").set_value(search.EMPTY).run())
    assert "Draw an image" in section(app, "Search").said
    assert not section(app, "Search").image_rows


def test_codes_of_every_kind_and_size_are_compared_once_they_are_trained() -> None:
    run = fit(SMALL, "cpu")
    wanted = sizes.of_kinds(run.experiment, run.spec)
    save(run, *fit_many(list(wanted.values()), "cpu"))
    app = opened(PAGE, {**ADDRESS, "tab": "Code size"})
    found = section(app, "Code size")
    table = found.every("arrow_data_frame", "dataframe")[0].value
    assert len(table) == len(sizes.SIZES) + len(wanted) + 1
    assert next(iter(table["code"])) == sizes.PCA
    assert f"{features.pixels(run.spec).knn_accuracy():.1%}" in found.text


def test_links_to_plain_codes_of_labelled_images_lead_here() -> None:
    assert lessons.home_of(presets.get("digits-codes")).name == "codes"
    for name, home in {"digits-vae": "digits", "digits-vq": "digits", "digits-denoise": "restoring"}.items():
        assert lessons.home_of(presets.get(name)).name == home
