"""Views of a run on a page. Every figure is computed from the stored run."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
import torch
from numpy.typing import NDArray

from aelib.analysis.diagnosis import findings
from aelib.analysis.reconstruction import decibels
from aelib.browser import trained
from aelib.charts import activations, curves, glyphs
from aelib.charts import network as network_chart
from aelib.charts.latent import variational
from aelib.core.language import _, number
from aelib.experiment import Experiment, resolve
from aelib.experiment.architecture import KINDS, shape_text
from aelib.metrics import image_quality, latent_space, reconstruction
from aelib.nn import losses
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS
from aelib.nn.variational import VARIANCES
from aelib.training import Progress, Run
from aelib.ui.components.figures import chart, csv_button
from aelib.ui.shell.formulas import formula
from aelib.ui.shell.messages import escaped, fragment
from aelib.ui.shell.session import set_widget, widget

from . import code_line, latent_plane

MAX_STEPS = 60
MAX_SHOWN = 200  # images with their reconstructions


def network(experiment: Experiment) -> None:
    """The layers, drawn in the colours of the user's theme."""
    theme = "dark" if st.context.theme.type == "dark" else "light"
    st.html(network_chart.image(experiment, theme))


def shapes(experiment: Experiment) -> None:
    """Output shape, parameters and multiplications of each step of a convolutional net."""
    net = resolve(experiment).architecture
    rows = [(_("input"), "", shape_text(net.steps[0].inputs), 0, 0)]
    for part, steps in ((_("encoder"), net.encoder), (_("decoder"), net.decoder)):
        for step in steps:
            kernel = f" {step.kernel}x{step.kernel}" if step.kernel else ""
            rows.append(
                (
                    part,
                    f"{_(KINDS[step.kind])}{kernel}",
                    shape_text(step.outputs),
                    step.parameters,
                    step.multiplications,
                )
            )
    columns = [_("part"), _("step"), _("output (height x width x channels)"), _("parameters"), _("multiplications")]
    about = _("Shapes, step by step: the code is {code}", code=shape_text(net.code_shape))
    with st.expander(_("Shapes, step by step") if experiment.model.enlarges else about):  # no bottleneck, no code
        st.dataframe(
            pd.DataFrame(rows, columns=columns),
            hide_index=True,
            column_config={name: st.column_config.NumberColumn(format="localized") for name in columns[3:]},
        )


def choices(experiment: Experiment, key: str) -> None:
    """Formulas of activation, loss and optimiser, and the curve of the activation."""
    model, rate = experiment.model, experiment.optimizer
    with st.expander(_("What these choices mean")):
        if model.has_hidden_layers:
            activation = ACTIVATIONS[model.hidden_activation]
            st.markdown(
                _(
                    "**{activation}** after every hidden layer; backpropagation multiplies the gradient by its slope.",
                    activation=activation.label,
                )
            )
            st.latex(f"f(z) = {formula(activation.formula)}")
            chart(activations.curve(model.hidden_activation), f"{key}:activation")
        else:
            st.markdown(_("No layer lies between image and code, so there is no hidden activation."))
        _objective(experiment)
        st.markdown(
            _(
                "**{optimizer}**, learning rate η = {rate:g}, changes the weights θ by",
                optimizer=OPTIMIZERS[rate.kind].label,
                rate=rate.learning_rate,
            )
        )
        st.latex(formula(OPTIMIZERS[rate.kind].formula))


