"""Lesson: convolutional autoencoders on house numbers in colour."""

from aelib.ui.lessons import colour
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import feature_maps, run_views

lesson = LessonPage(
    "colour",
    "House numbers as a camera sees them from the street (SVHN), or, in the set that comes with the app, as code draws "
    "them: three channels instead of one, blur, shadows, and parts of the neighbours at the edges. What will the "
    "network keep first: the digit, its colour, or the light?",
    after="originals and what came out, a denoiser next to the autoencoder, what each layer sees, and how long the same"
    " training takes on a CPU and on a GPU.",
)
run = lesson.run()

with lesson.section(
    "Originals and outputs",
    "Images that the network was not trained on. Look at thin strokes, at edges, at colours side by side.",
):
    colour.rows(run, f"{lesson.key}:rows")

with lesson.section("How it learnt"):
    run_views.error_curves(run, lesson.key)

with lesson.section(
    "With noise",
    "The same network twice: one learns to copy clean images, the other to restore noisy ones. Which of them is better "
    "on clean images, and what does the first one make of noise that it has never seen?",
):
    colour.denoiser(run, f"{lesson.key}:denoiser")

with lesson.section(
    "What each layer sees",
    "Every convolution makes maps: where is an edge, where a colour? Follow one image through the network.",
):
    feature_maps.features(run, f"{lesson.key}:features")

with lesson.section(
    "CPU against GPU",
    "The same epochs on every device of this server, measured now. Guess first: how many times as fast is a GPU, and "
    "would it be as many times with a smaller network?",
):
    colour.against_devices(run.experiment, f"{lesson.key}:devices")

lesson.hand_in(run)
