"""Files as LibreOffice, TensorFlow datasets and others write them."""

import struct
from collections.abc import Sequence

import numpy as np
from PIL import Image

from tests.support.pictures import packed, saved

HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
)
FOOT = "</office:spreadsheet></office:body></office:document-content>"
MIME = b"application/vnd.oasis.opendocument.spreadsheet"


def ods(*tables: str, before: str = "") -> bytes:
    body = "".join(f'<table:table table:name="Sheet{i}">{rows}</table:table>' for i, rows in enumerate(tables))
    return packed({"mimetype": MIME, "content.xml": f"{before}{HEAD}{body}{FOOT}".encode()})


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def records(images: np.ndarray, labels: np.ndarray) -> bytes:
    """As TensorFlow datasets writes them; the checksum of the length is that of the first record's, others are 0."""
    out = bytearray()
    for image, label in zip(images, labels, strict=True):
        picture = field(1, b"image") + field(2, field(1, field(1, saved(Image.fromarray(image)))))
        said = field(1, b"label") + field(2, field(3, field(1, varint(int(label)))))
        example = field(1, field(1, picture) + field(1, said))
        size = struct.pack("<Q", len(example))
        out += size + struct.pack("<I", masked(size)) + example + bytes(4)
    return bytes(out)


def masked(content: bytes) -> int:
    """CRC-32C, bit by bit, as TensorFlow masks it."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def psf1(glyphs: np.ndarray, signs: bool) -> bytes:
    """A font of the console, version 1: 256 glyphs 8 pixels wide; signs: whether a table says that they are ASCII."""
    table = b"".join(struct.pack("<3H", code, 0xA0, 0xFFFF) for code in range(256))
    head = bytes((0x36, 0x04, 2 if signs else 0, glyphs.shape[1]))
    return head + np.packbits(glyphs, axis=2).tobytes() + (table if signs else b"")


def psf2(glyphs: np.ndarray, names: Sequence[str] | None) -> bytes:
    """A font of the console, version 2, of any size."""
    count, height, width = glyphs.shape
    rows = np.packbits(glyphs, axis=2)
    sizes = (0, 32, int(names is not None), count, height * rows.shape[2], height, width)
    table = b"".join(name[:1].encode() + b"\xfeab\xff" for name in names or ())
    return b"\x72\xb5\x4a\x86" + struct.pack("<7I", *sizes) + rows.tobytes() + table


def cifar(images: np.ndarray, labels: np.ndarray, fine: np.ndarray | None = None) -> bytes:
    """Records of CIFAR-10, or with fine labels of CIFAR-100."""
    said = labels[:, None] if fine is None else np.stack([labels, fine], 1)
    return np.concatenate([said.astype(np.uint8), images.reshape(len(images), -1)], 1).tobytes()
