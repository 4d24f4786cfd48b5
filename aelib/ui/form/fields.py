"""The fields that each block of a form may have controls for. Teacher's links need them before a block is drawn."""

_NOISE = ("corruption.kind", "corruption.level", "corruption.pixels")
_NOISE_USE = ("corruption.fresh", "corruption.where")

# block (see blocks.py) -> paths, over all kinds of networks and noise; a block that is not here has no fields.
# tests/unit/ui/form/test_fields.py compares them with what the blocks draw.
BLOCK_FIELDS: dict[str, tuple[str, ...]] = {
    "network": (
        "model.layers",
        "model.convolution.channels",
        "model.convolution.stride",
        "model.convolution.upscale",
        "model.convolution.residual",
        "model.hidden_activation",
        "optimizer.kind",
        "epochs",
        "optimizer.learning_rate",
        "seed",
    ),
    "model_kind": ("model.kind",),
    "beta": ("beta",),
    "dataset": ("dataset",),
    "pictures_to_choose": ("dataset",),
    "noise": _NOISE + _NOISE_USE,
    "noise_level": _NOISE,
    "noise_use": _NOISE_USE,
}
