"""The part of an experiment that describes the model. Each field is declared once, with its description (pages show it
as help), what is allowed (errors quote it) and the limits that are checked."""

import itertools
from collections import ChainMap
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.penalties import PENALTIES, Penalty
from aelib.nn.variational import VARIANCES

from .declare import LISTED, Names, Part, Words, empty_is_none, one_of, setting
from .model_kinds import MODEL_KINDS

MAX_WIDTH = 4096
MAX_LAYERS = 12
MAX_CHANNELS = 512
MAX_STRIDE = 32


# views, so that entries that are added later appear; a ChainMap lists its last mapping first
OUTPUT_ACTIVATIONS: Mapping[str, object] = ChainMap[str, object](ACTIVATIONS, {"auto": None})  # type: ignore[arg-type]
CODE_PENALTIES: Mapping[str, object] = ChainMap[str, object](PENALTIES, {"none": None})  # type: ignore[arg-type]

Width = Annotated[int, Field(ge=1, le=MAX_WIDTH)]
Layers = Annotated[tuple[Width, ...], Field(min_length=2, max_length=MAX_LAYERS)]
_LAYERS = Words("give 2 to {layers} sizes of 1 to {width}, such as 35-20-10-2", layers=MAX_LAYERS, width=MAX_WIDTH)


class DenseStep(NamedTuple):
    """One fully connected layer and what follows it; hidden: whether it gives neither the code nor the output."""

    inputs: int
    outputs: int
    activation: str
    hidden: bool


def _several(value: object) -> object:
    """Accept one number as a list with this number."""
    return (value,) if isinstance(value, int) and not isinstance(value, bool) else value


class Convolution(Part):
    """The layers of a convolutional or super-resolution net; `aelib.experiment.architecture` computes their shapes."""

    channels: Annotated[
        Annotated[tuple[Annotated[int, Field(ge=1, le=MAX_CHANNELS)], ...], Field(min_length=1, max_length=MAX_LAYERS)],
        LISTED,
        BeforeValidator(_several),
        setting(
            "Channels (feature maps) of every convolution of the encoder, such as 32-64-1; the last are the code's. "
            "The decoder mirrors them.",
            Words(
                "give 1 to {max_layers} numbers of 1 to {max_channels}, such as 32-64-1",
                max_layers=MAX_LAYERS,
                max_channels=MAX_CHANNELS,
            ),
        ),
    ] = (16, 8, 1)
    stride: Annotated[
        Annotated[tuple[Annotated[int, Field(ge=1, le=MAX_STRIDE)], ...], Field(min_length=1, max_length=MAX_LAYERS)],
        LISTED,
        BeforeValidator(_several),
        setting(
            "How many times smaller each layer makes height and width, such as 2-2-1; one number stands for all.",
            Words(
                "give one number from 1 to {max_stride}, or one for each layer, such as 2-2-1", max_stride=MAX_STRIDE
            ),
        ),
    ] = (2, 2, 1)
    kernel: Annotated[
        int, setting("Height and width of every kernel.", "give a whole number from 1 to 11", ge=1, le=11)
    ] = 3
    pooling: Annotated[
        Literal["none", "max", "average"],
        setting(
            "What makes images smaller: the steps of the convolution itself (none), or the largest or the mean of "
            "neighbours.",
            "choose none, max or average",
        ),
    ] = "none"
    upsampling: Annotated[
        Literal["transposed", "resize"],
        setting(
            "How the decoder makes images larger: by a transposed convolution, or by repeating pixels and a "
            "convolution.",
            "choose transposed or resize",
        ),
    ] = "transposed"
    code_size: Annotated[
        Width | None,
        BeforeValidator(empty_is_none),
        setting(
            "Numbers of a dense code behind the convolutions. Empty: the maps of the last one are the code.",
            Words("give a whole number from 1 to {max_width}, or nothing", max_width=MAX_WIDTH),
        ),
    ] = None
    upscale: Annotated[
        Literal["first", "last"],
        setting(
            "Where a super-resolution net enlarges: before its first layer (bicubic), or behind its last (sub-pixel).",
            "choose first or last",
        ),
    ] = "first"
    residual: Annotated[
        bool,
        setting(
            "A super-resolution net gives what is to be added to the enlarged input, instead of the whole image.",
            "choose true or false",
        ),
    ] = True


