"""The structure of a network, step by step: every layer with its shapes, computed by arithmetic alone.

`plan` derives it from a model's description and the shape of the images. The code that builds nets, counts parameters
and costs, draws a net, and explains what does not fit reads it, so all of these agree.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from aelib.core.errors import LabError
from aelib.core.language import _, ngettext
from aelib.nn.activations import ACTIVATIONS

from .fields import Convolution, Model
from .model_kinds import MODEL_KINDS, import_object
from .problems import Problem, value_text

Shape = tuple[int, ...]  # channels, height, width; or the number of values in a code

# kind -> its name for people, in English
KINDS = {
    "dense": "fully connected",
    "convolution": "convolution",
    "transposed": "transposed convolution",
    "max_pooling": "max pooling",
    "average_pooling": "average pooling",
    "resize": "repeated pixels",
    "enlarge": "bicubic enlargement",
    "sub_pixel": "sub-pixel",
}


class DoesNotFit(LabError):
    """A description that cannot give a net for images of this shape; `problem` says which field is the cause."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text())
        self.problem = problem


@dataclass(frozen=True)
class Step:
    """One step of a net and what follows it. inputs, outputs: shapes; kernel, stride, padding: of convolutions and
    pooling; output_padding: of transposed convolutions (torch's meaning); hidden: whether it gives neither the code nor
    the output; tied: whether it shares the weights of a layer of the encoder."""

    kind: str
    inputs: Shape
    outputs: Shape
    kernel: int = 0
    stride: int = 1
    padding: tuple[int, int] = (0, 0)
    output_padding: tuple[int, int] = (0, 0)
    activation: str = "identity"
    batch_norm: bool = False
    hidden: bool = True
    tied: bool = False

    @property
    def whole(self) -> bool:
        """Whether the step makes an image exactly `stride` times as large."""
        return self.outputs[1:] == tuple(size * self.stride for size in self.inputs[1:])

    @property
    def weights(self) -> int:
        """How many numbers the matrix or the kernels have."""
        match self.kind:
            case "dense":
                return math.prod(self.inputs) * math.prod(self.outputs)
            case "convolution" | "transposed":
                return self.inputs[0] * self.outputs[0] * self.kernel**2
        return 0

    @property
    def units(self) -> int:
        """How many biases the step can have: one for each number of a dense layer, or for each channel of a
        convolution."""
        if not self.weights:
            return 0
        return math.prod(self.outputs) if self.kind == "dense" else self.outputs[0]

    @property
    def parameters(self) -> int:
        """How many numbers training changes: weights, biases, batch norm's scales and shifts, PReLU's slope. A dense
        layer before convolutions is normalised by channels."""
        if not self.weights:
            return 0
        return self.weights * (not self.tied) + self.units + 2 * self.batch_norm * self.outputs[0] + self.slope

    @property
    def slope(self) -> bool:
        """Whether the activation has a learnt number."""
        return bool(self.weights) and ACTIVATIONS[self.activation].learnt_slope

    @property
    def multiplications(self) -> int:
        """Multiplications that the step needs for one image."""
        if self.kind == "dense":
            return self.weights
        places = self.inputs if self.kind == "transposed" else self.outputs
        return self.weights * math.prod(places[1:])


@dataclass(frozen=True)
class Book:
    """A codebook. entries: how many there are; numbers: how many code numbers one entry stands for; places: how many
    positions a code has; for each position an entry is chosen."""

    entries: int
    numbers: int
    places: int

    @property
    def bits(self) -> float:
        """Bits for one image: the number of the chosen entry at each position."""
        return self.places * math.log2(self.entries)


@dataclass(frozen=True)
class Architecture:
    """encoder, decoder: steps in order; code_shape: shape of the code between them; classes: how many numbers (one for
    each class) are appended to the image and to the code, 0 for a net that does not receive the class; book: the
    codebook."""

    encoder: tuple[Step, ...]
    decoder: tuple[Step, ...]
    code_shape: Shape
    classes: int = 0
    book: Book | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.encoder + self.decoder

    @property
    def latent_dim(self) -> int:
        """Numbers in a code."""
        return math.prod(self.code_shape)

    @functools.cached_property
    def parameters(self) -> int:
        of_book = self.book.entries * self.book.numbers if self.book is not None else 0
        return sum(step.parameters for step in self.steps) + of_book

    @property
    def multiplications(self) -> int:
        """Multiplications that the net needs for one image."""
        return sum(step.multiplications for step in self.steps)

    @functools.cached_property
    def activations(self) -> int:
        """Numbers that training stores for one image: the outputs of all steps; batch norm and activation count
        separately."""
        return sum(
            math.prod(step.outputs) * (1 + step.batch_norm + (step.activation != "identity")) for step in self.steps
        )

    @property
    def layers(self) -> int:
        """Steps of the encoder that have weights."""
        return sum(step.weights > 0 for step in self.encoder)


