"""Every page of these tests is on a server of its own."""

import pytest


@pytest.fixture(autouse=True)
def _server_of_its_own(fresh_server: None) -> None: ...
