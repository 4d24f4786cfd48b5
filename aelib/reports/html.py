"""One to six runs as a single HTML page that needs no network and no scripts."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import torch
from markupsafe import Markup

from aelib.analysis.reconstruction import decibels
from aelib.charts import glyphs
from aelib.charts import network as network_chart
from aelib.core.durations import duration_text
from aelib.core.errors import LabError
from aelib.core.language import _, current, date_text, number
from aelib.experiment import resolve
from aelib.metrics import latent_space, reconstruction
from aelib.training import STOPPED, Array, Run

from . import compressor, settings_text, svg_charts

if TYPE_CHECKING:
    from jinja2 import Environment

    from aelib.classroom.asking.items import Predicted

Theme = Literal["auto", "light", "dark"]
MAX_RUNS = 6
MAX_MEMORISED, MAX_OTHERS = 120, 20  # images shown of a memorised data set, and of others
BETWEEN = 10  # images between the two ends of a morph
GRID = 15  # rows and columns of the decoded plane
WIDE, NARROW = 56, 36  # CSS pixels: width of photographs and emoji, and of glyphs
MAX_TEXT = 20_000  # characters of title and notes
_TEMPLATES = Path(__file__).parent / "templates"


def page(
    runs: Sequence[Run],
    title: str = "",
    notes: str = "",
    theme: Theme = "auto",
    predicted: "Predicted | None" = None,
) -> str:
    """A complete HTML document in the current language, the same for the same runs.

    For each run it has the net, the settings in words, curves, errors, images, the latent plane, a morph, for a
    compressor of images its rates and rivals, facts about the training, and the command that trains it again. Several
    runs are first compared in a table.

    Args:
        runs: 1 to MAX_RUNS runs.
        title, notes: plain text, at most MAX_TEXT characters together; line breaks are kept.
        theme: "auto" follows the reader's system; a printed page is always light.
        predicted: what its author predicted before the training, what came, and why.

    Raises LabError for another number of runs, for a longer text, and if a run's images are not on this machine.
    """
    if not 1 <= len(runs) <= MAX_RUNS:
        raise LabError("A report has 1 to {most} runs: {given} were given.", most=MAX_RUNS, given=len(runs))
    if len(title) + len(notes) > MAX_TEXT:
        raise LabError(
            "Title and notes have {characters:,} characters: give at most {most:,}.",
            characters=len(title) + len(notes),
            most=MAX_TEXT,
        )
    names = _names(runs)
    several = dict(zip(names, runs, strict=True)) if len(runs) > 1 else None
    return str(
        environment()
        .get_template("report.html.j2")
        .render(
            language=current(),
            title=title.strip() or _title(runs),
            notes=notes.strip(),
            predicted=predicted,
            theme=theme,
            style=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - ours
            table=_side_by_side(names, runs) if several else None,
            together=_safe(svg_charts.errors(several)) if several else None,
            sections=[_section(name, run) for name, run in zip(names, runs, strict=True)],
        )
    )


@functools.cache
def environment() -> "Environment":
    """The templates of this package, which escape all text."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["_"] = _
    return found


def _safe(svg: str | None) -> Markup | None:
    """SVG made by this package, in which all user text is already escaped."""
    return None if svg is None else Markup(svg)  # noqa: S704


def _title(runs: Sequence[Run]) -> str:
    titles = list(dict.fromkeys(_(run.spec.title) for run in runs))
    if len(titles) == 2:
        return _("{first} and {second}", first=titles[0], second=titles[1])
    return titles[0] if len(titles) == 1 else _("Autoencoders")


def _names(runs: Sequence[Run]) -> list[str]:
    """Names of the nets, numbered if there are several."""
    if len(runs) == 1:
        return [runs[0].experiment.network]
    return [f"{number}: {run.experiment.network}" for number, run in enumerate(runs, start=1)]