@functools.lru_cache(maxsize=4096)
def plan(model: Model, shape: Shape, shown: Shape, classes: int = 0) -> Architecture:
    """The net that turns images of shape `shown` into images of shape `shape` (channels, height, width each). model:
    without "auto"; classes: number of classes of the images. Raises DoesNotFit."""
    found: Architecture = import_object(MODEL_KINDS[model.kind].plan)(model, shape, shown)
    if model.conditional:
        first, last = (_told(steps, classes) for steps in (found.encoder, found.decoder))
        found = replace(found, encoder=first, decoder=last, classes=classes)
    return replace(found, book=_book(model, found.code_shape)) if model.codebook.entries else found


def _told(steps: tuple[Step, ...], classes: int) -> tuple[Step, ...]:
    """Fully connected steps; the first one receives the class too."""
    first, *rest = steps
    return (replace(first, inputs=(first.inputs[0] + classes,)), *rest)


def _book(model: Model, code: Shape) -> Book:
    about, size = model.codebook, math.prod(code)
    numbers = about.numbers or code[0]
    if len(code) > 1 and numbers != code[0]:
        channels = _("leave it empty, or give {code}, the channels of the code's maps", code=code[0])
        raise DoesNotFit(Problem("model.codebook.numbers", str(numbers), channels))
    if size % numbers:
        whole = _("give a number that divides the {size} numbers of the code, or nothing", size=size)
        raise DoesNotFit(Problem("model.codebook.numbers", str(numbers), whole))
    return Book(about.entries, numbers, size // numbers)


def plan_dense(model: Model, shape: Shape, shown: Shape) -> Architecture:
    """Fully connected layers to the code and back; see `plan`."""
    cut = len(model.layers) - 1
    steps = [
        Step(
            "dense",
            (step.inputs,),
            (step.outputs,),
            activation=step.activation,
            hidden=step.hidden,
            batch_norm=step.hidden and model.batch_norm,
            tied=model.tied and i >= cut,
        )
        for i, step in enumerate(model.steps())
    ]
    return Architecture(tuple(steps[:cut]), tuple(steps[cut:]), (model.layers[-1],))


def plan_convolutional(model: Model, shape: Shape, shown: Shape) -> Architecture:
    """Convolutions to the code and back; see `plan`."""
    if shown != shape:
        why = _(", which gives images as large as those that it is shown")
        raise DoesNotFit(Problem("model.kind", "'convolutional'", _("choose super_resolution"), why))
    return _convolutional(model, shown, shape[0])


def _convolutional(model: Model, shown: Shape, channels: int) -> Architecture:
    """Convolutions down to the code and up again; channels: those of the output."""
    about = model.convolution
    strides = _strides(about)
    head = model.convolution.code_size is None  # the last convolution gives the code
    encoder: list[Step] = []
    sizes = [shown]
    for i, (width, stride) in enumerate(zip(about.channels, strides, strict=True), start=1):
        last = head and i == len(strides)
        encoder += _down(model, sizes[-1], width * (2 if last and model.variational else 1), stride, i, last)
        sizes.append((width, *encoder[-1].outputs[1:]))
    code: Shape = sizes[-1]
    decoder: list[Step] = []
    if about.code_size is not None:
        code, wide = (about.code_size,), about.code_size * (2 if model.variational else 1)
        encoder.append(Step("dense", sizes[-1], (wide,), activation=model.code_activation, hidden=False))
        decoder.append(_hidden(model, Step("dense", code, sizes[-1])))
    for i in range(len(strides), 0, -1):
        target = sizes[i - 1] if i > 1 else (channels, *shown[1:])
        decoder += _up(model, sizes[i], target, strides[i - 1], last=i == 1)
    return Architecture(tuple(encoder), tuple(decoder), code)


def plan_super_resolution(model: Model, shape: Shape, shown: Shape) -> Architecture:
    """Convolutions with a step that enlarges, before the first layer or after the last; see `plan`."""
    factor = shape[1] // shown[1]
    if (shape[1], shape[2]) != (shown[1] * factor, shown[2] * factor):
        why = _(
            ", and images of {size} cannot be enlarged to {size_2} by a whole factor",
            size=_size(shown),
            size_2=_size(shape),
        )
        raise DoesNotFit(Problem("model.kind", repr(model.kind), _("choose another kind, or other images"), why))
    large = (shown[0], *shape[1:])
    if factor == 1:
        return _convolutional(model, shown, shape[0])
    if model.convolution.upscale == "first":
        inner = _convolutional(model, large, shape[0])
        first = Step("enlarge", shown, large, stride=factor)
        return Architecture((first, *inner.encoder), inner.decoder, inner.code_shape)
    inner = _convolutional(model, shown, shape[0] * factor**2)
    small = (shape[0] * factor**2, *shown[1:])
    # the last convolution already computes the output's values; the sub-pixel step only rearranges them
    return Architecture(
        inner.encoder, (*inner.decoder, Step("sub_pixel", small, shape, stride=factor)), inner.code_shape
    )


def _strides(about: Convolution) -> Sequence[int]:
    if len(about.stride) == 1:
        return about.stride * len(about.channels)
    if len(about.stride) != len(about.channels):
        each = _(
            "give one number, or one for each of the {layers} layers of {{model.convolution.channels}}",
            layers=len(about.channels),
        )
        raise DoesNotFit(_stride(about, each))
    return about.stride


def _hidden(model: Model, step: Step) -> Step:
    """The step with the activation and batch norm of every hidden layer."""
    return Step(**{**vars(step), "activation": model.hidden_activation, "batch_norm": model.batch_norm})


def _finish(model: Model, step: Step, last: bool, activation: str) -> Step:
    return Step(**{**vars(step), "activation": activation, "hidden": False}) if last else _hidden(model, step)


def _down(model: Model, inputs: Shape, channels: int, stride: int, number: int, last: bool) -> list[Step]:
    """One layer of the encoder: a strided convolution, or one with stride 1 followed by pooling."""
    about = model.convolution
    pooled = about.pooling != "none" and stride > 1
    step = 1 if pooled else stride
    if about.kernel % 2 == 0 and step == 1:
        where = _(
            ", which changes the size of an image by one pixel in layer {number}, where the stride is 1", number=number
        )
        odd = _("give an odd number, or a {model.convolution.stride} above 1 without {model.convolution.pooling}")
        raise DoesNotFit(Problem("model.convolution.kernel", str(about.kernel), odd, where))
    padding = max(0, about.kernel - step + 1) // 2
    height, width = ((size + 2 * padding - about.kernel) // step + 1 for size in inputs[1:])
    smallest = (min(inputs[1:]) // stride) if pooled else min(height, width)
    if smallest < 1 or min(inputs[1:]) < stride:
        left = _(
            ", and layer {number} has {size} left, which cannot be made {stride} times smaller",
            number=number,
            size=_size(inputs),
            stride=stride,
        )
        raise DoesNotFit(_stride(about, _("give fewer layers or smaller strides"), left))
    convolution = _finish(
        model,
        Step("convolution", inputs, (channels, height, width), about.kernel, step, (padding, padding)),
        last,
        model.code_activation,
    )
    if not pooled:
        return [convolution]
    pool = Step(
        f"{about.pooling}_pooling", convolution.outputs, (channels, height // stride, width // stride), stride, stride
    )
    return [convolution, pool]


def _up(model: Model, inputs: Shape, target: Shape, stride: int, last: bool) -> list[Step]:
    """One layer of the decoder: it restores the size that the input of the encoder's layer had."""
    about = model.convolution
    output = model.output_activation
    if stride == 1 or about.upsampling == "resize":
        kernel = about.kernel if about.kernel % 2 else about.kernel + 1  # an odd kernel keeps the size
        steps = []
        if stride > 1:
            steps.append(Step("resize", inputs, (inputs[0], *target[1:]), stride=stride))
        convolution = Step("convolution", (inputs[0], *target[1:]), target, kernel, 1, (kernel // 2, kernel // 2))
        return [*steps, _finish(model, convolution, last, output)]
    kernel = max(about.kernel, stride)  # a kernel smaller than the stride would leave gaps
    rows, columns = (_transposed(*sizes, kernel, stride) for sizes in zip(inputs[1:], target[1:], strict=True))
    step = Step("transposed", inputs, target, kernel, stride, (rows[0], columns[0]), (rows[1], columns[1]))
    return [_finish(model, step, last, output)]


def _transposed(given: int, target: int, kernel: int, stride: int) -> tuple[int, int]:
    """The padding and output_padding with which a transposed convolution turns `given` pixels into `target` pixels."""
    for padding in range(kernel // 2, -1, -1):
        extra = target - ((given - 1) * stride - 2 * padding + kernel)
        if 0 <= extra < stride:
            return padding, extra
    why = _(
        ", and none with a kernel of {kernel} and a stride of {stride} makes {target} pixels of {given}",
        kernel=kernel,
        stride=stride,
        target=target,
        given=given,
    )
    other = _("choose resize, or another {model.convolution.stride}")
    raise DoesNotFit(Problem("model.convolution.upsampling", "'transposed'", other, why))


def _stride(about: Convolution, allowed: str, reason: str = "") -> Problem:
    return Problem("model.convolution.stride", value_text(about.stride), allowed, reason)


def _size(shape: Shape) -> str:
    return _("{size} pixels", size=f"{shape[-2]}x{shape[-1]}")


def shape_text(shape: Shape) -> str:
    """A shape as people write it: height x width x channels, or how many numbers."""
    if len(shape) == 1:
        return ngettext("{n:,} number", "{n:,} numbers", shape[0])
    return f"{shape[1]}x{shape[2]}x{shape[0]}"
