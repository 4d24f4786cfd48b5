"""Parts of the lesson on denoising: noise with a slider, painted noise, and error against noise level."""

import pandas as pd
import streamlit as st
import torch

from aelib.analysis.reconstruction.denoising import Level, curve, noisy, turn_of, useful_range
from aelib.analysis.sweep import Sweep
from aelib.charts import glyphs
from aelib.charts.reconstruction import denoising as charts
from aelib.core.language import _, number
from aelib.datasets.noise import NOISES
from aelib.experiment import Experiment, digest_of, presets
from aelib.metrics import reconstruction
from aelib.training import Run
from aelib.ui.components.figures import chart, csv_button, table_with_csv
from aelib.ui.components.live_slider import live_slider
from aelib.ui.components.net import NetData, net_data
from aelib.ui.components.noisy import noisy_data, noisy_images
from aelib.ui.components.paint import paint
from aelib.ui.jobs import bulk_training
from aelib.ui.shell.caching import cached
from aelib.ui.shell.links import link
from aelib.ui.shell.messages import escaped, fragment, problems
from aelib.ui.shell.server_state import open_run, store
from aelib.ui.shell.session import Slot, draws, widget

LEVELS = [0.0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6]
SEEDS = 10
MAX_SHOWN = 100  # images in rows
MAX_FOLLOWED = 2_000_000  # multiplications for all images together, about 5 ms in a browser


@fragment
def live(run: Run, key: str) -> None:
    """Add noise of any kind and level to every image and restore it with the trained net."""
    trained = run.experiment.corruption
    cells = st.columns([2, 3, 1], vertical_alignment="bottom")
    kinds = [kind for kind in NOISES if kind != "painted"]
    start = trained.kind if trained.kind in kinds else kinds[0]
    kind = cells[0].selectbox(
        _("Noise"),
        kinds,
        index=kinds.index(start),
        format_func=lambda name: NOISES[name].label,
        key=f"{key}:kind",
        help=_("Any kind, not only the one in training."),
        persist_state="session",
    )
    again = cells[2].button(
        _("Draw again"), icon=":material/casino:", key=f"{key}:again", help=_("Same level, other pixels.")
    )
    draw = draws(key, again)
    clean = run.images.images()
    net = _in_browser(run, kind)
    if net is None:
        level, _dragged = live_slider(
            cells[1], _("Level"), 0.0, 1.0, trained.level, 0.01, f"{key}:level", NOISES[kind].about
        )
        _compared(run, clean, noisy(clean, kind, level, draw), key)
        return
    cells[1].caption(NOISES[kind].about)
    place: Slot[float] = Slot(f"{key}:place", lambda: trained.level)
    component = f"{key}:{run.digest}:{kind}:noisy"

    def moved() -> None:
        if isinstance(sent := (widget(component) or {}).get("level"), int | float):
            place.set(min(1.0, max(0.0, float(sent))))

    names = list(run.images.names)
    data = noisy_data(names, clean.numpy(), kind, turn_of(draw), place.get(), _("Level"), run.spec.wrong_pixel, net)
    noisy_images(data, component, moved)
    st.caption(_("Original, noisy, restored; wrong pixels before → after. Framed: worse than the noisy image."))
    with st.expander(_("Table")):
        shown = noisy(clean, kind, place.get(), draw)
        before, after = (_wrong(run, images, clean).sum(dim=(1, 2, 3)) for images in (shown, run.restored(shown)))
        _table(run, names, before.tolist(), after.tolist(), key)


def _in_browser(run: Run, kind: str) -> NetData | None:
    """The net with its noise, if the browser can follow a slider with all images; else None."""
    few = len(run.images) <= MAX_SHOWN and len(run.images) * run.architecture.multiplications <= MAX_FOLLOWED
    if not few or not NOISES[kind].browser or run.architecture.classes:
        return None
    net = net_data(run, encoder=True, noise=True)
    return net if net is not None and net["net"]["encoder"] is not None else None


def _wrong(run: Run, images: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    return reconstruction.wrong_pixel_map(images, clean, run.spec.wrong_pixel)


def _table(run: Run, names: list[str], before: list[int], after: list[int], key: str) -> None:
    table = pd.DataFrame({"character": names, _("wrong before"): before, _("wrong after"): after})
    table_with_csv(table, f"denoised-{run.digest}.csv", key)


def _compared(run: Run, clean: torch.Tensor, shown: torch.Tensor, key: str) -> None:
    """Original, noisy and restored images with the number of wrong pixels, as pictures and as a table."""
    restored = run.restored(shown)
    before_map, after_map = (_wrong(run, images, clean) for images in (shown, restored))
    before, after = (found.sum(dim=(1, 2, 3)).tolist() for found in (before_map, after_map))
    names = list(run.images.names)
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("Wrong before"), number(sum(before), ","), width="content", help=_("Total over all noisy images."))
        change = sum(after) - sum(before)
        st.metric(
            _("Wrong after"), number(sum(after), ","), number(change, "+,"), delta_color="inverse", width="content"
        )
        better, worse = (sum(f(a, b) for a, b in zip(after, before, strict=True)) for f in (int.__lt__, int.__gt__))
        st.metric(
            _("Better / worse"),
            f"{better} / {worse}",
            width="content",
            help=_("Images with fewer / more wrong pixels."),
        )
    columns = []
    for i, name in enumerate(names[:MAX_SHOWN]):
        tiles = (
            glyphs.tile(glyphs.colours(clean[i].numpy()), _("{name}, original", name=name)),
            glyphs.tile(
                glyphs.marked(shown[i].numpy(), clean[i].numpy(), before_map[i].numpy()), _("{name}, noisy", name=name)
            ),
            glyphs.tile(
                glyphs.marked(restored[i].numpy(), clean[i].numpy(), after_map[i].numpy()),
                _("{name}, restored", name=name),
            ),
        )
        columns.append((tiles, f"{name} {before[i]}→{after[i]}", after[i] > before[i]))
    st.html(glyphs.row(columns))
    st.caption(_("Original, noisy, restored; wrong pixels before → after. Framed: worse than the noisy image."))
    with st.expander(_("Table")):
        _table(run, names, before, after, key)


