"""Every reader with broken input: it reads it, or says what is wrong in one sentence, whatever the bytes are."""

import gzip
import io
import zipfile
from collections.abc import Callable

import numpy as np
import pytest
import scipy.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import Options
from aelib.datasets.user import glyphs
from aelib.datasets.user.readers.texts import assembler, bdf, c_tables, csv_images, drawings, json_forms, svmlight
from aelib.datasets.user.source import of_bytes
from tests.support import own_data
from tests.support.other_programs import cifar, ods, psf1, psf2, records
from tests.support.pictures import packed, saved, tarred

IMAGES, LABELS = (one[:4] for one in own_data.digits(4))
PICTURES = {f"{kind}.png": saved(Image.fromarray(IMAGES[0]), kind) for kind in ("PNG", "GIF", "BMP", "PPM", "WEBP")}


def _parts(*words: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(words) | st.text(max_size=2), max_size=30).map("".join)


def _broken(content: bytes) -> st.SearchStrategy[bytes]:
    """The content with some bytes written over, cut off, or doubled."""
    at = st.integers(0, len(content))

    def put(places: list[tuple[int, bytes]], start: int, end: int) -> bytes:
        out = bytearray(content)
        for place, value in places:
            out[place : place + len(value)] = value
        return bytes(out[:start] + out[max(0, end - 8) :])

    return st.builds(put, st.lists(st.tuples(at, st.binary(min_size=1, max_size=8)), max_size=4), at, at)


def _damaged(content: bytes) -> st.SearchStrategy[bytes]:
    at = st.integers(0, len(content) - 1)
    changes = st.lists(st.tuples(at, st.integers(0, 255)), min_size=1, max_size=5)

    def put(places: list[tuple[int, int]]) -> bytes:
        out = bytearray(content)
        for place, value in places:
            out[place] = value
        return bytes(out)

    return changes.map(put) | at.map(lambda end: content[:end])


