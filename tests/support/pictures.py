"""Pictures as people give them: files, archives, and a header that claims to be huge."""

import io
import struct
import tarfile
import zipfile
import zlib

from PIL import Image

from aelib.datasets.user.pictures import reads_heic


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    assert kind != "HEIF" or reads_heic()
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def half(mode: str, left: object, right: object, size: int = 40) -> Image.Image:
    picture = Image.new(mode, (size, size), left)  # type: ignore[arg-type]
    picture.paste(right, (size // 2, 0, size, size))  # type: ignore[arg-type]
    return picture


def claims(width: int, height: int) -> bytes:
    """A PNG whose header says that it is this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def picture(number: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (number * 9 % 256, number, 255 - number)).save(out, kind)
    return out.getvalue()


def pictures(count: int) -> dict[str, bytes]:
    return {f"{'cats' if i % 3 else 'dogs'}/{i}.png": picture(i) for i in range(count)}


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(entries: dict[str, bytes], link: str = "") -> bytes:
    """A tar archive, with a link of that name that points out of it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in entries.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        if link:
            member = tarfile.TarInfo(link)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(member)
    return out.getvalue()