@fragment
def painting(run: Run, key: str) -> None:
    """A character to paint on, and its restoration."""
    names = list(run.images.names)
    start = names.index("a") if "a" in names else 0
    chosen = st.selectbox(
        _("Character"), names, index=start, key=f"{key}:{run.experiment.dataset}:character", persist_state="session"
    )
    index = names.index(chosen)
    clean = run.images.images()[index]
    if len(clean) != 1:
        st.info(_("Painting is for grey images."), icon=":material/info:")
        return
    component = f"{key}:{run.digest}:{index}"
    sent = widget(component, {}).get("flipped") or []
    flipped = [int(pixel) for pixel in sent if 0 <= pixel < clean.numel()]
    left, middle, right = st.columns([2, 1, 1])
    with left:
        net = net_data(run, encoder=True)
        beside = _("; beside it, what the net makes of it") if net is not None else ""
        st.caption(_("Paint here: each click inverts a pixel{beside}", beside=beside))
        paint(clean.numpy(), flipped, component, lambda: None, net)
    shown = noisy(clean[None], "painted", 1.0, 0, flipped)
    restored = run.restored(shown)[0]
    threshold = run.spec.wrong_pixel
    wrong = reconstruction.wrong_pixel_map(restored, clean, threshold)
    with middle:
        st.caption(_("Restored, wrong pixels marked"))
        picture = glyphs.marked(restored.numpy(), clean.numpy(), wrong.numpy())
        st.html(glyphs.tile(picture, "restored", 140))
    with right:
        st.metric(_("Wrong before → after"), f"{len(flipped)} → {int(wrong.sum())}")
        distances = (run.images.images() - (restored > 0.5).float()).abs().sum(dim=(1, 2, 3))
        nearest = names[int(distances.argmin())]
        st.caption(escaped(_("The result is nearest to {nearest}.", nearest=nearest)))


def against_level(experiment: Experiment, key: str) -> None:
    """Wrong pixels against noise level over several seeds; missing runs are trained on request."""
    sweep = Sweep(experiment, {}, SEEDS)
    if not bulk_training.train(sweep.experiments(), _("Train {seeds} networks for the curve", seeds=SEEDS), key):
        return
    there = store().summaries(among=[digest_of(one) for one in sweep.experiments()])
    digests = tuple(sorted((row["digest"], row["created"]) for row in there))
    if not digests:
        problems([_("All {seeds} trainings diverged: try a smaller learning rate.", seeds=SEEDS)])
        return
    noise = experiment.corruption
    kind = noise.kind if noise.kind != "none" else "salt_pepper"
    kept = {digest for digest, _number in digests}
    runs = [one for one in sweep.experiments() if digest_of(one) in kept]
    levels = _levels(digests, kind, noise.pixels, runs)
    found = useful_range(levels)
    trained = noise.level if noise.kind != "none" and noise.where != "test" else None
    chart(charts.against_level(levels, found, trained), f"{key}:curve")
    label = NOISES[kind].label
    if found is None:
        st.markdown(
            _("With {label} this network is **never** better than leaving the characters as they are.", label=label)
        )
        st.markdown(_("A narrow code has little room to separate noise from characters; more latent dimensions help."))
        link(presets.get("font-denoise-best"), _("Try our best denoiser"), ":material/arrow_forward:")
    else:
        low, high = found
        until = (
            _("up to the end of the scale, {high:.2f}", high=high)
            if high >= LEVELS[-1]
            else _("until **{high:.2f}**", high=high)
        )
        begin = _("from the start") if low == 0 else _("from a level of **{low:.2f}**", low=low)
        st.markdown(
            _(
                "With {label} the network is useful {begin} {until}: there it reduces the number of wrong pixels.",
                label=label,
                begin=begin,
                until=until,
            )
        )
    table = pd.DataFrame(
        [(one.level, one.net.mean, one.net.std, one.nothing, one.nearest) for one in levels],
        columns=["level", _("network mean"), _("network std"), _("doing nothing"), _("nearest character")],
    )
    csv_button(table, f"denoiser-{digest_of(experiment)}.csv", key, label=_("Curve as CSV"))


@cached("Restoring at every level …", max_entries=64)
def _levels(
    digests: tuple[tuple[str, str], ...], kind: str, painted: tuple[int, ...], _experiments: list[Experiment]
) -> list[Level]:
    """Cached by digests and training times, because experiments are not hashable."""
    runs = [run for experiment in _experiments if (run := open_run(experiment)) is not None]
    return curve(runs, kind, LEVELS, painted)
