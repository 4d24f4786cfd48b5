"""Parts of the lesson on colour: rows of images, denoiser and autoencoder compared, and timing of devices."""

import time
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import streamlit as st
import torch

from aelib.analysis.reconstruction import super_resolution
from aelib.charts import glyphs
from aelib.charts.trainings import device_speed as charts
from aelib.core.errors import LabError
from aelib.core.language import _, ngettext
from aelib.experiment import Experiment, digest_of, variants
from aelib.jobs import pace
from aelib.metrics import image_quality
from aelib.training import Run, device_speed
from aelib.training.device_speed import Speed
from aelib.ui.components.figures import chart
from aelib.ui.jobs.background import Work, forget, result_of
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.caching import cached
from aelib.ui.shell.messages import fragment
from aelib.ui.shell.server_state import jobs
from aelib.ui.shell.session import draws

SHOWN = 10  # images in a row
TILE = 64  # pixels of the page
MAX_EPOCHS = 5
REPEATS = 5  # measurements
BUSY = 1.5  # processes per core from which on a machine counts as busy


@fragment
def rows(run: Run, key: str) -> None:
    """Rows of originals, inputs (if they differ) and outputs of the net, with a button for other images."""
    chosen = _others(run, key)
    targets, shown = run.images.images()[chosen], run.inputs[chosen]
    pictures = {"original": targets}
    if run.experiment.corruption.kind != "none" or run.images.inputs is not None:
        pictures[_("shown to the net")] = shown
    pictures["restored" if _("shown to the net") in pictures else "reconstructed"] = run.restored(
        shown, run.images.labels[chosen]
    )
    drawn(run, pictures, tuple(run.images.names[i] for i in chosen))


