"""The part of a report that shows a net as a compressor of images: rate and distortion, rivals, and quantised codes."""

from dataclasses import replace
from typing import Any

from markupsafe import Markup

from aelib.analysis.reconstruction import rate_distortion
from aelib.analysis.reconstruction.codecs import FLOAT, RatePoint
from aelib.charts import glyphs
from aelib.core.language import _, ngettext, number
from aelib.metrics.image_quality import PSNR_MEANING, evenly
from aelib.training import Run

from . import svg_charts

BITS = (FLOAT, 8, 4, 2, 1)  # bits per number of the code
PCA_BITS = 8
SHOWN = 8  # images


def applies(run: Run) -> bool:
    """Whether a run compresses images: a convolutional net with a bottleneck that was not trained on noise, on a data
    set with test images."""
    model, noise = run.experiment.model, run.experiment.corruption
    compresses = not (model.dense or model.enlarges or model.variational) and noise.kind == "none"
    return compresses and not run.spec.memorised and run.images.inputs is None


def section(run: Run, width: int) -> dict[str, Any] | None:
    """The values that the template shows for a run; None unless it `applies`. width: of an image, in CSS pixels."""
    if not applies(run):
        return None
    codes = rate_distortion.encode_run(run)
    points = [
        replace(point, setting=ngettext("{n} bit", "{n} bits", bits))
        for point, bits in zip(rate_distortion.points(run, codes, BITS), BITS, strict=True)
    ]
    codecs = rate_distortion.codec_curves(run.spec)
    components = sorted({*rate_distortion.COMPONENTS, run.latent_dim})
    rivals = {_(name): series for name, series in codecs.items()}
    rivals[_("PCA, {pca_bits} bits", pca_bits=PCA_BITS)] = rate_distortion.pca(run.spec, components, PCA_BITS)
    return {
        "meaning": _(PSNR_MEANING),
        "bits": ", ".join(map(str, BITS)),
        "measured": rate_distortion.measured(run.spec),
        "chart": Markup(svg_charts.rates(points, rivals, run.digest)),  # noqa: S704 - escaped by us
        "rivals": list(rivals),
        "rows": [_row(point, rivals) for point in points],
        "images": Markup(_images(run, codes, width)),  # noqa: S704 - escaped by us
    }


def _row(point: RatePoint, rivals: dict[str, list[RatePoint]]) -> list[str]:
    needed = (rate_distortion.bits_for(baseline, point.psnr) for baseline in rivals.values())
    return [
        point.setting,
        number(point.bits, ",.0f"),
        "–" if point.entropy_bits is None else number(point.entropy_bits, ",.0f"),
        number(point.psnr, ".2f"),
        number(point.ssim, ".3f"),
        *(_("never") if bits is None else number(bits, ",.0f") for bits in needed),
    ]


def _images(run: Run, codes: rate_distortion.EncodedRun, width: int) -> str:
    """Rows of test images: the original, then decoded from codes with ever fewer bits per number."""
    images = rate_distortion.test_images(run.spec)
    chosen = evenly(len(images), SHOWN)
    rows = {_("original"): images.images()[chosen]}
    for bits in BITS:
        title = ngettext("{n} bit a number", "{n} bits a number", bits)
        rows[title] = rate_distortion.reconstructed(run, codes, chosen, bits)
    columns = []
    for place, which in enumerate(chosen):
        tiles = [
            glyphs.tile(glyphs.colours(run.spec.drawn(row[place].numpy())), f"{images.names[which]}, {title}", width)
            for title, row in rows.items()
        ]
        columns.append((tiles, "", False))
    return glyphs.row(columns)
