"""Parts of the theory pages in a real Chromium, without a server: what they say is what is true."""

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from aelib.browser.description import describe, weights_of
from aelib.models import build
from aelib.nn.activations import ACTIVATIONS
from aelib.ui.components.canvas import floats
from aelib.ui.theory import activations, convolution, training, variational
from tests.support import theory
from tests.support.patience import wait_until

pytestmark = pytest.mark.browser


def test_curves_and_slopes_are_those_of_pytorch(browser) -> None:
    page = theory.mounted(browser, "curves", {"functions": activations._functions(), "chosen": list(ACTIVATIONS)})
    z = torch.linspace(-5, 5, 41, requires_grad=True)
    body = "({ evaluated }, name, z) => { const { y, d } = evaluated(name, z); return [[...y], [...d]]; }"
    for name, entry in ACTIVATIONS.items():
        y, d = theory.module(page, "functions", body, name, z.tolist())
        wanted = entry.module()(z)
        (slope,) = torch.autograd.grad(wanted.sum(), z)
        torch.testing.assert_close(torch.tensor(y, dtype=torch.float32), wanted.detach(), atol=1e-5, rtol=1e-5)
        inner = (z.abs() > 1e-6) & ((z - 1).abs() > 1e-6)  # there the slope is not a convention
        torch.testing.assert_close(torch.tensor(d, dtype=torch.float32)[inner], slope[inner], atol=1e-5, rtol=1e-5)
    page.get_by_label("z", exact=True).press("ArrowRight")
    expect(page.get_by_role("columnheader", name="f(1.05)")).to_be_visible()
    page.close()


def test_nothing_reaches_the_layers_below_a_binary_step_and_a_rate_that_diverges_is_said(browser) -> None:
    given = {
        "functions": activations._functions(),
        "chosen": ["relu", "binary_step"],
        "description": describe(
            activations.experiments()[0].with_values({"model.output_activation": "identity", "loss": "mse"})
        ),
        "rates": [0.01, 1e30],
    }
    page = theory.mounted(browser, "race", given)
    root = page.locator(".theory")
    page.get_by_role("button", name="50 epochs").click()
    expect(root).to_have_attribute("data-step", "0")
    expect(page.get_by_role("row", name="ReLU")).to_contain_text("50")
    page.get_by_label("Rate").select_option("1e+30")
    page.get_by_role("button", name="50 epochs").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a smaller learning rate")
    page.get_by_label("Rate").select_option(label="0.01")
    expect(page.get_by_role("alert")).to_be_empty()
    page.get_by_role("button", name="Play").click()
    wait_until(lambda: int(root.get_attribute("data-epochs")) > 60, "the sixtieth epoch")
    page.close()


CONVOLVE = """({ convolve, pool }, values, rows, columns, kernel, options) => {
  const image = { rows, columns, values }, one = ({ rows, columns, values }) => [rows, columns, [...values]];
  return [one(convolve(image, kernel, options)), one(pool(image, 2, options.stride, "max")),
    one(pool(image, 2, options.stride, "average"))];
}"""


def test_convolution_and_pooling_are_those_of_pytorch(browser) -> None:
    page = theory.mounted(browser, "pooling", {"pictures": convolution._pictures(), "first": "letter"})
    random = torch.Generator().manual_seed(0)
    image = torch.randn(1, 1, 7, 9, generator=random)
    for size, stride, padding, dilation in ((3, 1, 0, 1), (3, 2, 1, 1), (2, 3, 2, 2), (5, 1, 2, 1)):
        kernel = torch.randn(1, 1, size, size, generator=random)
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        found = theory.module(page, "sliding", CONVOLVE, image.flatten().tolist(), 7, 9, kernel[0, 0].tolist(), options)
        wanted = [
            F.conv2d(image, kernel, **options),
            F.max_pool2d(image, 2, stride),
            F.avg_pool2d(image, 2, stride),
        ]
        for (rows, columns, values), theirs in zip(found, wanted, strict=True):
            assert (rows, columns) == tuple(theirs.shape[2:])
            torch.testing.assert_close(torch.tensor(values), theirs.flatten(), atol=1e-5, rtol=1e-5)
    for kernel, stride in ((3, 2), (4, 2), (2, 3)):
        ones = F.conv_transpose1d(torch.ones(1, 1, 5), torch.ones(1, 1, kernel), stride=stride)
        assert theory.module(page, "sliding", "(m, k, s) => m.writes(5, k, s)", kernel, stride) == ones[0, 0].tolist()
    page.close()


def test_the_worked_example_and_a_kernel_with_letters(browser) -> None:
    page = theory.mounted(browser, "kernels", {"pictures": convolution._pictures(), "learnt": []})
    root, middle = page.locator(".theory"), page.get_by_label("Kernel, row 2, column 2")
    expect(root).to_have_attribute("data-value", "7")
    page.get_by_label("Row", exact=True).press("ArrowLeft")
    expect(root).to_have_attribute("data-value", "-5")
    page.get_by_label("Row", exact=True).press("Home")
    expect(root).to_have_attribute("data-value", "-3")
    for wrong in ("five", "1/0", "", "<b>", "9e99"):
        middle.fill(wrong)
        expect(page.get_by_role("alert").filter(has_text="Row 2, column 2")).to_contain_text(wrong or "no number")
        expect(root).to_have_attribute("data-value", "-3")
    middle.fill("17/2")
    expect(root).to_have_attribute("data-value", "0.5")
    expect(page.locator("canvas")).to_have_count(2)
    page.close()


def _given_of(monkeypatch, draw) -> dict:
    """What a page gives to the part that `draw` draws."""
    found: list[dict] = []
    monkeypatch.setattr(training, "part", lambda name, given, version="": found.append(given))
    monkeypatch.setattr(training, "open_run", lambda experiment: None)
    draw()
    return found[0]


