"""Downloads from a server on loopback that breaks off, answers nonsense, or knows no ranges."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aelib.core.errors import LabError
from aelib.datasets import files
from aelib.datasets.files import RemoteFile

CONTENT = bytes(range(256)) * 2000  # 512,000 bytes


class Shop(ThreadingHTTPServer):
    """How the server behaves, and what it was asked."""

    content = CONTENT
    breaks_after: int | None = None  # bytes of one answer
    ranges = True
    says_length = True
    status: int | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[str | None] = []  # the Range of each request

    def handle_error(self, *_: object) -> None:
        """The client may go away in the middle."""


class Answer(BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        shop, wanted = self.server, self.headers.get("Range")
        shop.asked.append(wanted)
        if shop.status is not None:
            self.send_error(shop.status)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and shop.ranges else 0
        if start >= len(shop.content):
            self.send_error(416)
            return
        body = shop.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(shop.content) - 1}/{len(shop.content)}")
        if shop.says_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: shop.breaks_after])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[Shop]:
    server = Shop()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def remote(shop: Shop, checksum: str = hashlib.sha256(CONTENT).hexdigest()) -> RemoteFile:
    return RemoteFile("a.mat", f"http://127.0.0.1:{shop.server_port}/a.mat", len(CONTENT), checksum)


def fails(file: RemoteFile) -> str:
    with pytest.raises(LabError) as caught:
        files.get("things", [file])
    assert "\n" not in str(caught.value)
    assert files.find("things", "a.mat") is None
    return str(caught.value)


def left(home: Path) -> list[str]:
    return [path.name for path in (home / "downloads" / "things").iterdir()]


def arrived(home: Path) -> bool:
    path = files.find("things", "a.mat")
    return path is not None and path.read_bytes() == CONTENT and left(home) == ["a.mat"]


@pytest.mark.parametrize("says_length", [True, False])
def test_a_download_goes_on_where_it_broke_off(says_length: bool, shop: Shop, home: Path) -> None:
    shop.breaks_after, shop.says_length = 200_000, says_length
    assert "goes on where it broke off" in fails(remote(shop))
    assert left(home) == ["a.mat.part"]
    fails(remote(shop))
    shop.breaks_after = None
    told: list[int] = []
    files.get("things", [remote(shop)], lambda _, done, __: told.append(done))
    assert arrived(home)
    starts = [int(wanted.removeprefix("bytes=").removesuffix("-")) for wanted in shop.asked[1:] if wanted]
    assert len(starts) == 2
    assert 0 < starts[0] < starts[1] < len(CONTENT), "nothing is asked for twice"
    assert told == sorted(told)
    assert (told[0] > starts[1], told[-1]) == (True, len(CONTENT))


def test_a_server_that_knows_no_ranges_is_asked_for_all(shop: Shop, home: Path) -> None:
    shop.breaks_after = 200_000
    fails(remote(shop))
    shop.breaks_after, shop.ranges = None, False
    files.get("things", [remote(shop)])
    assert shop.asked[-1] is not None
    assert arrived(home)


def test_what_was_begun_of_another_file_is_not_taken_for_this_one(shop: Shop, home: Path) -> None:
    shop.breaks_after = 200_000
    fails(remote(shop))
    (home / "downloads" / "things" / "a.mat.part").write_bytes(bytes(100_000))
    shop.breaks_after = None
    assert "not the file" in fails(remote(shop))
    assert left(home) == []
    files.get("things", [remote(shop)])
    assert arrived(home)


@pytest.mark.parametrize("size", [len(CONTENT), len(CONTENT) + 5])
def test_what_was_begun_and_is_too_long_is_thrown_away(size: int, shop: Shop, home: Path) -> None:
    (home / "downloads" / "things").mkdir(parents=True)
    (home / "downloads" / "things" / "a.mat.part").write_bytes(bytes(size))
    assert "not the file" in fails(remote(shop))
    assert left(home) == []


@pytest.mark.parametrize("kind", ["md5", "sha256"])
def test_a_checksum_may_be_md5_or_sha256(kind: str, shop: Shop, home: Path) -> None:
    right = hashlib.new(kind, CONTENT).hexdigest()
    wrong = hashlib.new(kind, b"other").hexdigest()
    prefix = "md5:" if kind == "md5" else ""
    assert "not the file" in fails(remote(shop, prefix + wrong))
    assert left(home) == []
    files.get("things", [remote(shop, prefix + right)])
    assert arrived(home)


@pytest.mark.parametrize("content", [CONTENT + b"more", CONTENT[:-1], b"", b"<html>not found</html>"])
def test_a_file_of_another_size_is_thrown_away(content: bytes, shop: Shop, home: Path) -> None:
    shop.content = content
    fails(remote(shop))
    assert left(home) == []


def test_a_server_that_refuses_is_named_and_what_has_come_is_kept(shop: Shop, home: Path) -> None:
    shop.breaks_after = 200_000
    fails(remote(shop))
    shop.status = 404
    assert "answers 404" in fails(remote(shop))
    assert left(home) == ["a.mat.part"]


def test_no_server_at_all_is_one_sentence(shop: Shop) -> None:
    file = remote(shop)
    shop.shutdown()
    shop.server_close()
    assert "no connection to the server" in fails(file)


def test_a_folder_that_cannot_be_written_is_one_sentence(shop: Shop, home: Path) -> None:
    home.mkdir()
    (home / "downloads").write_text("a file where the folder should be")
    with pytest.raises(LabError, match="cannot be kept"):
        files.get("things", [remote(shop)])


def test_two_downloads_of_one_set_at_a_time_are_one_too_many(shop: Shop, home: Path) -> None:
    refused: list[str] = []

    def again(*_: object) -> None:
        if not refused:
            with pytest.raises(LabError) as caught:
                files.get("things", [remote(shop)])
            refused.append(str(caught.value))

    files.get("things", [remote(shop)], again)
    assert "already" in refused[0]
    assert arrived(home)
