"""A trained net in the browser, dense or convolutional, gives what PyTorch gives."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from playwright.sync_api import Page
from torch import nn

from aelib.browser.trained import trained_net
from aelib.experiment import Experiment
from aelib.models import build
from aelib.training import Run
from tests.support import engine

LARGEST = 1e-4
CONVOLUTIONAL = {"model.kind": "convolutional", "dataset": "digits8x8", "model.convolution.channels": "6-3"}
NETS = {
    "dense": {},
    "code of five, batch norm": {"model.layers": "35-12-5", "model.batch_norm": "true"},
    "slopes": {"model.hidden_activation": "prelu", "model.output_activation": "prelu"},
    "tied": {"model.tied": "true"},
    "variational": {"model.variational": "true", "normalization": "symmetric"},
    "told the class": {"dataset": "digits8x8", "model.layers": "64-12-2", "model.conditional": "true"},
    "transposed": {**CONVOLUTIONAL, "model.convolution.stride": "2-1", "normalization": "standardized"},
    "strides of three": {**CONVOLUTIONAL, "model.convolution.stride": "3-2", "model.convolution.kernel": "5"},
    "pooling, repeated pixels": {
        **CONVOLUTIONAL,
        "model.convolution.stride": "2-2",
        "model.convolution.pooling": "max",
        "model.convolution.upsampling": "resize",
    },
    "average pooling, code of numbers, batch norm": {
        **CONVOLUTIONAL,
        "model.convolution.stride": "2",
        "model.convolution.pooling": "average",
        "model.convolution.code_size": "4",
        "model.batch_norm": "true",
        "model.hidden_activation": "leaky_relu",
    },
    "convolutional, variational": {**CONVOLUTIONAL, "model.convolution.stride": "2", "model.variational": "true"},
    "colour": {**CONVOLUTIONAL, "dataset": "house_numbers", "model.convolution.stride": "2-2"},
}
THROUGH = """([description, images, codes, label]) => {
  const net = new engine.TrainedNet(description);
  return [images.map((one) => [...net.encode(one, label)]), codes.map((one) => [...net.decode(one, label)])];
}"""


@pytest.fixture(scope="module")
def page(browser) -> Iterator[Page]:
    opened = engine.opened(browser)
    yield opened
    opened.close()


def _run(like: Run, values: dict[str, str]) -> Run:
    """A run whose weights and running means are those of no start."""
    experiment = Experiment().with_values({"model.layers": "35-12-2", **values})
    model, generator = build(experiment), torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.3)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.running_mean.normal_(generator=generator)
            layer.running_var.uniform_(0.5, 2.0, generator=generator)
    return replace(like, experiment=experiment, weights=model.state_dict())


@pytest.mark.parametrize("name", NETS)
def test_codes_and_pixels_are_pytorchs(page: Page, font_run: Run, name: str) -> None:
    run = _run(font_run, NETS[name])
    few = torch.tensor([3])
    model, x = run.model.given(few), run.normalization.apply(run.images.images()[:5])
    with torch.no_grad():
        codes = model.embed(x)
        pixels = run.normalization.pixels(model.decode(codes)).flatten(1)
    given = [trained_net(run, encoder=True), run.images.images()[:5].flatten(1).tolist(), codes.tolist(), 3]
    ours = [np.array(one) for one in page.evaluate(THROUGH, given)]
    for found, wanted in zip(ours, (codes, pixels), strict=True):
        assert found.shape == tuple(wanted.shape)
        assert np.abs(found - wanted.numpy()).max() < LARGEST
