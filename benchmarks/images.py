"""The lessons on images in figures: restored MNIST digits, notMNIST compressed by nets, PCA and JPEG, pairs of
photographs, and Set5. Real data is read from AELIB_DATA; the page says what is missing."""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from aelib import datasets
from aelib.analysis.reconstruction import classical_filters, rate_distortion, restoration, super_resolution
from aelib.datasets.downloads import photo_pairs
from aelib.experiment import Experiment, presets
from aelib.metrics import reconstruction
from aelib.training import Run, fit

from .machine import HERE, table, write

SEEDS = 3
NOISE = 0.5
FILTERED = 500  # images for the measurement of filters, which are slow
SET5 = ("baby", "bird", "butterfly", "head", "woman")
BORDER = 2  # pixels cropped at each side, as is usual for a factor of 2
ENLARGER = {
    "dataset": photo_pairs.NAME,
    "model.convolution.channels": "32-32-32",
    "model.convolution.upscale": "last",
    "epochs": 10,
}


def _spread(values: list[float], digits: int = 2) -> str:
    return f"{statistics.mean(values):.{digits}f} ± {statistics.stdev(values):.{digits}f}"


def _trained(experiment: Experiment) -> tuple[Run, float]:
    start = time.perf_counter()
    run = fit(experiment, "cpu")
    return run, time.perf_counter() - start


def _absent(title: str, dataset: str) -> str | None:
    missing = datasets.spec(dataset).missing()
    return f"## {title}\n\nNot measured: {missing}" if missing else None


def restoring() -> str:
    """The dense denoiser on MNIST: test BCE, and PSNR compared with filters."""
    title = "Digits restored"
    if absent := _absent(title, "mnist"):
        return absent
    losses, gains, rows, took = [], [], [], []
    for seed in range(SEEDS):
        experiment = presets.get("mnist-denoise").with_values({"seed": seed, "corruption.level": NOISE})
        run, seconds = _trained(experiment)
        took.append(seconds)
        test = datasets.test_set("mnist")
        shown = run.inputs_of(test)
        outputs = restoration.restored(run, shown)
        net = restoration.evaluate(outputs, test.images())
        losses.append(net.bce)
        few, noisy = test.images()[:FILTERED], shown[:FILTERED]
        tuned = restoration.strength("mnist", "gaussian", NOISE)
        found = {
            "input": noisy,
            **restoration.filtered(noisy, tuned),
            "non-local means, default strength": classical_filters.non_local_means(noisy),
            "network": outputs[:FILTERED],
        }
        figures = {name: restoration.evaluate(images, few) for name, images in found.items()}
        gains.append(figures["network"].psnr - figures["non-local means"].psnr)
        if not seed:
            rows = [[n, f"{one.psnr:.2f}", f"{one.ssim:.3f}", f"{one.bce:.3f}"] for n, one in figures.items()]
    return (
        f"## {title}\n\n`mnist-denoise` ({presets.get('mnist-denoise').network}), Gaussian noise of {NOISE} (pixels "
        f"clipped to 0..1), {presets.get('mnist-denoise').epochs} epochs, {SEEDS} seeds. "
        f"**Test BCE {_spread(losses, 4)}** over "
        f"all 10,000 test images (the document: 0.15, without its noise), {_spread(gains)} dB above non-local means, "
        f"which was tuned for this noise on training images; {statistics.mean(took):.1f} s a training. Below, seed 0, "
        f"the first {FILTERED:,} test images (filters are slow).\n\n"
        + table(["method", "PSNR (dB)", "SSIM", "BCE"], rows)
    )


