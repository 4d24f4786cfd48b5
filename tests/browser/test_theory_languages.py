"""Parts of the theory pages in a language of which every text is known by its brackets: nothing stands outside them."""

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Page

from aelib.ui.theory import activations, convolution, training, variational
from aelib.ui.theory.parts.words import WORDS
from tests.support import theory

pytestmark = pytest.mark.browser

DRAWS: list[tuple[ModuleType, Callable[[], None]]] = [
    *((activations, one) for one in (activations.curves, activations.depth, activations.race, activations.softmax)),
    *((convolution, one) for one in (convolution.kernels, convolution.pooling, convolution.checkerboard)),
    *((convolution, one) for one in (convolution.receptive, convolution.learnt)),
    *((training, one) for one in (training.one_step, training.descent, training.histograms)),
    *((variational, one) for one in (variational.gaussians, variational.reparametrisation, variational.log_variance)),
    *((variational, one) for one in (variational.tug, variational.holes)),
]
MARKED = {text: f"⟦{text}⟧" for texts in WORDS.values() for text in texts}
SHOWN = """root => [
  ...[...root.querySelectorAll("*")].flatMap((one) => ["aria-label", "aria-valuetext", "title"].map((name) => one.getAttribute(name) ?? "")),
  ...[...root.querySelectorAll("*")].flatMap((one) => [...one.childNodes]).filter((one) => one.nodeType === Node.TEXT_NODE).map((one) => one.data),
  ...window.written]"""


def _marked(given: Any) -> Any:
    """The same with brackets around labels, which come translated from the server."""
    if isinstance(given, list | tuple):
        return [_marked(one) for one in given]
    if isinstance(given, dict):
        return {name: f"⟦{one}⟧" if name == "label" else _marked(one) for name, one in given.items()}
    return given


def _outside(text: str) -> str:
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = shorter
    return text


def _faults(page: Page) -> list[str]:
    """Texts with words outside the brackets, with an empty place, or with a number in English."""
    shown = page.locator(".theory").evaluate(SHOWN)
    return [one for one in shown if re.search(r"(?!log)[A-Za-z]{3,}|\d\.\d", _outside(one)) or re.search(r"[{}]", one)]


@pytest.mark.parametrize(("module", "draw"), DRAWS, ids=lambda one: one.__name__.rsplit(".", 1)[-1])
def test_everything_is_said_in_the_language_of_the_session(browser, monkeypatch, module, draw) -> None:
    found: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(module, "part", lambda name, given=None, version="": found.append((name, given or {})))
    monkeypatch.setattr(convolution, "open_run", lambda experiment: None)
    monkeypatch.setattr(convolution, "runs_of", lambda *_: None)
    monkeypatch.setattr(training, "open_run", lambda experiment: None)
    monkeypatch.setattr(training, "_RECIPE", {**training._RECIPE, "epochs": "50"})
    draw()
    name, given = found[0]
    page = theory.mounted(browser, name, _marked(given), texts=MARKED, language="es")
    root = page.locator(".theory")
    if name == "descent":
        page.wait_for_selector("[data-ready]")
    assert len(root.evaluate(SHOWN)) > 10
    assert _faults(page) == []
    for box in root.get_by_role("checkbox").all():
        box.check()
    for button in root.get_by_role("button").all():
        button.click()
    for slider in root.get_by_role("slider").all():
        slider.press("End")
    for field in root.get_by_role("textbox").all()[:1]:
        field.fill("?")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert _faults(page) == []
    page.close()
