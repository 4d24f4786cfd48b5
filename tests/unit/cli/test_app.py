"""The command `app`: its server ends with it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import fake_streamlit

COMMAND = """
import sys
from pathlib import Path
from aelib.cli import app, main
app.app_folder = lambda: Path(sys.argv[1])
sys.exit(main.main(["app"]))
"""
SERVER = """
import signal, time
def stop(*_):
    time.sleep(0.5)  # stops its trainings
    print("stopped", flush=True)
    raise SystemExit(0)
signal.signal(signal.SIGINT, stop)
signal.signal(signal.SIGTERM, stop)
print("serving", flush=True)
while True:
    time.sleep(60)
"""


@pytest.mark.parametrize("how", ["Ctrl-C", "kill"])
def test_the_server_stops_by_itself_and_does_not_outlive_the_command(how: str, tmp_path: Path) -> None:
    fake_streamlit.app_folder(tmp_path, SERVER)
    command = [sys.executable, "-c", COMMAND, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "serving\n"
            if how == "kill":
                process.terminate()
            else:
                os.killpg(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=60)  # ends when the server has closed its output too
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert (out, err, process.returncode) == ("stopped\n", "", 0)