def _objective(experiment: Experiment) -> None:
    """The objective of training: see losses.py and variational.py."""
    loss = LOSSES[experiment.loss]
    variational = experiment.model.variational
    mean = _("summed over pixels, mean over images") if variational else _("mean over pixels and images")
    st.markdown(_("**{loss}** of an output y and its pixel t, {mean}:", loss=loss.label.capitalize(), mean=mean))
    st.latex(formula(loss.formula))
    if not variational:
        return
    free, beta = experiment.free_bits, experiment.beta
    bits = _(" A dimension with less than λ = {free:g} nats costs λ.", free=free) if free else ""
    st.markdown(
        _(
            "Added to it: β = {beta:g} times the **KL divergence** of each latent dimension j from a standard "
            "normal, mean over images.{bits}",
            beta=beta,
            bits=bits,
        )
    )
    each = r"\tfrac{1}{2}(\mu_j^2+\sigma_j^2-1-\ln\sigma_j^2)"
    st.latex(rf"\beta\sum_j\max(\lambda,\;{each})" if free else rf"\beta\sum_j{each}")
    if experiment.model.variance != "log_var":
        st.markdown(_("What the encoder gives, s, stands for the variance by"))
        st.latex(formula(VARIANCES[experiment.model.variance].formula))
    if (samples := experiment.importance_samples) > 1:
        st.markdown(
            _(
                "A step draws {samples:,} codes of each image and makes the **bound of IWAE** large instead; the "
                "curves show the objective with one code, so that nets can be compared.",
                samples=samples,
            )
        )
        st.latex(r"\ln\tfrac{1}{K}\sum_k p(x|z_k)\,\big(p(z_k)/q(z_k|x)\big)^\beta")


def error_curves(run: Run, key: str) -> None:
    """Loss and number of learnt images (for large data sets, squared error) over the epochs; for variational nets also
    the two terms of the loss."""
    logarithmic = st.toggle(_("Logarithmic epochs"), value=True, key=f"{key}:log", persist_state="session")
    left, right = st.columns(2)
    label = LOSSES[run.experiment.loss].label + (" + β KL" if run.experiment.model.variational else "")
    with left:
        chart(curves.loss(run.history, label, logarithmic), f"{key}:loss")
    if "learnt" in run.metrics:
        with right:
            chart(curves.learnt(run, logarithmic), f"{key}:learnt")
    else:
        held_out = curves.errors({_("held out"): run}, "mse", logarithmic=logarithmic, height=300)
        with right:
            chart(held_out, f"{key}:mse")
    if run.experiment.model.variational:
        lowest = losses.lowest(run.experiment.loss, run.images.images())
        left, right = st.columns(2)
        for cell, name, figure in zip((left, right), ("recon", "kl"), variational.parts(run, lowest), strict=True):
            with cell:
                chart(figure, f"{key}:{name}")


def verdict(run: Run) -> None:
    """The main figures of a run, for a horizontal container."""
    found, described = run.metrics, run.spec
    if "learnt" in found:
        counts = found["wrong_pixels"]
        worst = max(counts, key=lambda name: counts[name])
        wrong = _(
            "A pixel is wrong if it is off by {wrong_pixel:g} or more (black is 0, white is 1).",
            wrong_pixel=described.wrong_pixel,
        )
        _figure(
            _("Learnt"),
            _("{learnt} of {total}", learnt=found["learnt"], total=found["total"]),
            _("Images with at most one wrong pixel. {wrong}", wrong=wrong),
        )
        _figure(_("Wrong pixels"), number(found["wrong_pixels_total"], ","), _("Over all images. {wrong}", wrong=wrong))
        most = escaped(f"{worst}: {counts[worst]}") if counts[worst] else _("none")
        _figure(_("Worst"), most, _("The image with the most wrong pixels."))
    over = (
        "" if described.memorised else _(" Over {images:,} images that it was not trained on.", images=found["images"])
    )
    if "psnr" in found:
        _figure("PSNR", f"{number(decibels.psnr(run), '.2f')} dB", f"{_(image_quality.PSNR_MEANING)}{over}")
    _figure(
        "MSE",
        number(found["mse"], ".2g"),
        _("Mean squared error over pixels and images; pixels from 0 to 1.{over}", over=over),
    )
    if "elbo" in found:
        of_loss = _(
            "{loss}, summed over pixels, mean over images.{over}", loss=LOSSES[run.experiment.loss].label, over=over
        )
        _figure(_("Reconstruction"), number(found["recon_loss"], ".4g"), of_loss.capitalize())
        _figure(
            "KL",
            number(found["kl"], ".3g"),
            _("Divergence of the codes' distributions from N(0, 1), in nats.{over}", over=over),
        )
        total = run.latent_dim
        _figure(
            _("Active"),
            _("{active} of {total}", active=found["active"], total=total),
            _("Latent dimensions whose mean differs between images."),
        )