def _members(entries: dict[str, bytes]) -> st.SearchStrategy[bytes]:
    name = st.sampled_from([*entries, "../a", "a/b/c.png", "x.npy", "y.npy", "._a.png", "a.zip"])
    content = st.sampled_from(list(entries.values())) | st.binary(max_size=30)

    def pack(pairs: list[tuple[str, bytes]]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for each, one in dict(pairs).items():
                archive.writestr(each, one)
        return out.getvalue()

    return st.lists(st.tuples(name, content), max_size=6).map(pack)


def _mat(compressed: bool) -> bytes:
    out = io.BytesIO()
    scipy.io.savemat(out, {"X": IMAGES, "y": LABELS[:4, None]}, do_compression=compressed)
    return out.getvalue()


def _mat4() -> bytes:
    out = io.BytesIO()
    scipy.io.savemat(out, {"X": IMAGES.reshape(4, -1).astype(float), "y": LABELS[:4, None]}, format="4")
    return out.getvalue()


SIZE = st.sampled_from([None, None, (3, 3), (7, 5), (8, 8)])
C = _parts(
    "{", "}", "[", "]", ",", "0x0e", "0b101", "7", "18446744073709551616", "//a\n", "/*", "*/", "\n", "=", "'a'", "ULL"
)
ASSEMBLER = _parts(
    "db ", ".byte ", "a: ", "10 DATA ", "$0e", "0Eh", "%01", "1b", "7", ", ", "; '", "\n", '"', "a:\n", "{"
)
DRAWN = _parts("#", ".", "1", "0", "\n", "\n\n", " ", "#.#\n", "a:\n", ",")
TABLE = _parts("char,row0,row1,row2\n", "a,#.#,###,...\n", ",", ";", "0x0e", "\n", '"', "sep=;\n", "1f", "\r")
NUMBERS = _parts(
    "label,", "pixel0,", "1,", "255,", "-1,", "0,5;", "nan,", "1e9,", "\n", ",".join("0" * 10) + "\n", '"', "a", ";"
)

SPARSE = _parts(
    "1 ",
    "-1 ",
    "3:4 ",
    "1:0.5 ",
    "9:255 ",
    "16:1",
    "\n",
    "2 qid:3 ",
    "# zero-based\n",
    "0:1 ",
    "1:nan",
    "99999999999999999999:1",
)
JSON = _parts(
    "{", "}", "[", "]", ",", ":", '"a"', '"rows"', '"images"', "[1,2,3]", '["#.#","###",".#."]', "1e999", "null"
)
BDF = _parts(
    "STARTFONT 2.1\n", "FONTBOUNDINGBOX 5 7 0 0\n", "STARTCHAR a\n", "ENCODING 97\n", "BBX 5 3 0 0\n", "BITMAP\n",
    "F8\n", "ENDCHAR\n", "-1", "9",
)  # fmt: skip
OTHER_SIGNS = _parts("```\n", "+---+\n", "|# #|\n", "-1 1 -1\n", "O..\n", "██\n", "  \n", "\n", "'a'\n")

READERS: dict[str, tuple[st.SearchStrategy[object], Callable[[object, Options], object]]] = {
    "numbers in braces": (C, lambda text, options: c_tables.read(str(text), options)),
    "rows of numbers": (C, lambda text, options: c_tables.read_rows(str(text), options)),
    "assembler": (ASSEMBLER, lambda text, options: assembler.read(str(text), options)),
    "drawings": (DRAWN, lambda text, options: drawings.read(str(text), options)),
    "names and bits": (DRAWN, lambda text, options: drawings.read_bits(str(text), options)),
    "drawings in other signs": (OTHER_SIGNS, lambda text, options: drawings.read(str(text), options)),
    "bitmap fonts": (BDF, lambda text, _: bdf.read(str(text))),
    "JSON": (JSON, lambda text, options: json_forms.read(of_bytes(str(text).encode("utf-8", "replace"), "a"), options)),
    "tables of glyphs": (TABLE, lambda text, _: glyphs.find(str(text))),
    "tables of images": (
        NUMBERS,
        lambda text, options: csv_images.read(of_bytes(str(text).encode("utf-8", "replace"), "a"), options),
    ),
    "sparse tables": (
        SPARSE,
        lambda text, options: svmlight.read(of_bytes(str(text).encode("utf-8", "replace"), "a"), options),
    ),
}
FILES: dict[str, st.SearchStrategy[bytes]] = {
    "any text": _parts("#.#\n", "{1,2}", "a,b\n", "0x1f,", "label,1,2\n", '{"a": {', "<b>").map(
        lambda t: t.encode("utf-8", "replace")
    ),
    "bytes": st.binary(max_size=200),
    ".npy": _broken(own_data.npy(IMAGES)),
    ".npz": _damaged(own_data.npz(x_train=IMAGES, y_train=LABELS[:4])),
    "MATLAB": _damaged(_mat(False)),
    "MATLAB, packed": _damaged(_mat(True)),
    "MATLAB 4": _damaged(_mat4()),
    "PSF, version 1": _damaged(psf1(np.eye(8, dtype=np.uint8)[None].repeat(256, 0), True)),
    "PSF, version 2": _damaged(psf2(IMAGES // 128, "abcd")),
    "CIFAR": _damaged(cifar(np.ones((3, 3072), np.uint8), np.arange(3))),
    "ODS": _damaged(ods("<table:table-row/>")),
    "TFRecord": _damaged(records(IMAGES, LABELS[:4])),
    "labels": st.lists(st.sampled_from(["a.png,1\n", "PNG.png,cat\n", "GIF.png;x\n", "{", "\n", ","]), max_size=12).map(
        lambda lines: packed(PICTURES | {"labels.csv": "".join(lines).encode()})
    ),
    "IDX": _broken(own_data.idx(IMAGES)),
    "gzip": _damaged(gzip.compress(own_data.idx(IMAGES), mtime=0)),
    "tar": _broken(tarred(PICTURES)),
    "ZIP, damaged": _damaged(packed(PICTURES)),
    "ZIP": _members(PICTURES | {"x.npy": own_data.npy(IMAGES), "a.csv": own_data.kaggle(IMAGES, LABELS[:4])}),
}


pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")


def _says_one_sentence(read: Callable[[], object]) -> None:
    try:
        read()
    except LabError as error:
        assert "\n" not in str(error)
        assert str(error).endswith(".")
        assert len(str(error)) < 600


@pytest.mark.parametrize("form", READERS)
def test_a_reader_reads_or_says_what_is_wrong(form: str) -> None:
    strategy, read = READERS[form]

    @settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
    @given(strategy, SIZE)
    def check(content: object, size: tuple[int, int] | None) -> None:
        _says_one_sentence(lambda: read(content, Options(size=size)))

    check()


@pytest.mark.parametrize("form", FILES)
def test_a_file_is_read_or_says_what_is_wrong(form: str) -> None:
    @settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
    @given(FILES[form])
    def check(content: bytes) -> None:
        _says_one_sentence(lambda: datasets.read(content, Options(side=8)))

    check()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF", "HEIF"])
def test_a_damaged_picture_is_read_or_left_out(kind: str) -> None:
    whole = saved(Image.fromarray(np.kron(IMAGES[0], np.ones((2, 2), np.uint8))), kind)

    @settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
    @given(_damaged(whole))
    def check(content: bytes) -> None:
        _says_one_sentence(lambda: datasets.read([("a.png", whole), ("b.png", whole), ("c", content)], Options(side=8)))

    check()
