"""The engine in the browser, in a headless Chromium: an epoch, frames a second while it trains in a worker and while
codes are decoded under the pointer, and how near it is to the other engines. --peers trains the same net with ConvNetJS
and TensorFlow.js, which npm fetches, in the same minute. --json prints the figures and writes nothing. Needs
requirements-dev.txt."""

import argparse
import json
import os
import statistics
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from playwright.sync_api import Page, sync_playwright

from aelib import datasets
from aelib.browser.description import describe, weights_of
from aelib.experiment import Experiment
from aelib.models import build
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS
from aelib.training import Run, fit_many
from tests.support import chromium, engine

from .machine import table, write

BASE = Experiment()  # 35-20-10-2-10-20-35 on 32 characters
EPOCHS = """([description, rounds, each]) => {
  const trainer = engine.Trainer.of(description), found = [];
  for (let i = 0; i < 2000; i++) trainer.epoch();
  for (let r = 0; r < rounds; r++) {
    const start = performance.now();
    for (let i = 0; i < each; i++) trainer.epoch();
    found.push((performance.now() - start) / each);
  }
  return found;
}"""
# Frames of a page that draws all reconstructions of every answer, while a worker trains as fast as it can.
TRAINING = """async ([description, frames]) => {
  const worker = new Worker(addresses["worker.js"], { type: "module" });
  const context = document.body.appendChild(document.createElement("canvas")).getContext("2d");
  const image = context.createImageData(32, 35);
  const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
  let latest = null;
  worker.onmessage = ({ data }) => { latest = data; worker.postMessage({ train: { epochs: 1e6, milliseconds: 12 } }); };
  worker.onerror = () => { latest = { failed: "the worker did not start" }; };
  worker.postMessage({ description });
  while (!latest || (!latest.failed && latest.epochs < 100)) await next();
  if (latest.failed) throw new Error(latest.failed);
  const first = latest.epochs, start = performance.now();
  for (let i = 0; i < frames; i++) {
    await next();
    latest.outputs.forEach((v, k) => { image.data[4 * k] = 255 * v; image.data[4 * k + 3] = 255; });
    context.putImageData(image, 0, 0);
  }
  const seconds = (performance.now() - start) / 1000;
  worker.terminate();
  return [frames / seconds, (latest.epochs - first) / seconds];
}"""
# Frames of a page that decodes the code under the pointer, and 225 around it, and draws them.
DRAGGING = """async ([description, frames]) => {
  const trainer = engine.Trainer.of(description), codes = new Float64Array(2 * 226);
  const context = document.body.appendChild(document.createElement("canvas")).getContext("2d");
  const image = context.createImageData(226, 35);
  const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await next();
  const start = performance.now();
  for (let i = 0; i < frames; i++) {
    await next();
    for (let k = 0; k < 226; k++) {
      codes[2 * k] = Math.sin(i / 20) + (k % 15) / 9;
      codes[2 * k + 1] = Math.floor(k / 15) / 9;
    }
    trainer.decode(codes).forEach((v, k) => { image.data[4 * k] = 255 * v; image.data[4 * k + 3] = 255; });
    context.putImageData(image, 0, 0);
  }
  return frames / ((performance.now() - start) / 1000);
}"""


# name -> npm package and version, script in it, and an epoch of the same net in JavaScript: (images) => () => Promise.
# ConvNetJS has no Adam, so it makes steps of its adadelta; its output is linear, as its regression has it.
PEERS = {
    "ConvNetJS": (
        "convnetjs@0.3.0",
        "package/build/convnet-min.js",
        """(images) => {
  const hidden = (num_neurons) => ({ type: "fc", num_neurons, activation: "sigmoid" }), net = new convnetjs.Net();
  net.makeLayers([{ type: "input", out_sx: 1, out_sy: 1, out_depth: 35 }, ...[20, 10, 2, 10, 20].map(hidden),
    { type: "regression", num_neurons: 35 }]);
  const trainer = new convnetjs.Trainer(net, { method: "adadelta", batch_size: images.length, l2_decay: 0 });
  const inputs = images.map((image) => new convnetjs.Vol(image));
  return async () => inputs.forEach((x, i) => trainer.train(x, images[i]));
}""",
    ),
    "TensorFlow.js": (
        "@tensorflow/tfjs@4.22.0",
        "package/dist/tf.min.js",
        """(images) => {
  const model = tf.sequential(), x = tf.tensor2d(images);
  [20, 10, 2, 10, 20, 35].forEach((units, i) => model.add(tf.layers.dense({ units, activation: "sigmoid",
    ...(i ? {} : { inputShape: [35] }) })));
  model.compile({ optimizer: tf.train.adam(0.001), loss: "meanSquaredError" });
  return () => model.trainOnBatch(x, x);
}""",
    ),
}
PEER = """async ([start, images, backend, rounds, each]) => {
  if (backend) { await tf.setBackend("cpu"); await tf.ready(); }
  const epoch = eval(start)(images), found = [];
  for (let i = 0; i < each; i++) await epoch();
  for (let r = 0; r < rounds; r++) {
    const begin = performance.now();
    for (let i = 0; i < each; i++) await epoch();
    found.push((performance.now() - begin) / each);
  }
  return found;
}"""