class CodePenalty(Part):
    """A penalty or constraint on the code, besides the reconstruction loss; see `aelib.nn.penalties`."""

    kind: Annotated[
        str, one_of(CODE_PENALTIES), setting("What keeps a large code from copying.", Names(CODE_PENALTIES))
    ] = "none"
    weight: Annotated[
        float, setting("Weight of the penalty beside the loss.", "give a number from 0 to 1000", ge=0, le=1000)
    ] = 0.001
    target: Annotated[
        float,
        setting(
            "Rate at which a number of the code shall be on, as a mean over the images.",
            "give a number above 0 and below 1",
            gt=0,
            lt=1,
        ),
    ] = 0.05
    active: Annotated[
        int,
        setting(
            "Numbers of each code that a k-sparse net keeps.",
            Words("give a whole number from 1 to {max_width}", max_width=MAX_WIDTH),
            ge=1,
            le=MAX_WIDTH,
        ),
    ] = 4

    @property
    def entry(self) -> Penalty | None:
        """The registry's entry; None without a penalty, or if its weight is 0."""
        found = PENALTIES.get(self.kind)
        return None if found is None or ("weight" in found.settings and self.weight == 0) else found


class Codebook(Part):
    """The codebook of a VQ-VAE: entries that replace parts of a code; see `aelib.models.codebook`."""

    entries: Annotated[
        int,
        setting(
            "Entries of a codebook: every part of a code is replaced by the nearest. 0: no codebook.",
            Words("give 0, or a whole number from 2 to {max_width}", max_width=MAX_WIDTH),
            ge=0,
            le=MAX_WIDTH,
        ),
    ] = 0
    numbers: Annotated[
        Width | None,
        BeforeValidator(empty_is_none),
        setting(
            "Code numbers that an entry replaces. Empty: the channels at one place of the maps, or a whole dense code.",
            Words("give a whole number from 1 to {max_width}, or nothing", max_width=MAX_WIDTH),
        ),
    ] = None
    commitment: Annotated[
        float,
        setting(
            "Weight of the squared distance between a code and its entries.",
            "give a number from 0 to 1000",
            ge=0,
            le=1000,
        ),
    ] = 0.25
    decay: Annotated[
        float,
        setting(
            "Share of an entry that a step keeps; the rest is the mean of the codes that are nearest to it.",
            "give a number from 0 to below 1",
            ge=0,
            lt=1,
        ),
    ] = 0.99
    revive: Annotated[
        bool,
        setting("Entries that hardly any code is near move to codes of the batch.", "choose true or false"),
    ] = True


