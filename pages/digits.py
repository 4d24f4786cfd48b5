"""Lesson: variational autoencoders on handwritten digits."""

from aelib.experiment import variants
from aelib.ui.lessons import digits
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.shell import links
from aelib.ui.views import latent_plane, run_views, samples

lesson = LessonPage(
    "digits",
    "Hundreds of handwritten digits share a plane of two numbers. The net knows no labels; will the ten digits find "
    "places of their own all the same? And what lies between a 4 and a 9?",
    after="the plane filling up epoch by epoch, a plain autoencoder to compare with, what β does, and new digits.",
)
run = lesson.run()

with lesson.section(
    "How it learnt",
    "The loss has two parts that pull against each other: the **reconstruction** wants codes that tell images apart, "
    "the **KL divergence** wants all of them near the middle. Both parts, below, are of images "
    "that were held out.",
):
    run_views.error_curves(run, lesson.key)

with lesson.section(
    "The plane fills",
    "Left: the code of every image, coloured by its class. Right: what the decoder makes of every point of the same "
    "plane. Move through the epochs. Point at a code: the lines are one and two standard deviations of its "
    "distribution. Which digits have much room, which share it, and what lies on the borders?",
):
    latent_plane.class_plane(run, f"{lesson.key}:atlas:{run.digest}")

with lesson.section(
    "Without the prior",
    "The same net as a plain autoencoder. Nothing keeps its codes near the middle, and nothing fills the holes "
    "between them. How large are its numbers?",
):
    digits.against_plain(run, f"{lesson.key}:plain")

with lesson.section(
    "The weight β",
    "β says how much the KL divergence counts. At 0 only the reconstruction is left; at 10 a code hardly dares to say "
    "anything. Where would you stop?",
):
    digits.betas(run, f"{lesson.key}:betas")

with lesson.section(
    "Which code numbers are used",
    "Each number of the code costs KL. The net uses one only where it pays.",
):
    digits.numbers(run, lesson.key)
    links.link(variants.wider(run.experiment, 10), "The same with a code of ten numbers", ":material/arrow_forward:")

with lesson.section(
    "New digits",
    "Codes drawn from N(0, 1), decoded. Are they digits? Below each stands the training image nearest to it: a copy "
    "would be no invention.",
):
    samples.samples(run, f"{lesson.key}:samples", count=16, width=48)

lesson.hand_in(run)