def test_one_step_is_written_out_and_makes_the_loss_smaller(browser, monkeypatch) -> None:
    page = theory.mounted(browser, "one_step", _given_of(monkeypatch, training.one_step))
    root = page.locator(".theory")
    before = float(root.get_attribute("data-loss"))
    for name in ("1. Forward", "2. Loss", "3. Backward"):
        page.get_by_role("button", name=name).click()
    lines = root.inner_text().split("\n")
    old, slope, new = (
        float(part.strip(" ()").replace("−", "-"))
        for part in re.search(r"w₃ ← (\S+) − 1·(\S+) = (\S+)", "\n".join(lines)).groups()
    )
    assert new == pytest.approx(old - slope, abs=0.01)
    page.get_by_role("button", name="4. Update").click()
    expect(root).to_have_attribute("data-steps", "1")
    assert float(root.get_attribute("data-loss")) < before
    page.close()


def test_balls_roll_on_the_surface_of_a_trained_net_and_one_that_flies_off_is_said(browser, monkeypatch) -> None:
    monkeypatch.setattr(training, "_RECIPE", {**training._RECIPE, "epochs": "50"})
    given = {**_given_of(monkeypatch, training.descent), "chosen": ["sgd", "adam"]}
    page = theory.mounted(browser, "descent", given)
    root = page.locator(".theory")
    expect(root).to_have_attribute("data-ready", "true")
    assert "your browser has trained" in root.inner_text()
    page.get_by_role("button", name="One step").click()
    expect(root).to_have_attribute("data-steps", "1")
    page.get_by_label("Rate").press("End")
    page.get_by_role("button", name="One step").click()
    expect(page.get_by_role("alert")).to_contain_text("Diverged with rate 1000")
    page.get_by_label("Rate").press("Home")
    expect(page.get_by_role("alert")).to_be_empty()
    page.close()

    told = given["description"]
    model = build(training.experiment())
    broken = {**weights_of(model), "parameters": floats(np.full(sum(p.numel() for p in model.parameters()), np.nan))}
    page = theory.mounted(browser, "descent", {**given, "description": {**told, "weights": broken}})
    expect(page.get_by_role("alert")).to_contain_text("not finite")
    page.close()


def test_a_poor_start_keeps_the_gradient_from_the_first_layer(browser, monkeypatch) -> None:
    page = theory.mounted(browser, "histograms", _given_of(monkeypatch, training.histograms))
    root = page.locator(".theory")
    poor = float(root.get_attribute("data-ratio"))
    page.get_by_label("Activation", exact=True).select_option("tanh")
    page.get_by_label("Start", exact=True).select_option("xavier_uniform")
    assert poor < 0.1 * float(root.get_attribute("data-ratio"))
    page.get_by_role("button", name="1 epoch").click()
    expect(root).to_have_attribute("data-epochs", "1")
    page.close()


def test_the_divergence_of_two_gaussians_is_that_of_pytorch(browser) -> None:
    page = theory.mounted(browser, "gaussians", {})
    root = page.locator(".theory")

    def theirs(mu: float, sigma: float) -> float:
        return float(kl_divergence(Normal(mu, sigma), Normal(0.0, 1.0)))

    assert float(root.get_attribute("data-kl")) == pytest.approx(theirs(1.5, 0.6), abs=1e-6)
    page.get_by_label("Mean of q").press("End")
    page.get_by_label("Deviation of q").press("End")
    assert float(root.get_attribute("data-kl")) == pytest.approx(theirs(4.0, 3.0), abs=1e-6)
    page.get_by_role("button", name="q on p").click()
    expect(root).to_have_attribute("data-kl", "0")
    body = "({ WAYS }, s) => WAYS.map(({ kl, slope }) => [kl(s + 1e-6), kl(s - 1e-6), slope(s)])"
    for above, below, slope in theory.module(page, "log_variance", body, 0.7):
        assert (above - below) / 2e-6 == pytest.approx(slope, abs=1e-4)
    page.close()


def test_z_moves_with_the_mean_while_epsilon_stands_still(browser) -> None:
    page = theory.mounted(browser, "reparametrisation", {})
    root, mean = page.locator(".theory"), page.get_by_label("μ", exact=True)
    before = float(root.get_attribute("data-z"))
    mean.press("ArrowRight")
    assert float(root.get_attribute("data-z")) == pytest.approx(before + 0.05)
    page.get_by_label("Draw ε anew").check()
    mean.press("ArrowRight")
    assert float(root.get_attribute("data-z")) != pytest.approx(before + 0.1)
    page.close()


def test_a_large_beta_pulls_the_codes_to_the_prior(browser) -> None:
    given = {"description": describe(variational.experiment())}
    page = theory.mounted(browser, "tug", given)
    root = page.locator(".theory")
    page.get_by_role("button", name="100 epochs").click()
    kl, sigma = (float(root.get_attribute(f"data-{name}")) for name in ("kl", "sigma"))
    page.get_by_label("β", exact=True).press("End")
    page.get_by_role("button", name="100 epochs").click()
    expect(root).to_have_attribute("data-epochs", "200")
    assert float(root.get_attribute("data-kl")) < kl
    assert float(root.get_attribute("data-sigma")) > sigma
    page.get_by_label("Code", exact=True).select_option("1")
    expect(root).to_have_attribute("data-epochs", "0")
    page.close()
    page = theory.mounted(browser, "holes", given)
    page.get_by_role("button", name="200 epochs").click()
    expect(page.locator(".theory")).to_have_attribute("data-good", re.compile(r"^\d+ \d+$"))
    expect(page.locator(".theory")).to_contain_text("Epoch 200")
    page.close()
