"""Parts of the theory pages in a real Chromium, without a server: what they say is what is true."""

import pytest
import torch
from playwright.sync_api import expect

from aelib.browser.description import describe
from aelib.nn.activations import ACTIVATIONS
from aelib.ui.theory import activations
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
