"""The page that is handed in stands alone and says everything."""

import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from aelib.analysis.reconstruction import rate_distortion
from aelib.classroom.asking.items import Predicted
from aelib.core.errors import LabError
from aelib.datasets.user import glyphs
from aelib.reports import compressor, html
from aelib.reports.notebook import notebook
from aelib.reports.script import script
from aelib.training import Run
from tests.support.hostile import HOSTILE
from tests.support.trainings import trained


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


def test_a_page_has_every_part_and_needs_nothing_else(font_run: Run) -> None:
    text = html.page([font_run], "My nets", "One\nTwo")
    found = _stands_alone(text)
    assert len(text.encode()) < 3_000_000
    texts = " ".join(found.texts)
    for part in (
        "My nets",
        "One\nTwo",
        "35-64-32-2",
        "SiLU",
        "binary cross-entropy",
        font_run.digest,
        font_run.device,
        f"torch {font_run.versions['torch']}",
        f"{font_run.metrics['learnt']} of 32",
        "DEL",
        "python -m aelib train font-best --set epochs=60",
    ):
        assert part in texts, part
    assert found.tags.count("svg") == 3, "net, curves, plane"
    # originals, outputs, the decoded plane, and a morph with both ends
    assert found.tags.count("img") == 32 + 32 + 1 + html.BETWEEN + 2
    assert html.page([font_run], "My nets", "One\nTwo") == text, "the same run gives the same page"


def test_every_image_has_its_wrong_pixels(font_run: Run) -> None:
    rows = dict(re.findall(r"<span>([^<]*)</span><span>(\d+)</span>", html.page([font_run])))
    expected = {name: str(count) for name, count in font_run.metrics["wrong_pixels"].items()}
    assert {name.replace("&amp;", "&"): count for name, count in rows.items()} == expected
    assert html.page([font_run]).count('class="bad"') == sum(
        count > 1 for count in font_run.metrics["wrong_pixels"].values()
    )


def test_runs_side_by_side_say_in_what_they_differ(font_run: Run, convolutional_run: Run, digits_run: Run) -> None:
    text = html.page([font_run, convolutional_run, digits_run])
    found = _stands_alone(text)
    table = text[text.index("Side by side") : text.index("1: 35-64-32-2</h2>")]
    rows = {row[0]: row[1:] for row in (re.findall(r">([^<>]+)</t[dh]>", line) for line in table.splitlines()) if row}
    assert rows["Learnt"] == [
        f"{font_run.metrics['learnt']} of 32",
        f"{convolutional_run.metrics['learnt']} of 32",
        "–",
    ]
    assert rows["Loss"] == ["binary cross-entropy", "mean squared error", "binary cross-entropy"]
    assert rows["Noise"] == ["none", "salt &amp; pepper", "none"]
    assert rows["Digest"] == [font_run.digest, convolutional_run.digest, digits_run.digest]
    assert "Seed" not in rows
    assert f"{digits_run.metrics['psnr']:.2f} dB" in " ".join(found.texts)
    assert "input of the net" in text, "the noisy images"
    with pytest.raises(LabError, match="1 to 6"):
        html.page([font_run] * 7)
    with pytest.raises(LabError, match="1 to 6"):
        html.page([])


def test_a_prediction_stands_before_the_run_as_it_was_written(font_run: Run) -> None:
    predicted = Predicted("How many?", "20", "27", HOSTILE)
    texts = "".join(_stands_alone(html.page([font_run], predicted=predicted)).texts)
    assert re.search(r"Prediction\s+Question.*How many\?.*20.*27", texts, re.DOTALL)
    assert HOSTILE in texts
    assert "Prediction" not in "".join(_stands_alone(html.page([font_run])).texts)


def test_hostile_words_are_shown_as_words(home: Path) -> None:
    names = ["<b>&", "$x$", "@0@", "<script>"]
    table = "char," + ",".join(f"row{i}" for i in range(5)) + "\n"
    for i, name in enumerate(names):
        table += f'"{name}",' + ",".join(("#...#", "..#..", "#.#.#", "####.")[(i + k) % 4] for k in range(5)) + "\n"
    dataset = glyphs.save(table.encode())
    run = trained("font-20-10", {"dataset": dataset, "epochs": 5})
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


def test_of_which_images_an_error_is(font_run: Run, noisy_run: Run) -> None:
    labels = _Page(html.page([noisy_run])).texts
    of_others = "MSE of the net's input, evaluation images"
    assert {"MSE, held-out images", "PSNR, held-out images", of_others} <= set(labels)
    assert "MSE" not in labels
    assert "MSE" in _Page(html.page([font_run])).texts, "of all there are"


def test_a_compressor_has_its_rates_and_its_rivals(compressor_run: Run) -> None:
    found = _Page(html.page([compressor_run]))
    said = " ".join(" ".join(found.texts).split())
    assert "As a compressor" in said
    assert "over 400 test images" in said
    for rival in ("JPEG without headers", "WebP", "PCA, 8 bits"):
        assert rival in said
    exact = rate_distortion.points(compressor_run, rate_distortion.encode_run(compressor_run), [8])[0]
    assert f"{exact.psnr:.2f}" in said


def test_a_denoiser_is_no_compressor(convolutional_run: Run, noisy_run: Run) -> None:
    for run in (convolutional_run, noisy_run):
        assert compressor.section(run, 36) is None
