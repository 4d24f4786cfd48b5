"""The formats that are accepted, and those that are recognised but refused: for the page's help, data/README.md and
messages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aelib.core.language import N_, Lazy

from . import pictures
from .readers import photographs


@dataclass(frozen=True)
class Form:
    """A file format that is accepted: for the page's help and data/README.md.

    Attributes:
        name: in a few words.
        about: what such files look like, and how they are read.
        endings: usual file extensions; nothing depends on them.
    """

    name: str
    about: str
    endings: tuple[str, ...]


FORMS = (
    Form(
        "table of glyphs",
        "a header `char,row0,row1,...` and a line for each glyph, its rows as `.#.`, `010` or numbers (`0x0e`, `0e` or "
        "`14`; the most significant bit is the left pixel); commas, semicolons or tabs",
        (".csv", ".txt", ".tsv"),
    ),
    Form(
        "numbers in braces",
        "as programs have a font: `{0x04, 0x0e, ...}, // name`, in C, Arduino, Python or JavaScript; a number is a "
        "row, or a pixel where all are 0 and 1, or a column where the size says so; hexadecimal, decimal or binary",
        (".h", ".c", ".cpp", ".ino", ".py", ".js", ".txt"),
    ),
    Form(
        "tables in assembler",
        "bytes behind `db`, `.byte`, `DATA` and the like, a line for each glyph or a label before it: `$04`, `04h`, "
        "`0x04`, `%00100` or `4`",
        (".asm", ".s", ".inc", ".a65", ".z80", ".bas"),
    ),
    Form("bitmap fonts", "in the form BDF, as fonts of 5x7 are passed on; each glyph in the font's box", (".bdf",)),
    Form(
        "fonts of the console",
        "PC Screen Fonts of Linux, versions 1 and 2, packed or not; each glyph named by its first sign",
        (".psf", ".psfu", ".psf.gz"),
    ),
    Form(
        "drawings in text",
        "blocks of `.#`, `0 1` or any two signs, an empty line between two, or as high as `--size` says, also in "
        "frames; or lines of a name and all pixels, or of all pixels only",
        (".txt",),
    ),
    Form(
        "JSON",
        "lists `images` and `labels`, a list of objects with a name and rows or a label and pixels, or an object "
        "with a glyph under each name",
        (".json",),
    ),
    Form(
        "table of images",
        "a line for each image: a label and its pixels, as Kaggle has MNIST (`label,pixel0,...`), with or without "
        "a header; or pixels and a column of 0 and 1 for each class, as Semeion has digits",
        (".csv", ".tsv", ".txt", ".data"),
    ),
    Form(
        "sparse tables of LIBSVM",
        "a line for each image: a label and `index:value` for each pixel that is not 0, as LIBSVM and SVMlight have "
        "mnist and usps; indices from 1 or from 0",
        (".t", ".libsvm", ".svm", ".txt"),
    ),
    Form(
        "spreadsheets of Excel or LibreOffice",
        "either of these tables, or a drawing in cells of 0 and 1, in a sheet; sheets called train and test are parts",
        (".xlsx", ".ods"),
    ),
    Form(
        "arrays of NumPy",
        "`.npy` (images x height x width, with channels last or second, or flat) and `.npz` (`x_train`, `y_train`, "
        "...; `X`, `y`; `images`, `labels`; `arr_0`); numbers from 0 to 1, -1 to 1, or 0 to 255",
        (".npy", ".npz"),
    ),
    Form(
        "arrays of MATLAB",
        "as arrays of NumPy, in files of version 4 to 7 (`save -v7`, `scipy.io.savemat`); images may lie along the "
        "last axis, and arrays in structs",
        (".mat",),
    ),
    Form("IDX files", "as MNIST has them, of any size, packed or not, with their labels beside them", (".idx", ".gz")),
    Form(
        "records of CIFAR",
        "the binary version of CIFAR-10 and CIFAR-100, a file or all in a folder or an archive: `test_batch.bin` is "
        "kept apart, `batches.meta.txt` names the classes",
        (".bin", ".tar.gz"),
    ),
    Form(
        "records of TensorFlow",
        "examples with a picture and a label each, as TensorFlow datasets keeps MNIST; `train` and `test` in the "
        "files' names are parts",
        (".tfrecord",),
    ),
    Form(
        "pictures",
        f"{pictures.WORDS}, whatever they are called: a folder, a ZIP or tar archive or several files, "
        f"{photographs.PICTURES[0]} to {photographs.PICTURES[1]:,}; folders are classes, and `train` and `test` above "
        "them are parts; else a table beside them (`labels.csv`: file, label) or their names (`cat_12.png`, "
        "`3_12.png`) say the class; the middle square of each is scaled to 8 to 64 pixels a side",
        (
            ".png",
            ".jpg",
            ".jpeg",
            ".webp",
            ".gif",
            ".bmp",
            ".tif",
            ".tiff",
            ".pgm",
            ".ppm",
            ".avif",
            ".heic",
            ".zip",
            ".tar.gz",
        ),
    ),
)


def table() -> str:
    """The accepted formats as a table in Markdown, for data/README.md."""
    lines = [f"| {form.name} | {form.about} | {' '.join(form.endings)} |" for form in FORMS]
    return "\n".join(["| form | what it looks like | usual endings |", "| --- | --- | --- |", *lines])


# Documents that are archives are recognised by one of their entries.
DOCUMENTS = (
    ("[Content_Types].xml", N_("an Office document")),
    ("content.xml", N_("a document of LibreOffice")),
    (".iwa", N_("a document of Apple's Numbers")),
)
_PICKLE = (N_("a pickle"), N_("it can run any program when it is opened, so save the images with np.savez"))
# Formats that are recognised but refused: their first bytes, their name, and what to do instead.
_REFUSED = (
    *((bytes([0x80, protocol]), *_PICKLE) for protocol in range(2, 6)),
    (b"\x89HDF\r\n", N_("an HDF5 file"), N_("save the images with np.savez")),
    (b"MATLAB ", N_("a MATLAB file of version 7.3"), N_("save it with -v7, or the images with np.savez")),
    (b"PAR1", N_("a Parquet file"), N_("save the images with np.savez, or as CSV")),
    (b"Rar!", N_("a RAR archive"), N_("pack the files as ZIP")),
    (b"7z\xbc\xaf", N_("a 7-Zip archive"), N_("pack the files as ZIP")),
    (b"\xfd7zXZ", N_("an archive packed by xz"), N_("unpack it, or pack the files as ZIP")),
    (b"BZh", N_("an archive packed by bzip2"), N_("unpack it, or pack the files as ZIP")),
    (b"(\xb5/\xfd", N_("an archive packed by Zstandard"), N_("unpack it, or pack the files as ZIP")),
    (b"%PDF", N_("a PDF document"), N_("save its pictures as PNG")),
    (b"\xd0\xcf\x11\xe0", N_("a file of an older Microsoft Office"), N_("save the table as CSV")),
    (b"\x1aE\xdf\xa3", N_("a film"), N_("give pictures")),
    (b"8BPS", N_("a file of Photoshop"), N_("save it as PNG")),
    (b"gimp xcf", N_("a file of GIMP"), N_("save it as PNG")),
    (b"\0\0\0\x0cjP  ", N_("a picture in JPEG 2000, which nothing here reads"), N_("save it as PNG or JPEG")),
    (b"\0\0\1\0", N_("an icon (ICO)"), N_("save it as PNG")),
    (b"P7\n", N_("a picture in PAM, which nothing here reads"), N_("save it as PNG")),
    (b"\0\1\0\0\0", N_("a font of outlines (TrueType)"), N_("draw its letters small, and give pictures or a table")),
    (b"OTTO", N_("a font of outlines (OpenType)"), N_("draw its letters small, and give pictures or a table")),
    (b"wOF", N_("a font of outlines (WOFF)"), N_("draw its letters small, and give pictures or a table")),
    (b"SQLite format 3", N_("a database"), N_("save the images with np.savez")),
    (b"\x7fELF", N_("a program"), N_("give images")),
    (b"MZ", N_("a program"), N_("give images")),
)


def taken() -> Lazy:
    """The accepted formats, in words."""
    return Lazy(
        "a table of glyphs, numbers in braces, drawings in text, a table of images, spreadsheets of Excel, arrays of "
        "NumPy, IDX files or pictures"
    )


def refused(head: bytes) -> Lazy | None:
    """The name of a format that is recognised but refused, and what to do instead; None for other files."""
    for start, what, instead in _REFUSED:
        if head.startswith(start):
            return _mended(what, instead)
    if re.match(rb"\(?[dl]p[01]\n|c[\w.]+\n[\w.]+\n(?:p\d+\n|\()", head):
        return _mended(*_PICKLE)
    if head[4:8] == b"ftyp" and not pictures.kind_of(head):
        return _mended(N_("a film"), N_("give pictures"))
    if re.search(rb"<svg[\s>]", head[:1000]):
        return _mended(N_("a drawing of lines (SVG)"), N_("save it as PNG"))
    return None


def _mended(what: str, instead: str) -> Lazy:
    return Lazy("{what}: {instead}", what=Lazy(what), instead=Lazy(instead))


def is_tfrecord(head: bytes) -> bool:
    """Whether a file starts like TensorFlow's records: a length, and its checksum, which is a masked CRC-32C."""
    if len(head) < 16:
        return False
    crc = 0xFFFFFFFF
    for byte in head[:8]:
        crc ^= byte
        for _bit in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    return masked == int.from_bytes(head[8:12], "little")
