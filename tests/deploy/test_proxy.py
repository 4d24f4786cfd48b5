"""The app below a base path, through a real nginx with the lines of deploy/nginx.conf."""

import asyncio
import json
import re
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from tests.support.patience import PATIENCE, wait_until
from tests.support.server import ROOT, Server

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
BASE = "lab"
SETTINGS = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
{location}
    }}
}}
"""


@pytest.fixture(scope="module")
def behind_nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which nginx serves the app."""
    if NGINX is None:
        pytest.skip("NOT TESTED HERE: the app behind a proxy; install nginx (Debian: apt-get install nginx-light)")
    folder = tmp_path_factory.mktemp("nginx")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(folder / "home", {"AELIB_PROFILE": "small"}, base=BASE)
    proxy = None
    try:
        lines = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        location = lines.replace("127.0.0.1:8501", f"127.0.0.1:{server.port}")
        settings = folder / "nginx.conf"
        settings.write_text(SETTINGS.format(folder=folder, port=port, location=location), encoding="utf-8")
        proxy = subprocess.Popen([NGINX, "-c", str(settings), "-p", str(folder), "-e", f"{folder}/error.log"])
        url = f"http://127.0.0.1:{port}/{BASE}"
        wait_until(lambda: _answers(url), "nginx")
        yield url
    finally:
        if proxy is not None:
            proxy.terminate()
            proxy.wait(PATIENCE)
        server.stop()


def _answers(url: str) -> bool:
    try:
        return len(_get(f"{url}/_stcore/health")) > 0
    except OSError:
        return False


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        content: bytes = answer.read()
        return content


def test_health_is_answered_below_the_base_path(behind_nginx: str) -> None:
    assert json.loads(_get(f"{behind_nginx}/health"))["status"] == "ok"


@pytest.mark.parametrize("address", ["/", "/dense", "/dense?preset=font-best&seed=3"])
def test_a_deep_link_finds_the_page_and_its_files(behind_nginx: str, address: str) -> None:
    page = _get(behind_nginx + address).decode()
    base = re.search(r'<base href="([^"]*)"', page)
    scripts = re.findall(r'src="([^"]+\.js)"', page)
    assert scripts
    root = urljoin(f"{behind_nginx}/", base[1]) if base else f"{behind_nginx}/"
    for script in scripts:
        assert len(_get(urljoin(root, script))) > 1000


def test_a_lesson_arrives_by_websocket(behind_nginx: str) -> None:
    async def texts() -> str:
        socket_url = f"{behind_nginx.replace('http', 'ws', 1)}/_stcore/stream"
        origin = behind_nginx.removesuffix(f"/{BASE}")
        async with connect(
            socket_url,
            subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
            origin=origin,  # type: ignore[arg-type]
            max_size=None,
            proxy=None,
        ) as stream:
            ask = BackMsg()
            ask.rerun_script.page_name = "dense"
            ask.rerun_script.query_string = "preset=font-best"
            await stream.send(ask.SerializeToString())
            seen = ""
            while True:
                message = ForwardMsg()
                message.ParseFromString(await asyncio.wait_for(stream.recv(), PATIENCE))
                seen += str(message)
                if message.WhichOneof("type") == "script_finished":
                    return seen

    seen = asyncio.run(texts())
    assert "Dense autoencoder" in seen
    assert "exception" not in seen
