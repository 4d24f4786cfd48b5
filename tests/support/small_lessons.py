"""Small experiments of lessons, and the addresses that open them there: for tests of pages and of the browser."""

from aelib.experiment import presets

_FAST = {"epochs": "5", "optimizer.learning_rate": "0.02"}
LETTERS = presets.get("letters-7x7").with_values(_FAST)
LETTERS_QUERY = {"preset": "letters-7x7", **_FAST}

_DENOISER = {"epochs": "8", "model.layers": "64-48-24"}
DENOISER = presets.get("digits-denoise").with_values(_DENOISER)
DENOISER_QUERY = {"preset": "digits-denoise", **_DENOISER}

_VARIATIONAL = {"epochs": "3", "snapshots": "0-1-3", "model.layers": "64-16-2"}
VARIATIONAL = presets.get("digits-vae").with_values(_VARIATIONAL)
VARIATIONAL_QUERY = {"preset": "digits-vae", **_VARIATIONAL}

_COLOUR = {"model.convolution.channels": "4-4-2", "epochs": "1"}
COLOUR = presets.get("house-numbers-autoencoder").with_values(_COLOUR)
COLOUR_QUERY = {"preset": "house-numbers-autoencoder", **_COLOUR}

SHARP_VALUES = {"model.convolution.channels": "2-2", "epochs": "1"}
SHARP = presets.get("photographs-3-best").with_values(SHARP_VALUES)
SHARP_QUERY = {"preset": "photographs-3-best", **SHARP_VALUES}
