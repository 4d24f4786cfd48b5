"""What Streamlit keeps of a page that was closed."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from streamlit.runtime import Runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from aelib.ui.shell import closed_sessions


@pytest.mark.parametrize(("seconds", "forgotten"), [(0, 1), (120, 0)])
def test_a_closed_session_is_forgotten_when_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch, seconds: int, forgotten: int
) -> None:
    nothing = cast("Any", SimpleNamespace())
    storage = MemorySessionStorage(ttl_seconds=seconds)
    manager = WebsocketSessionManager(storage, nothing, nothing, nothing)
    storage.save(SessionInfo(client=None, session=cast("Any", SimpleNamespace(id="one"))))
    monkeypatch.setattr(Runtime, "instance", lambda: SimpleNamespace(_session_mgr=manager))
    assert closed_sessions.forget() == forgotten
    assert closed_sessions.forget() == 0
