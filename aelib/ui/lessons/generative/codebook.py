"""Part of the lesson on digits: the entries of a codebook as pictures, where they stand, and what they cost."""

import numpy as np
import streamlit as st

from aelib.analysis.generative import codebook as analysis
from aelib.analysis.reconstruction import rate_distortion
from aelib.analysis.reconstruction.codecs import RatePoint
from aelib.charts import glyphs
from aelib.charts.latent import codebook as charts
from aelib.charts.reconstruction.rate_distortion import against_bits
from aelib.core.language import _
from aelib.experiment.variants import of_numbers, quantised
from aelib.training import Run
from aelib.ui.components.figures import chart
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.messages import fragment
from aelib.ui.shell.session import draws

LARGE, SMALL = 112, 36  # pixels of the page
SHOWN = 64  # entries shown as pictures: the most frequent ones at a place
DENSE_BITS = (8, 4)  # bits per number of a dense code that has as many bits in all
PCA_BITS = 4  # bits per coefficient


@st.cache_data(max_entries=32, show_spinner=False)
def _usage(digest: str, created: str, _run: Run) -> analysis.Usage:
    return analysis.usage(_run)


def entries(run: Run, key: str) -> None:
    """The codebook of the run, or of its twin that has one."""
    net = run
    if run.architecture.book is None:
        twin = runs_of([quantised(run.experiment)], _("Train the same net with a codebook"), f"{key}:quantised")
        if twin is None:
            return
        net = twin[0]
    usage = _usage(net.digest, net.created, net)
    _one_image(net, usage, key)
    left, right = st.columns(2)
    with left:
        chart(charts.by_place(usage), f"{key}:places")
    with right:
        chart(charts.overall(usage), f"{key}:overall")
    places, image = len(usage.counts), 8 * net.spec.pixels
    st.markdown(
        _(
            "**{used} of {entries}** entries are in use, with a perplexity of **{perplexity:.1f}**: their use "
            "is as varied as that of so many equally frequent ones.",
            used=usage.used,
            entries=usage.entries,
            perplexity=usage.perplexity,
        )
    )
    st.markdown(
        _(
            "An image is {places} times one of {entries} entries, **{bits:.0f} bits** ({entropy_bits:.0f} with "
            "an entropy coder); its pixels are {image:,} bits.",
            places=places,
            entries=usage.entries,
            bits=usage.bits,
            entropy_bits=usage.entropy_bits,
            image=image,
        )
    )
    _as_many_bits(net, usage, key)


@fragment
def _one_image(net: Run, usage: analysis.Usage, key: str) -> None:
    """An image, its code, and every entry at one place of it."""
    places, count = len(usage.counts), len(net.images)
    turn = draws(key, st.button(_("Another image"), icon=":material/casino:", key=f"{key}:another"))
    number = turn * 7 % count
    label = net.images.labels[number : number + 1]
    code = analysis.indices(net, net.inputs[number : number + 1], label)[0]
    place = 1
    if places > 1:
        place = st.slider(
            _("Place of the code"), 1, places, 1, key=f"{key}:{net.digest}:place", persist_state="session"
        )
    drawn, made = net.spec.drawn, analysis.replaced(net, code, place - 1, label)
    original = drawn(net.images.images()[number].numpy())
    pictures = (("original", original), (_("from its entries"), drawn(made[code[place - 1]])))
    columns = [((glyphs.tile(glyphs.colours(image), what, LARGE),), what, False) for what, image in pictures]
    st.html(glyphs.row(columns))
    numbers = " ".join(f"**{entry + 1}**" if i == place - 1 else str(entry + 1) for i, entry in enumerate(code))
    st.markdown(_("Its code: {numbers}", numbers=numbers))
    often = usage.counts[place - 1]
    order = np.argsort(-often, kind="stable")[:SHOWN]
    shown = sorted({*order.tolist(), int(code[place - 1])})
    columns = [
        (
            (
                glyphs.tile(
                    glyphs.colours(drawn(made[entry])),
                    _("entry {entry} at place {place}", entry=entry + 1, place=place),
                    SMALL,
                ),
            ),
            f"{entry + 1}",
            entry == code[place - 1],
        )
        for entry in shown
    ]
    st.html(glyphs.row(columns))
    used = int((often > 0).sum())
    st.caption(
        _(
            "The same image with each entry at place {place}, the other places as they are; its own entry is "
            "marked. Of {often} entries, {used} stand at this place in some held-out image.",
            place=place,
            often=len(often),
            used=used,
        )
    )


def _as_many_bits(net: Run, usage: analysis.Usage, key: str) -> None:
    """Dense codes with as many bits in all, and PCA, on the plot of the lesson on compression."""
    sizes = {bits: int(usage.bits) // bits for bits in DENSE_BITS if usage.bits >= bits}
    wanted = [of_numbers(net.experiment, numbers) for numbers in sizes.values()]
    found = runs_of(wanted, _("Train dense codes of as many bits"), f"{key}:dense")
    if found is None:
        return
    dense = [_dense(one.digest, one.created, bits, one) for bits, one in zip(sizes, found, strict=True)]
    ours = _point(net.digest, net.created, net)
    curves = {
        "codebook": [ours],
        _("dense code"): dense,
        _("PCA, {pca_bits} bits", pca_bits=PCA_BITS): _pca(net.digest, net.created, net),
    }
    chart(against_bits(curves), f"{key}:bits")
    best = max(dense, key=lambda point: point.psnr)
    better = ours.psnr > best.psnr
    st.markdown(
        _(
            "With {bits:.0f} bits an image the codebook reaches **{psnr:.1f} dB**, the better of the dense "
            "codes of as many bits **{psnr_2:.1f} dB** ({setting} a number). ",
            bits=ours.bits,
            psnr=ours.psnr,
            psnr_2=best.psnr,
            setting=best.setting,
        )
        + (
            _("The entries lie where codes are; equal steps of every number waste bits where there are none.")
            if better
            else _("Here equal steps of every number are the better use of these bits.")
        )
    )


@st.cache_data(max_entries=32, show_spinner=False)
def _point(digest: str, created: str, _run: Run) -> RatePoint:
    return rate_distortion.codebook_point(_run)


@st.cache_data(max_entries=32, show_spinner=False)
def _dense(digest: str, created: str, bits: int, _run: Run) -> RatePoint:
    (point,) = rate_distortion.points(_run, rate_distortion.encode_run(_run), (bits,), "dense code")
    return point


@st.cache_data(max_entries=8, show_spinner=False)
def _pca(digest: str, created: str, _run: Run) -> list[RatePoint]:
    return rate_distortion.pca(_run.spec, rate_distortion.COMPONENTS, PCA_BITS)
