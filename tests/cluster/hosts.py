"""Hosts of their own addresses on one machine: network namespaces on one bridge, none of which reaches the world."""

import os
import shutil
import subprocess
from collections.abc import Sequence

ADDRESS = {
    "server": "198.51.100.1",
    "scheduler": "198.51.100.2",
    "one": "198.51.100.3",
    "two": "198.51.100.4",
}  # RFC 5737
# a connection that is cut is noticed sooner than after half a minute; Dask takes no less
SETTINGS = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s", "OMP_NUM_THREADS": "1"}


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


def why_not() -> str:
    """Why this machine cannot make them; empty where it can."""
    if shutil.which("ip") is None:
        return "install iproute2"
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    name = f"ael-{os.getpid()}-try"
    try:
        _ip("netns", "add", name)
        _ip("netns", "del", name)
    except subprocess.CalledProcessError as error:
        return f"no network namespace can be made ({error.stderr.strip()})"
    return ""


class Hosts:
    """The hosts of ADDRESS. name: begins the names of their namespaces."""

    def __init__(self, name: str) -> None:
        self.name = name

    def _space(self, host: str) -> str:
        return f"{self.name}-{host}"

    def make(self) -> None:
        """The bridge stands in a namespace too, so that the machine's own network is as it was."""
        switch = self._space("switch")
        _ip("netns", "add", switch)
        _ip("-n", switch, "link", "add", "bridge", "type", "bridge")
        _ip("-n", switch, "link", "set", "bridge", "up")
        for host, address in ADDRESS.items():
            space = self._space(host)
            _ip("netns", "add", space)
            _ip("-n", space, "link", "add", "net", "type", "veth", "peer", "name", host, "netns", switch)
            _ip("-n", switch, "link", "set", host, "master", "bridge")
            _ip("-n", switch, "link", "set", host, "up")
            _ip("-n", space, "address", "add", f"{address}/24", "dev", "net")
            for device in ("lo", "net"):
                _ip("-n", space, "link", "set", device, "up")

    def remove(self) -> None:
        for host in (*ADDRESS, "switch"):
            subprocess.run(["ip", "netns", "del", self._space(host)], check=False, capture_output=True)

    def on(self, host: str, command: Sequence[str]) -> list[str]:
        """The command line that runs a command on a host."""
        return ["ip", "netns", "exec", self._space(host), *command]

    def cut(self, host: str) -> None:
        """As if somebody drew the cable: packets are lost, and nobody is told."""
        _ip("-n", self._space("switch"), "link", "set", host, "nomaster")

    def join(self, host: str) -> None:
        _ip("-n", self._space("switch"), "link", "set", host, "master", "bridge")
