"""The bench of a lesson: the net's outputs for a few images, its codes and its loss, in one picture that stays in its
place before, during and after training."""

from typing import Any, NamedTuple

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from aelib import datasets
from aelib.analysis.reconstruction import resizing, super_resolution
from aelib.charts.palette import CLASSES
from aelib.charts.ticks import ticks
from aelib.core.language import N_, _, ngettext
from aelib.datasets import ImageSet
from aelib.experiment import Experiment, Resolved, resolve
from aelib.metrics import latent_space, reconstruction
from aelib.metrics.image_quality import psnr_each
from aelib.nn.losses import LOSSES
from aelib.training import CODES, Progress, Run, evaluation_inputs, images_in
from aelib.ui.components import bench as component
from aelib.ui.components.bench import BenchData, Plane, Row
from aelib.ui.components.canvas import encoded, floats

from . import run_views

FEW_EPOCHS = 7  # largest epoch of an axis that marks every one
HELD_OUT, ENLARGED = 8, 2  # images of a large set, and patches of photographs: more would be too small to see
WAITING = N_("The last row fills while the net learns. Point at an image to read its name.")
POINT = N_("Point at an image to read its name.")
POINT_AT_CODE = N_("Point at an image: what it is, and where its code lies.")

Bytes = NDArray[np.uint8]


class _Work(NamedTuple):
    """What a net made of the shown images. outputs: images × channels × height × width; points: images × 2, None where
    the bench has no plane; epoch: of the net; wrong: name -> wrong pixels, where a finished run has counted them."""

    outputs: Bytes
    points: NDArray[np.float32] | None
    epoch: int
    history: list[dict[str, float]]
    wrong: dict[str, int] | None


def show(experiment: Experiment, found: Run | Progress | None, key: str) -> None:
    """The main figures and the picture. found: the run, the progress of a training, or None before it.
    Nothing is drawn where the images are not on this machine."""
    if resolve(experiment).spec.missing():
        return
    with st.container(horizontal=True, gap="medium", key=f"{key}:figures"):
        if isinstance(found, Run):
            run_views.verdict(found)
        elif isinstance(found, Progress):
            run_views.live_figures(found)
    component.bench(_data(resolve(experiment), found), f"{key}:bench")


def shown_images(resolved: Resolved) -> list[int]:
    """Which images of the evaluation set the bench shows, among those that a picture has: all of a memorised set, the
    first of a larger one, and of patches of photographs those with the most detail, since all methods look alike on a
    plain or blurred one."""
    spec = resolved.spec
    there = min(images_in(spec.pixels), spec.images if spec.memorised else spec.splits.valid or spec.splits.test)
    if spec.memorised:
        return list(range(there))
    if resolved.experiment.model.enlarges:
        candidates = datasets.evaluation_set(spec).part(slice(0, there))
        return sorted(super_resolution.telling(candidates)[:ENLARGED])
    return list(range(min(there, HELD_OUT)))


def _data(resolved: Resolved, found: Run | Progress | None) -> BenchData:
    spec = resolved.spec
    images = datasets.evaluation_set(spec)
    indices = shown_images(resolved)
    count, first = len(indices), images.part(indices)
    work = _work(resolved, found, indices)
    rows, captions = [_row(_("original"), spec.drawn(first.pixels.numpy()))], [""] * count
    rows += _given(resolved, first)
    label = _("net") if resolved.experiment.model.enlarges else _("restored") if len(rows) > 1 else _("output")
    if work is None:
        rows.append(Row(label=label, pixels=None, wrong=None))
        about = _("The first {count} images; no net has been trained yet.", count=count)
    else:
        wrong = _wrong(resolved, first, work) if spec.memorised else None
        rows.append(_row(label, spec.drawn(work.outputs), wrong))
        captions = _captions(first, work, wrong)
        each = "; ".join(f"{name}: {caption}" for name, caption in zip(first.names, captions, strict=True))
        about = _("The net at epoch {epoch:,}. {each}.", epoch=work.epoch, each=each)
    label_of_loss = LOSSES[resolved.experiment.loss].label + (
        " + β KL" if resolved.experiment.model.variational else ""
    )
    return {
        "shape": list(spec.drawn(first.pixels.numpy()).shape[1:]),
        "names": list(first.names),
        "rows": rows,
        "beside": resolved.experiment.model.enlarges,
        "captions": captions,
        "plane": _plane(resolved, images, work),
        "colours": list(CLASSES),
        "epochs": [record["epoch"] for record in work.history] if work else [],
        "losses": [record["train_loss"] for record in work.history] if work else [],
        "marks": _marks(work.history if work else []),
        "label": label_of_loss,
        "axis": f"{_('epoch')} · {label_of_loss}",
        "about": about,
        "state": "trained" if isinstance(found, Run) else "training" if found is not None else "untrained",
        "epoch": work.epoch if work else None,
        "hint": _(WAITING if work is None else POINT if work.points is None else POINT_AT_CODE),
    }


