"""Data sets by name: `spec(name)` describes one without loading it, `load(name)` returns the images.

Sets with fixed names are in `SETS`; some of them depend on files on this machine. Other names are composed:
`emoji20x20-<bits>` is a selection of emoji, and the user's own glyph tables (`glyphs-<digest>`) and pictures
(`pictures-<digest>`, `collection-<digest>`) are stored under `home()/datasets` and named after their content, so that
an experiment that refers to them always means the same pixels.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache, partial

from aelib.core.errors import LabError

from . import classes, files
from .bundled import dictionary, digits, emoji, font, heartbeats, house_numbers, letters, patches, photographs
from .downloads import fashion_mnist, mnist, notmnist, photo_pairs, svhn
from .imageset import DatasetSpec, ImageSet
from .user import collection, glyphs, pictures, storage

_SEEN: ContextVar[dict[str, DatasetSpec] | None] = ContextVar("seen", default=None)


@contextmanager
def seen_once() -> Iterator[None]:
    """Inside this block, the files of each data set are searched for only once. For a page, which asks for the same
    sets hundreds of times while it is drawn."""
    token = _SEEN.set({})
    try:
        yield
    finally:
        _SEEN.reset(token)


class _Sets(Mapping[str, DatasetSpec]):
    """Specs by name, looked up on access, because the files on this machine may change while a server runs."""

    def __init__(self, *always: DatasetSpec, **found: Callable[[], DatasetSpec]) -> None:
        self._get = {one.name: partial(_same, one) for one in always} | found

    def __getitem__(self, name: str) -> DatasetSpec:
        seen = _SEEN.get()
        if seen is None:
            return self._get[name]()
        if name not in seen:
            seen[name] = self._get[name]()
        return seen[name]

    def __contains__(self, name: object) -> bool:
        return name in self._get

    def __iter__(self) -> Iterator[str]:
        return iter(self._get)

    def __len__(self) -> int:
        return len(self._get)


def _same(one: DatasetSpec) -> DatasetSpec:
    return one


SETS: Mapping[str, DatasetSpec] = _Sets(
    font.SPEC,
    emoji.spec(emoji.GREY),
    emoji.spec(emoji.COLOUR),
    digits.SPEC,
    dictionary.SPEC,
    patches.SPEC,
    heartbeats.SPEC,
    letters.SPEC,
    house_numbers.SPEC,
    *photographs.SPECS,
    mnist=mnist.spec,
    mnist_binary=mnist.binary_spec,
    fashion_mnist=fashion_mnist.spec,
    notmnist=notmnist.spec,
    svhn=svhn.spec,
    photo_pairs=photo_pairs.spec,
)
DOWNLOADS = {one.NAME: one.FILES for one in (mnist, fashion_mnist, svhn)}
EVALUATION_IMAGES = 1000  # the largest number of images on which a net is evaluated during training


def spec(name: str) -> DatasetSpec:
    """The spec of data set `name`. Raises LabError for an unknown name."""
    if name in SETS:
        return SETS[name]
    if emoji.is_one(name):
        return emoji.spec(name)
    if name.startswith(glyphs.PREFIX):
        return glyphs.stored_spec(name)
    if name.startswith(pictures.PREFIX):
        return pictures.stored_spec(name)
    if name.startswith(collection.PREFIX):
        return collection.stored_spec(name)
    raise LabError(
        "dataset is {name!r}: choose one of {names}, or images of your own.", name=name[:60], names=", ".join(SETS)
    )


def canonical(name: str) -> str:
    """One name for a set that has two spellings; it includes the content if the set can have different images
    elsewhere."""
    if emoji.is_one(name):
        return emoji.name_of(name.partition("-")[0], emoji.numbers(name))
    content = spec(name).content
    return f"{name}:{content}" if content else name


def load(which: str | DatasetSpec) -> ImageSet:
    """The images of a data set by name or spec, all parts. Callers share them and must not change them. Raises
    LabError."""
    return _load(_described(which))


def _described(which: str | DatasetSpec) -> DatasetSpec:
    return spec(which) if isinstance(which, str) else which


@lru_cache(maxsize=16)
def _load(described: DatasetSpec) -> ImageSet:
    images = described.load()
    fits = tuple(images.pixels.shape[1:]) == described.shape and tuple(images.shown.shape[1:]) == described.shown_shape
    if len(images) != described.images or not fits:
        raise LabError("{name} is not what it should be: replace its files by the originals.", name=described.name)
    return images


def trainable_classes(which: str | DatasetSpec) -> tuple[int, ...]:
    """The classes that a net can be trained on alone: see `classes.trainable`. Raises LabError if the images are needed
    and are not on this machine."""
    described = _described(which)
    return classes.trainable(described, lambda: _load(described))


@lru_cache(maxsize=64)
def known_classes(described: DatasetSpec) -> tuple[int, ...]:
    """The classes of the training images, in order; other classes appear only in the test images. Raises LabError if
    the images are needed and are not on this machine."""
    return described.only or tuple(sorted(set(training_set(described).labels.tolist())))


@lru_cache(maxsize=64)
def only(described: DatasetSpec, wanted: tuple[int, ...]) -> DatasetSpec:
    """The part of a data set with the images of these classes, some of `trainable_classes`; without classes, the whole
    set. Raises LabError if the images are needed and are not on this machine."""
    return classes.only(described, wanted, lambda: _load(described)) if wanted else described


def training_set(which: str | DatasetSpec) -> ImageSet:
    """The training set."""
    described = _described(which)
    return load(described).part(slice(described.splits.train))


def test_set(which: str | DatasetSpec) -> ImageSet:
    """The images on which a trained net is tested: the test set, else the validation set, else all."""
    described = _described(which)
    splits = described.splits
    start = splits.train + splits.valid if splits.test else splits.train if splits.valid else 0
    return load(described).part(slice(start, None))


def evaluation_set(which: str | DatasetSpec) -> ImageSet:
    """The images on which a net is evaluated during training, and which pages show: all of a memorised set, else at
    most EVALUATION_IMAGES, evenly spaced in the validation set (or in the test set if there is no validation set)."""
    return _evaluation_set(_described(which))


@lru_cache(maxsize=16)
def _evaluation_set(described: DatasetSpec) -> ImageSet:
    if described.memorised:
        return _load(described)
    splits = described.splits
    count = splits.valid or splits.test
    step = -(-count // EVALUATION_IMAGES)
    part = _load(described).part(slice(splits.train, splits.train + count, step))
    # a copy, because a slice would keep the whole set in memory
    shown = None if part.inputs is None else part.inputs.clone()
    return replace(part, pixels=part.pixels.clone(), labels=part.labels.clone(), inputs=shown)


def available() -> list[DatasetSpec]:
    """Every data set with a fixed name, bundled ones first; a damaged data set of the user's is logged and left out."""
    specs = []
    for pattern in (f"{glyphs.PREFIX}*.csv", f"{pictures.PREFIX}*.safetensors", f"{collection.PREFIX}*.safetensors"):
        for file in storage.newest(pattern):
            try:
                specs.append(spec(file.stem))
            except (LabError, OSError, UnicodeDecodeError) as error:
                logging.getLogger(__name__).warning("data set %s cannot be read: %s", file, error)
    return [*SETS.values(), *specs]


def is_own(name: str) -> bool:
    """Whether the user added the data set of this name."""
    return name.startswith((glyphs.PREFIX, pictures.PREFIX, collection.PREFIX))


def content_of(name: str) -> bytes | None:
    """The file of a data set that the user added, to take it to another machine; None for all others."""
    if not is_own(name):
        return None
    suffix = ".csv" if name.startswith(glyphs.PREFIX) else ".safetensors"
    try:
        return (storage.folder() / f"{name}{suffix}").read_bytes()
    except OSError:
        return None


def save_content(name: str, content: bytes) -> str:
    """Store the result of `content_of` from another machine; returns the name given by its content. Raises LabError."""
    if name.startswith(glyphs.PREFIX):
        return glyphs.save(content)
    if name.startswith(collection.PREFIX):
        return collection.save_content(content)
    return pictures.save_content(content)


def get(name: str, report: files.Report = lambda *_: None) -> None:
    """Download a data set that is not bundled, unless it is here already. Raises LabError."""
    if name not in DOWNLOADS:
        raise LabError(
            "{name!r} is not a data set to download: choose one of {names}.", name=name[:60], names=", ".join(DOWNLOADS)
        )
    files.get(name, DOWNLOADS[name], report)
