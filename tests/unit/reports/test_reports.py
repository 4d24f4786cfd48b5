"""What is handed in: a page that stands alone, a notebook that runs, a script without aelib."""

import json
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import torch.nn.functional as F
from playwright.sync_api import Browser, Page, expect

from aelib.cli.main import main
from aelib.core.counter_rng import key
from aelib.core.errors import LabError
from aelib.datasets.noise import corrupt
from aelib.datasets.user import glyphs
from aelib.experiment import Experiment, presets
from aelib.reports import html, settings_text, svg_charts
from aelib.reports.images import export
from aelib.reports.notebook import notebook
from aelib.reports.script import script
from aelib.store import Store
from aelib.training import Run, fit
from tests.support.browsing import settled
from tests.support.patience import PATIENCE
from tests.support.server import Server

HOSTILE = '</title><script>alert(1)</script><img src="https://evil.example/x.png" onerror=alert(2)> $x^2$ {{ 7*7 }}'


def _run(name: str, **values: Any) -> Run:
    return fit(presets.get(name).with_values({key.replace("__", "."): value for key, value in values.items()}), "cpu")


@pytest.fixture(scope="module")
def font() -> Run:
    return _run("font-best", epochs=60)


@pytest.fixture(scope="module")
def convolutional() -> Run:
    small = {"model__convolution__channels": "4-2", "model__convolution__stride": "2", "epochs": 3}
    return _run("font-20-10", model__kind="convolutional", **small, corruption__kind="salt_pepper")


@pytest.fixture(scope="module")
def digits() -> Run:
    return _run("digits-vae", epochs=2, snapshots="", model__layers="64-16-2")


@pytest.fixture(scope="module")
def noisy() -> Run:
    return _run("digits-denoise", epochs=2, model__layers="64-16-2")


