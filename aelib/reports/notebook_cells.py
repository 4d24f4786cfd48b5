"""The functions that a notebook contains: short, and with only the imports of its first cell."""

import matplotlib.pyplot as plt
import numpy as np
import torch

from aelib import metrics
from aelib.experiment import digest_of, from_json
from aelib.metrics import latent_space
from aelib.store import Store
from aelib.training import Run, fit


def load_or_train(text: str) -> Run:
    """The run of an experiment (JSON) from the store; trained and stored if it is missing."""
    experiment = from_json(text)
    store = Store()
    run = store.get(digest_of(experiment))
    if run is None:
        run = fit(experiment)
        store.save(run)
    return run


def print_metrics(run: Run) -> None:
    """Print the results of a run."""
    print(f"{run.epochs:,} epochs in {run.seconds:.2f} s on {run.device}, {run.parameters:,} parameters")
    print(f"loss {run.loss:.6f}")
    for name, value in run.metrics.items():
        if isinstance(value, int | float):
            print(name, f"{value:.6g}")
    for name, wrong in sorted(run.metrics.get("wrong_pixels", {}).items(), key=lambda one: -one[1]):
        if wrong:
            print(f"{name!r}: {wrong} wrong pixels")


def plot_curves(run: Run) -> None:
    """Plot the loss, and images learnt or the MSE of held-out images, by epoch."""
    records = [record for record in run.history if record["epoch"] > 0]
    epochs = [record["epoch"] for record in records]
    second = "learnt" if "learnt" in records[0] else "mse"
    _, axes = plt.subplots(1, 2, figsize=(10, 3.5), layout="constrained")
    for name in ("train_loss", "valid_loss", "test_loss"):
        if name in records[0]:
            axes[0].loglog(epochs, [record[name] for record in records], label=name)
    axes[1].semilogx(epochs, [record[second] for record in records], label=second)
    for cell in axes:
        cell.set_xlabel("epoch")
        cell.legend()
    plt.show()


def plot_images(run: Run) -> None:
    """Show originals, inputs if they differ, and outputs of the net, from top to bottom."""
    count = len(run.images)
    chosen = list(range(count)) if run.spec.memorised else [count * i // 20 for i in range(20)]
    chosen = chosen[:40]
    originals, shown = run.images.images()[chosen], run.inputs[chosen]
    rows = [originals, run.restored(shown, run.images.labels[chosen]).clamp(0, 1)]
    if originals.shape != shown.shape or not torch.equal(originals, shown):
        rows.insert(1, shown)
    colours = "gray" if run.spec.light else "gray_r"
    _, axes = plt.subplots(len(rows), len(chosen), figsize=(0.5 * len(chosen) + 0.5, 0.8 * len(rows)), squeeze=False)
    for line, pictures in zip(axes, rows, strict=True):
        for cell, picture in zip(line, pictures, strict=True):
            cell.imshow(picture.permute(1, 2, 0).squeeze(-1), cmap=colours, vmin=0, vmax=1)
            cell.axis("off")
    plt.show()
    outputs = run.reconstructions()
    print(f"MSE of all {count} evaluation images: {float(metrics.mse(outputs, run.images.images()).mean()):.6g}")


def plot_plane(run: Run) -> None:
    """Plot the codes on the latent plane, and the plane decoded."""
    codes, side = run.codes(), 15
    _, (left, right) = plt.subplots(1, 2, figsize=(12, 6), layout="constrained")
    left.scatter(codes[:, 0], codes[:, 1], c=run.images.labels, cmap="tab10", s=12)
    if run.spec.memorised:
        for name, (x, y) in zip(run.images.names, codes, strict=True):
            left.text(x, y, name, parse_math=False)
    extent = latent_space.extent(codes, run.experiment.model.variational)
    decoded = run.decode(latent_space.cells(extent, side))
    _, channels, height, width = decoded.shape
    sheet = decoded.reshape(side, side, channels, height, width).transpose(0, 3, 1, 4, 2)
    sheet = sheet.reshape(side * height, side * width, channels)
    colours = "gray" if run.spec.light else "gray_r"
    right.imshow(np.squeeze(sheet), cmap=colours, vmin=0, vmax=1, extent=extent, aspect="auto")
    plt.show()