def _side_by_side(names: Sequence[str], runs: Sequence[Run]) -> list[tuple[str, list[str]]]:
    """Rows of a table with a column for each run: results, and the settings that differ."""
    columns: list[dict[str, str]] = []
    for name, run in zip(names, runs, strict=True):
        columns.append({"": name, **dict(facts(run)), **_training_facts(run)})
    rows = {label: [column.get(label, "–") for column in columns] for column in columns for label in column}
    chosen = [{one.path: one for one in settings_text.settings(run.experiment)} for run in runs]
    for path, setting in {path: one for settings in chosen for path, one in settings.items()}.items():
        values = [settings[path].value if path in settings else setting.default for settings in chosen]
        if len(set(values)) > 1:
            rows[setting.label] = values
    return list(rows.items())


def facts(run: Run) -> list[tuple[str, str]]:
    """The results of a run: (label, value)."""
    found, described = run.metrics, run.spec
    rows = []
    if "learnt" in found:
        rows += [
            (_("Learnt"), _("{learnt} of {total}", learnt=found["learnt"], total=found["total"])),
            (_("Wrong pixels, all images"), number(found["wrong_pixels_total"], ",")),
        ]
    else:
        rows.append((_("Held-out images"), number(found["images"], ",")))
    all_shown = described.memorised
    rows += [
        (_("MSE") if all_shown else _("MSE, held-out images"), number(found["mse"], ".3g")),
        (_("PSNR") if all_shown else _("PSNR, held-out images"), f"{number(decibels.psnr(run), '.2f')} dB"),
    ]
    if "elbo" in found:
        active = _("{learnt} of {total}", learnt=found["active"], total=run.latent_dim)
        rows += [
            (_("Reconstruction loss"), number(found["recon_loss"], ".4g")),
            (_("KL divergence, nats"), number(found["kl"], ".3g")),
            (_("Active latent dimensions"), active),
        ]
    rows.append((_("Training loss"), number(run.loss, ".4g")))
    if _inputs_differ(run) and described.shape == described.shown_shape:
        label = _("MSE of the net's input") if all_shown else _("MSE of the net's input, evaluation images")
        rows.append((label, number(_mse_shown(run), ".3g")))
    return rows


def _mse_shown(run: Run) -> float:
    return float(reconstruction.mse(run.inputs, run.images.images()).mean())


def _training_facts(run: Run) -> dict[str, str]:
    whole, epoch = duration_text(run.seconds), duration_text(run.seconds / max(run.epochs, 1))
    return {
        _("Parameters"): number(run.parameters, ","),
        _("Epochs"): number(run.epochs, ","),
        _("Training time"): _("{whole}, {epoch} an epoch", whole=whole, epoch=epoch),
        _("Device"): run.device,
        _("Digest"): run.digest,
    }


def _section(name: str, run: Run) -> dict[str, Any]:
    """The values that the template shows for one run."""
    experiment, described = run.experiment, run.spec
    chosen = _chosen(run)
    return {
        "name": name,
        "dataset": described,
        "network": _safe(network_chart.svg(experiment).replace(network_chart.INK["light"], "currentColor")),
        "settings": settings_text.settings(experiment),
        "measures": facts(run),
        "curves": _safe(svg_charts.curves(run)),
        "wrong": sorted(run.metrics.get("wrong_pixels", {}).items(), key=lambda one: -one[1]),
        "learnt_at_most": reconstruction.LEARNT_AT_MOST,
        "images": _safe(_images(run, chosen)),
        "noisy": _inputs_differ(run),
        "pictured": len(chosen),
        "of": len(run.images),
        "plane": _plane(run),
        "morph": _morph(run),
        "compressor": compressor.section(run, _width(run)),
        "facts": {
            **_training_facts(run),
            _("Stopped"): _(STOPPED[run.stopped]),
            _("Trained (UTC)"): date_text(run.created),
            _("Versions"): ", ".join(f"{program} {version}" for program, version in run.versions.items()),
            _("Multiplications for one image"): number(resolve(experiment).architecture.multiplications, ","),
        },
        "command": _command(run),
        "json": experiment.to_json(),
    }


def _command(run: Run) -> str:
    try:
        return settings_text.command(run.experiment)
    except LabError as error:
        return f"# {error}"


