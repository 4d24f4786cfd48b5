"""The Dockerfile's steps without Docker: in a Debian folder, by chroot, and the server that comes of them.

    debootstrap --variant=minbase --include=python3-venv,ca-certificates bookworm FOLDER
    python -m tests.support.image FOLDER [--built]        as root, on Linux; ends with exit code 1 where something fails

What differs from an image: Debian's own Python instead of the one that the Dockerfile names, and the network of the host.
Like in a container, the server is process 1 of its own namespace and has only the folder to see. It must become healthy by
the HEALTHCHECK, train, and keep what trains when it is asked to end. --built: FOLDER has had the steps already.
"""

import argparse
import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load.client import Client
from benchmarks.load.memory import descendants, rss

from .patience import PATIENCE, wait_until
from .server import ROOT, STOPS_WITHIN
from .trainings import LONG_VALUES

PYTHON = "/opt/python"  # a virtual environment, since Debian's own Python takes no packages
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """(instruction, its arguments) of a Dockerfile; comments and line ends inside an instruction are gone."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", "", lines).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name.upper(), rest.strip()


@dataclass
class Image:
    """A folder in which the steps of a Dockerfile are executed. command, health: of CMD and HEALTHCHECK."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": f"{PYTHON}/bin:/usr/bin:/bin:/usr/sbin:/sbin"})
    arguments: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def _place(self, path: str) -> Path:
        return self.root / os.path.normpath(Path(self.folder) / path).lstrip("/")

    def inside(self, command: list[str], **more: str) -> list[str]:
        """The command line that runs a command in the folder as the image's user."""
        given = {**self.environment, **more, "HOME": "/tmp"}
        rooted = [
            *("chroot", f"--userspec={self.user}:{self.user}", str(self.root), "env", "--ignore-environment"),
            *(f"{name}={value}" for name, value in given.items()),
            *("sh", "-c", f"cd {self.folder} && exec {shlex.join(command)}"),
        ]
        shared = f"mount -t tmpfs -o mode=1777,size=64m shared {shlex.quote(str(self.root))}/dev/shm"  # as Docker's
        return [
            *("unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={self.root}/proc"),
            *("sh", "-c", f"{shared} && exec {shlex.join(rooted)}"),
        ]

    def run(self, command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.inside(command, **more), capture_output=True, text=True, check=False)

    def do(self, name: str, rest: str, built: bool) -> None:
        """Execute one instruction. built: RUN was done before. Raises SystemExit if it fails or is unknown."""
        if name in ("FROM", "EXPOSE"):
            return
        if name == "ARG":
            key, _, value = rest.partition("=")
            self.arguments[key] = value
        elif name == "ENV":
            self.environment |= dict(part.split("=", 1) for part in shlex.split(rest))
        elif name == "WORKDIR":
            self.folder = rest
            self._place(".").mkdir(parents=True, exist_ok=True)
        elif name == "USER":
            self.user = rest
        elif name == "VOLUME":
            if not self._place(rest).is_dir():
                raise SystemExit(f"{rest} is no folder of the image")
        elif name == "CMD":
            self.command = json.loads(rest)
        elif name == "HEALTHCHECK":
            self.health = json.loads(rest.partition("CMD ")[2])
        elif name == "COPY":
            *sources, target = rest.split()
            self._copy(sources, target)
        elif name == "RUN":
            if not built:
                self._run(rest)
        else:
            raise SystemExit(f"this tool does not know {name}")

    def _run(self, line: str) -> None:
        given = {key: value for key, value in os.environ.items() if key.startswith("PIP_")}
        done = self.run(["sh", "-c", line], **self.arguments, **given)
        if done.returncode:
            raise SystemExit(f"RUN {line}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")

    def _copy(self, sources: list[str], target: str) -> None:
        """Copy the content of a folder, or files, as Docker does."""
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *sources],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for name in listed:
            (source,) = [one for one in sources if name == one or name.startswith(f"{one}/")]
            inner = name[len(source) :].lstrip("/") or (Path(name).name if target.endswith("/") else "")
            place = self._place(str(Path(target) / inner))
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place)

    def prepare(self) -> None:
        """Add what the base image has, a Python that takes packages, and what this machine needs to reach its registry."""
        if not (self.root / PYTHON.lstrip("/")).exists():
            subprocess.run(["chroot", str(self.root), "python3", "-m", "venv", PYTHON], check=True)
        for name in ("resolv.conf", "hosts"):
            shutil.copyfile(f"/etc/{name}", self.root / "etc" / name)
        if CERTIFICATES.exists():
            shutil.copyfile(CERTIFICATES, self.root / str(CERTIFICATES).lstrip("/"))
        wheels = os.environ.get("PIP_FIND_LINKS", "")
        if wheels.startswith("/"):
            shutil.copytree(wheels, self.root / wheels.lstrip("/"), dirs_exist_ok=True)


