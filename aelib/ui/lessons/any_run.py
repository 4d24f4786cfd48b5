"""Every view of a single run that lessons have, each with the condition that a run must meet. The Lab shows all views
that fit a run, whatever its data set."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from aelib.analysis.inside.layers import fits
from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.views import feature_maps, inside, latent_plane, morphs, run_views, samples

from . import denoising
from .generative import digits
from .images import colour, compression, compression_rivals, restoring, super_resolution

MIXED = 3  # pictures that a mixture needs


class View(NamedTuple):
    """title: of its tab; text: above it; can: whether a run has it; draw: draws it, under a prefix of widget keys."""

    title: str
    text: str
    can: Callable[[Run], bool]
    draw: Callable[[Run, str], None]


def _memorised(run: Run) -> bool:
    return run.spec.memorised


def _codes(run: Run) -> bool:
    return run.resolved.stores_codes


def _noisy(run: Run) -> bool:
    return run.experiment.corruption.kind != "none"


def _pairs(run: Run) -> bool:
    return run.spec.paired


def _variational(run: Run) -> bool:
    return run.experiment.model.variational


def _compresses(run: Run) -> bool:
    return not (run.spec.memorised or run.spec.paired or run.experiment.model.enlarges or _noisy(run))


def outcome(run: Run, key: str) -> None:
    """Inputs and outputs; for a memorised data set also the table of wrong pixels."""
    if not run.spec.memorised:
        colour.rows(run, f"{key}:rows")
        return
    run_views.reconstructions(run)
    learnt, total = run.metrics["learnt"], run.metrics["total"]
    with st.expander(
        _("Table of wrong pixels: {learnt} of {total} learnt", learnt=learnt, total=total), expanded=False
    ):
        run_views.error_table(run, key)


def _plane(run: Run, key: str) -> None:
    if run.spec.memorised:
        run_views.plane(run, key)
    else:
        latent_plane.class_plane(run, f"{key}:atlas:{run.digest}")


def _path(run: Run, key: str) -> None:
    names = run.images.names
    run_views.interpolation(run, key, start=names[0], end=names[-1])


VIEWS: tuple[View, ...] = (
    View(N_("How it learnt"), "", lambda _: True, run_views.error_curves),
    View(N_("In and out"), "", lambda _: True, outcome),
    View(
        N_("Latent plane"),
        N_("The code of every image, and the decoder's output at every point. Move the pointer."),
        _codes,
        _plane,
    ),
    View(
        N_("Path"),
        N_("A straight line between two codes, decoded step by step."),
        lambda run: _memorised(run) and _codes(run),
        _path,
    ),
    View(
        N_("Mix"),
        N_("The pointer's place sets the weight of each picture."),
        lambda run: _memorised(run) and _codes(run) and len(run.images) >= MIXED,
        lambda run, key: morphs.mix(run, f"{key}:mix"),
    ),
    View(
        N_("Replay"),
        N_("The codes and the reconstructions at each snapshot."),
        lambda run: _memorised(run) and _codes(run),
        run_views.replay,
    ),
    View(
        N_("Layers"),
        N_("Every step outputs feature maps. Follow one image through the network."),
        lambda run: not run.experiment.model.dense,
        lambda run, key: feature_maps.features(run, f"{key}:features"),
    ),
    View(
        inside.TITLE,
        inside.TEXT,
        lambda run: fits(run.experiment),
        lambda run, key: inside.inside(run, f"{key}:inside"),
    ),
    View(
        "KL",
        N_("Each latent dimension costs KL."),
        _variational,
        digits.numbers,
    ),
    View(
        N_("Samples"),
        N_("Decoded codes, drawn from N(0, 1), and the training image nearest to each."),
        lambda run: _variational(run) and _codes(run),
        lambda run, key: samples.samples(run, f"{key}:samples", count=12, width=56),
    ),
    View(
        N_("Remove noise"),
        N_("New noise of any kind and level, restored at once."),
        lambda run: _noisy(run) and not _pairs(run),
        lambda run, key: (denoising if _memorised(run) else restoring).live(run, f"{key}:live"),
    ),
    View(
        N_("Paint noise"),
        N_("Which pixel does the most damage?"),
        lambda run: _noisy(run) and _memorised(run) and run.spec.shape[0] == 1,
        lambda run, key: denoising.painting(run, f"{key}:paint"),
    ),
    View(
        N_("Fewer bits"),
        N_("The code quantised to few bits per number, without new training."),
        _compresses,
        lambda run, key: compression.fewer_bits(run, f"{key}:fewer"),
    ),
    View(
        "JPEG",
        N_("Quality against bits for one image, beside JPEG, WebP and PCA."),
        _compresses,
        lambda run, key: compression_rivals.against_codecs(run, [], f"{key}:rates"),
    ),
    View(
        N_("Bicubic"),
        N_("The network beside enlarging without one."),
        _pairs,
        lambda run, key: super_resolution.table(run, f"{key}:table"),
    ),
    View(
        N_("Zoom"),
        N_("One patch by every method."),
        _pairs,
        lambda run, key: super_resolution.zoom(run, f"{key}:zoom"),
    ),
    View(
        N_("Own picture"),
        N_("A picture of any size, processed tile by tile."),
        lambda run: run.experiment.model.enlarges,
        lambda run, key: super_resolution.own_picture(run, f"{key}:own"),
    ),
    View(
        N_("Speed"),
        N_("The same epochs on every device of this server."),
        lambda run: not _memorised(run),
        lambda run, key: colour.against_devices(run.experiment, f"{key}:devices"),
    ),
)