class Model(Part):
    """An autoencoder: fully connected layers, or convolutions, down to the code and up again."""

    kind: Annotated[
        str,
        one_of(MODEL_KINDS),
        setting(
            "Kind of network: fully connected layers, convolutions, or convolutions that enlarge what they are shown.",
            Names(MODEL_KINDS),
        ),
    ] = "dense"
    variational: Annotated[
        bool,
        setting(
            "The code of an image is a normal distribution, mean and variance, instead of a point.",
            "choose true or false",
        ),
    ] = False
    variance: Annotated[
        str,
        one_of(VARIANCES),
        setting("What the encoder of a variational net gives for the variance of a code number.", Names(VARIANCES)),
    ] = "log_var"
    conditional: Annotated[
        bool,
        setting("Encoder and decoder are told the class of every image.", "choose true or false"),
    ] = False
    layers: Annotated[
        Layers,
        LISTED,
        setting(
            "Layer sizes from the input to the code, such as 35-20-10-2.",
            _LAYERS,
        ),
    ] = (35, 20, 10, 2)
    decoder_layers: Annotated[
        Layers | None,
        LISTED,
        setting(
            "Sizes from the code to the output. Empty: the encoder's, mirrored.",
            _LAYERS,
        ),
    ] = None
    hidden_activation: Annotated[
        str, one_of(ACTIVATIONS), setting("Activation of every hidden layer.", Names(ACTIVATIONS))
    ] = "sigmoid"
    code_activation: Annotated[
        str,
        one_of(ACTIVATIONS),
        setting("Activation of the code. Identity leaves the plane unbounded.", Names(ACTIVATIONS)),
    ] = "identity"
    output_activation: Annotated[
        str,
        one_of(OUTPUT_ACTIVATIONS),
        setting(
            "Activation of the output. Auto follows the normalisation: sigmoid for 0 to 1, tanh for "
            "−1 to 1, identity for standardised pixels.",
            Names(OUTPUT_ACTIVATIONS),
        ),
    ] = "auto"
    batch_norm: Annotated[
        bool,
        setting("Normalise every hidden layer's inputs over the batch.", "choose true or false"),
    ] = False
    initialization: Annotated[
        str, one_of(INITIALIZATIONS), setting("How the weights start.", Names(INITIALIZATIONS))
    ] = "pytorch"
    initialization_scale: Annotated[
        float,
        setting(
            "Half-width of the uniform, or standard deviation of the normal start.",
            "give a number above 0, at most 100",
            gt=0,
            le=100,
        ),
    ] = 0.1
    tied: Annotated[
        bool,
        setting(
            "The decoder's weights are the encoder's, transposed; only its biases are its own.", "choose true or false"
        ),
    ] = False
    dropout: Annotated[
        float,
        setting(
            "Share of the numbers of every hidden layer and of the code that training sets to 0.",
            "give a number from 0 to below 1",
            ge=0,
            lt=1,
        ),
    ] = 0.0
    penalty: CodePenalty = CodePenalty()
    codebook: Codebook = Codebook()
    convolution: Convolution = Convolution()

    @property
    def dense(self) -> bool:
        """Whether `layers` describes the net; otherwise `convolution` does."""
        return MODEL_KINDS[self.kind].dense

    @property
    def plain(self) -> bool:
        """Whether the net has only fully connected layers, each with its own weights."""
        more = self.tied or self.dropout > 0 or self.conditional or self.codebook.entries > 0
        return self.dense and MODEL_KINDS[self.kind].plain and not more

    @property
    def enlarges(self) -> bool:
        """Whether the output images may be larger than the input images; such a net has no code to sample or to
        draw."""
        return MODEL_KINDS[self.kind].enlarges

    @property
    def decoder(self) -> tuple[int, ...]:
        """Layer sizes from the code to the output."""
        return self.decoder_layers or self.layers[::-1]

    @property
    def has_hidden_layers(self) -> bool:
        """Whether there are layers besides those that give the code and the output, so that `hidden_activation` has an
        effect."""
        return not self.dense or any(step.hidden for step in self.steps())

    def steps(self) -> list[DenseStep]:
        """Every fully connected layer of a dense net, from input to output; an output activation of "auto" stays
        "auto". The code layer of a variational net gives mu and then log_var."""
        steps = []
        for sizes, last in ((self.layers, self.code_activation), (self.decoder, self.output_activation)):
            pairs = list(itertools.pairwise(sizes))
            for i, (inputs, outputs) in enumerate(pairs, start=1):
                hidden = i < len(pairs)
                steps.append(DenseStep(inputs, outputs, self.hidden_activation if hidden else last, hidden))
        if self.variational:
            code = len(self.layers) - 2
            steps[code] = steps[code]._replace(outputs=2 * self.layers[-1])
        return steps
