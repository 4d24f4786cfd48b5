"""Lesson: variational autoencoders on handwritten digits."""

from aelib.core.language import N_, _
from aelib.experiment import variants
from aelib.training import Run
from aelib.ui.lessons.generative import codebook, collapse, conditional, digits
from aelib.ui.lessons.images import colour
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.shell import links
from aelib.ui.views import latent_plane, run_views, samples

lesson = LessonPage(
    "digits",
    _(
        "Hundreds of handwritten digits share two latent dimensions. The net has no labels; will the ten "
        "digits still form separate groups? And what lies between a 4 and a 9?"
    ),
    after=_(
        "reconstructions, the codes on the plane, epoch by epoch, a comparison with a plain autoencoder, the "
        "effect of β, new digits, digits that you ask for, collapsed codes, and codes made of a codebook's "
        "entries."
    ),
)


@lesson.tab(
    N_("How it learnt"),
    _(
        "The loss has two terms that work against each other: the **reconstruction loss** favours codes that "
        "distinguish images, the **KL divergence** favours codes near the origin. Both terms below are of "
        "held-out images."
    ),
)
def how_it_learnt(run: Run) -> None:
    run_views.error_curves(run, lesson.key)


@lesson.tab(
    N_("In and out"),
    _("Held-out digits above their reconstructions, decoded from two numbers. Which digits come back as another one?"),
)
def in_and_out(run: Run) -> None:
    colour.rows(run, f"{lesson.key}:rows")


@lesson.tab(
    N_("Latent plane"),
    _(
        "Left: the code of every image, coloured by class. Right: the decoder's output at every point of the "
        "same plane. Move through the epochs. Move the pointer over either: below stands what the decoder "
        "makes of that point, and the image with the nearest code; the lines are one and two standard "
        "deviations of its distribution. Which digits have much space, which overlap, and what lies on the "
        "borders?"
    ),
)
def codes(run: Run) -> None:
    latent_plane.class_plane(run, f"{lesson.key}:atlas:{run.digest}")


@lesson.tab(
    N_("Without the prior"),
    _(
        "The same net as a plain autoencoder. Nothing draws its codes towards the origin. How large are its "
        "codes, and which digits do you get if you draw codes from N(0, 1)?"
    ),
)
def without_the_prior(run: Run) -> None:
    digits.against_plain(run, f"{lesson.key}:plain")


@lesson.tab(
    "β",
    _(
        "β is the weight of the KL divergence. At 0, only the reconstruction loss is left; at 10, the codes "
        "carry little information. Which value would you choose?"
    ),
)
def beta_weights(run: Run) -> None:
    digits.betas(run, f"{lesson.key}:betas")


@lesson.tab(
    N_("Active dimensions"),
    _("Each latent dimension costs KL. The net uses one only if this reduces the total loss."),
)
def active_dimensions(run: Run) -> None:
    digits.numbers(run, lesson.key)
    links.link(variants.wider(run.experiment, 10), _("The same with ten latent dimensions"), ":material/arrow_forward:")


@lesson.tab(
    N_("New digits"),
    _(
        "Decoded codes, sampled from N(0, 1). Are they digits? Below each is the nearest training image, "
        "because a copy would not be a new digit."
    ),
)
def new_digits(run: Run) -> None:
    samples.samples(run, f"{lesson.key}:samples", count=16, width=48)


@lesson.tab(
    N_("Ask for a 7"),
    _(
        "A **conditional** net is told the class: one number for each class, of which one is 1, goes into the "
        "encoder beside the pixels and into the decoder beside the code. What is then left for the code to say?"
    ),
)
def ask_for_a_class(run: Run) -> None:
    conditional.ask(run, f"{lesson.key}:ask")


@lesson.tab(
    N_("Posterior collapse"),
    _(
        "If the KL divergence costs more than the code gains, the encoder gives every image the same "
        "distribution. Predict the picture that the decoder then draws, and its error."
    ),
)
def posterior_collapse(run: Run) -> None:
    collapse.collapse(run, f"{lesson.key}:collapse")


@lesson.tab(
    N_("Codebook"),
    _(
        "In a **VQ-VAE** a code is made of entries of a codebook: each place of the code is replaced by the "
        "nearest entry. An image is then a few whole numbers. How many entries will be in use?"
    ),
)
def codebook_of_entries(run: Run) -> None:
    codebook.entries(run, f"{lesson.key}:codebook")


lesson.show()
