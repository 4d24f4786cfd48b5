"""Lesson: super-resolution with convolutional networks."""

from aelib.ui.lessons import colour, super_resolution
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import feature_maps, run_views

lesson = LessonPage(
    "super_resolution",
    "A small or blurred photograph goes in, a sharp one should come out. What is not in the picture, the network must "
    "guess from all the photographs that it has seen. By how much does it beat the methods that guess nothing?",
    after="the network compared with nearest, bilinear, bicubic and Lanczos, a zoom into every patch, nets with other "
    "layers, kernels and activations, and a picture of your own enlarged.",
)
run = lesson.run()

with lesson.section("Shown, restored, original"):
    colour.rows(run, f"{lesson.key}:rows")

with lesson.section(
    "Against enlarging without a network",
    "Bicubic and Lanczos know nothing about photographs; they only draw smooth curves through the pixels. Is the "
    "difference large? Half a decibel is just visible, one is clear.",
):
    super_resolution.table(run, f"{lesson.key}:table")

with lesson.section(
    "Zoom",
    "One patch in every way. Look at edges, at fine texture, at letters. Where does the network invent?",
):
    super_resolution.zoom(run, f"{lesson.key}:zoom")

with lesson.section(
    "How it learnt",
    "Curves that are apart from the start tell of the pictures, not of the net: the held-out ones may simply have more "
    "detail. Do they part **later**?",
):
    run_views.error_curves(run, lesson.key)

with lesson.section(
    "Layers, kernels, activations, normalisation",
    "Document E's experiments, everything else as chosen above. Before you train them: do more layers help? Does "
    "normalising the pixels, and does batch norm, which changes the brightness of what it normalises?",
):
    super_resolution.compare(run, f"{lesson.key}:compare")

with lesson.section("What each layer sees"):
    feature_maps.features(run, f"{lesson.key}:features")

with lesson.section(
    "A picture of your own",
    "The network saw patches only, yet it works on pictures of any size: they go through it tile by tile.",
):
    super_resolution.own_picture(run, f"{lesson.key}:own")

lesson.hand_in(run)
