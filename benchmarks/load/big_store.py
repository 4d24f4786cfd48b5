"""Time until the page Runs shows its first rows for a store as large as a school's after years of use."""

import hashlib
import json
import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from streamlit.testing.v1 import AppTest

from aelib.experiment import Experiment, digest_of, presets
from aelib.store import Store
from aelib.training import fit
from tests.support import chromium
from tests.support.server import ROOT, Server

from .rows import Row, at_most

LIMIT = 0.5  # seconds
LINKED = 50_000  # hard links to one file: file systems allow about 65,000
ROUNDS = 5


def _experiment(seed: int) -> Experiment:
    return presets.get("font-best").with_values({"epochs": 3, "seed": seed})


def fill(store: Store, runs: int) -> None:
    """Fill the store with complete runs: each has its own run.json with correct checksum and digest, and a row in the
    index. Only the weights are the same, as hard links: training 100,000 nets would not change the result."""
    real = _experiment(0)
    store.save(fit(real, "cpu"))
    folder = store.runs / digest_of(real)
    record = json.loads((folder / "run.json").read_text())
    row: dict[str, Any] = dict(store.summaries(limit=1)[0])
    others = [file for file in folder.iterdir() if file.name != "run.json"]
    rows = []
    for seed in range(1, runs):
        experiment = real.model_copy(update={"seed": seed})
        digest = digest_of(experiment)
        changes = {"digest": digest, "created": f"{2000 + seed % 25}{row['created'][4:]}", "seconds": seed % 977 / 10}
        learnt, wrong = seed % 33, seed * 7 % 300
        record |= changes
        record["experiment"]["seed"] = seed
        record["metrics"] |= {"learnt": learnt, "wrong_pixels_total": wrong}
        record.pop("checksum", None)
        record["checksum"] = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
        target = store.runs / digest
        target.mkdir()
        (target / "run.json").write_text(json.dumps(record))
        if seed % LINKED == 0:
            others = [Path(shutil.copy(file, target / file.name)) for file in others]
        else:
            for file in others:
                (target / file.name).hardlink_to(file)
        rows.append({**row, **changes, "seed": seed, "learnt": learnt, "wrong_pixels": wrong})
    names = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection = sqlite3.connect(store.index.path)
    with connection:
        connection.executemany(f"INSERT OR REPLACE INTO runs ({names[0]}) VALUES ({names[1]})", rows)
    connection.close()
    store.index.set_stamp(str(store.runs.stat().st_mtime_ns))


def _one_more(store: Store, seed: int) -> None:
    """Add a run, as happens often in a class."""
    store.save(fit(_experiment(10_000_000 + seed), "cpu"))


def in_the_script(store: Store) -> dict[str, float]:
    """Seconds of the page's script in a process that has imported everything."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    app.switch_page("pages/runs.py")

    def seconds() -> float:
        start = time.perf_counter()
        app.run()
        taken = time.perf_counter() - start
        assert not app.exception
        assert len(app.dataframe)
        return taken

    cold, warm, after = seconds(), [seconds() for _ in range(ROUNDS)], []
    for number in range(ROUNDS):
        _one_more(store, number)
        after.append(seconds())
    return {"cold": cold, "warm": statistics.median(warm), "after": statistics.median(after)}


def _click(page: Page, name: str, drawn: str) -> float:
    start = time.perf_counter()
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_function(f"() => {drawn}", polling="raf", timeout=120_000)
    return time.perf_counter() - start


def in_the_browser(store: Store) -> dict[str, float]:
    """Seconds from the click on Runs in the sidebar to the first rows in Chromium."""
    rows = "document.querySelector('[data-testid=stDataFrame] [role=gridcell]')"
    home = "!document.querySelector('[data-testid=stDataFrame]') && document.querySelector('h1')"
    server = Server(store.root)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(server.url)
            page.get_by_role("heading", name="Autoencoder Lab").wait_for(timeout=60_000)
            page.wait_for_timeout(2000)

            def seconds(change: int | None = None) -> float:
                if change is not None:
                    _one_more(store, change)
                taken = _click(page, "Runs", rows)
                page.wait_for_timeout(700)
                _click(page, "Home", home)
                page.wait_for_timeout(700)
                return taken

            cold, warm = seconds(), [seconds() for _ in range(ROUNDS)]
            after = [seconds(ROUNDS + number) for number in range(ROUNDS)]
            start = time.perf_counter()
            fresh = browser.new_context().new_page()
            fresh.goto(f"{server.url}/runs")
            fresh.wait_for_function(f"() => {rows}", polling="raf", timeout=120_000)
            address = time.perf_counter() - start
            browser.close()
    finally:
        server.stop()
    return {"cold": cold, "warm": statistics.median(warm), "after": statistics.median(after), "address": address}


def measure(quick: bool = False) -> list[Row]:
    runs = 1_000 if quick else 100_000
    said = f"{runs:,} runs"
    before = os.environ.get("AELIB_HOME")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        store = Store(home)
        start = time.perf_counter()
        fill(store, runs)
        filled = time.perf_counter() - start
        os.environ["AELIB_HOME"] = str(home)
        try:
            browser, script = in_the_browser(store), in_the_script(store)
        finally:
            os.environ.pop("AELIB_HOME")
            if before is not None:
                os.environ["AELIB_HOME"] = before
    moments = {"cold": "the first time", "warm": "again", "after": "again, after another run was trained"}
    result = []
    for what, taken in (("the page's script", script), ("in Chromium, from the click to the first rows", browser)):
        result += [at_most(f"{said}, {what}, {when}", taken[name], LIMIT, "s") for name, when in moments.items()]
    result.append(Row("in a fresh Chromium, from the address to the first rows", f"{browser['address']:.2f} s"))
    result.append(Row("filling the store for this test", f"{filled:.0f} s"))
    return result
