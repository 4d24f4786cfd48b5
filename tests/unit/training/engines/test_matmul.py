"""Large products: by oneDNN where torch's operator for it is as expected, else by torch.bmm."""

import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from aelib.core.random import generator
from aelib.training.engines import batched, matmul
from tests.support import contract

HAS_ONEDNN = torch.backends.mkldnn.is_available()
LARGE = contract.BASE.with_values(
    {"model.layers": "35-420-400-2", "batch_size": "all", "optimizer.kind": "momentum", "epochs": 2}
)


@pytest.fixture
def looked_up_anew() -> Iterator[None]:
    """The operator is looked up in the test, and once more after it."""
    matmul.onednn.cache_clear()
    yield
    matmul.onednn.cache_clear()


def _factors(members: int, size: int) -> tuple[Tensor, Tensor]:
    random = generator(0, "test")
    return torch.randn(members, size, size + 1, generator=random), torch.randn(members, size + 1, 64, generator=random)


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("size", [3, 300])
def test_products_are_those_of_torch_whichever_library_computes_them(members: int, size: int) -> None:
    """Small and large, with the strides that a training step has."""
    a, b = _factors(members, size)
    if size > 3:
        assert size * (size + 1) * 64 >= matmul.LEAST
    cases = [(a, b), (b.transpose(1, 2), a.transpose(1, 2)), (a[:, :, :-1].transpose(1, 2), a[:, :, :-1])]
    for left, right in cases:
        out = torch.full((members, left.shape[1], right.shape[2]), torch.nan)
        matmul.bmm(left, right, out)
        torch.testing.assert_close(out, left @ right, rtol=1e-4, atol=1e-4)
        wide = torch.empty(members, left.shape[1], right.shape[2], dtype=torch.float64)
        matmul.bmm(left.double(), right.double(), wide)
        torch.testing.assert_close(wide, left.double() @ right.double())


@pytest.mark.skipif(not HAS_ONEDNN, reason="NOT TESTED HERE: this torch has no oneDNN")
def test_the_torch_that_we_require_has_the_operator() -> None:
    assert matmul.onednn() is not None


def _refuses(*_: object) -> Tensor:
    raise NotImplementedError("no kernel for this processor")


def _turned(x: Tensor, w: Tensor, *_: object) -> Tensor:
    return -(x @ w.t())


def _made_up(function: object) -> SimpleNamespace:
    """An operator that torch.ops.mkldnn could have: the signature is right, the function is ours."""

    class Operator:
        _schema = torch.ops.mkldnn._linear_pointwise.default._schema
        __call__ = staticmethod(function)  # type: ignore[arg-type]

    return SimpleNamespace(default=Operator())


@pytest.mark.skipif(not HAS_ONEDNN, reason="NOT TESTED HERE: this torch has no oneDNN")
@pytest.mark.parametrize(
    ("name", "function", "reason"),
    [
        ("_no_such_operator", None, "it is not there"),
        ("_convolution_pointwise", None, "it is mkldnn::_convolution_pointwise(Tensor X"),
        ("made_up", _refuses, "no kernel for this processor"),
        ("made_up", _turned, "it gives another product"),
    ],
)
def test_without_the_operator_torch_computes_the_same_and_the_log_says_it_once(
    name: str,
    function: object,
    reason: str,
    looked_up_anew: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    a, b = _factors(2, 300)
    by_onednn, by_torch = torch.empty(2, 300, 64), torch.empty(2, 300, 64)
    matmul.bmm(a, b, by_onednn)
    matmul.onednn.cache_clear()
    if function is not None:
        monkeypatch.setattr(torch.ops.mkldnn, name, _made_up(function), raising=False)
    monkeypatch.setattr(matmul, "NAME", name)
    with caplog.at_level(logging.WARNING, logger=matmul.__name__):
        for _ in range(2):
            matmul.bmm(a, b, by_torch.fill_(torch.nan))
    assert torch.equal(by_torch, torch.bmm(a, b))
    torch.testing.assert_close(by_torch, by_onednn, rtol=1e-4, atol=1e-4)
    (said,) = [record.getMessage() for record in caplog.records]
    assert reason in said
    assert name in said


def test_a_torch_without_onednn_computes_the_same(
    looked_up_anew: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    a, b = _factors(1, 300)
    with caplog.at_level(logging.INFO, logger=matmul.__name__):
        out = torch.empty(1, 300, 64)
        matmul.bmm(a, b, out)
    assert torch.equal(out, torch.bmm(a, b))
    assert "no oneDNN" in caplog.text


def test_the_batched_engine_keeps_its_contract_without_the_operator(
    looked_up_anew: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matmul, "NAME", "_no_such_operator")
    assert contract.check(batched.KIND, LARGE, monkeypatch)
    assert matmul.onednn.cache_info().hits > 0, "no product was large"
    assert matmul.onednn() is None
