"""Parts of the lesson on large codes: features as pictures, cures against copying, planted features found again."""

import pandas as pd
import streamlit as st
import torch

from aelib.analysis import judged
from aelib.analysis.codes import dictionary
from aelib.charts import glyphs
from aelib.experiment import Experiment, change, presets
from aelib.nn.penalties import active
from aelib.training import Run
from aelib.ui.components.figures import table_with_csv
from aelib.ui.jobs.related_runs import runs_of

FEATURES = 48  # that are shown
PAIRS = 24
CURES = {
    "no cure": "digits-overcomplete",
    "L1": "digits-sparse-l1",
    "KL to a rate": "digits-sparse-kl",
    "k largest": "digits-k-sparse",
}
NOISE = 0.2  # standard deviation that tests whether a net copies


def is_dense(run: Run) -> bool:
    """Whether each number of the code draws one picture."""
    return run.experiment.model.dense and not run.experiment.model.variational


def _picture(feature: torch.Tensor) -> torch.Tensor:
    """Grey where a feature changes nothing, darker and lighter where it takes away and adds."""
    return 0.5 + 0.5 * feature / feature.abs().max().clamp(min=1e-9)


def features(run: Run, key: str) -> None:
    """What the numbers of the code draw, the most used first."""
    used = active(torch.from_numpy(run.codes())).float().mean(dim=0)
    order = used.argsort(descending=True)[:FEATURES]
    drawn = dictionary.learnt_features(run)
    columns = [
        ([glyphs.tile(glyphs.colours(_picture(drawn[i]).numpy()), f"feature {i}", 44)], f"{used[i]:.0%}", False)
        for i in order.tolist()
    ]
    st.html(glyphs.row(columns))
    never = int((used == 0).sum())
    st.markdown(
        f"The {len(order)} most used of {run.latent_dim} numbers, each with the share of images in which it is active. "
        f"On average **{float(used.sum()):.1f}** of {run.latent_dim} are active in an image, and **{never}** never are."
    )


def experiments() -> list[Experiment]:
    """Nets on 8x8 digits with the same large code: without a cure, and with each."""
    found = [presets.get(name) for name in CURES.values()]
    noise = {"corruption.kind": "gaussian", "corruption.level": NOISE, "corruption.where": "train"}
    return [*found, *(change(found[0], changes) for changes in (noise, {"model.dropout": 0.3}))]


def cures(run: Run, key: str) -> None:
    """The same large code without a cure and with five."""
    wanted = experiments()
    found = runs_of(wanted, f"Train {len(wanted)} nets", key)
    if found is None:
        return
    names = [*CURES, "noise", "dropout"]
    rows = []
    for name, one in zip(names, found, strict=True):
        images = one.images.images()
        draws = NOISE * torch.randn(images.shape, generator=torch.Generator().manual_seed(0))
        cleaned = float((one.restored((images + draws).clamp(0, 1)) - images).square().mean())
        figures = judged.figures(one)
        rows.append((name, one.metrics["mse"], cleaned, judged.active_rate(one), figures["knn_accuracy"]))
    columns = ["cure", "MSE", "MSE of noisy images", "active", "5-NN accuracy"]
    table = pd.DataFrame(rows, columns=columns)
    formats = ("%.5f", "%.5f", "percent", "percent")
    numbers = {
        name: st.column_config.NumberColumn(format=text) for name, text in zip(columns[1:], formats, strict=True)
    }
    table_with_csv(table, "cures.csv", key, column_config=numbers)
    plain = rows[0]
    fewest, best = min(rows, key=lambda row: row[3]), min(rows, key=lambda row: row[2])
    st.markdown(
        f"Without a cure the net copies its images with an MSE of {plain[1]:.5f}, and of noisy images it copies the "
        f"noise too ({plain[2]:.5f}); with **{best[0]}** that is {best[2]:.5f}. Fewest numbers are active with "
        f"**{fewest[0]}**: {fewest[3]:.0%} of the code instead of {plain[3]:.0%}."
    )


def planted(run: Run, key: str) -> None:
    """Planted features above what the net has found, the best matched first."""
    found = dictionary.recovery(run)
    order = found.cosines.argsort()[::-1]
    chosen = [*order[: PAIRS // 2], *order[-PAIRS // 2 :]]
    columns = []
    for i in chosen:
        tiles = [
            glyphs.tile(glyphs.colours(_picture(one[i]).numpy()), f"{what} {i}", 44)
            for what, one in (("planted feature", found.planted), ("learnt feature for", found.learnt))
        ]
        columns.append((tiles, f"{found.cosines[i]:.2f}", bool(found.cosines[i] <= dictionary.MATCHED)))
    st.html(glyphs.row(columns))
    st.markdown(
        f"**{found.recovered:.1%}** of the {len(found.cosines)} planted features have a learnt one with a cosine "
        f"above {dictionary.MATCHED:g}. Shown are the {PAIRS // 2} best and the {PAIRS // 2} worst pairs, planted "
        "above learnt."
    )
