"""The 5x7 pixel font: 32 characters, codes 0x60 (backtick) to 0x7f (DEL)."""

from aelib.core.paths import bundled
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits
from aelib.datasets.user.glyphs import parse

_TABLE = bundled("font5x7.csv")


def _load() -> ImageSet:
    return parse(_TABLE.read_text(encoding="utf-8"))


SPEC = DatasetSpec(
    name="font5x7",
    title="5x7 font: 32 characters",
    shape=(1, 7, 5),
    splits=Splits(32),
    evaluation="memorise",
    classes=32,
    source="character table of an autoencoder assignment, ITBA (Sistemas de Inteligencia Artificial)",
    licence="a plain table of facts; this copy MIT",
    load=_load,
)
