"""A Chromium for the browser tests: one that is installed, else Playwright's, else the system package manager's.

`python -m tests.support.chromium` makes sure that there is one. It prints in one line what it found, or why there is
none.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .patience import PATIENCE

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find() -> str | None:
    """Path of a Chromium or Chrome, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    if mac.exists():
        return str(mac)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def _runs(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def install() -> None:
    """Playwright's download, else apt as root."""
    if _runs(sys.executable, "-m", "playwright", "install", "chromium"):
        return
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        _runs("apt-get", "update")
        _runs("apt-get", "install", "-y", "--no-install-recommends", "chromium")


def main() -> None:
    path = find()
    if path is None:
        install()
        path = find()
    print(f"browser tests: {path}" if path else "browser tests: SKIPPED, no Chromium here and none could be installed")


if __name__ == "__main__":
    main()
