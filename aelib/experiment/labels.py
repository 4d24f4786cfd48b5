"""Names of fields and choices for people, in the current language. Everything else (descriptions, what is allowed) is
declared once, with the fields themselves."""

from typing import Any

from aelib.core.language import _, separators

from .schema import REGISTRIES

_FIELDS: dict[str, str] = {
    "dataset": "Data set",
    "classes": "Classes to train on (empty: all)",
    "normalization": "Normalisation of the pixels",
    "model.kind": "Kind of network",
    "model.convolution.channels": "Channels, layer by layer to the code",
    "model.convolution.stride": "Times smaller, layer by layer",
    "model.convolution.kernel": "Kernel (height and width)",
    "model.convolution.pooling": "Pooling",
    "model.convolution.upsampling": "How the decoder enlarges",
    "model.convolution.code_size": "Dense code of so many numbers (empty: maps)",
    "model.convolution.upscale": "Enlarge",
    "model.convolution.residual": "Residual: add to what is shown",
    "precision": "Precision",
    "model.variational": "Variational",
    "model.conditional": "Conditional: told the class",
    "beta": "β, the weight of the KL divergence",
    "beta_warm_up": "Epochs until β is reached",
    "importance_samples": "Samples of a code in a step (IWAE)",
    "model.variance": "The encoder gives for the variance",
    "free_bits": "Free bits (nats a code number)",
    "model.layers": "Layers, from the image to the code",
    "model.decoder_layers": "Layers of the decoder (empty: mirrored)",
    "model.hidden_activation": "Hidden activation",
    "model.code_activation": "Activation of the code",
    "model.output_activation": "Activation of the output",
    "model.batch_norm": "Batch norm",
    "model.initialization": "Initialisation",
    "model.initialization_scale": "Scale of the initialisation",
    "model.tied": "Tied weights",
    "model.dropout": "Dropout, 0 to below 1",
    "model.penalty.kind": "Penalty on the code",
    "model.penalty.weight": "Weight of the penalty",
    "model.penalty.target": "Target rate of a code number",
    "model.penalty.active": "Code numbers kept (k)",
    "model.codebook.entries": "Entries of the codebook (0: none)",
    "model.codebook.numbers": "Code numbers an entry (empty: all)",
    "model.codebook.commitment": "Weight of the commitment",
    "model.codebook.decay": "Decay of the entries' means",
    "model.codebook.revive": "Revive entries that are not used",
    "corruption.kind": "Noise",
    "corruption.level": "Noise level, 0 to 1",
    "corruption.fresh": "New noise in every epoch",
    "corruption.where": "Noise while",
    "corruption.pixels": "Painted pixels (numbers, row by row)",
    "loss": "Loss",
    "optimizer.kind": "Optimiser",
    "optimizer.learning_rate": "Learning rate",
    "optimizer.momentum": "Momentum",
    "optimizer.weight_decay": "Weight decay",
    "optimizer.schedule": "Schedule of the rate",
    "optimizer.step_every": "Epochs between steps",
    "optimizer.step_factor": "Factor of a step",
    "optimizer.schedule_epochs": "Epochs of one cosine (empty: all)",
    "epochs": "Epochs",
    "batch_size": "Batch size (all, or a number)",
    "early_stop.kind": "Stop early",
    "early_stop.wrong_pixels": "Wrong pixels allowed",
    "early_stop.patience": "Patience in epochs",
    "early_stop.min_delta": "Smallest fall that counts",
    "snapshots": "Epochs to keep for the replay (empty: chosen for you)",
    "seed": "Seed",
}
_CHOICES_OF: dict[tuple[str, str], str] = {
    ("model.output_activation", "auto"): "follow the normalisation",
    ("model.convolution.pooling", "none"): "none: the convolution takes steps",
    ("model.convolution.upsampling", "transposed"): "transposed convolution",
    ("model.convolution.upsampling", "resize"): "repeated pixels, then a convolution",
    ("model.convolution.upscale", "first"): "before the first layer (bicubic)",
    ("model.convolution.upscale", "last"): "behind the last layer (sub-pixel)",
    ("precision", "full"): "32 bits",
    ("precision", "mixed"): "mixed: bfloat16 in convolutions",
    ("normalization", "none"): "0 to 1, as they are",
    ("normalization", "symmetric"): "−1 to 1",
    ("normalization", "standardized"): "mean 0, standard deviation 1",
    ("early_stop.kind", "learnt"): "when every image is learnt",
    ("early_stop.kind", "patience"): "when the loss stops falling",
    ("early_stop.kind", "none"): "never",
    ("corruption.where", "both"): "training and testing",
    ("corruption.where", "train"): "training only",
    ("corruption.where", "test"): "testing only",
}


def field(path: str) -> str:
    """A field's label; its path if it has no label."""
    return _(_FIELDS.get(path, path))


def short(path: str) -> str:
    """The label without its explanation, for axes and lists."""
    return field(path).split(",")[0].split(" (")[0]


def choice(path: str, name: str) -> str:
    """The name of a choice of a field, for people."""
    if (path, name) in _CHOICES_OF:
        return _(_CHOICES_OF[path, name])
    return str(getattr(REGISTRIES.get(path, {}).get(name), "label", name))


def layer(name: str) -> str:
    """The name of a layer, or of another step of a network. name: its part and its position from 1, such as "encoder
    1"."""
    part, place = name.split()
    return _("encoder {n}", n=int(place)) if part == "encoder" else _("decoder {n}", n=int(place))


def text(value: Any) -> str:
    """A field's value as users type it in a control, or as it is written in an address or a command."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "-".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def typed(value: Any) -> str:
    """A field's value as a person types it in the current language: `text` with its decimal mark."""
    return text(value).replace(".", separators()[0]) if isinstance(value, float) else text(value)
