"""A file from the user, at any place: on this machine, uploaded, or in an archive. Nothing here trusts it."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from aelib.core.errors import LabError, reason_of

MAX_BYTES = 500_000_000  # of one file, compressed or not
MAX_TEXT = 2_000_000  # bytes of a table of glyphs
HEAD = 4096  # bytes that are used to identify a file's format
_PIECE = 1 << 20

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, eq=False)
class Source:
    """Attributes:
    name: its path as the user knows it, with / between folders; used for messages and classes only.
    size: bytes, as far as is known before it is read.
    opened: opens it for reading, from its beginning; the content may be longer than `size`.
    path: on this machine. beside: path of the file in which it was packed.
    """

    name: str
    size: int
    opened: Callable[[], BinaryIO] = field(repr=False)
    path: Path | None = None
    beside: Path | None = None

    @property
    def shown(self) -> str:
        """The file's name for a message."""
        return PurePosixPath(self.name).name[:60] or self.name[:60]

    def head(self, size: int = HEAD) -> bytes:
        """The first bytes; empty if the file cannot be read."""
        try:
            with self.opened() as file:
                return file.read(size)
        except Exception:  # noqa: BLE001 - a damaged entry of an archive, a file that is gone
            return b""

    def content(self, most: int = MAX_BYTES) -> bytes:
        """The complete content. Raises LabError if it has more bytes than `most`, or cannot be read."""
        if self.size > most:
            raise LabError(
                "{shown} has {size:,} bytes: give at most {most:,}.", shown=self.shown, size=self.size, most=most
            )
        try:
            with self.opened() as file:
                found = _all(file, most)
        except OSError as error:
            raise LabError(
                "{shown} cannot be read ({reason}): save it again.", shown=self.shown, reason=reason_of(error)
            ) from None
        except Exception:  # noqa: BLE001 - whatever an archive raises on damaged bytes
            raise LabError("{shown} is damaged: save or pack it again.", shown=self.shown) from None
        if len(found) > most:
            raise LabError("{shown} has more than {most:,} bytes: give less.", shown=self.shown, most=most)
        return found


def _all(file: _Readable, most: int) -> bytes:
    """At most `most` + 1 bytes, read in pieces: a single read would allocate memory for all of them at once."""
    out = bytearray()
    while len(out) <= most and (piece := file.read(min(_PIECE, most + 1 - len(out)))):
        out += piece
    return bytes(out)


def of_bytes(content: bytes, name: str) -> Source:
    """A file that was uploaded."""
    return Source(name, len(content), lambda: io.BytesIO(content))


def of_path(path: Path, name: str | None = None) -> Source:
    """A file on this machine. Raises OSError."""
    return Source(name or path.name, path.stat().st_size, lambda: path.open("rb"), path)


def unpacked(source: Source) -> Source:
    """The content of a gzip file. Raises LabError if it is too large or damaged."""
    try:
        with source.opened() as file, gzip.open(file) as packed:
            content = _all(packed, MAX_BYTES)
    except (OSError, EOFError, zlib.error):
        raise LabError(
            "{shown} is packed by gzip and damaged: pack it again, or give it unpacked.", shown=source.shown
        ) from None
    if len(content) > MAX_BYTES:
        raise LabError("{shown} unpacks to more than {most:,} bytes: give less.", shown=source.shown, most=MAX_BYTES)
    name = source.name[:-3] if source.name.lower().endswith(".gz") else source.name
    return of_bytes(content, name)


def encoding_of(head: bytes) -> str | None:
    """The encoding of a text, by its first bytes; None if they are not text."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    even, odd = head[0:512:2], head[1:512:2]
    # UTF-16 without a byte order mark: every second byte of Latin letters is 0
    if len(head) >= 4 and b"\0" in head[:512]:
        if odd.count(0) > 0.7 * len(odd) and even.count(0) == 0:
            return "utf-16-le"
        if even.count(0) > 0.7 * len(even) and odd.count(0) == 0:
            return "utf-16-be"
        return None
    if any(byte < 32 and byte not in b"\t\n\r\f\x1a\x1b" for byte in head):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"  # the encoding of spreadsheets on western Windows
    return "utf-8"


def text_of(content: bytes, name: str) -> str:
    """A text in any encoding; line endings become \\n. Raises LabError if it is not a text."""
    encoding = encoding_of(content[:HEAD])
    try:
        if encoding is None:
            raise UnicodeError
        text = _decoded(content, encoding)
    except UnicodeError:
        raise LabError("{name} is not a text that can be read: save it as UTF-8.", name=name[:60]) from None
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _decoded(content: bytes, encoding: str) -> str:
    """Decode with the encoding that the first bytes suggest; if later bytes are not UTF-8, with that of western
    Windows. Raises UnicodeError."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise
        return content.decode("cp1252")
