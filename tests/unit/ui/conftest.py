"""Scripts of the tests themselves through AppTest."""

from collections.abc import Iterator

import pytest
import streamlit as st


@pytest.fixture
def fresh_caches() -> Iterator[None]:
    """A test finds nothing that another has left in the process."""
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()
