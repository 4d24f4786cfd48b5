"""Lesson: convolutional autoencoders on house numbers in colour."""

from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.lessons.images import colour
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import feature_maps, run_views

lesson = LessonPage(
    "colour",
    _(
        "House numbers photographed from the street (SVHN) or, in the data set of the app, drawn by code: "
        "three channels instead of one, blur, shadows, and parts of neighbouring digits at the edges. What "
        "will the network preserve first: the digit, its colour, or the lighting?"
    ),
    after=_(
        "originals and outputs, a denoiser compared with the autoencoder, the feature maps of each layer, and "
        "the training time on a CPU and on a GPU."
    ),
)


@lesson.tab(
    N_("In and out"),
    _("Held-out images. Look at thin strokes, edges, and adjacent colours."),
)
def in_and_out(run: Run) -> None:
    colour.rows(run, f"{lesson.key}:rows")


@lesson.tab(N_("How it learnt"))
def how_it_learnt(run: Run) -> None:
    run_views.error_curves(run, lesson.key)


@lesson.tab(
    N_("With noise"),
    _(
        "The same network twice: one learns to copy clean images, the other to restore noisy ones. Which one "
        "is better on clean images, and what does the first one do with noise, which it has never seen?"
    ),
)
def with_noise(run: Run) -> None:
    colour.denoiser(run, f"{lesson.key}:denoiser")


@lesson.tab(
    N_("Layers"),
    _(
        "Every convolution outputs feature maps: where is an edge, where a colour? Follow one image through "
        "the network."
    ),
)
def layers(run: Run) -> None:
    feature_maps.features(run, f"{lesson.key}:features")


@lesson.tab(
    N_("CPU and GPU"),
    _(
        "Measure the same epochs on every device of this server. Predict first: how many times faster is a "
        "GPU, and does the factor change with a smaller network?"
    ),
)
def cpu_and_gpu(run: Run) -> None:
    colour.against_devices(run.experiment, f"{lesson.key}:devices")


lesson.show()
