"""A server on loopback that people download from: it may break off, answer nonsense, or not support
ranges."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONTENT = bytes(range(256)) * 2000  # 512,000 bytes


class DownloadServer(ThreadingHTTPServer):
    """Gives `content` under every name. Its attributes say how it behaves, and what it was asked."""

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
    server: DownloadServer

    def do_GET(self) -> None:
        download_server, wanted = self.server, self.headers.get("Range")
        download_server.asked.append(wanted)
        if download_server.status is not None:
            self.send_error(download_server.status)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and download_server.ranges else 0
        if start >= len(download_server.content):
            self.send_error(416)
            return
        body = download_server.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header(
                "Content-Range", f"bytes {start}-{len(download_server.content) - 1}/{len(download_server.content)}"
            )
        if download_server.says_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: download_server.breaks_after])

    def log_message(self, *_: object) -> None:
        pass