def peers(page: Page) -> dict[str, float]:
    """ms an epoch of each peer, and how many times as long as ours it takes: the medians of rounds, ours before and
    after each peer's."""
    images = datasets.training_set(BASE.dataset).images().flatten(1).tolist()
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (package, script, start) in PEERS.items():
            packed = subprocess.run(
                ["npm", "pack", "--silent", package],
                cwd=folder,
                check=True,
                capture_output=True,
                text=True,
            ).stdout.strip()
            with tarfile.open(Path(folder) / packed) as archive:
                member = archive.extractfile(script)
                assert member is not None
                page.add_script_tag(content=member.read().decode())
            ours = page.evaluate(EPOCHS, [describe(BASE), 5, 300])
            theirs = page.evaluate(PEER, [start, images, name == "TensorFlow.js", 5, 30])
            ours += page.evaluate(EPOCHS, [describe(BASE), 5, 300])
            found[f"{name} epoch_ms"] = statistics.median(theirs)
            found[f"{name} ratio"] = statistics.median(theirs) / statistics.median(ours)
    return found


def forward_difference(page: Page) -> float:
    """The largest difference of an output from PyTorch's, over all activations."""
    images, found = datasets.training_set(BASE.dataset).images(), []
    for name in ACTIVATIONS:
        experiment = BASE.with_values({"model.hidden_activation": name})
        model = build(experiment).eval()
        _, outputs = page.evaluate(engine.FORWARD, {**describe(experiment), "weights": weights_of(model)})
        with torch.no_grad():
            found.append(float(np.abs(np.array(outputs) - model.reconstruct(images).flatten().numpy()).max()))
    return max(found)


def loss_difference(page: Page) -> float:
    """The largest relative difference of a loss in 50 epochs, over all optimisers and losses."""
    values = [{"optimizer.kind": name} for name in OPTIMIZERS] + [{"loss": name} for name in LOSSES]
    common = {"epochs": 50, "snapshots": "50", "optimizer.learning_rate": 0.01}
    experiments, found = [BASE.with_values({**common, **one}) for one in values], []
    for experiment, run in zip(experiments, fit_many(experiments, "cpu"), strict=True):
        assert isinstance(run, Run)
        theirs = np.array([row["train_loss"] for row in run.history])
        ours = np.array(engine.losses(page, describe(experiment), [int(row["epoch"]) for row in run.history]))
        found.append(float((np.abs(ours - theirs) / theirs).max()))
    return max(found)


def measured(with_peers: bool = False) -> dict[str, Any]:
    """All figures, by name."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        page = engine.opened(browser)
        epochs = page.evaluate(EPOCHS, [describe(BASE), 15, 500])
        training, rate = page.evaluate(TRAINING, [describe(BASE), 300])
        dragging = page.evaluate(DRAGGING, [describe(BASE), 300])
        found = {
            "epoch_ms": statistics.median(epochs),
            "epoch_ms_fastest": min(epochs),
            "epochs_per_second_in_worker": rate,
            "frames_per_second_training": training,
            "frames_per_second_dragging": dragging,
            "largest_forward_difference": forward_difference(page),
            "largest_loss_difference": loss_difference(page),
            "load": os.getloadavg()[0],
        }
        if with_peers:
            found |= peers(page)
        browser.close()
    return found


LABELS = {
    "epoch_ms": "ms an epoch, median of 15 rounds of 500",
    "epoch_ms_fastest": "ms an epoch, fastest round",
    "epochs_per_second_in_worker": "epochs a second in a worker, with an answer every 12 ms",
    "frames_per_second_training": "frames a second of the page meanwhile",
    "frames_per_second_dragging": "frames a second while 226 codes are decoded in each",
    "largest_forward_difference": "largest difference of an output from PyTorch's, over all activations",
    "largest_loss_difference": "largest relative difference of a loss in 50 epochs, over all optimisers and losses",
    **{f"{name} epoch_ms": f"ms an epoch with {name} ({package})" for name, (package, *_) in PEERS.items()},
    **{f"{name} ratio": f"{name}: times as long as ours, in the same minute" for name in PEERS},
    "load": "other processes that wanted a core (load average, ours included)",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON, and write nothing")
    parser.add_argument("--peers", action="store_true", help="also measure ConvNetJS and TensorFlow.js: needs npm")
    asked = parser.parse_args()
    found = measured(asked.peers)
    if asked.json:
        print(json.dumps(found, indent=2))
        return
    rows = [[LABELS[name], f"{value:.3g}" if value < 1000 else f"{value:,.0f}"] for name, value in found.items()]
    told = "TensorFlow.js computes on its CPU backend: there is no graphics card here." if asked.peers else ""
    body = "The net 35-20-10-2-10-20-35 on 32 characters, Adam, in a headless Chromium. " + told + "\n\n"
    write("browser", "The engine in the browser", body + table(["what", "measured"], rows))


if __name__ == "__main__":
    main()