def _marks(history: list[dict[str, float]]) -> list[list[tuple[float, str]]]:
    """The ticks of the axes of epochs and losses. The axis of losses is logarithmic where all losses are positive; the
    axis of epochs shows log(1 + epoch)."""
    losses = [record["train_loss"] for record in history if np.isfinite(record["train_loss"])]
    if not losses:
        return [[], []]
    end = max(1.0, history[-1]["epoch"])
    epochs = ticks(0, end, whole=True) if end <= FEW_EPOCHS else ticks(1, end, logarithmic=True, whole=True)
    height = ticks(min(losses), max(losses), logarithmic=min(losses) > 0)
    return [list(zip(found.values, found.texts, strict=True)) for found in (epochs, height)]


def _work(resolved: Resolved, found: Run | Progress | None, indices: list[int]) -> _Work | None:
    plane = has_plane(resolved)
    if isinstance(found, Run):
        last = found.snapshots
        points = last.codes[-1, :CODES].numpy() if plane else None
        outputs, wrong = last.pixels[-1, indices].numpy(), found.metrics.get("wrong_pixels")
        return _Work(outputs, points, found.epochs, found.history, wrong)
    if found is None or found.picture is None:
        return None
    picture = found.picture
    shape = resolved.spec.shape
    if picture.shape[0] <= max(indices) or picture.shape[1:] != shape:  # of another version of this data set
        return None
    outputs, points = picture.reconstructions()[indices], picture.points()
    fits = plane and picture.latent_dim == 2 and bool(np.isfinite(points).all())
    return _Work(outputs, points if fits else None, picture.epoch, found.history, None)


def has_plane(resolved: Resolved) -> bool:
    """Whether the bench draws the codes: only codes of two numbers, as a projection would turn with every epoch."""
    return resolved.stores_codes and resolved.latent_dim == 2


def _plane(resolved: Resolved, images: ImageSet, work: _Work | None) -> Plane | None:
    if work is None or work.points is None:
        return None
    x, y = latent_space.bounds(work.points)
    spec = resolved.spec
    classes = None if spec.memorised else images.labels[: len(work.points)].tolist()
    return {"points": floats(work.points), "x": x, "y": y, "classes": classes, "labels": ["z₁", "z₂"]}


def _given(resolved: Resolved, first: ImageSet) -> list[Row]:
    """The net's inputs, where they differ from the originals, and the inputs enlarged without a net."""
    experiment, spec = resolved.experiment, resolved.spec
    given = evaluation_inputs(experiment, first)
    if spec.paired:
        times = spec.shape[1] // spec.shown_shape[1]
        low = resizing.enlarge(given, times, "nearest") if times > 1 else given
        rows = [_row(_("low") if times > 1 else _("input"), spec.drawn(low.numpy()))]
        if times > 1:
            rows.append(_row(_("bicubic"), spec.drawn(resizing.enlarge(given, times, "bicubic").numpy())))
        return rows
    if experiment.corruption.kind == "none" or experiment.corruption.where == "train":
        return []
    return [_row(_("noisy"), spec.drawn(given.numpy()))]


def _row(label: str, pixels: NDArray[Any], wrong: NDArray[np.bool_] | None = None) -> Row:
    marks = None if wrong is None else encoded(wrong.astype(np.uint8))
    return {"label": label, "pixels": encoded(pixels), "wrong": marks}


def _wrong(resolved: Resolved, first: ImageSet, work: _Work) -> NDArray[np.bool_]:
    """Images × height × width: the pixels that are wrong."""
    outputs = torch.from_numpy(work.outputs.astype(np.float32) / 255)
    found = reconstruction.wrong_pixel_map(outputs, first.images(), resolved.spec.wrong_pixel)
    marks: NDArray[np.bool_] = found.any(dim=1).numpy()
    return marks


def _captions(first: ImageSet, work: _Work, wrong: NDArray[np.bool_] | None) -> list[str]:
    """For each image: its wrong pixels if these are counted, else its PSNR."""
    if wrong is not None:
        counts = wrong.sum(axis=(1, 2)).tolist()
        if work.wrong is not None:  # counted in full precision, not in bytes
            counts = [work.wrong[name] for name in first.names]
        return [ngettext("{n} wrong pixel", "{n} wrong pixels", count) for count in counts]
    each = psnr_each(torch.from_numpy(work.outputs).float() / 255, first.images()).tolist()
    return [_("PSNR {psnr:.1f} dB", psnr=psnr) if np.isfinite(psnr) else _("no error") for psnr in each]
