"""Time of an epoch as a function of the number of nets that train together and of the size of one net, and the accuracy
of the time estimate that pages show before training (aelib/training/time_estimate.py)."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from playwright.sync_api import sync_playwright
from plotly.subplots import make_subplots

from aelib import datasets
from aelib.core.device import pick_device
from aelib.experiment import Experiment, presets, resolve
from aelib.training import fit_many, time_estimate
from aelib.training.engines import numba_support
from aelib.training.engines.base import Batch
from aelib.training.loop import _engine
from tests.support import chromium

from .machine import HERE, table, write

NETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
WIDTHS = (8, 16, 32, 64, 128, 256, 512)
ROUNDS, SECONDS = 5, 0.15


def _step(experiment: Experiment, nets: int) -> Callable[[], None]:
    members = [experiment.with_values({"seed": seed}) for seed in range(nets)]
    engine = _engine(members, pick_device("cpu"))
    images = datasets.load(experiment.dataset).images()[None]
    batch = Batch(images, images)
    return lambda: engine.step(batch, 1.0)


def _microseconds(step: Callable[[], None]) -> float:
    """Time of one step: median of ROUNDS rounds of about SECONDS each."""
    step()
    start = time.perf_counter()
    step()
    count = max(1, int(SECONDS / (time.perf_counter() - start)))
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(count):
            step()
        times.append((time.perf_counter() - start) / count * 1e6)
    return statistics.median(times)


def _wide(width: int) -> Experiment:
    return presets.get("font-20-10").with_values({"model.layers": f"35-{width}-{width // 2}-2"})


def _picture(by_nets: dict[int, float], by_size: dict[int, float], batched: dict[int, float]) -> None:
    """Draws benchmarks/scaling.png with the Chromium of the browser tests."""
    figure = make_subplots(1, 2, subplot_titles=("35-20-10-2: nets together", "one net: parameters"))
    figure.add_scatter(x=list(by_nets), y=[by_nets[n] / n for n in by_nets], name="µs an epoch and net", row=1, col=1)
    figure.add_scatter(x=list(by_size), y=list(by_size.values()), name="compiled (one net)", row=1, col=2)
    figure.add_scatter(x=list(batched), y=list(batched.values()), name="PyTorch by hand (one net)", row=1, col=2)
    figure.update_xaxes(type="log", dtick=1)
    figure.update_yaxes(type="log", dtick="D2", title="µs an epoch")
    figure.update_layout(width=1000, height=400, template="plotly_white", legend={"orientation": "h", "y": -0.15})
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "figure.html"
        figure.write_html(page, include_plotlyjs=True)
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 1020, "height": 430})
        view.goto(page.as_uri())
        view.wait_for_selector(".main-svg")
        view.screenshot(path=HERE / "scaling.png")
        browser.close()


def main() -> None:
    torch.set_num_threads(1)
    base = presets.get("font-20-10")
    by_nets = {nets: _microseconds(_step(base, nets)) for nets in NETS}
    by_size = {resolve(_wide(width)).architecture.parameters: _microseconds(_step(_wide(width), 1)) for width in WIDTHS}
    had, numba_support.available = numba_support.available, False
    batched = {resolve(_wide(width)).architecture.parameters: _microseconds(_step(_wide(width), 1)) for width in WIDTHS}
    numba_support.available = had
    _picture(by_nets, by_size, batched)
    estimates = []
    for experiments, what in (
        ([base], "35-20-10-2, 10,000 epochs"),
        ([presets.get("font-best")], "font-best"),
        ([_wide(256)], "35-256-128-2, 10,000 epochs"),
        ([base.with_values({"epochs": 2000, "seed": seed}) for seed in range(50)], "50 nets 35-20-10-2, 2,000 epochs"),
        ([presets.get("font-denoise-10").with_values({"epochs": 2000})], "font-denoise-10, 2,000 epochs"),
        ([base.with_values({"epochs": 300, "model.batch_norm": True})], "35-20-10-2 with batch norm, 300 epochs"),
    ):
        start = time.perf_counter()
        fit_many(experiments, "cpu")
        seconds, guess = time.perf_counter() - start, time_estimate.seconds(experiments)
        estimates.append([what, f"{seconds:.2f}", f"{guess:.2f}", f"{guess / seconds:.1f}"])
    body = "One thread, 32 characters in one batch, Adam.\n\n![Cost of an epoch](scaling.png)\n\n"
    rows = [[str(nets), f"{us:.0f}", f"{us / nets:.1f}"] for nets, us in by_nets.items()]
    body += table(["nets 35-20-10-2 together", "µs an epoch", "µs an epoch and net"], rows) + "\n\n"
    sizes = [[f"{size:,}", f"{us:.0f}", f"{batched[size]:.0f}"] for size, us in by_size.items()]
    body += table(["parameters of one net", "µs an epoch, as `fit` trains it", "PyTorch by hand"], sizes) + "\n\n"
    body += "What pages say before training:\n\n"
    body += table(["training", "seconds", "estimated", "ratio"], estimates)
    write("scaling", "Cost by number and size of nets", body)


if __name__ == "__main__":
    main()
