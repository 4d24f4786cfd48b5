"""The images of an experiment in a plain Python script: written into it if they are small, else loaded from a file."""

import base64
import io
import textwrap
import zlib
from pathlib import Path

import numpy as np
from torch import Tensor

from aelib import datasets
from aelib.core.errors import LabError, reason_of
from aelib.core.language import _
from aelib.datasets import DatasetSpec, ImageSet
from aelib.experiment import Experiment, resolve

MAX_WRITTEN = 40_000  # characters of image data in a script
_WIDTH = 110

_DIGITS = """\
from sklearn.datasets import load_digits  # {about}
pixels = torch.from_numpy(load_digits().images).mul(255 / 16).round().div(255).float()[:, None]
number = torch.arange(len(pixels))
train, held = pixels[number % 5 != 0], pixels[number % 5 == 0]"""
_DIGITS_LABELS = """
digits = torch.from_numpy(load_digits().target)
train_labels, held_labels = digits[number % 5 != 0], digits[number % 5 == 0]"""


def lines(experiment: Experiment) -> str:
    """Statements that define the images, float32, images × channels × height × width, 0 to 1.

    They define `train`. For a memorised data set they also define `names`; for others `held`, the test set, and, with
    early stopping by patience, `watched`, the evaluation set. For pairs they add the inputs `train_shown`, `held_shown`
    and `watched_shown`; for a net that is told the class `train_labels`, `held_labels` and `watched_labels`, int64.
    Raises LabError if the images are not on this machine.
    """
    if (written := _written(experiment)) is not None:
        return written
    file, patient = file_of(experiment), _is_patient(experiment)
    text = (
        f"# {_('{file}, which came with this script: the images, as bytes', file=file)}\n"
        f'found = {{name: torch.from_numpy(part).float() / 255 for name, part in numpy.load("{file}").items()}}\n'
        + "\n".join(f'{name} = found["{name}"]' for name in parts(resolve(experiment).spec, patient))
    )
    if experiment.model.conditional:
        named = _labels(resolve(experiment).spec, patient)
        text += "".join(f'\n{name} = torch.from_numpy(numpy.load("{file}")["{name}"]).long()' for name in named)
    return text


def file_of(experiment: Experiment) -> str | None:
    """The file of images that a script loads, which `packed` makes; None if they are written into it."""
    return None if _written(experiment) is not None else f"{_file_name(resolve(experiment).spec)}.npz"


def _file_name(described: DatasetSpec) -> str:
    return "-only-".join([described.name, *(["-".join(map(str, described.only))] if described.only else [])])


def _is_patient(experiment: Experiment) -> bool:
    return experiment.early_stop.kind == "patience"


def _written(experiment: Experiment) -> str | None:
    """The statements with the images themselves; None if these are too many."""
    described = resolve(experiment).spec
    told, patient = experiment.model.conditional, _is_patient(experiment)
    labels = _written_labels(resolve(experiment).spec, patient) if told else ""
    if described.memorised:
        images = datasets.load(described)
        return f"names = {_names(images)}\n{_named(images)}{labels}"
    if described.name == "digits8x8" and not described.only and not patient:
        about = _("8x8 digits; every fifth is held out")
        return _DIGITS.replace("{about}", about) + _DIGITS_LABELS * told
    count = described.splits.train * (described.pixels + (_numbers(described.shown_shape) if described.paired else 0))
    if count < 2 * MAX_WRITTEN:  # more would not fit even when compressed
        texts = [_packed(name, part) for name, part in parts(described, patient).items()]
        if sum(map(len, texts)) <= MAX_WRITTEN:
            return "\n".join([_unpack(), *texts]) + labels
    return None


def packed(which: str | DatasetSpec) -> bytes:
    """The images of a data set for a script as an .npz file (no pickles) of uint8, images × channels × height × width:
    train, held and watched; for pairs also the net's inputs for each of these; and the classes of each (int64). Raises
    LabError."""
    found = {name: part.numpy() for name, part in (parts(which, True) | _labels(which, True)).items()}
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **found)
    return out.getvalue()


def export(dataset: str, path: str | Path) -> None:
    """Write what `packed` gives to a file. Raises LabError."""
    content = packed(dataset)
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise LabError(
            "{path} cannot be written ({reason}): choose another place.", path=path, reason=reason_of(error)
        ) from None


def parts(which: str | DatasetSpec, watched: bool) -> dict[str, Tensor]:
    """name in a script -> images as bytes (uint8). watched: include the evaluation set."""
    found = _sets(which, watched)
    named = {name: part.pixels for name, part in found.items()}
    return named | {f"{name}_shown": part.inputs for name, part in found.items() if part.inputs is not None}


def _sets(which: str | DatasetSpec, watched: bool) -> dict[str, ImageSet]:
    found = {"train": datasets.training_set(which), "held": datasets.test_set(which)}
    return found | ({"watched": datasets.evaluation_set(which)} if watched else {})


def _labels(which: str | DatasetSpec, watched: bool) -> dict[str, Tensor]:
    """name in a script -> classes."""
    return {f"{name}_labels": part.labels for name, part in _sets(which, watched).items()}


def _written_labels(which: str | DatasetSpec, watched: bool) -> str:
    lines = (f"{name} = torch.tensor({part.tolist()})" for name, part in _labels(which, watched).items())
    return "".join("\n" + "\n".join(textwrap.wrap(line, _WIDTH)) for line in lines)


def _numbers(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape))


def _names(images: ImageSet) -> str:
    return (
        "[\n"
        + textwrap.fill(
            ", ".join(map(ascii, images.names)),
            _WIDTH,
            initial_indent="    ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        + ",\n]"
    )


_UNPACK = '''\
def unpacked(text, *shape):
    """{about}"""
    content = zlib.decompress(base64.b64decode(text))
    return torch.frombuffer(bytearray(content), dtype=torch.uint8).view(shape).float() / 255

'''


def _unpack() -> str:
    return _UNPACK.replace("{about}", _("Images x channels x height x width, 0 to 1, from packed bytes."))


def _named(images: ImageSet) -> str:
    pixels = images.pixels
    if pixels.shape[1] == 1 and bool(((pixels == 0) | (pixels == 255)).all()):
        size = pixels[0].numel()
        words = [f"{int(''.join('1' if on else '0' for on in one), 2):x}" for one in pixels.flatten(1)]
        written = textwrap.fill(" ".join(words), _WIDTH)
        bits = _("the pixels of a glyph, row by row, are the bits of a number")
        return (
            f'glyphs = """\n{written}\n"""  # {bits}\n'
            f'bits = [[int(bit) for bit in f"{{int(word, 16):0{size}b}}"] for word in glyphs.split()]\n'
            f"train = torch.tensor(bits).float().view(-1, {', '.join(map(str, pixels.shape[1:]))})"
        )
    return f"{_unpack()}\n{_packed('train', pixels)}"


def _packed(name: str, pixels: Tensor) -> str:
    text = base64.b64encode(zlib.compress(pixels.contiguous().numpy().tobytes(), 9)).decode()
    shape = ", ".join(map(str, pixels.shape))
    return f'{name} = unpacked("""\n{textwrap.fill(text, _WIDTH)}\n""", {shape})'
