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
    """English -> in this session's language; texts that are the same are left out."""
    return {text: there for text in texts if (there := _(text)) != text}
