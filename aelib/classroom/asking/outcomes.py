"""The answers that a run gives to the items: figures, and the names of images. Each takes at most about a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from aelib.training import Run
else:  # the records of the items are read before a page needs torch
    from aelib.core.lazy import lazy

    torch = lazy("torch")

SAME = 0.01  # relative difference up to which two errors count as the same


def _errors(run: Run) -> Tensor:
    """The mean squared error of each image of the evaluation set, clipped as it is shown."""
    apart = run.reconstructions().clamp(0, 1) - run.images.images()
    return apart.square().flatten(1).mean(dim=1)


def learnt(run: Run) -> float:
    """Images with at most one wrong pixel."""
    return float(run.metrics["learnt"])


def worst_image(run: Run) -> tuple[str, ...]:
    """The image with the largest error."""
    return (run.images.names[int(_errors(run).argmax())],)


def worst_class(run: Run) -> tuple[str, ...]:
    """The class whose images have the largest mean error."""
    return (str(_class_errors(run)[-1][1]),)


def best_class(run: Run) -> tuple[str, ...]:
    """The class whose images have the smallest mean error."""
    return (str(_class_errors(run)[0][1]),)


def _class_errors(run: Run) -> list[tuple[float, int]]:
    """(mean error, class), the smallest first."""
    errors, labels = _errors(run), run.images.labels
    return sorted((float(errors[labels == one].mean()), one) for one in sorted(set(labels.tolist())))


def against_input(run: Run) -> tuple[str, ...]:
    """Whether the output has "fewer", "same" or "more" wrong pixels than the input."""
    from aelib.analysis.reconstruction.denoising import wrong_pixels

    targets, threshold = run.images.images(), run.spec.wrong_pixel
    shown = _noisy(run)
    before = float(wrong_pixels(shown, targets, threshold).sum())
    after = float(wrong_pixels(run.restored(shown, run.images.labels), targets, threshold).sum())
    return ("same" if before == after else "fewer" if after < before else "more",)


def _noisy(run: Run) -> Tensor:
    """The evaluation images with the training's kind of noise, in a draw that no net was trained with."""
    from aelib.analysis.reconstruction.denoising import noisy

    noise = run.experiment.corruption
    return noisy(run.images.images(), noise.kind, noise.level, 0, noise.pixels)


def noise_left(run: Run) -> float:
    """The squared error of the output in per cent of that of the noisy input."""
    targets, shown = run.images.images(), _noisy(run)
    after = (run.restored(shown, run.images.labels).clamp(0, 1) - targets).square().mean()
    return 100 * float(after) / max(float((shown - targets).square().mean()), 1e-12)


def error_left(run: Run) -> float:
    """The squared error of the output in per cent of that of the mean image of the training set."""
    from aelib import datasets

    mean = datasets.training_set(run.spec).images().mean(dim=0)
    return 100 * float(_errors(run).mean()) / max(float((run.images.images() - mean).square().mean()), 1e-12)


def gain_over_bicubic(run: Run) -> float:
    """PSNR in dB above bicubic, or above the input of a net that only sharpens."""
    from aelib.analysis.reconstruction import super_resolution
    from aelib.metrics.image_quality import mean_psnr

    images = super_resolution.test_images(run)
    found = super_resolution.outputs_by_method(run, images)
    without = found.get("bicubic", found.get("as shown to the net"))
    assert without is not None  # noqa: S101 - one of the two is always there
    targets = images.images()
    return mean_psnr(found[super_resolution.NET], targets) - mean_psnr(without, targets)


def lost_most(run: Run) -> tuple[str, ...]:
    """Which of these loses the largest share: "light" (the mean brightness of a place), "colour" (what is left without
    brightness), "detail" (brightness that changes within a few pixels)."""
    wanted, found = run.images.images(), run.reconstructions().clamp(0, 1)
    lost = {
        name: float((part - other).square().mean()) / max(float((part - part.mean(dim=0)).square().mean()), 1e-12)
        for (name, part), other in zip(_parts(wanted).items(), _parts(found).values(), strict=True)
    }
    return (max(lost, key=lambda name: lost[name]),)


def _parts(images: Tensor) -> dict[str, Tensor]:
    """Brightness of places of 8 pixels, colour, and the detail within places. images: n × 3 × height × width."""
    grey = images.mean(dim=1, keepdim=True)
    side = 2 * (min(images.shape[-2:]) // 8) + 1  # odd, so that the mean stays in place
    smooth = torch.nn.functional.avg_pool2d(grey, side, 1, side // 2, count_include_pad=False)
    return {"light": smooth, "colour": images - grey, "detail": grey - smooth}


def auroc(run: Run) -> float:
    """The chance in per cent that an odd image has a larger error than a known one."""
    from aelib.analysis.anomalies.detection import detect

    return 100 * detect(run).auroc


def against_pca(run: Run) -> tuple[str, ...]:
    """Whether the error is "smaller" than that of PCA with as many numbers, the "same", or "larger", by SAME."""
    from aelib.analysis.linear.plane import principal

    pca, net = principal(run.spec, run.latent_dim).test_mse, float(run.metrics["mse"])
    return ("same" if abs(net - pca) <= SAME * pca else "smaller" if net < pca else "larger",)


def features_found(run: Run) -> float:
    """Planted features that the net has found, in per cent."""
    from aelib.analysis.codes.dictionary import recovery

    return 100 * recovery(run).recovered


def numbers_on(run: Run) -> float:
    """Numbers of the code that are active in an image, mean over images."""
    from aelib.nn.penalties import active

    return float(active(torch.from_numpy(run.codes())).float().sum(dim=1).mean())


def halfway(run: Run) -> float:
    """The epoch, in per cent of all, at which the loss had fallen by half of its whole fall."""
    losses = np.array([record["train_loss"] for record in run.history])
    epochs = np.array([record["epoch"] for record in run.history])
    middle = (losses[0] + losses.min()) / 2
    return 100 * float(epochs[int(np.argmax(losses <= middle))]) / max(run.epochs, 1)
