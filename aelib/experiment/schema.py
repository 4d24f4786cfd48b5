"""The fields of an experiment, each declared once: its description, what is allowed, its default. See experiment.py for
what they mean together."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS
from aelib.nn.variational import VARIANCES

from .declare import LISTED, Names, Part, Words, one_of, setting
from .fields import CODE_PENALTIES, OUTPUT_ACTIVATIONS, Model
from .model_kinds import MODEL_KINDS
from .training_fields import CORRUPTIONS, EPOCHS, MAX_EPOCHS, Corruption, EarlyStop, Optimizer

MAX_CLASSES = 1000
MAX_SAMPLES = 1000


def _all_or_number(value: object) -> object:
    return None if value in ("all", "") else value


class Settings(Part):
    """Defaults: the 5x7 font through 35-20-10-2, sigmoid, Adam 0.001, MSE."""

    dataset: Annotated[str, setting("The images.", "give the name of a data set", max_length=100)] = "font5x7"
    classes: Annotated[
        Annotated[tuple[Annotated[int, Field(ge=0, lt=MAX_CLASSES)], ...], Field(max_length=MAX_CLASSES)],
        BeforeValidator(lambda value: () if value in (None, "") else (value,) if type(value) is int else value),
        LISTED,
        setting(
            "The classes whose images the net is trained and evaluated on, such as 0 or 1-7. Empty: all of them.",
            "give numbers of classes, such as 0 or 1-7, or nothing",
        ),
    ] = ()
    normalization: Annotated[
        Literal["none", "symmetric", "standardized"],
        setting(
            "Pixels as they are (0 to 1), scaled to −1 to 1, or to mean 0 and standard deviation 1.",
            "choose none, symmetric or standardized",
        ),
    ] = "none"
    model: Model = Model()
    corruption: Corruption = Corruption()
    loss: Annotated[str, one_of(LOSSES), setting("What training makes small.", Names(LOSSES))] = "mse"
    optimizer: Optimizer = Optimizer()
    epochs: Annotated[
        int,
        setting(
            "How often training sees the whole set.",
            EPOCHS,
            ge=1,
            le=MAX_EPOCHS,
        ),
    ] = 1000
    batch_size: Annotated[
        Annotated[int, Field(ge=1)] | None,
        BeforeValidator(_all_or_number),
        setting("Images between two steps. Empty (all): the whole set.", "give a whole number from 1, or all"),
    ] = None
    precision: Annotated[
        Literal["full", "mixed"],
        setting(
            "Numbers of 32 bits (full), or convolutions in bfloat16 (mixed), which many GPUs compute several times "
            "as fast.",
            "choose full or mixed",
        ),
    ] = "full"
    early_stop: EarlyStop = EarlyStop()
    snapshots: Annotated[
        Annotated[tuple[int, ...], Field(max_length=200)] | None,
        LISTED,
        setting(
            "Epochs at which codes and reconstructions are kept, such as 1,15,30. Empty: chosen for you.",
            "give at most 200 epochs, or nothing",
        ),
    ] = None
    beta: Annotated[
        float,
        setting(
            "Weight of the KL divergence in a variational net's loss; 1 is the ELBO.",
            "give a number from 0 to 1000",
            ge=0,
            le=1000,
        ),
    ] = 1.0
    beta_warm_up: Annotated[
        int,
        setting(
            "Epochs over which β rises from 0 to its value. 0: it has it from the start.",
            Words("give a whole number from 0 to {max_epochs:,}", max_epochs=MAX_EPOCHS),
            ge=0,
            le=MAX_EPOCHS,
        ),
    ] = 0
    free_bits: Annotated[
        float,
        setting(
            "KL (in nats) that each code number has for nothing, so that it stays in use.",
            "give a number from 0 to 100",
            ge=0,
            le=100,
        ),
    ] = 0.0
    importance_samples: Annotated[
        int,
        setting(
            "Codes drawn of each image in a step. More than 1 trains with the bound of IWAE instead of the ELBO.",
            Words("give a whole number from 1 to {most:,}", most=MAX_SAMPLES),
            ge=1,
            le=MAX_SAMPLES,
        ),
    ] = 1
    seed: Annotated[
        int,
        setting(
            "Start of all random numbers.",
            Words("give a whole number from 0 to {value:,}", value=2**32 - 1),
            ge=0,
            lt=2**32,
        ),
    ] = 0


# path -> the registry that has the allowed names of that field
REGISTRIES: dict[str, Mapping[str, object]] = {
    "model.kind": MODEL_KINDS,
    "model.hidden_activation": ACTIVATIONS,
    "model.code_activation": ACTIVATIONS,
    "model.output_activation": OUTPUT_ACTIVATIONS,
    "model.initialization": INITIALIZATIONS,
    "model.penalty.kind": CODE_PENALTIES,
    "model.variance": VARIANCES,
    "corruption.kind": CORRUPTIONS,
    "loss": LOSSES,
    "optimizer.kind": OPTIMIZERS,
}
