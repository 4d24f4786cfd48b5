"""`app`: serves the app, from the installed package or a checkout."""

import argparse
import os
import signal
import subprocess
import sys
from importlib.util import find_spec

from aelib.core import memory, threads
from aelib.core.errors import LabError
from aelib.core.paths import app_folder


def app(options: argparse.Namespace) -> int:
    """Run Streamlit on server.py until it ends, and return its exit code.

    It runs in the app's folder, since Streamlit reads its settings there. Raises LabError if Streamlit is not
    installed.
    """
    if find_spec("streamlit") is None:
        raise LabError('The app needs Streamlit, which is not installed: pip install "aelib[app]".')
    command = [sys.executable, "-m", "streamlit", "run", "server.py", *options.arguments]
    environment = {**memory.SERVER, **threads.SLEEPING, **os.environ}
    server = subprocess.Popen(command, cwd=app_folder(), env=environment)  # noqa: S603 - our own command line
    before = signal.signal(signal.SIGTERM, lambda *_: server.terminate())  # else the server would outlive this process
    try:
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:  # the terminal interrupts the server too, which first stops its trainings
                continue
    finally:
        signal.signal(signal.SIGTERM, before)