def live_figures(progress: Progress) -> None:
    """The main figures of a training in progress, for a horizontal container."""
    latest = progress.history[-1]
    if progress.total:
        _figure(
            _("Learnt"),
            _("{learnt} of {total}", learnt=progress.learnt, total=progress.total),
            _("Images with at most one wrong pixel."),
        )
    if "wrong_pixels" in latest:
        _figure(_("Wrong pixels"), number(latest["wrong_pixels"], ",.0f"), _("Over all images."))
    if latest.get("mse", 0) > 0:
        _figure("MSE", number(latest["mse"], ".2g"), _("Mean squared error over held-out images; pixels from 0 to 1."))
    _figure(_("Loss"), number(latest["train_loss"], ".3g"), _("The objective of training; lower is better."))


def _figure(label: str, value: str, about: str) -> None:
    st.metric(label, value, help=about, width="content")


def diagnosis(run: Run) -> None:
    """What was observed in a run that learnt little, and what to try; nothing for a run that learnt."""
    found = findings(run)
    if found:
        lines = [f"- {escaped(one.what)} **{escaped(one.try_next)}**" for one in found]
        st.warning("\n".join([_("This net learnt little."), *lines]), icon=":material/troubleshoot:")


def error_table(run: Run, key: str) -> None:
    """Wrong pixels of each image, worst first; more than one is highlighted. Also as CSV."""
    counts = run.metrics["wrong_pixels"]
    drawn = run.spec.drawn
    outputs, images = drawn(run.reconstructions().numpy()), drawn(run.images.images().numpy())
    table = pd.DataFrame(
        {
            _("image"): list(counts),
            _("wrong pixels"): list(counts.values()),
            _("original"): [_thumb(glyphs.colours(image)) for image in images],
            _("reconstructed"): [_thumb(glyphs.colours(output)) for output in outputs],
            _("learnt"): [count <= reconstruction.LEARNT_AT_MOST for count in counts.values()],
        }
    ).sort_values(_("wrong pixels"), ascending=False, kind="stable")

    def highlight(row: "pd.Series[Any]") -> list[str]:
        bad = row[_("wrong pixels")] > reconstruction.LEARNT_AT_MOST
        return ["background-color: rgba(234, 88, 12, 0.22)" if bad else ""] * len(row)

    st.dataframe(
        table.style.apply(highlight, axis=1),
        hide_index=True,
        height=360,
        row_height=44,
        key=f"{key}:table",
        column_config={
            _("original"): st.column_config.ImageColumn(width="small"),
            _("reconstructed"): st.column_config.ImageColumn(width="small"),
            _("learnt"): st.column_config.CheckboxColumn(help=_("At most one wrong pixel.")),
        },
    )
    csv_button(table[[_("image"), _("wrong pixels"), _("learnt")]], f"wrong-pixels-{run.digest}.csv", key)