def compressing() -> str:
    """notMNIST by nets compared with PCA of the same code size, and 8-bit codes compared with JPEG and WebP."""
    title = "Letters compressed"
    if absent := _absent(title, "notmnist"):
        return absent
    train, test = datasets.training_set("notmnist"), datasets.evaluation_set("notmnist")
    codecs = rate_distortion.codec_curves("notmnist")
    rows, duels = [], []
    for name in ("notmnist-7x7", "notmnist-7x7-best", "notmnist-14x14-best", "notmnist-2x2-best"):
        run, seconds = _trained(presets.get(name))
        numbers = run.latent_dim
        whole, eight = rate_distortion.points(run, rate_distortion.encode_run(run), (32, 8))
        [pca] = rate_distortion.pca("notmnist", [numbers], 32)
        rows.append(
            [
                name,
                run.experiment.network,
                f"{numbers}",
                f"{whole.psnr:.2f}",
                f"{pca.psnr:.2f}",
                f"{whole.psnr - pca.psnr:+.2f}",
                f"{seconds:.0f}",
            ]
        )
        entropy = f"{eight.entropy_bits:,.0f}" if eight.entropy_bits is not None else ""
        against = []
        for points in codecs.values():
            there = rate_distortion.psnr_at(points, eight.bits)
            smallest = min(points, key=lambda one: one.bits)
            against.append(
                f"{there:.2f}" if there is not None else f"none; smallest {smallest.bits:,.0f} ({smallest.psnr:.2f})"
            )
        duels.append([name, f"{eight.bits:,.0f}", entropy, f"{eight.psnr:.2f}", *against])
    first = table(["net", "", "numbers", "PSNR (dB)", "PCA of the same size", "gain", "s to train"], rows)
    second = table(["net", "bits an image", "entropy", "PSNR (dB)", *codecs], duels)
    return (
        f"## {title}\n\n{len(train):,} training letters, {presets.get('notmnist-7x7').epochs} epochs, evaluated on "
        f"{len(test):,} held-out ones. "
        f"PCA is fitted to {rate_distortion.pca_images('notmnist'):,} of the training letters."
        f"\n\n{first}\n\nWith 8 bits a number, and what JPEG and WebP reach with as "
        f"many bits an image (dB):\n\n{second}\n\nHeaders are most of so small a file; the curves without them count "
        "the coded pixels alone."
    )


def pairs() -> str:
    """The document's pairs: the inputs unchanged, restored by its nets and by ours."""
    title = "Pairs of photographs"
    if absent := _absent(title, photo_pairs.NAME):
        return absent
    rows = []
    for name in ("sr-2", "sr-3", "sr-4", "sr-2-best", "sr-3-best", "sr-4-best"):
        experiment = presets.get(name)
        run, seconds = _trained(experiment)
        images = datasets.test_set(photo_pairs.NAME)
        shown, net = super_resolution.evaluate(super_resolution.outputs_by_method(run, images), images.images())
        if not rows:
            rows.append(["input", "", f"{shown.mse:.5f}", f"{shown.psnr:.2f}", f"{shown.ssim:.4f}", "", ""])
        rows.append(
            [
                name,
                f"{run.parameters:,}",
                f"{net.mse:.5f}",
                f"{net.psnr:.2f}",
                f"{net.ssim:.4f}",
                f"{net.psnr - shown.psnr:+.2f}",
                f"{seconds:.0f}",
            ]
        )
    header = ["net", "parameters", "MSE", "PSNR (dB)", "SSIM", "dB above the input", "s to train"]
    return (
        f"## {title}\n\n{datasets.spec(photo_pairs.NAME).splits.train:,} training patches, evaluated on all "
        f"{len(datasets.test_set(photo_pairs.NAME)):,} patches of the validation pictures. The document's MSE: 0.007 "
        "with 2 layers, 0.003 with 3 and with 4.\n\n" + table(header, rows)
    )


