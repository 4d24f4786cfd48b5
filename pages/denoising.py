"""Lesson: the denoising autoencoder on the 5x7 font."""

from aelib.analysis import sweep
from aelib.core.language import N_, _
from aelib.experiment import presets
from aelib.training import Run
from aelib.ui.lessons import denoising
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.lessons.trainings import sweeps
from aelib.ui.shell import links
from aelib.ui.shell.lessons import SWEEPS
from aelib.ui.views import inside, run_views

lesson = LessonPage(
    "denoising",
    _(
        "The input is a **noisy** character, the target is the **clean** one. Copying is not enough: the "
        "network must learn what characters look like. How much noise can it remove, and when is its output "
        "worse than the input?"
    ),
    after=_(
        "noise and its restoration with a slider, a character to paint on, and the noise level at which the "
        "network stops being useful, and the inside of the network."
    ),
)


@lesson.tab(
    N_("Remove noise"),
    _(
        "Move the slider: the trained network restores the new noise at once, without new training. At which "
        "level does it begin to invent characters? Try a kind of noise that was **not** in its training."
    ),
)
def remove_noise(run: Run) -> None:
    denoising.live(run, f"{lesson.key}:live")


@lesson.tab(
    N_("Paint noise"),
    _(
        "Which single pixel does the most damage? How few pixels turn one character into another? You can also "
        "use the arrow keys and Enter."
    ),
)
def paint_noise(run: Run) -> None:
    denoising.painting(run, f"{lesson.key}:paint")


@lesson.tab(
    N_("Noise levels"),
    _(
        "Wrong pixels after restoration against noise level, for ten networks that differ only in their seed. "
        "A network is useful where it leaves **fewer wrong pixels than doing nothing**. The orange line is a "
        "baseline without training: the clean character that is nearest to the input."
    ),
)
def noise_levels(run: Run) -> None:
    denoising.against_level(run.experiment, f"{lesson.key}:curve")


@lesson.tab(
    N_("A puzzle"),
    _(
        "The document's recipe for a denoiser: sigmoid, squared error, 10,000 epochs. Does its output have "
        "fewer wrong pixels than its input? Train it, look at **Noise levels**, and explain what you see: "
        "which choice is to blame?"
    ),
)
def a_puzzle(run: Run) -> None:
    documents = presets.get("font-denoise-10")
    links.link(documents, _("Open the document's recipe"), ":material/extension:")
    links.link_compare([run.experiment, documents], _("Compare it with this net"))


@lesson.tab(
    N_("Learning rate"),
    _(
        "The document says that the denoiser becomes useless if the learning rate is too large. Is this true, "
        "and can the rate also be too small? Ten networks per learning rate."
    ),
)
def learning_rate(run: Run) -> None:
    rates = sweep.SWEEPS["denoiser-rate"].sweep
    sweeps.train(rates, f"{lesson.key}:rates")
    sweeps.results(rates, f"{lesson.key}:rates")
    links.page_link(SWEEPS.file, _("Vary something else"), SWEEPS.icon)


@lesson.tab(inside.TITLE, inside.TEXT)
def look_inside(run: Run) -> None:
    inside.inside(run, f"{lesson.key}:inside")


@lesson.tab(N_("How it learnt"))
def how_it_learnt(run: Run) -> None:
    run_views.error_curves(run, lesson.key)


lesson.show()