def _others(run: Run, key: str) -> list[int]:
    """Indices of images that are far apart, because neighbours may be patches of one photograph. For pairs, those with
    the most detail come first, because nothing can be seen on a plain or blurred patch."""
    turn = draws(key, st.button(_("Other images"), icon=":material/casino:", key=f"{key}:others"))
    count = len(run.images)
    if run.spec.paired:
        order = super_resolution.telling(run.images)
        return [order[(turn * SHOWN + i) % count] for i in range(min(SHOWN, count))]
    step = max(1, count // SHOWN)
    return [(turn + step * i) % count for i in range(min(SHOWN, count))]


def drawn(run: Run, pictures: dict[str, torch.Tensor], names: tuple[str, ...], width: int = TILE) -> None:
    """Rows of images (n × channels × height × width each). The first row is the reference for PSNR."""
    described = run.spec
    first = next(iter(pictures.values()))
    columns = []
    for i, name in enumerate(names):
        tiles = tuple(
            glyphs.tile(glyphs.colours(described.drawn(images[i].numpy())), f"{name}, {what}", width)
            for what, images in pictures.items()
        )
        columns.append((tiles, "", False))
    st.html(glyphs.row(columns))
    scores = [
        _("{what} {mean_psnr:.1f} dB", what=what, mean_psnr=image_quality.mean_psnr(images, first))
        for what, images in list(pictures.items())[1:]
        if images.shape == first.shape  # PSNR needs images of the size of the original
    ]
    st.caption(
        _(
            "From top to bottom: {pictures}. PSNR against the original, mean over the images shown (above, it "
            "is over the whole test set): {scores}.",
            pictures=", ".join(pictures),
            scores=", ".join(scores),
        )
    )


def denoiser(run: Run, key: str) -> None:
    """Compare the net trained on clean and on noisy inputs; both are evaluated on clean and noisy images."""
    pair = {"autoencoder": variants.clean(run.experiment), "denoiser": variants.noisy(run.experiment)}
    found = runs_of(list(pair.values()), _("Train both, with and without noise"), key)
    if found is None:
        return
    plain, trained = found
    targets = trained.images.images()[:SHOWN]
    noisy, labels = trained.inputs[:SHOWN], trained.images.labels[:SHOWN]
    drawn(
        trained,
        {
            "original": targets,
            _("with noise"): noisy,
            _("through the autoencoder"): plain.restored(noisy, labels),
            _("through the denoiser"): trained.restored(noisy, labels),
        },
        trained.images.names[:SHOWN],
    )
    table = _denoised(tuple((one.digest, one.created) for one in found), dict(zip(pair, found, strict=True)))
    st.dataframe(
        pd.DataFrame(table, columns=["shown", "net", _("PSNR (dB)")]),
        hide_index=True,
        key=f"{key}:table",
        column_config={
            _("PSNR (dB)"): st.column_config.NumberColumn(
                format="%.2f", help=_("{psnr_meaning} Of held-out images.", psnr_meaning=_(image_quality.PSNR_MEANING))
            )
        },
    )


@cached("Restoring …", max_entries=32)
def _denoised(which: tuple[tuple[str, str], ...], _nets: dict[str, Run]) -> list[tuple[str, str, float]]:
    """Rows of input, net and PSNR over the evaluation set, cached by the runs' digests and times. The last net is the
    denoiser."""
    trained = list(_nets.values())[-1]
    targets = trained.images.images()
    table = []
    for shown, inputs in (("clean", targets), ("noisy", trained.inputs)):
        if shown == "noisy":
            table.append((shown, "none", image_quality.mean_psnr(inputs, targets)))
        table += [(shown, name, image_quality.mean_psnr(one.restored(inputs), targets)) for name, one in _nets.items()]
    return table


def against_devices(experiment: Experiment, key: str) -> None:
    """Measure the time of some epochs on each device of the server on request, several times, and show stored
    measurements of the same net on other machines."""
    epochs = st.slider(_("Epochs to time"), 2, MAX_EPOCHS, 2, key=f"{key}:epochs", persist_state="session")
    st.caption(
        _(
            "An epoch to warm up, then {repeats} measurements of so many epochs: the median, and the spread.",
            repeats=REPEATS,
        )
    )
    found, names = [], []
    for device in device_speed.here():
        names.append(f"speed:{digest_of(experiment)}:{device}:{epochs}")
        timed = result_of(
            names[-1], _("Measure on {device}", device=device.upper()), _measurement(experiment, device, epochs)
        )
        if timed is not None:
            found.append(timed)
    if found and st.button(_("Measure again"), icon=":material/replay:", type="tertiary", key=f"{key}:again"):
        for name in names:
            forget(name)
        st.rerun()
    stored = device_speed.stored()
    same = [one for one in stored if device_speed.is_of(one, experiment) and (one.device != "cpu" or not found)]
    if found or same:
        ranges = {one.median.device: (min(one.rates), max(one.rates)) for one in found}
        chart(charts.speeds([one.median for one in found], same, ranges), f"{key}:bars")
    else:
        st.info(_("Nothing has been measured yet: press the button."), icon=":material/timer:")
    busy = " ".join(dict.fromkeys(text for one in found if (text := _busy(one))))
    if busy:
        st.warning(
            _("{busy} So the figures are too low: measure again when the machine is idle.", busy=busy),
            icon=":material/timer:",
        )
    _said(found, same, [one for one in stored if not device_speed.is_of(one, experiment)])


class Timed(NamedTuple):
    """Several measurements of one device.

    Attributes:
        speeds: at least one, by rising images a second.
        other_trainings: trainings on this server during the measurements: the larger of the counts at start and end.
        slowdown: how busy the machine was before, see `pace.slowdown`.
    """

    speeds: list[Speed]
    other_trainings: int
    slowdown: float

    @property
    def median(self) -> Speed:
        """The measurement in the middle; with an even number of them, the slower one of the two in the middle."""
        return self.speeds[(len(self.speeds) - 1) // 2]

    @property
    def rates(self) -> list[float]:
        """Images a second of each measurement."""
        return [one.images_a_second for one in self.speeds]


def _busy(timed: Timed) -> str:
    """In words: what else the machine was doing; empty on an idle machine."""
    count = timed.other_trainings
    if count:
        return ngettext(
            "{n} training of this server ran at the same time.",
            "{n} trainings of this server ran at the same time.",
            count,
        )
    if timed.slowdown > BUSY:
        return _(
            "Other programs kept the machine busy: {slowdown:.1f} processes for each core.", slowdown=timed.slowdown
        )
    return ""


def _measurement(experiment: Experiment, device: str, epochs: int) -> Work[Timed]:
    """The work that the button starts, within this server's limits."""
    queue, limits = jobs(), jobs().limits

    def _training() -> int:
        return sum(job.state == "running" for job in queue.active())

    def measure(on_progress: Callable[[float], None], stop: Callable[[], bool]) -> Timed:
        limits.check(experiment)
        end = time.monotonic() + limits.max_seconds
        busy, slow = _training(), pace.slowdown()
        whole, done = 1 + REPEATS * epochs, 0  # epochs
        speeds = []
        try:
            for count in (1, *[epochs] * REPEATS):  # the first one warms up
                speed = device_speed.measure(
                    experiment,
                    device,
                    count,
                    lambda share, count=count, done=done: on_progress((done + share * count) / whole),  # type: ignore[misc]
                    lambda: stop() or time.monotonic() > end,
                )
                done += count
                speeds.append(speed)
        except device_speed.Stopped:
            if stop():
                raise
            if len(speeds) < 2:
                raise LabError(
                    "The measurement exceeds this server's time limit: choose fewer epochs or a smaller net."
                ) from None
        measured = sorted(speeds[1:], key=lambda one: one.images_a_second)
        return Timed(measured, max(busy, _training()), slow)

    return measure


def _said(found: list[Timed], same: list[Speed], others: list[Speed]) -> None:
    """Describe the measurements in words. others: stored ones of other nets, batches or precisions, without a bar."""
    for timed in found:
        one, rates = timed.median, timed.rates
        st.markdown(
            _(
                "**{device}**: **{images_a_second:,.0f} images a second**, the median of {rates} measurements "
                "of {epochs} epochs of {images:,} images; from {rates_2:,.0f} to {rates_3:,.0f}.",
                device=one.device.upper(),
                images_a_second=one.images_a_second,
                rates=len(rates),
                epochs=one.epochs,
                images=one.images // one.epochs,
                rates_2=min(rates),
                rates_3=max(rates),
            )
        )
    cpu = next((one.median for one in found if one.median.device == "cpu"), None)
    gpu = next((one.median for one in found if one.median.device != "cpu"), None)
    if cpu is not None and gpu is not None:
        times = gpu.images_a_second / cpu.images_a_second
        st.markdown(_("The GPU trains this net **{times:,.1f} times** as fast as the CPU.", times=times))
    elif len(device_speed.here()) == 1:
        st.caption(_("This server has no GPU, so only its CPU is measured here."))
    for one in same:
        st.caption(_("Stored: {name} ({machine}, torch {torch}).", name=one.name, machine=one.machine, torch=one.torch))
    for one in others:
        st.caption(
            _(
                "Stored, of another net, batch or precision: {images_a_second:,.0f} images a second on "
                "{device} {name} ({machine}, torch {torch}); {network}, batches of {batch_size}, {precision} "
                "precision, {dataset}.",
                images_a_second=one.images_a_second,
                device=one.device.upper(),
                name=one.name,
                machine=one.machine,
                torch=one.torch,
                network=one.network,
                batch_size=one.batch_size,
                precision=one.precision,
                dataset=one.dataset,
            )
        )