async def _train(url: str, query: dict[str, str], ends: bool) -> None:
    async with Client(url, "dense", {"preset": "font-best", **query}, PATIENCE) as client:
        await client.press("dense-run:train")
        if ends:
            await client.sees("Trained just now")
        else:
            await client.until(lambda: client.shown.has("dense-run:stop"))


def serve(image: Image, port: int) -> list[str]:
    """Start the server, use it, end it. Returns what was seen, a line each. Raises AssertionError."""
    url, home, seen = f"http://127.0.0.1:{port}", image.root / image.environment["AELIB_HOME"].lstrip("/"), []
    command = [re.sub(r"(port=)\d+", rf"\g<1>{port}", word) for word in image.command]
    log = image.root.with_suffix(".log")
    begun = time.monotonic()
    with log.open("w") as file:
        outside = subprocess.Popen(image.inside(command), stdout=file, stderr=file)
    try:
        healthy = lambda: outside.poll() is not None or image.run([*image.health, str(port)]).returncode == 0  # noqa: E731
        wait_until(healthy, "a healthy server")
        assert outside.poll() is None, log.read_text()[-2000:]
        seen.append(f"healthy after {time.monotonic() - begun:.1f} s")
        server = descendants(outside.pid)[0]
        status = Path(f"/proc/{server}/status").read_text()
        assert re.search(r"^Uid:\s+1000", status, re.MULTILINE), "the server does not run as the user of the image"
        assert re.search(r"^NSpid:\s+\d+\s+1$", status, re.MULTILINE), "the server is not process 1"
        asyncio.run(_train(url, {}, ends=True))
        asyncio.run(_train(url, LONG_VALUES, ends=False))
        wait_until(lambda: list(home.glob("jobs/*/*/progress.json")), "the training")
        seen.append(f"{rss(server) + sum(map(rss, descendants(server))):.0f} MB, server and workers, while one trains")
        begun = time.monotonic()
        os.kill(server, signal.SIGTERM)  # as `docker stop` does
        assert outside.wait(STOPS_WITHIN) is not None
        seen.append(f"ended {time.monotonic() - begun:.1f} s after it was asked to")
        runs = list((home / "runs").glob("[0-9a-f]*"))
        assert len(runs) == 2, f"{len(runs)} runs are kept, not the two that were trained"
        owners = {path.stat().st_uid for path in (home, *home.rglob("*"))}
        assert owners == {1000}, f"/data has files of {owners}"
        left = [pid for pid in descendants(outside.pid) if rss(pid)]
        assert not left, f"processes are left: {left}"
        assert "Traceback" not in log.read_text(), log.read_text()[-3000:]
    finally:
        outside.kill()  # and with it everything in its namespace
        outside.wait()
    return seen


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.support.image", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--built", action="store_true")
    parser.add_argument("--port", type=int, default=8501)
    asked = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("chroot needs root.")
    image = Image(asked.folder.resolve())
    image.prepare()
    begun = time.monotonic()
    for name, rest in instructions((ROOT / "Dockerfile").read_text(encoding="utf-8")):
        print(f"{time.monotonic() - begun:6.1f} s  {name} {rest[:100]}", flush=True)
        image.do(name, rest, asked.built)
    print(f"{time.monotonic() - begun:6.1f} s  built")
    for path in (image.root / image.environment["AELIB_HOME"].lstrip("/")).glob("*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    print("\n".join(serve(image, asked.port)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