class _Page(HTMLParser):
    """Tags, addresses and texts of a document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "xlink:href", "action", "data", "srcset"):
                self.addresses.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _stands_alone(text: str) -> _Page:
    found = _Page(text)
    assert not {"script", "link", "iframe", "object", "embed", "base"} & set(found.tags)
    assert not found.handlers
    assert found.addresses
    assert all(address.startswith(("data:image/", "#")) for address in found.addresses)
    assert not re.search(r"url\(\s*['\"]?(?!#)", text)
    assert "@import" not in text
    return found


def test_a_page_has_every_part_and_needs_nothing_else(font: Run) -> None:
    text = html.page([font], "My nets", "One\nTwo")
    found = _stands_alone(text)
    assert len(text.encode()) < 3_000_000
    texts = " ".join(found.texts)
    for part in (
        "My nets",
        "One\nTwo",
        "35-64-32-2",
        "SiLU",
        "binary cross-entropy",
        font.digest,
        font.device,
        f"torch {font.versions['torch']}",
        f"{font.metrics['learnt']} of 32",
        "DEL",
        "python -m aelib train font-best --set epochs=60",
    ):
        assert part in texts, part
    assert found.tags.count("svg") == 3, "net, curves, plane"
    # originals, outputs, the decoded plane, and a morph with both ends
    assert found.tags.count("img") == 32 + 32 + 1 + html.BETWEEN + 2
    assert html.page([font], "My nets", "One\nTwo") == text, "the same run gives the same page"


def test_every_image_has_its_wrong_pixels(font: Run) -> None:
    rows = dict(re.findall(r"<span>([^<]*)</span><span>(\d+)</span>", html.page([font])))
    expected = {name: str(count) for name, count in font.metrics["wrong_pixels"].items()}
    assert {name.replace("&amp;", "&"): count for name, count in rows.items()} == expected
    assert html.page([font]).count('class="bad"') == sum(count > 1 for count in font.metrics["wrong_pixels"].values())


def test_runs_side_by_side_say_in_what_they_differ(font: Run, convolutional: Run, digits: Run) -> None:
    text = html.page([font, convolutional, digits])
    found = _stands_alone(text)
    table = text[text.index("Side by side") : text.index("1: 35-64-32-2</h2>")]
    rows = {row[0]: row[1:] for row in (re.findall(r">([^<>]+)</t[dh]>", line) for line in table.splitlines()) if row}
    assert rows["Learnt"] == [f"{font.metrics['learnt']} of 32", f"{convolutional.metrics['learnt']} of 32", "–"]
    assert rows["Loss"] == ["binary cross-entropy", "mean squared error", "binary cross-entropy"]
    assert rows["Noise"] == ["none", "salt &amp; pepper", "none"]
    assert rows["Digest"] == [font.digest, convolutional.digest, digits.digest]
    assert "Seed" not in rows
    assert f"{digits.metrics['psnr']:.2f} dB" in " ".join(found.texts)
    assert "shown to the net" in text, "the noisy images"
    with pytest.raises(LabError, match="1 to 6"):
        html.page([font] * 7)
    with pytest.raises(LabError, match="1 to 6"):
        html.page([])


def test_hostile_words_are_shown_as_words(home: Path) -> None:
    names = ["<b>&", "$x$", "@0@", "<script>"]
    table = "char," + ",".join(f"row{i}" for i in range(5)) + "\n"
    for i, name in enumerate(names):
        table += f'"{name}",' + ",".join(("#...#", "..#..", "#.#.#", "####.")[(i + k) % 4] for k in range(5)) + "\n"
    dataset = glyphs.save(table.encode())
    run = _run("font-20-10", dataset=dataset, epochs=5)
    text = html.page([run], HOSTILE, HOSTILE + "\nsecond line")
    found = _stands_alone(text)
    texts = "".join(found.texts)
    assert texts.count(HOSTILE) == 3, "title, heading, notes"
    assert f"{HOSTILE}\nsecond line" in texts
    assert found.tags.count("b") == 0
    for name in names:
        assert texts.count(name) >= 4, f"{name} in the table, below its image, on the plane"
    cells = nbformat.reads(notebook([run], HOSTILE, HOSTILE), 4).cells
    assert not re.search(r"<(script|img|/title)", cells[0].source)
    compile(script(run.experiment), "script.py", "exec")


@pytest.mark.parametrize("name", [name for name in presets.PRESETS if not name.startswith(("notmnist", "svhn", "sr-"))])
def test_the_command_gives_the_same_digest(name: str) -> None:
    values = {"seed": 7, "epochs": 61, "optimizer.learning_rate": 0.0123}
    for experiment in (presets.get(name), presets.get(name).with_values({**values, "snapshots": ""})):
        command = shlex.split(settings_text.command(experiment))
        assert command[:4] == ["python", "-m", "aelib", "train"]
        assert _commanded(command).digest == experiment.digest


@pytest.mark.parametrize(
    "values",
    [
        {"snapshots": ()},
        {"snapshots": (0, 3, 900)},
        {"dataset": "digits8x8", "batch_size": 32, "early_stop.kind": "none"},
        {
            "model.decoder_layers": "2-9-35",
            "model.batch_norm": True,
            "corruption.kind": "painted",
            "corruption.pixels": (1, 2, 30),
            "corruption.fresh": False,
            "normalization": "symmetric",
            "loss": "mae",
        },
        {
            "model.kind": "convolutional",
            "model.convolution.code_size": 3,
            "model.convolution.stride": "2-1",
            "model.convolution.channels": "4-2",
            "beta": 0.3,
        },
        {"dataset": "emoji20x20-00000001ff", "model.variational": True, "free_bits": 0.25, "beta_warm_up": 5},
        {"optimizer.learning_rate": 1e-07, "early_stop.kind": "patience", "early_stop.min_delta": 3e-06},
    ],
)
def test_the_command_gives_the_same_digest_of_any_experiment(values: dict[str, Any]) -> None:
    experiment = presets.get("font-20-10").with_values(values)
    assert _commanded(shlex.split(settings_text.command(experiment))).digest == experiment.digest


def _commanded(command: list[str]) -> Experiment:
    """The experiment that the command line makes of the words behind `python -m aelib`."""
    from aelib.cli.main import _parser
    from aelib.cli.train import experiment_of

    return experiment_of(_parser().parse_args(command[3:]))


@pytest.mark.browser
def test_a_page_opens_in_a_browser_without_a_network(browser: Browser, tmp_path: Path, font: Run, digits: Run) -> None:
    file = tmp_path / "report.html"
    file.write_text(html.page([font, digits], HOSTILE, HOSTILE), encoding="utf-8")
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, offline=True)  # type: ignore[arg-type]
        page = context.new_page()
        problems: list[str] = []
        page.on("console", lambda message, found=problems: found.append(message.text))
        page.on("pageerror", lambda error, found=problems: found.append(str(error)))
        page.on("dialog", lambda dialog, found=problems: (found.append("a dialog"), dialog.dismiss()))
        page.on(
            "request",
            lambda asked, found=problems: asked.url.startswith(("file:", "data:")) or found.append(asked.url),
        )
        page.goto(file.as_uri())
        assert HOSTILE.split()[0] in page.title()
        ink, paper = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert (sum(map(int, re.findall(r"\d+", ink)[:3])) > sum(map(int, re.findall(r"\d+", paper)[:3]))) == (
            scheme == "dark"
        )
        broken = page.evaluate("[...document.images].filter(image => !image.naturalWidth).length")
        assert broken == 0
        wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert wide, "nothing runs out of the page"
        context.close()
        assert not problems, problems


def test_of_which_images_an_error_is(font: Run, noisy: Run) -> None:
    labels = _Page(html.page([noisy])).texts
    of_others = "MSE of what the net was shown, images looked at while training"
    assert {"MSE, held-out images", "PSNR, held-out images", of_others} <= set(labels)
    assert "MSE" not in labels
    assert "MSE" in _Page(html.page([font])).texts, "of all there are"


def test_a_name_that_looks_like_the_place_of_another_is_shown_as_it_is() -> None:
    codes = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    names = ["@2@", "@0@", "<c>"]
    drawn = svg_charts.plane(codes, names, None, "x")
    assert re.findall(r"<text[^>]*>(@\d@|&lt;c&gt;)</text>", drawn) == ["@2@", "@0@", "&lt;c&gt;"]


def test_a_notebook_runs_and_gives_the_figures_of_its_run(font: Run, tmp_path: Path) -> None:
    from nbclient import NotebookClient

    text = notebook([font], "A title", "Line one\nline two")
    document = nbformat.reads(text, 4)
    nbformat.validate(document)
    assert notebook([font], "A title", "Line one\nline two") == text
    assert not Store().digests(), "so it is trained again"
    NotebookClient(
        document, timeout=PATIENCE, resources={"metadata": {"path": str(Path(__file__).parents[3])}}
    ).execute()
    outputs = [output for cell in document.cells if cell.cell_type == "code" for output in cell.outputs]
    printed = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    assert f"loss {font.loss:.6f}" in printed
    assert f"learnt {font.metrics['learnt']}\n" in printed
    assert f"mse {font.metrics['mse']:.6g}" in printed
    worst = max(font.metrics["wrong_pixels"].items(), key=lambda one: one[1])
    assert f"{worst[0]!r}: {worst[1]} wrong pixels" in printed
    looked_at = re.search(r"MSE of all 32 images looked at: (\S+)", printed)
    assert looked_at
    assert float(looked_at[1]) == pytest.approx(font.metrics["mse"], rel=1e-3)
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3, "curves, images, plane"
    assert Store().digests() == [font.digest]


def test_a_notebook_of_two_runs_one_of_them_noisy_runs(font: Run, noisy: Run) -> None:
    from nbclient import NotebookClient

    for run in (font, noisy):
        Store().save(run)
    document = nbformat.reads(notebook([font, noisy]), 4)
    NotebookClient(
        document, timeout=PATIENCE, resources={"metadata": {"path": str(Path(__file__).parents[3])}}
    ).execute()
    outputs = [output for cell in document.cells if cell.cell_type == "code" for output in cell.outputs]
    printed = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    for run in (font, noisy):
        assert f"loss {run.loss:.6f}" in printed
        assert f"mse {run.metrics['mse']:.6g}" in printed
        assert f"MSE of all {len(run.images)} images looked at" in printed
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 6, "curves, images, plane of both"


def _scripted(experiment: Experiment, folder: Path, more: str = "") -> dict[str, float]:
    """What the script of an experiment, and more at its end, prints, run where no aelib can be found."""
    file = folder / "script.py"
    file.write_text(script(experiment) + more, encoding="utf-8")
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"^\s*(from|import) aelib", text, re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-I", str(file)], cwd=folder, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    return {name: float(value) for name, value in re.findall(r"^(\w+) ([\d.]+)", done.stdout, re.MULTILINE)}


# rel: of the loss. Without random numbers in training only rounding differs, and the samples of variational nets
@pytest.mark.parametrize(
    ("name", "values", "rel"),
    [
        ("font-best", {"epochs": 60}, 0.02),
        (
            "font-20-10",
            {
                "epochs": 40,
                "model.hidden_activation": "prelu",
                "model.batch_norm": True,
                "loss": "mae",
                "model.initialization": "kaiming_normal",
                "optimizer.kind": "nesterov",
                "batch_size": 10,
                "optimizer.learning_rate": 0.02,
                "optimizer.schedule": "step",
                "optimizer.step_every": 11,
                "normalization": "standardized",
                "optimizer.weight_decay": 0.001,
            },
            0.02,
        ),
        ("emoji-best", {"epochs": 60, "model.layers": "400-32-2", "beta": 3, "beta_warm_up": 20}, 0.02),
        (
            "font-20-10",
            {
                "epochs": 25,
                "model.kind": "convolutional",
                "model.convolution.channels": "6-3",
                "model.convolution.stride": "2-1",
                "model.hidden_activation": "arctan",
                "model.batch_norm": True,
                "model.initialization": "kaiming_uniform",
                "optimizer.learning_rate": 0.01,
            },
            0.02,
        ),
    ],
)
def test_a_script_without_aelib_trains_to_the_same(
    name: str, values: dict[str, Any], rel: float, tmp_path: Path
) -> None:
    experiment = presets.get(name).with_values(values)
    run, found = fit(experiment, "cpu"), _scripted(experiment, tmp_path)
    assert found["loss"] == pytest.approx(run.loss, rel=rel)
    assert abs(found["learnt"] - run.metrics["learnt"]) <= 1
    # far from where it started, so that a net which does not train would fail
    assert run.loss < 0.9 * run.history[0]["train_loss"]


def test_a_script_without_aelib_takes_off_as_much_noise(tmp_path: Path) -> None:
    """One draw of noise says little (its loss has a spread of 13 %), so both nets are judged by many."""
    experiment = presets.get("font-denoise-best").with_values({"epochs": 150})
    run, draws = fit(experiment, "cpu"), 30
    more = f'print("mean", sum(evaluate(held_shown, held)[0] for _ in range({draws})) / {draws})\n'
    found = _scripted(experiment, tmp_path, more)
    clean, noise = run.images.images(), experiment.corruption
    noisy = [corrupt(clean, noise.kind, noise.level, [key(1, turn)])[0] for turn in range(draws)]
    losses = [float(F.binary_cross_entropy(run.restored(one).clamp(1e-7, 1 - 1e-7), clean)) for one in noisy]
    assert found["mean"] == pytest.approx(sum(losses) / draws, rel=0.2)
    assert abs(found["learnt"] - run.metrics["learnt"]) <= 5


def test_a_script_loads_the_images_that_are_too_many(tmp_path: Path) -> None:
    small = {"model.convolution.channels": "2-2", "model.convolution.stride": "1", "model.convolution.upscale": "last"}
    experiment = presets.get("photographs-2-best").with_values({**small, "epochs": 1, "batch_size": 200})
    assert "photographs_x2.npz" in script(experiment)
    export("photographs_x2", tmp_path / "photographs_x2.npz")
    run, found = fit(experiment, "cpu"), _scripted(experiment, tmp_path)
    assert found["mse"] == pytest.approx(run.metrics["mse"], rel=0.03)
    with pytest.raises(LabError, match="cannot be written"):
        export("digits8x8", tmp_path / "nowhere" / "x.npz")


def test_what_a_script_cannot_say_is_one_sentence() -> None:
    with pytest.raises(LabError, match="32 bits"):
        script(presets.get("letters-7x7").with_values({"precision": "mixed"}))


def test_the_command_line_writes_every_kind(font: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Store().save(font)
    for kind, start in (("html", "<!DOCTYPE html>"), ("notebook", "{"), ("script", "# 35-64-32-2")):
        file = tmp_path / f"out.{kind}"
        words_ = [] if kind == "script" else ["--title", "T <i>", "--notes", "a\nb"]
        assert main(["report", font.digest, f"--{kind}", str(file), *words_, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["bytes"] == file.stat().st_size
        assert file.read_text(encoding="utf-8").startswith(start)
    assert "T &lt;i&gt;" in (tmp_path / "out.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["0" * 16, "--html", "x.html"], "There is no run"),
        (["../../etc", "--html", "x.html"], "There is no run"),
        (["DIGEST", "--html", "no/such/folder.html"], "cannot be written"),
        (["DIGEST", "--script", "."], "cannot be written"),
        (["DIGEST", "0" * 16, "--script", "x.py"], "one run"),
        (["DIGEST"], "required"),
        (["DIGEST", "--html", "a", "--notebook", "b"], "not allowed"),
    ],
)
def test_the_command_line_refuses_in_one_line(
    arguments: list[str],
    sentence: str,
    font: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Store().save(font)
    _refused(["report", *(font.digest if one == "DIGEST" else one for one in arguments)], sentence, capsys)
    assert not list(tmp_path.glob("x.*"))


def test_a_damaged_run_is_refused_in_one_line(font: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    store = Store()
    store.save(font)
    (store.runs / font.digest / "weights.safetensors").write_bytes(b"nonsense")
    _refused(["report", font.digest, "--html", str(tmp_path / "x.html")], "damaged", capsys)


def _refused(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(arguments)
    except SystemExit as ended:  # argparse's own
        code = int(ended.code or 0)
    told = capsys.readouterr()
    assert code == 2
    assert sentence in told.err
    assert told.err.count("\n") == 1
    assert not told.out


def test_a_lesson_ends_with_buttons_that_keep_what_is_written(font: Run) -> None:
    import streamlit as st

    from tests.support.apps import opened, sound

    st.cache_resource.clear()  # the store of a test before this one
    Store().save(font)
    app = opened("pages/dense.py", {"preset": "font-best", "epochs": "60"})
    assert app.header[-1].value == "9 · Hand in"
    labels = [button.label for button in app.get("download_button")]
    assert labels[-3:] == ["Page (HTML)", "Notebook", "Python script"]
    sound(app.text_input(key="dense-run:hand-in:title").set_value("Anna & Ben").run())
    sound(app.text_area(key="dense-run:hand-in:notes").set_value("a\nb").run())
    assert app.text_input(key="dense-run:hand-in:title").value == "Anna & Ben"


def _buttons(run: Run) -> dict[str, tuple[bool, str]]:
    """The buttons that give a run's files: label -> disabled, help."""
    from tests.support.apps import from_function

    def page(run) -> None:  # type: ignore[no-untyped-def] # its text is run where nothing is imported
        from aelib.ui.views import hand_in, run_file

        run_file.download(run, "there")
        hand_in.hand_in(run, "there")

    app = from_function(page, run=run)
    return {one.proto.label: (one.proto.disabled, one.proto.help) for one in app.get("download_button")}


