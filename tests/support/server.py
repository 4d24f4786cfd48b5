"""The app on a real server, for browser tests and benchmarks."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path

from .patience import PATIENCE, wait_until

ROOT = Path(__file__).parents[2]
STOPS_WITHIN = 60.0  # seconds


class Server:
    """The app on a port of its own, with a store of its own.

    environment, arguments: in addition to those of every server; script: a main script in place of the app's; base: the
    path below which it serves the app, which is part of `url`.
    """

    def __init__(
        self,
        home: Path,
        environment: Mapping[str, str] | None = None,
        arguments: Iterable[str] = (),
        script: Path = ROOT / "server.py",
        base: str = "",
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}{'/' if base else ''}{base}"
        self.home = home
        self.log = home.with_suffix(".log")
        self.script = script
        self._environment = dict(environment or {})
        self._arguments = [*arguments, *([f"--server.baseUrlPath={base}"] if base else [])]
        self.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", str(self.script), f"--server.port={self.port}"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*command, "--server.address=127.0.0.1", *self._arguments],
                cwd=ROOT,  # where .streamlit/config.toml is, whichever script is served
                env={**os.environ, "AELIB_HOME": str(self.home), **self._environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until(self._answers, "the server")
        except AssertionError:
            self.kill()
            raise

    def _answers(self) -> bool:
        assert self.process.poll() is None, f"the server did not start: {self.log.read_text()[-2000:]}"
        try:
            urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=PATIENCE)
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """End the server as a power cut would. The worker processes end by themselves when their server has gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End the server as an administrator would: ask it to end, and kill it only if it does not."""
        self.process.terminate()
        try:
            self.process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
