"""The one way in: finds out by content what a person's files are, and reads them. `FORMS` is the list of what is taken.

Nothing is kept here: see `keeping`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from aelib.core.errors import LabError

from . import glyphs, pictures
from .found import Found, Options, Skipped
from .parts import together
from .readers import archives, arrays, c_tables, csv_images, drawings, photographs
from .source import MAX_TEXT, Source, of_bytes, of_path, text_of, unpacked

MAX_FILES = 50_000  # in a folder
_HIDDEN = ("__MACOSX", "Thumbs.db", "desktop.ini")

Given = str | os.PathLike[str] | bytes | Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Form:
    """A kind of files that is taken: for the page's help and data/README.md.

    Attributes:
        name: in a few words.
        about: what such files look like, and what becomes of them.
        endings: that they usually have; nothing depends on them.
    """

    name: str
    about: str
    endings: tuple[str, ...]


@dataclass(frozen=True)
class _Text:
    """A form of text: is_one says from its first lines whether a text has it."""

    is_one: Callable[[str], bool]
    read: Callable[[str, Options], Found]


_TEXTS = (
    _Text(glyphs.is_one, lambda text, _: glyphs.find(text)),
    _Text(c_tables.is_one, c_tables.read),
    _Text(c_tables.has_rows, c_tables.read_rows),
    _Text(drawings.is_one, drawings.read),
    _Text(drawings.has_bits, drawings.read_bits),
)

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
        (".h", ".c", ".cpp", ".ino", ".py", ".js", ".json", ".txt"),
    ),
    Form(
        "drawings in text",
        "blocks of `.#` or `0 1`, an empty line between two, or as high as `--size` says; or lines "
        "of a name and all pixels",
        (".txt",),
    ),
    Form(
        "table of images",
        "a line for each image: a label and its pixels, as Kaggle has MNIST (`label,pixel0,...`), with or without "
        "a header",
        (".csv", ".tsv", ".txt"),
    ),
    Form(
        "arrays of NumPy",
        "`.npy` (images x height x width, with channels last or second, or flat) and `.npz` (`x_train`, `y_train`, "
        "...; `X`, `y`; `images`, `labels`; `arr_0`); numbers from 0 to 1, -1 to 1, or 0 to 255",
        (".npy", ".npz"),
    ),
    Form("IDX files", "as MNIST has them, of any size, packed or not, with their labels beside them", (".idx", ".gz")),
    Form(
        "pictures",
        f"{pictures.WORDS}, whatever they are called: a folder, a ZIP or tar archive or several files, "
        f"{photographs.PICTURES[0]} to {photographs.PICTURES[1]:,}; folders are classes, and `train` and `test` above "
        "them are parts; the middle square of each is scaled to 8 to 64 pixels a side",
        (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".pgm", ".ppm", ".avif", ".zip", ".tar.gz"),
    ),
)


def table() -> str:
    """The forms that are taken as a table in Markdown, for data/README.md."""
    lines = [f"| {form.name} | {form.about} | {' '.join(form.endings)} |" for form in FORMS]
    return "\n".join(["| form | what it looks like | usual endings |", "| --- | --- | --- |", *lines])


_PICKLE = ("a pickle", "it can run any program when it is opened, so save the images with np.savez")
# What is known and not taken: how it begins, what it is, what would be right.
_REFUSED = (
    *((bytes([0x80, protocol]), *_PICKLE) for protocol in range(2, 6)),
    (b"\x89HDF\r\n", "an HDF5 file", "save the images with np.savez"),
    (b"MATLAB ", "a MATLAB file", "save the images with np.savez"),
    (b"PAR1", "a Parquet file", "save the images with np.savez, or as CSV"),
    (b"Rar!", "a RAR archive", "pack the files as ZIP"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "pack the files as ZIP"),
    (b"\xfd7zXZ", "an archive packed by xz", "unpack it, or pack the files as ZIP"),
    (b"BZh", "an archive packed by bzip2", "unpack it, or pack the files as ZIP"),
    (b"(\xb5/\xfd", "an archive packed by Zstandard", "unpack it, or pack the files as ZIP"),
    (b"%PDF", "a PDF document", "save its pictures as PNG"),
    (b"\xd0\xcf\x11\xe0", "a file of an older Microsoft Office", "save the table as CSV"),
    (b"\x1aE\xdf\xa3", "a film", "give pictures"),
    (b"8BPS", "a file of Photoshop", "save it as PNG"),
    (b"gimp xcf", "a file of GIMP", "save it as PNG"),
    (b"\0\0\0\x0cjP  ", "a picture in JPEG 2000, which nothing here reads", "save it as PNG or JPEG"),
    (b"\0\0\1\0", "an icon (ICO)", "save it as PNG"),
    (b"P7\n", "a picture in PAM, which nothing here reads", "save it as PNG"),
    (b"\0\1\0\0\0", "a font of outlines (TrueType)", "draw its letters small, and give pictures or a table"),
    (b"OTTO", "a font of outlines (OpenType)", "draw its letters small, and give pictures or a table"),
    (b"wOF", "a font of outlines (WOFF)", "draw its letters small, and give pictures or a table"),
    (b"SQLite format 3", "a database", "save the images with np.savez"),
    (b"\x7fELF", "a program", "give images"),
    (b"MZ", "a program", "give images"),
)
_HEIC = "HEIC, which nothing here reads: save it as JPEG (iPhone: Settings, Camera, Formats, Most Compatible)"


def read(given: Given, options: Options | None = None, name: str = "") -> Found:
    """What is in a file, a folder, bytes, or several files (name and content of each): judged by content alone.

    given: a path on this machine, the content of one file, or pairs of a name and a content. name: of `bytes`. Raises
    LabError with one sentence that says what it seems to be, what is wrong, and what would be right.
    """
    options = options or Options()
    if isinstance(given, bytes):
        return _file(of_bytes(given, name or "the file"), options, siblings=False)
    if isinstance(given, (str, os.PathLike)):
        path = Path(given)
        try:
            if path.is_dir():
                return _group(*_folder(path), options, f"The folder {path.name or path}")
            return _file(of_path(path), options, siblings=True)
        except OSError as error:
            raise LabError(f"{path} cannot be read ({error.strerror}): give a file or a folder.") from None
    sources = [of_bytes(content, each) for each, content in given]
    if len(sources) == 1:
        return _file(sources[0], options, siblings=False)
    return _group(sources, [], options, "What you gave")


def _folder(folder: Path) -> tuple[list[Source], list[Skipped]]:
    """The files in a folder and in folders in it, in the order of their names; links are not followed."""
    sources: list[Source] = []
    skipped: list[Skipped] = []
    for root, inner, names in os.walk(folder):
        inner.sort()
        for each in sorted(names):
            path = Path(root) / each
            shown = path.relative_to(folder).as_posix()
            if path.is_symlink() or not path.is_file():
                skipped.append(Skipped(shown, "a link, which is not followed"))
            else:
                sources.append(of_path(path, shown))
            if len(sources) > MAX_FILES:
                raise LabError(
                    f"The folder {folder.name} has more than {MAX_FILES:,} files: give one with the data only."
                )
    return sources, skipped


def _file(source: Source, options: Options, siblings: bool) -> Found:
    """What is in one file. siblings: whether labels may lie beside it."""
    head = source.head()
    shown = source.shown
    if not head:
        raise LabError(f"{shown} is empty or cannot be read: give {_taken()}.")
    if head[:2] == b"\x1f\x8b":
        return _file(_within(source), options, siblings)
    if head[:2] == b"PK":
        return _zip(source, options)
    if archives.is_tar(head):
        return _group(archives.of_tar(source), [], options, f"{shown}, a tar archive,")
    if head[:6] == b"\x93NUMPY":
        return arrays.read_npy(source, options)
    if arrays.is_idx(head):
        return arrays.read_idx([source, *(_labels_beside(source) if siblings else [])], options)
    if kind := pictures.kind_of(head):
        what = f"{_HEIC}, and" if kind == "HEIC" else f"one {kind} picture:"
        raise LabError(f"{shown} is {what} give two or more pictures, a folder of them, or a ZIP archive.")
    if reason := _refused(head):
        raise LabError(f"{shown} is {reason}.")
    start = csv_images.start_of(source)
    if not start.strip():
        raise LabError(f"{shown} is no form of images that is known here: give {_taken()}.")
    for text in _TEXTS[:2]:
        if text.is_one(start):
            return text.read(text_of(source.content(MAX_TEXT), shown), options)
    if drawings.has_blocks(start, options):
        return drawings.read(text_of(source.content(MAX_TEXT), shown), options)
    if csv_images.is_one(start):
        return csv_images.read(source, options)
    for text in _TEXTS[2:]:
        if text.is_one(start):
            return text.read(text_of(source.content(MAX_TEXT), shown), options)
    raise LabError(f"{shown} is {_kind_of_text(start)}, in which no images were found: give {_taken()}.")


def _kind_of_text(start: str) -> str:
    first = start.lstrip().partition("\n")[0]
    if start.lstrip()[:1] in "{[" and '"' in start:
        return "JSON"
    if start.lstrip()[:1] == "<":
        return "HTML or XML"
    if any(first.count(sign) >= 1 for sign in ",;\t"):
        return f"a table with the columns {first.strip()[:60]}"
    return "a text"


def _taken() -> str:
    """What is taken, in words."""
    names = [f"a {form.name}" if form.name.startswith("table") else form.name for form in FORMS]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _within(source: Source) -> Source:
    inner = unpacked(source)
    if inner.head(2) == b"\x1f\x8b":
        raise LabError(f"{source.shown} is an archive in an archive: unpack it, or pack the files as ZIP.")
    return replace(inner, beside=source.path)


def _refused(head: bytes) -> str | None:
    """What a file is that is known and not taken, and what would be right."""
    for start, what, instead in _REFUSED:
        if head.startswith(start):
            return f"{what}: {instead}"
    if re.match(rb"\(?[dl]p[01]\n|c[\w.]+\n[\w.]+\n", head):
        return ": ".join(_PICKLE)
    if head[4:8] == b"ftyp" and not pictures.kind_of(head):
        return "a film: give pictures"
    if re.search(rb"<svg[\s>]", head[:1000]):
        return "a drawing of lines (SVG): save it as PNG"
    return None


def _zip(source: Source, options: Options) -> Found:
    with archives.Archive(source) as archive:
        names = archive.names
        if "[Content_Types].xml" in names:
            what = "a spreadsheet of Excel" if any(one.startswith("xl/") for one in names) else "an Office document"
            raise LabError(f"{source.shown} is {what}: save the table as CSV.")
        if "mimetype" in names and "content.xml" in names:
            raise LabError(f"{source.shown} is a document of LibreOffice: save the table as CSV.")
        if any(one.endswith("data.pkl") for one in names):
            raise LabError(
                f"{source.shown} is a file of PyTorch, which holds a pickle: it can run any program when it is opened, "
                "so save the images with np.savez."
            )
        if arrays.is_npz(archive.zip):
            return arrays.read_npz(archive.zip, source.shown, options)
        return _group(archive.sources(), [], options, f"{source.shown}, a ZIP archive,")


def _group(sources: Sequence[Source], skipped: list[Skipped], options: Options, shown: str) -> Found:
    """What several files are together: pictures, or files of arrays or tables that belong together."""
    by_kind: dict[str, list[Source]] = {}
    for source in sources:
        kind, reason = _kind(source)
        if kind == "skip":
            skipped.append(Skipped(source.name, reason))
        else:
            by_kind.setdefault(kind, []).append(source)
    if "picture" in by_kind:
        others = [one for kind, each in by_kind.items() if kind != "picture" for one in each]
        skipped += [Skipped(one.name, "no picture, among pictures") for one in others]
        return photographs.read(by_kind["picture"], options, skipped)
    if "idx" in by_kind:
        plain = [_within(one) if one.head(2) == b"\x1f\x8b" else one for one in by_kind["idx"]]
        found = arrays.read_idx(plain, options)
    elif len(by_kind.get("npy", ())) > 1:
        found = arrays.of_sources({PurePosixPath(one.name).name: one for one in by_kind["npy"]}, options)
    else:
        found = _tables([one for each in by_kind.values() for one in each], options, shown, skipped)
    return replace(found, skipped=(*found.skipped, *skipped))


def _kind(source: Source) -> tuple[str, str]:
    """What one of several files is: "picture", "idx", "npy", "other", or "skip" with the reason."""
    path = PurePosixPath(source.name)
    if any(part.startswith(".") or part in _HIDDEN for part in path.parts):
        return "skip", "a hidden file of the system"
    head = source.head()
    if kind := pictures.kind_of(head):
        return ("skip", _HEIC) if kind == "HEIC" else ("picture", "")
    if not head:
        return "skip", "empty, or it cannot be read"
    inner = head
    if head[:2] == b"\x1f\x8b":
        try:
            inner = unpacked(source).head()
        except LabError as error:
            return "skip", str(error).rstrip(".")
    if arrays.is_idx(inner):
        return "idx", ""
    if head[:6] == b"\x93NUMPY":
        return "npy", ""
    if reason := _refused(head):
        return "skip", reason
    if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"):
        return "skip", "no picture, though it is called one: it is damaged, or something else"
    return "other", ""


def _tables(sources: Sequence[Source], options: Options, shown: str, skipped: list[Skipped]) -> Found:
    """One table or archive of arrays among files that are none; two where their names say that they are parts."""
    read_ones: list[tuple[Source, Found]] = []
    reasons: list[str] = []
    for source in sources:
        try:
            found = _file(source, options, siblings=False)
        except LabError as error:
            skipped.append(Skipped(source.name, str(error).rstrip(".")))
            reasons.append(str(error))
        else:
            read_ones.append((source, found))
        if len(read_ones) > 3:
            break
    if not read_ones:
        if len(reasons) == 1 and not skipped[1:]:
            raise LabError(reasons[0])
        some = f" (such as {skipped[0].file}: {_short(skipped[0])})" if skipped else ""
        raise LabError(f"{shown} has no images that can be read{some}: give {_taken()}.")
    if len(read_ones) == 1:
        return read_ones[0][1]
    return together([(source.name, found) for source, found in read_ones], shown)


def _short(skipped: Skipped) -> str:
    """Why a file was left out, without what would be right."""
    return skipped.reason.removeprefix(PurePosixPath(skipped.file).name).partition(": give ")[0].strip()


def _labels_beside(source: Source) -> Iterator[Source]:
    """The IDX file of labels beside one of images on this machine."""
    beside = source.path or source.beside
    if beside is None:
        return
    wanted = {
        beside.name.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1").removesuffix(".gz")
    }
    for path in sorted(beside.parent.iterdir()):
        if path != beside and path.name.removesuffix(".gz") in wanted and path.is_file():
            found = of_path(path)
            found = _within(found) if found.head(2) == b"\x1f\x8b" else found
            if arrays.is_idx(found.head()):
                yield found
                return
