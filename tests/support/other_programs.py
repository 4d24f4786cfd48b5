"""Files as LibreOffice and TensorFlow datasets write them."""

import struct

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
