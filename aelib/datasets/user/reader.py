"""The only entry point for the user's files: identifies their format by content and reads them. `FORMS` lists the
formats.

Nothing is stored here: see `keeping`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from aelib.core.errors import LabError, reason_of
from aelib.core.language import Lazy, _

from . import forms, glyphs, pictures
from .found import Found, Options, Skipped
from .parts import together
from .readers import (
    archives,
    arrays,
    cifar,
    consolefonts,
    labels,
    matlab,
    matlab4,
    opendocument,
    photographs,
    records,
    spreadsheets,
)
from .readers.named_arrays import part_of
from .readers.texts import assembler, bdf, c_tables, csv_images, drawings, json_forms, svmlight
from .source import HEAD, MAX_TEXT, Source, of_bytes, of_path, text_of, unpacked

MAX_FILES = 50_000  # in a folder
_HIDDEN = ("__MACOSX", "Thumbs.db", "desktop.ini")

Given = str | os.PathLike[str] | bytes | Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class _Text:
    """A text format; is_one decides from the first lines whether a text has this format."""

    is_one: Callable[[str], bool]
    read: Callable[[str, Options], Found]


_TEXTS = (
    _Text(bdf.is_one, lambda text, _options: bdf.read(text)),
    _Text(assembler.is_one, assembler.read),
    _Text(glyphs.is_one, lambda text, _options: glyphs.find(text)),
    _Text(c_tables.is_one, c_tables.read),
    _Text(c_tables.has_rows, c_tables.read_rows),
    _Text(lambda text: drawings.is_one(drawings.plain(text)), drawings.read),
    _Text(drawings.has_bits, drawings.read_bits),
)


def read(given: Given, options: Options | None = None, name: str = "") -> Found:
    """Read a file, a folder, bytes, or several files (name and content of each); formats are identified by content
    alone.

    given: a path on this machine, the content of one file, or pairs of a name and a content. name: the name for
    `bytes`. Raises LabError with one sentence: what the data seems to be, what is wrong, and what would be right.
    """
    options = options or Options()
    if isinstance(given, bytes):
        return _file(of_bytes(given, name or _("the file")), options, siblings=False)
    if isinstance(given, (str, os.PathLike)):
        path = Path(given)
        try:
            if path.is_dir():
                return _group(*_folder(path), options, Lazy("The folder {name}", name=path.name or str(path)))
            return _file(of_path(path), options, siblings=True)
        except OSError as error:
            raise LabError(
                "{path} cannot be read ({reason}): give a file or a folder.", path=path, reason=reason_of(error)
            ) from None
    sources = [of_bytes(content, each) for each, content in given]
    if len(sources) == 1:
        return _file(sources[0], options, siblings=False)
    return _group(sources, [], options, Lazy("What you gave"))


def _folder(folder: Path) -> tuple[list[Source], list[Skipped]]:
    """The files in a folder and its subfolders, sorted by name; links are not followed."""
    sources: list[Source] = []
    skipped: list[Skipped] = []
    for root, inner, names in os.walk(folder):
        inner.sort()
        for each in sorted(names):
            path = Path(root) / each
            shown = path.relative_to(folder).as_posix()
            if path.is_symlink() or not path.is_file():
                skipped.append(Skipped(shown, Lazy("a link, which is not followed")))
            else:
                sources.append(of_path(path, shown))
            if len(sources) > MAX_FILES:
                raise LabError(
                    "The folder {name} has more than {most:,} files: give one with the data only.",
                    name=folder.name,
                    most=MAX_FILES,
                )
    return sources, skipped


def _file(source: Source, options: Options, siblings: bool) -> Found:
    """The images in one file. siblings: whether labels may be in a file in the same folder."""
    head = source.head()
    shown = source.shown
    if not head:
        raise LabError("{shown} is empty or cannot be read: give {taken}.", shown=shown, taken=forms.taken())
    if head[:2] == b"\x1f\x8b":
        return _file(_within(source), options, siblings)
    if head[:2] == b"PK":
        return _zip(source, options)
    if archives.is_tar(head):
        return _group(archives.of_tar(source), [], options, Lazy("{shown}, a tar archive,", shown=shown))
    if head[:6] == b"\x93NUMPY":
        return arrays.read_npy(source, options)
    # check this format before the others: a label and dark pixels may look like the start of any of them
    if cifar.is_one(source):
        return cifar.read([source], options)
    if arrays.is_idx(head):
        return arrays.read_idx([source, *(_labels_beside(source) if siblings else [])], options)
    if matlab.is_one(head):
        return matlab.read(source, options)
    if matlab4.is_one(head):
        return matlab4.read(source, options)
    if consolefonts.is_one(head):
        return consolefonts.read(source)
    if forms.is_tfrecord(head):
        return records.read([source], options)
    if kind := pictures.kind_of(head):
        raise LabError(
            "{shown} is one {kind} picture: give two or more pictures, a folder of them, or a ZIP archive.",
            shown=shown,
            kind=kind,
        )
    if reason := forms.refused(head):
        raise LabError("{shown} is {reason}.", shown=shown, reason=reason)
    start = csv_images.start_of(source)
    if not start.strip():
        if cifar.is_cut_off(source):
            raise cifar.refusal(source)
        raise LabError(
            "{shown} is no form of images that is known here: give {taken}.", shown=shown, taken=forms.taken()
        )
    if json_forms.is_one(start) and (found := json_forms.read(source, options)) is not None:
        return found
    if svmlight.is_one(start):
        return svmlight.read(source, options)
    for text in _TEXTS[:4]:
        if text.is_one(start):
            return text.read(text_of(source.content(MAX_TEXT), shown), options)
    if drawings.has_blocks(start, options):
        return drawings.read(text_of(source.content(MAX_TEXT), shown), options)
    if csv_images.is_one(start):
        return csv_images.read(source, options)
    for text in _TEXTS[4:]:
        if text.is_one(start):
            return text.read(text_of(source.content(MAX_TEXT), shown), options)
    raise LabError(
        "{shown} is {kind}, in which no images were found: give {taken}.",
        shown=shown,
        kind=_kind_of_text(start),
        taken=forms.taken(),
    )


def _kind_of_text(start: str) -> Lazy:
    first = start.lstrip().partition("\n")[0]
    if start.lstrip()[:1] in "{[" and '"' in start:
        return Lazy("JSON")
    if start.lstrip()[:1] == "<":
        return Lazy("HTML or XML")
    if any(first.count(sign) >= 1 for sign in ",;\t"):
        return Lazy("a table with the columns {columns}", columns=first.strip()[:60])
    return Lazy("a text")


def _within(source: Source) -> Source:
    inner = unpacked(source)
    if inner.head(2) == b"\x1f\x8b":
        raise LabError("{shown} is an archive in an archive: unpack it, or pack the files as ZIP.", shown=source.shown)
    return replace(inner, beside=source.path)


def _zip(source: Source, options: Options) -> Found:
    with archives.Archive(source) as archive:
        names = archive.names
        if spreadsheets.is_one(names):
            return _spreadsheet(source, spreadsheets.FORM, spreadsheets.sheets(source), options)
        if opendocument.is_one(archive):
            return _spreadsheet(source, opendocument.FORM, opendocument.sheets(archive), options)
        for entry, what in forms.DOCUMENTS:
            if any(one == entry or one.endswith(entry) for one in names):
                raise LabError("{shown} is {what}: save the table as CSV.", shown=source.shown, what=Lazy(what))
        if any(one.endswith("data.pkl") for one in names):
            raise LabError(
                "{shown} is a file of PyTorch, which holds a pickle: it can run any program when it is opened, so "
                "save the images with np.savez.",
                shown=source.shown,
            )
        if arrays.is_npz(archive.zip):
            return arrays.read_npz(archive.zip, source.shown, options)
        return _group(archive.sources(), [], options, Lazy("{shown}, a ZIP archive,", shown=source.shown))


def _spreadsheet(source: Source, form: Lazy, sheets: Sequence[Source], options: Options) -> Found:
    """The first sheet that has images, or all sheets if their names are those of parts."""
    read_ones: list[tuple[str, Found]] = []
    skipped: list[Skipped] = []
    for sheet in sheets:
        try:
            read_ones.append((sheet.name, _file(sheet, options, siblings=False)))
        except LabError as error:
            skipped.append(Skipped(sheet.name, error))
    if not read_ones:
        raise LabError(
            "{shown} is {form} without images, such as {sheet}: give a table of glyphs or of images.",
            shown=source.shown,
            form=form,
            sheet=skipped[0],
        )
    if len(read_ones) > 1 and None not in [part_of(name) for name, _found in read_ones]:
        found = together(read_ones, source.shown)
    else:
        found = read_ones[0][1]
        skipped += [Skipped(name, Lazy("another sheet with images")) for name, _found in read_ones[1:]]
    return replace(found, skipped=(*found.skipped, *skipped))


def _group(sources: Sequence[Source], skipped: list[Skipped], options: Options, shown: str | Lazy) -> Found:
    """The set that several files form together: pictures, or files of arrays or tables that belong together."""
    by_kind: dict[str, list[Source]] = {}
    for source in sources:
        kind, reason = _kind(source)
        if reason is not None:
            skipped.append(Skipped(source.name, reason))
        else:
            by_kind.setdefault(kind, []).append(source)
    main = next((kind for kind in ("cifar", "picture") if kind in by_kind), "")
    others = [one for kind, each in by_kind.items() if kind != main for one in each]
    if main == "picture":
        tables = labels.find(by_kind["picture"], others)
        used = {id(table.source) for table in tables}
        skipped += [Skipped(one.name, Lazy("no picture, among pictures")) for one in others if id(one) not in used]
        return photographs.read(by_kind["picture"], options, skipped, tables)
    if main == "cifar":
        found = cifar.read(by_kind["cifar"], options, others)
    elif "records" in by_kind:
        rest = [one for each in by_kind for one in by_kind[each] if each != "records"]
        skipped += [Skipped(one.name, Lazy("no records")) for one in rest]
        found = records.read(by_kind["records"], options)
    elif "idx" in by_kind:
        plain = [_within(one) if one.head(2) == b"\x1f\x8b" else one for one in by_kind["idx"]]
        found = arrays.read_idx(plain, options)
    elif len(by_kind.get("npy", ())) > 1:
        found = arrays.of_sources({PurePosixPath(one.name).name: one for one in by_kind["npy"]}, options)
    else:
        found = _tables([one for each in by_kind.values() for one in each], options, shown, skipped)
    return replace(found, skipped=(*found.skipped, *skipped))


def _kind(source: Source) -> tuple[str, Lazy | LabError | None]:
    """The kind of one of several files: "picture", "cifar", "idx", "npy", "records", "other", or "skip" with the
    reason."""
    path = PurePosixPath(source.name)
    if any(part.startswith(".") or part in _HIDDEN for part in path.parts):
        return "skip", Lazy("a hidden file of the system")
    head = source.head()
    if cifar.is_one(source):
        return "cifar", None
    if kind := pictures.kind_of(head):
        return ("skip", pictures.NO_HEIC) if kind == "HEIC" and not pictures.reads_heic() else ("picture", None)
    if not head:
        return "skip", Lazy("empty, or it cannot be read")
    inner = head
    if head[:2] == b"\x1f\x8b":
        try:
            inner = unpacked(source).head()
        except LabError as error:
            return "skip", error
    if arrays.is_idx(inner):
        return "idx", None
    if head[:6] == b"\x93NUMPY":
        return "npy", None
    if forms.is_tfrecord(head):
        return "records", None
    if matlab.is_one(head) or matlab4.is_one(head) or consolefonts.is_one(inner):
        return "other", None
    if reason := forms.refused(head):
        return "skip", reason
    if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"):
        return "skip", Lazy("no picture, though it is called one: it is damaged, or something else")
    return "other", None


def _tables(sources: Sequence[Source], options: Options, shown: str | Lazy, skipped: list[Skipped]) -> Found:
    """The one file among others that is a table or an archive of arrays; several such files if their names are those of
    parts."""
    if len(sources) > 2 and (drawn := _drawn(sources)):
        return drawings.read(drawn, options)
    read_ones: list[tuple[Source, Found]] = []
    reasons: list[LabError] = []
    for source in sources:
        try:
            found = _file(source, options, siblings=False)
        except LabError as error:
            skipped.append(Skipped(source.name, error))
            reasons.append(error)
        else:
            read_ones.append((source, found))
        if len(read_ones) > 3:
            break
    if not read_ones:
        if len(reasons) == 1 and not skipped[1:]:
            raise reasons[0]
        if not skipped:
            raise LabError("{shown} has no images that can be read: give {taken}.", shown=shown, taken=forms.taken())
        raise LabError(
            "{shown} has no images that can be read, such as {file}: give {taken}.",
            shown=shown,
            file=skipped[0],
            taken=forms.taken(),
        )
    if len(read_ones) == 1:
        return read_ones[0][1]
    return together([(source.name, found) for source, found in read_ones], shown)


def _drawn(sources: Sequence[Source]) -> str:
    """If each file is one drawing: all of them as one text, named after the files; "" if any file is something else."""
    if len(sources) > glyphs.GLYPHS[1] or any(one.size > HEAD for one in sources):
        return ""
    texts = [csv_images.start_of(one).strip("\n") for one in sources]
    if not all(drawings.is_one(text) and not re.search(r"\n[ \t]*\n", text) for text in texts):
        return ""
    named = zip(sources, texts, strict=True)
    return "\n\n".join(f"'{PurePosixPath(one.name).stem}'\n{text}" for one, text in named)


def _labels_beside(source: Source) -> Iterator[Source]:
    """The IDX file of labels in the same folder as a file of images on this machine."""
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
