"""The fields of each block, as teacher's links know them and as the block draws them."""

import itertools

import pytest

from aelib.experiment import MODEL_KINDS, choices
from aelib.ui.form.blocks import BLOCKS
from aelib.ui.form.fields import BLOCK_FIELDS
from tests.support.apps import from_function


def _page(block, kinds) -> None:  # type: ignore[no-untyped-def] # its text is run where nothing is imported
    from dataclasses import replace
    from unittest.mock import patch

    import streamlit as st

    from aelib.ui.form.blocks import BLOCKS
    from aelib.ui.form.controls import Controls
    from aelib.ui.shell.lessons import LAB

    st.session_state["drawn"] = {}
    for network, noise in kinds:
        # a lesson of its own, so that no two controls have one key
        controls = Controls(replace(LAB, name=f"lab-{network}-{noise}"))
        controls.set("model.kind", network)
        controls.set("corruption.kind", noise)
        with patch("streamlit.download_button"):  # of a file that is the same for all, so it can be there but once
            BLOCKS[block].draw(controls)
        st.session_state["drawn"][network, noise] = set(controls.drawn)


def _drawn(block: str) -> dict[tuple[str, str], set[str]]:
    """Kind of network and of noise -> the fields that the block draws controls for."""
    kinds = list(itertools.product(MODEL_KINDS, choices("corruption.kind")))
    drawn: dict[tuple[str, str], set[str]] = from_function(_page, block=block, kinds=kinds).session_state["drawn"]
    assert list(drawn) == kinds
    return drawn


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_draws_the_fields_that_are_listed_and_no_others(block: str) -> None:
    assert set().union(*_drawn(block).values()) == set(BLOCK_FIELDS.get(block, ()))


def test_no_fields_are_listed_for_a_block_that_is_none() -> None:
    assert BLOCK_FIELDS.keys() <= BLOCKS.keys()


def test_what_a_block_draws_depends_on_network_and_noise() -> None:
    """Else the test above compares the same fields again and again."""
    network, noise = _drawn("network"), _drawn("noise")
    assert "model.layers" in network["dense", "none"] - network["super_resolution", "none"]
    assert "model.convolution.upscale" in network["super_resolution", "none"] - network["convolutional", "none"]
    assert noise["dense", "none"] == {"corruption.kind"}
    assert "corruption.pixels" in noise["dense", "painted"] - noise["dense", "gaussian"]