def _chosen(run: Run) -> list[int]:
    """Indices of the images shown: all of a memorised data set (up to MAX_MEMORISED), else MAX_OTHERS, evenly
    chosen."""
    count = len(run.images)
    if run.spec.memorised:
        return list(range(min(count, MAX_MEMORISED)))
    return [count * i // MAX_OTHERS for i in range(MAX_OTHERS)] if count > MAX_OTHERS else list(range(count))


def _inputs_differ(run: Run) -> bool:
    """Whether the net's inputs in the evaluation differ from the images."""
    noise = run.experiment.corruption
    return run.images.inputs is not None or (noise.kind != "none" and noise.where != "train")


def _width(run: Run) -> int:
    return WIDE if run.spec.light or run.images.pixels.shape[-1] > 20 else NARROW


def _images(run: Run, chosen: list[int]) -> str:
    """HTML with originals, inputs if they differ, and outputs with wrong pixels marked."""
    described, width = run.spec, _width(run)
    shown, targets = run.inputs[chosen], run.images.images()[chosen]
    outputs = run.restored(shown, run.images.labels[chosen])
    wrong = reconstruction.wrong_pixel_map(outputs, targets, described.wrong_pixel).any(dim=1, keepdim=True).numpy()
    counts = wrong.sum(axis=(1, 2, 3))
    columns = []
    for place, i in enumerate(chosen):
        name = run.images.names[i]
        target, output = (described.drawn(images[place].numpy()) for images in (targets, outputs))
        tiles = [glyphs.tile(glyphs.colours(target), _("{name}, original", name=name), width)]
        if _inputs_differ(run):
            given = described.drawn(shown[place].numpy())
            tiles.append(glyphs.tile(glyphs.colours(given), _("{name}, input of the net", name=name), width))
        picture = glyphs.marked(output, target, wrong[place]) if described.memorised else glyphs.colours(output)
        tiles.append(glyphs.tile(picture, _("{name}, output of the net", name=name), width))
        count = int(counts[place])
        caption = (f"{name} · {count}" if count else name) if described.memorised else ""
        columns.append((tiles, caption, described.memorised and count > reconstruction.LEARNT_AT_MOST))
    return glyphs.row(columns)


def _plane(run: Run) -> dict[str, Any] | None:
    """The latent plane and the plane decoded, for two latent dimensions; else None. A net that is told the class has
    one plane for each, and None."""
    experiment = run.experiment
    if resolve(experiment).latent_dim != 2 or experiment.model.enlarges or experiment.model.conditional:
        return None
    codes, named = run.codes(), resolve(experiment).spec.memorised
    labels = None if named else run.images.labels.tolist()
    extent = latent_space.extent(codes, experiment.model.variational)
    decoded = run.decode(latent_space.cells(extent, GRID))
    return {
        "codes": _safe(svg_charts.plane(codes, run.images.names, labels, run.digest)),
        "grid": glyphs.data_uri(glyphs.colours(_sheet(resolve(experiment).spec.drawn(decoded)))),
        "extent": tuple(map(float, extent)),
        "side": GRID,
        "named": min(svg_charts.MAX_NAMES, len(codes)) if named else 0,
        "images": len(codes),
    }


def _sheet(images: Array) -> Array:
    """GRID² images as one image, channels × height × width."""
    _, channels, height, width = images.shape
    rows = images.reshape(GRID, GRID, channels, height, width).transpose(2, 0, 3, 1, 4)
    return rows.reshape(channels, GRID * height, GRID * width)


def _morph(run: Run) -> dict[str, Any] | None:
    """A morph on a straight line from the first image's code to the code farthest from it; None without stored
    codes. For a net that is told the class, both images are of one class."""
    if not run.resolved.stores_codes:
        return None
    codes, labels = torch.from_numpy(run.codes()), run.images.labels
    away = (codes - codes[0]).norm(dim=1)
    last = int((away * (labels == labels[0]) if run.experiment.model.conditional else away).argmax())
    path = latent_space.along(codes[[0, last]], BETWEEN)
    images = run.spec.drawn(run.decode(path.numpy(), labels[:1]))
    names = run.images.names[0], run.images.names[last]
    captions = [names[0], *[""] * BETWEEN, names[1]]
    return {"ends": names, "strip": _safe(glyphs.strip(images, captions, _width(run)))}
