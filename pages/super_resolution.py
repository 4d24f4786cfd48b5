"""Lesson: super-resolution with convolutional networks."""

from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.lessons.images import colour, super_resolution
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import feature_maps, run_views

lesson = LessonPage(
    "super_resolution",
    _(
        "The input is a small or blurred photograph, the target a sharp one. The network must infer missing "
        "detail from the photographs in its training. By how much does it beat methods that infer nothing?"
    ),
    after=_(
        "the network compared with nearest, bilinear, bicubic and Lanczos, a zoom into every patch, nets with "
        "other layers, kernels and activations, and your own picture, enlarged."
    ),
)


@lesson.tab(N_("In and out"))
def in_and_out(run: Run) -> None:
    colour.rows(run, f"{lesson.key}:rows")


@lesson.tab(
    N_("Against bicubic"),
    _(
        "Bicubic and Lanczos are not trained on photographs; they only fit smooth curves through the pixels. "
        "Is the difference large? Half a decibel is just visible, one decibel is clearly visible."
    ),
)
def against_bicubic(run: Run) -> None:
    super_resolution.table(run, f"{lesson.key}:table")


@lesson.tab(
    N_("Zoom"),
    _("One patch by every method. Look at edges, fine texture and letters. Where does the network invent detail?"),
)
def zoom(run: Run) -> None:
    super_resolution.zoom(run, f"{lesson.key}:zoom")


@lesson.tab(
    N_("How it learnt"),
    _(
        "If the curves differ from the start, the reason is the pictures, not the net: the held-out ones may "
        "have more detail. Do the curves diverge **later**?"
    ),
)
def how_it_learnt(run: Run) -> None:
    run_views.error_curves(run, lesson.key)


@lesson.tab(
    N_("Other nets"),
    _(
        "The experiments of document E, with all other settings as chosen above. Predict before you train: do "
        "more layers help? Does normalising the pixels help? Does batch norm, which changes the brightness of "
        "what it normalises?"
    ),
)
def other_nets(run: Run) -> None:
    super_resolution.compare(run, f"{lesson.key}:compare")


@lesson.tab(N_("Layers"))
def layers(run: Run) -> None:
    feature_maps.features(run, f"{lesson.key}:features")


@lesson.tab(
    N_("Own picture"),
    _("The network was trained on patches, but it works on pictures of any size by processing them tile by tile."),
)
def own_picture(run: Run) -> None:
    super_resolution.own_picture(run, f"{lesson.key}:own")


lesson.show()