def _thumb(picture: np.ndarray[Any, np.dtype[np.uint8]]) -> str:
    """Enlarge without smoothing, because browsers smooth the images in table cells."""
    times = max(1, 56 // picture.shape[0])
    return glyphs.data_uri(picture.repeat(times, axis=0).repeat(times, axis=1))


def reconstructions(run: Run) -> None:
    """Originals above reconstructions, with wrong pixels marked."""
    described = run.spec
    outputs, targets = run.reconstructions()[:MAX_SHOWN], run.images.images()[:MAX_SHOWN]
    wrong = reconstruction.wrong_pixel_map(outputs, targets, described.wrong_pixel).any(dim=1, keepdim=True)
    extra, missing = (
        (_("too bright"), _("too dark")) if described.light else (_("on, should be off"), _("off, should be on"))
    )
    st.html(f'<span class="ae-key extra"></span> {extra} &nbsp; <span class="ae-key missing"></span> {missing}')
    names = run.images.names[:MAX_SHOWN]
    width = 72 if described.light else 40
    shown = glyphs.reconstructions(
        described.drawn(targets.numpy()), described.drawn(outputs.numpy()), wrong.numpy(), names, width
    )
    st.html(shown)
    if len(names) < len(run.images):
        st.caption(
            _(
                "The first {names} of {images} images; the table below has all.",
                names=len(names),
                images=len(run.images),
            )
        )


@fragment
def plane(run: Run, key: str) -> None:
    """The interactive latent plane, with a slider for every number of the code, and the decoded point. Where the
    browser does not compute the net, a grid of decoded images with two sliders."""
    codes = run.codes()
    if codes.shape[1] == 1:
        code_line.line(run, key)
        return
    shown = latent_space.plane(codes)
    if shown.is_pca:
        st.caption(
            _(
                "This code has {dimensions} dimensions. The plane is spanned by the first two principal "
                "components, which explain {explained:.0%} of the variance.",
                dimensions=run.latent_dim,
                explained=shown.explained,
            )
        )
    if (why := trained.refusal(run)) is None:
        latent_plane.plane(run, None, f"{key}:plane:{run.digest}", lambda: None)
        return
    side = latent_plane.grid_side(run)
    st.caption(why + " " + _("Between {side} × {side} decoded points, the plane shows the nearest of them.", side=side))
    _grid_plane(run, codes, shown, key)


def _grid_plane(run: Run, codes: NDArray[np.float32], shown: latent_space.Plane, key: str) -> None:
    """The plane of a net that the browser does not compute: its sliders are answered by the server."""
    x, y = latent_space.bounds(shown.points(codes))
    names = latent_plane.labels(shown)
    # each run has its own sliders, because its plane differs
    keys = [f"{key}:{run.digest}:x", f"{key}:{run.digest}:y"]
    component = f"{key}:plane:{run.digest}"

    def picked() -> None:
        point = widget(component).get("point")
        for slider, value, (low, high) in zip(keys, point or [], (x, y), strict=False):
            set_widget(slider, float(np.clip(value, low, high)))

    for slider, (low, high) in zip(keys, (x, y), strict=True):
        if widget(slider) is None:
            set_widget(slider, (low + high) / 2)
    left, right = st.columns([3, 1])
    with right:
        point = [
            st.slider(name, low, high, key=slider, persist_state="session")
            for name, slider, (low, high) in zip(names, keys, (x, y), strict=True)
        ]
        code = shown.codes(np.array([point], np.float32))
        decoded = run.decode(code)[0]
        drawn = run.spec.drawn(decoded)
        st.html(glyphs.row([((glyphs.tile(glyphs.colours(drawn), _("decoded point"), 120),), _("decoded"), False)]))
        nearest = int(np.linalg.norm(codes - code, axis=1).argmin())
        threshold = run.spec.wrong_pixel
        differing = int(reconstruction.wrong_pixels(torch.from_numpy(decoded), run.images.images()[nearest], threshold))
        st.caption(
            _(
                "Nearest: {names}; the decoded point differs from it in {differing} of {size} pixels.",
                names=escaped(run.images.names[nearest]),
                differing=differing,
                size=decoded[0].size,
            )
        )
    with left:
        latent_plane.plane(run, (point[0], point[1]), component, picked)


@fragment
def interpolation(run: Run, key: str, start: str, end: str) -> None:
    """Interpolation from one image to another in the latent space."""
    names = list(run.images.names)
    cells = st.columns([1, 1, 2])
    default = [names.index(start) if start in names else 0, names.index(end) if end in names else len(names) - 1]
    first = cells[0].selectbox(
        _("From"), names, index=default[0], key=f"{key}:{run.experiment.dataset}:from", persist_state="session"
    )
    second = cells[1].selectbox(
        _("To"), names, index=default[1], key=f"{key}:{run.experiment.dataset}:to", persist_state="session"
    )
    steps = cells[2].slider(
        _("Images on the path, including both ends"), 3, MAX_STEPS, 12, key=f"{key}:steps", persist_state="session"
    )
    codes = torch.from_numpy(run.codes())
    line = latent_space.interpolate(codes[names.index(first)], codes[names.index(second)], steps)
    captions = [first, *[""] * (steps - 2), second]
    st.html(glyphs.strip(run.spec.drawn(run.decode(line.numpy())), captions))
    if trained.refusal(run) is None:
        st.markdown(_("Drag the dot: one image becomes the other. Drag an end of the path to another place."))
        latent_plane.path(run, [names.index(first), names.index(second)], f"{key}:bend")


@fragment
def replay(run: Run, key: str) -> None:
    """Replay of the training from the first epoch to the last."""
    latent_plane.replay(run, f"{key}:replay:{run.digest}")
