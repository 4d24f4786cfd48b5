"""The texts that the components write in the browser, by component: `say` of common.js looks them up in the session's
language. A text that is missing here is shown in English; a test finds it."""

from collections.abc import Iterable

from aelib.core.language import N_, _

_PLAY = (N_("Play"), N_("Pause"))
_EPOCH = N_("epoch {n}")
_NET = (
    N_("The network does not run in this browser: a current Firefox, Chrome, Edge or Safari shows its pictures."),
    N_("Decoded. Nearest: {name}, which differs from it in {n} of {total} pixels."),
    N_("The decoded code"),
    N_("Start from"),
    N_("Class"),
    N_("The numbers of the code"),
)

WORDS: dict[str, tuple[str, ...]] = {
    "bench": (
        N_("code ({a}; {b})"),
        N_("The codes of the images in the latent plane"),
        N_("{what} over the epochs: {first} to {last}"),
    ),
    "replay": (
        *_PLAY,
        _EPOCH,
        N_("Epoch"),
        N_("{learnt} of {total} learnt"),
        N_("The codes of the images on the latent plane"),
        N_("The reconstructions"),
    ),
    "film": (*_PLAY, N_("Image"), N_("{n} of {total}"), N_("image {n} of {total}")),
    "class_plane": (
        *_PLAY,
        *_NET,
        _EPOCH,
        N_("Epoch"),
        N_("reconstruction"),
        N_("decoded at ({spot}); nearest: {name} at ({place})"),
        N_("{name} at ({place})"),
        N_("its distribution has standard deviations {a} and {b} (lines at 1 and 2)"),
        N_("Codes coloured by class. Arrow keys choose another image."),
        N_("The decoder's output at every point of the plane"),
        N_("The decoder's output at the pointer"),
        N_("The image with the nearest code"),
    ),
    "plane": (
        *_NET,
        N_("− Zoom out"),
        N_("Whole plane"),
        N_("Latent plane. Arrow keys move the point, Enter keeps it, plus and minus zoom."),
        N_("{name} ({n} wrong)"),
        N_("lie together: {names}"),
        N_("nearest: {name}"),
    ),
    "live": (
        *_PLAY,
        N_("One step"),
        N_("Changes the weights once, with the next batch"),
        N_("One epoch"),
        N_("Speed"),
        N_("1 epoch a frame"),
        N_("5 epochs a frame"),
        N_("as fast as it can"),
        N_("Restart with another seed"),
        N_("Undo"),
        N_("Keep it"),
        N_("Activation"),
        N_("Optimiser"),
        N_("Rate"),
        N_("Loss"),
        N_("Start"),
        N_("Batch"),
        N_("all {n}"),
        N_("Batch norm"),
        N_("no"),
        N_("yes"),
        N_("Values"),
        N_("Noise"),
        N_("Level"),
        N_("Layers: {n}"),
        N_("One neuron less in layer {n}"),
        N_("One neuron more in layer {n}"),
        N_("One neuron less in the code"),
        N_("One neuron more in the code"),
        N_("− layer"),
        N_("+ layer"),
        N_("One layer less"),
        N_("One layer more"),
        N_("epoch"),
        N_("log₁₀ loss"),
        N_("not finite"),
        N_("Epoch {n} · loss {loss} · {learnt} of {total} learnt · seed {seed}"),
        N_("draw here"),
        N_("the net's"),
        N_("weight {w}"),
        N_("looks for"),
        N_("makes"),
        N_("Weight from pixel {from} to neuron {to} of layer {layer}:"),
        N_("Weight from neuron {from} of layer {before} to neuron {to} of layer {layer}:"),
        N_("This browser has no canvas to draw on, so there is nothing to watch here."),
        N_("This browser starts no Web Worker: the network learns in the page itself, and more slowly."),
        N_("The network stopped: {why}"),
        N_("The loss is no longer a finite number: choose a smaller learning rate, and press Restart."),
        N_("{learnt} of {total} characters learnt. Arrow keys choose one; {name} is chosen."),
        N_("{learnt} of {total} characters learnt. Arrow keys choose one; your drawing is chosen."),
        N_(
            "The network: orange weights are positive, blue ones negative. Point at a neuron to see what it looks "
            "for, at an edge to see its weight. Arrow keys choose an edge."
        ),
        N_("The codes of the characters in their plane"),
        N_("The loss over the epochs"),
        N_("The characters, and what the network makes of them"),
        N_(
            "The chosen character, to draw in, and what the network makes of it. Arrow keys move, Enter inverts a "
            "pixel."
        ),
    ),
    "path": (
        *_NET,
        N_("Straighten"),
        N_("Place on the path"),
        N_("{share} % of the way from {start} to {end}"),
        N_("The path on the latent plane"),
        N_("Arrow keys move along it."),
        N_("What the decoder makes of it"),
        N_("The path, decoded step by step"),
    ),
    "paint": (
        *_NET,
        N_("Clear"),
        N_("{n} painted"),
        N_("What the net makes of it"),
        N_("What the net makes of it: {n} of {total} pixels on"),
        N_("Image to paint on. Arrow keys move, Enter inverts a pixel."),
    ),
    "noisy": (
        *_NET,
        N_("Original, noisy and restored images"),
        N_("Wrong pixels: {before} before, {after} after ({change}). Images better / worse: {better} / {worse}."),
    ),
    "sketch": (
        *_NET,
        N_("Erase"),
        N_("Clear"),
        N_("What the net makes of it"),
        N_("What the net makes of it; MSE {mse}"),
        N_("Image to draw on. Arrow keys move, Enter draws or erases."),
    ),
    "mix": (*_NET, N_("Pictures at the corners, mixed at the pointer. Arrow keys move the point.")),
    "palette": (N_("Pictures to choose from"),),
}


def said(component: str) -> dict[str, str]:
    """The texts of a component, as `translations` gives them."""
    return translations(WORDS.get(component, ()))


def translations(texts: Iterable[str]) -> dict[str, str]:
    """English text -> text in this session's language; texts that are equal in both are left out."""
    return {text: there for text in texts if (there := _(text)) != text}