def test_a_file_that_cannot_be_made_is_not_offered_and_the_button_says_why(home: Path) -> None:
    from aelib.datasets.user import glyphs

    own = glyphs.save(b"char,row0,row1,row2\nx,#.#,.#.,#.#\no,###,#.#,###\n")
    values = {"dataset": own, "model.layers": "9-6-2", "epochs": 5}
    run = fit(presets.get("font-best").with_values(values), "cpu")
    there = _buttons(run)
    assert not any(disabled for disabled, _ in there.values())
    (home / "datasets" / f"{own}.csv").unlink()  # while the page is open
    gone = _buttons(run)
    assert list(gone) == ["Run as a file", "Page (HTML)", "Notebook", "Python script"]
    for disabled, about in gone.values():
        assert disabled
        assert "upload it again" in about


@pytest.mark.browser
def test_a_lesson_gives_the_files_that_it_promises(server: Server, page: Page, font: Run) -> None:
    Store(server.home).save(font)
    page.goto(f"{server.url}/dense?preset=font-best&epochs=60")
    expect(page.get_by_role("heading", name="9 · Hand in")).to_be_visible()
    settled(page)
    page.get_by_role("textbox", name="Title").fill("Anna & Ben")  # no Enter: the click comes at once
    for label, end, start in (
        ("Page (HTML)", ".html", "<!DOCTYPE html>"),
        ("Notebook", ".ipynb", "{"),
        ("Python script", f"autoencoder-{font.digest}.py", "# 35-64-32-2"),
    ):
        with page.expect_download() as found:
            page.get_by_role("button", name=label).click()
        assert found.value.suggested_filename.endswith(end)
        text = found.value.path().read_text(encoding="utf-8")
        assert text.startswith(start)
        assert ("Anna &amp; Ben" in text) == (end != f"autoencoder-{font.digest}.py")