def _luma(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Luma by ITU-R BT.601, 16 to 235, on which figures for Set5 are usually computed."""
    found: NDArray[np.float64] = 16 + rgb.astype(np.float64) @ (65.481, 128.553, 24.966) / 255
    return found


def _psnr(image: NDArray[np.uint8], original: NDArray[np.uint8]) -> float:
    inner = (slice(BORDER, -BORDER),) * 2
    error = (_luma(image) - _luma(original))[inner]
    return reconstruction.psnr(float(np.mean(np.square(error / 255))))


def set5_here(pictures: Path) -> str:
    """Set5 enlarged twofold by a net trained on the sharp sides of the photo pairs and half-size copies of them."""
    run, seconds = _trained(presets.get("sr-3-best").with_values(ENLARGER))
    rows, bicubics, nets = [], [], []
    for name in SET5:
        with Image.open(pictures / f"{name}.png") as file:
            picture = file.convert("RGB")
        picture = picture.crop((0, 0, picture.width // 2 * 2, picture.height // 2 * 2))
        original = np.asarray(picture)
        small = np.asarray(picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BICUBIC))
        bicubics.append(_psnr(super_resolution.bicubic(small, 2), original))
        nets.append(_psnr(super_resolution.enlarge(run, small), original))
        rows.append([name, f"{bicubics[-1]:.2f}", f"{nets[-1]:.2f}", f"{nets[-1] - bicubics[-1]:+.2f}"])
    bicubic, net = statistics.mean(bicubics), statistics.mean(nets)
    rows.append(["**mean**", f"{bicubic:.2f}", f"{net:.2f}", f"**{net - bicubic:+.2f}**"])
    return (
        f"## Set5, twice as large\n\nPSNR of the luminance (BT.601), {BORDER} pixels cropped at each border; shrunk by "
        "Pillow's bicubic filter (the literature uses MATLAB's).\n\n"
        + table(["picture", "bicubic (dB)", "net (dB)", "gain"], rows)
        + f"\n\nThe net: {run.experiment.network}, {run.parameters:,} parameters, enlarging at the end, residual; "
        f"trained in {seconds:.0f} s ({run.epochs} epochs of {datasets.spec(photo_pairs.NAME).splits.train:,} patches "
        "of 64x64). SRCNN's published gain is 3.0 dB (C. Dong et al., Image Super-Resolution Using Deep Convolutional "
        "Networks, arXiv:1501.00092)."
    )


def set5() -> str:
    """Runs `set5_here` in its own process, with photo pairs made of the sharp sides and half-size copies of them."""
    given = Path(os.environ.get("AELIB_DATA", "")).expanduser()
    pictures, good = given / "sr_bench" / "Set5", given / "sr_pairs"
    if not pictures.is_dir() or not good.is_dir():
        return "## Set5, twice as large\n\nNot measured: sr_bench/Set5 and sr_pairs are not in AELIB_DATA."
    with tempfile.TemporaryDirectory() as made:
        for part in photo_pairs.PARTS:
            low, high = (Path(made) / "sr_pairs" / part / side for side in (photo_pairs.LOW, photo_pairs.HIGH))
            low.mkdir(parents=True)
            shutil.copytree(good / part / photo_pairs.HIGH, high)
            for path in high.iterdir():
                with Image.open(path) as file:
                    picture = file.convert("RGB")
                picture.save(path)
                half = (picture.width // 2, picture.height // 2)
                picture.resize(half, Image.Resampling.BICUBIC).save(low / path.name)
        command = [sys.executable, "-m", "benchmarks.images", "--set5", str(pictures)]
        environment = {**os.environ, "AELIB_DATA": made}
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return done.stdout.strip()


PARTS = {"restoring": restoring, "compressing": compressing, "pairs": pairs, "set5": set5}


def _kept() -> dict[str, str]:
    """The sections of the last run, by their headings."""
    file = HERE / "images.md"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    sections = ["## " + one.strip() for one in text.split("\n## ")[1:]]
    return {one.splitlines()[0]: one for one in sections}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", help=f"parts to measure ({', '.join(PARTS)}), default all; others are kept")
    parser.add_argument("--set5", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(2)
    if options.set5:
        print(set5_here(options.set5))
        return
    sections = _kept()
    for name in options.part or PARTS:
        section = PARTS[name]()
        sections[section.splitlines()[0]] = section
        write("images", "Lessons on images", "\n\n".join(sections.values()))  # after each part, since they take long


if __name__ == "__main__":
    main()
