"""Part of the lesson on digits: posterior collapse, and what the formula's log σ² and ½ are for."""

import pandas as pd
import streamlit as st

from aelib.analysis.generative import collapse as analysis
from aelib.charts import glyphs
from aelib.core.language import N_, _
from aelib.experiment.variants import collapsing
from aelib.metrics.image_quality import evenly
from aelib.training import Run
from aelib.ui.jobs.related_runs import runs_of

SHOWN = 10  # images
WIDTH = 48  # pixels of the page
WHY = N_(r"""
**Why does the encoder give log σ², not σ?** A variance is positive, and what a layer gives can have either sign. The
exponential of any number is positive, so no step of training can lead to a variance that is not one. Half of it is the
logarithm of σ: $\sigma = e^{\frac{1}{2} \log \sigma^2}$. Small and large variances are then equally easy to reach.

**Where does the ½ come from?** From the exponent of the normal distribution, $-\frac{1}{2} (z - \mu)^2 / \sigma^2$. The
KL divergence is a mean of the difference of two such logarithms:
$\mathrm{KL}(N(\mu, \sigma^2) \,\|\, N(0, 1)) = \frac{1}{2} (\mu^2 + \sigma^2 - 1 - \log \sigma^2)$.
Without the ½ the KL divergence would weigh twice as much, as with β = 2.

**And the blur?** A squared error is the likelihood of a normal distribution around each pixel. If its standard
deviation is s, the error counts $1 / (2 s^2)$ times. A large s means that errors matter little beside the KL
divergence. That is a large β, and the images get blurred. β = 10 says that pixels are very uncertain.
""")


def collapse(run: Run, key: str) -> None:
    """The net with β = 1, with β so large that its code collapses, and with free bits."""
    wanted = collapsing(run.experiment)
    found = runs_of(list(wanted.values()), _("Train {wanted} nets", wanted=len(wanted)), key)
    if found is None:
        return
    nets = dict(zip(wanted, found, strict=True))
    seen = {name: analysis.of(one) for name, one in nets.items()}
    _rows(nets)
    table = pd.DataFrame(
        [
            (name, _("{active} of {numbers}", active=one.active, numbers=one.numbers), one.kl, one.mse)
            for name, one in seen.items()
        ]
        + [(_("the mean image for every image"), "–", None, next(iter(seen.values())).mean_mse)],
        columns=["net", "active", _("KL, nats"), "MSE"],
    )
    st.dataframe(
        table,
        hide_index=True,
        key=f"{key}:table",
        placeholder="–",
        column_config={
            _("KL, nats"): st.column_config.NumberColumn(format="%.3f"),
            "MSE": st.column_config.NumberColumn(format="%.4f", help=_("Of held-out images.")),
        },
    )
    for name, one in seen.items():
        st.markdown(_in_words(name, one))
    with st.expander(_("Why log σ², and why ½?")):
        st.markdown(_(WHY))


def _in_words(name: str, one: analysis.Collapse) -> str:
    used = _("**{name}: {active} of {numbers} active.**", name=name, active=one.active, numbers=one.numbers)
    if one.whole:
        return _(
            "{used} The posterior has collapsed. The code carries {kl:.2g} nats, so the decoder cannot "
            "tell the images apart, and its error ({mse:.4f}) is that of the mean image ({mean_mse:.4f}).",
            used=used,
            kl=one.kl,
            mse=one.mse,
            mean_mse=one.mean_mse,
        )
    if one.active < one.numbers:
        return _(
            "{used} Part of the code has collapsed; the error is {mse:.4f}, the mean image's {mean_mse:.4f}.",
            used=used,
            mse=one.mse,
            mean_mse=one.mean_mse,
        )
    return _(
        "{used} The code carries {kl:.2f} nats, and the error is {mse:.4f}, {mse_2:.0%} of the mean image's.",
        used=used,
        kl=one.kl,
        mse=one.mse,
        mse_2=one.mse / one.mean_mse,
    )


def _rows(nets: dict[str, Run]) -> None:
    """The same images by every net, from top to bottom, and the mean image."""
    first = next(iter(nets.values()))
    drawn, chosen = first.spec.drawn, list(evenly(len(first.images), SHOWN))
    rows = {"original": first.images.images()[chosen]}
    for name, one in nets.items():
        rows[name] = one.restored(one.inputs[chosen], one.images.labels[chosen])
    mean = analysis.mean_image(first.spec)
    rows[_("mean image")] = mean.expand_as(rows["original"])
    columns = []
    for place, i in enumerate(chosen):
        tiles = [
            glyphs.tile(glyphs.colours(drawn(images[place].numpy())), f"{first.images.names[i]}, {name}", WIDTH)
            for name, images in rows.items()
        ]
        columns.append((tiles, "", False))
    st.html(glyphs.row(columns))
    st.caption(_("From top to bottom: {rows}.", rows="; ".join(rows)))
