"""Lesson: image compression with convolutional autoencoders."""

from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.lessons.images import compression, compression_rivals
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import feature_maps, run_views

lesson = LessonPage(
    "compression",
    _(
        "The decoder sees only the code. If you have the decoder, the code is enough to restore an image, so "
        "an autoencoder can **store images in fewer bits**. How few are enough to read a letter? Is it better "
        "than JPEG?"
    ),
    after=_(
        "reconstructed letters, four codes side by side, codes quantised to as little as one bit per number, "
        "JPEG, WebP and PCA as baselines, and the feature maps of every layer."
    ),
)


@lesson.tab(
    N_("Reconstructions"),
    _(
        "Test images above their reconstructions. Which parts of a letter survive, and which are smoothed "
        "away? Look for typefaces that the net turns into plainer ones."
    ),
)
def reconstructions(run: Run) -> None:
    compression.compared(run, f"{lesson.key}:compared")


@lesson.tab(
    N_("How it learnt"),
    _(
        "Do the two curves diverge? Then the net overfits: it memorises its training images instead of "
        "learning letters."
    ),
)
def how_it_learnt(run: Run) -> None:
    run_views.error_curves(run, lesson.key)


@lesson.tab(
    N_("Four codes"),
    _(
        "The same images with codes of 14x14, 7x7, 2x2 and 1x1 numbers (for images of 28x28; other sizes have "
        "slightly different codes). Predict before you train: at which code can you no longer distinguish the "
        "letters? And does the largest code save anything at all at 32 bits per number?"
    ),
)
def four_codes(run: Run) -> None:
    compression.four_codes(run, f"{lesson.key}:codes")


@lesson.tab(
    N_("Fewer bits"),
    _(
        "A number of the code need not have 32 bits. Here each is quantised to 2, 4, 8 … values without new "
        "training. How few bits are enough before you see a difference?"
    ),
)
def fewer_bits(run: Run) -> None:
    compression.fewer_bits(run, f"{lesson.key}:fewer")


@lesson.tab(
    N_("Against JPEG"),
    _(
        "Every point is a method of storing an image: further left means fewer bits, higher means better "
        "quality. An image file starts with a header, which is most of the file for images as small as these, "
        "so files are counted **with** and **without** it. Where are the nets better, and is the comparison "
        "fair?"
    ),
)
def against_jpeg(run: Run) -> None:
    others = compression.stored_codes(run, f"{lesson.key}:codes")
    compression_rivals.against_codecs(run, others, f"{lesson.key}:rates")


@lesson.tab(
    N_("Layers"),
    _(
        "Follow one image through the net: every step outputs feature maps, and each map responds to a "
        "different feature. Which respond to edges, which to filled areas? Can you still recognise the letter "
        "in the code?"
    ),
)
def layers(run: Run) -> None:
    feature_maps.features(run, f"{lesson.key}:features")


lesson.show()
