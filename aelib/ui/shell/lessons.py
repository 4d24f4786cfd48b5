"""The lessons and tools of the app, each registered once.

A `Lesson` declares everything that the rest of the app needs: navigation, home page, forms, teacher's links, and links
from other pages. To add a lesson, write its page `pages/NAME.py` and add one record to `LESSONS`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aelib import datasets
from aelib.classroom.asking import predictions, self_checks
from aelib.classroom.asking.items import Item
from aelib.core.language import translated
from aelib.datasets import DatasetSpec
from aelib.experiment import MODEL_KINDS, Experiment, presets

Takes = Callable[[DatasetSpec], bool]


@translated("title")
@dataclass(frozen=True, kw_only=True)
class Page:
    """A page in the navigation. name: its file name in pages/ and its path in the address; icon: a Material symbol."""

    name: str
    title: str
    icon: str

    @property
    def file(self) -> str:
        return f"pages/{self.name}.py"


@translated("about")
@dataclass(frozen=True, kw_only=True)
class Lesson(Page):
    """A page with a form, training, and views of the run.

    Attributes:
        about: one sentence for the home page.
        preset: the preset of a first visit.
        takes: which data sets the page can show.
        subject: which data sets the lesson covers, if fewer than it can show. It offers presets of these, and links to
            experiments on these lead to it.
        kinds: kinds of networks that the lesson covers.
        also: kinds that it also shows if no other lesson covers them.
        noisy: whether it covers experiments with noise (True), without (False), or both (None).
        narrowed: which of these experiments the lesson is about, if not all. Links to one of them lead to it rather
            than to a more general lesson.
        front: blocks of controls (`form.blocks.BLOCKS`), in order.
        more: blocks of controls under "More choices", before the fields that every lesson has there.
        predicts: what it asks before the training: the first of these that fits the experiment.
        checks: what it asks at its end, all that fit the run.
    """

    about: str = ""
    preset: str
    takes: Takes = lambda _: True
    subject: Takes | None = None
    kinds: tuple[str, ...] = ("dense",)
    also: tuple[str, ...] = ()
    noisy: bool | None = None
    narrowed: Callable[[Experiment], bool] | None = None
    front: tuple[str, ...] = ("network",)
    more: tuple[str, ...] = ()
    predicts: tuple[Item, ...] = predictions.GENERAL
    checks: tuple[Item, ...] = ()

    def is_about(self, experiment: Experiment, kinds: tuple[str, ...] | None = None) -> bool:
        """Whether the lesson covers the experiment. kinds: replaces `self.kinds`. Raises LabError if the data set is
        unknown."""
        return (
            experiment.model.kind in (kinds or self.kinds)
            and self.noisy in (None, experiment.corruption.kind != "none")
            and (self.narrowed is None or self.narrowed(experiment))
            and (self.subject or self.takes)(datasets.spec(experiment.dataset))
        )

    def presets(self) -> Iterator[str]:
        """The names of the presets that the lesson covers."""
        for name, one in presets.PRESETS.items():
            if self.is_about(one.experiment):
                yield name


def single_images(described: DatasetSpec) -> bool:
    """Memorised sets: characters, emoji, a user's own images."""
    return described.memorised


def characters(described: DatasetSpec) -> bool:
    """Memorised sets that are dark on white."""
    return described.memorised and not described.light


def pictures(described: DatasetSpec) -> bool:
    """Emoji and a user's own images."""
    return described.memorised and described.light


def many_images(described: DatasetSpec) -> bool:
    """Large data sets, such as digits: neither memorised nor paired."""
    return not described.memorised and not described.paired


def many_in_colour(described: DatasetSpec) -> bool:
    """Large data sets in colour."""
    return many_images(described) and described.shape[0] == 3


def many_in_grey(described: DatasetSpec) -> bool:
    """Large greyscale data sets."""
    return many_images(described) and described.shape[0] == 1


def many_with_classes(described: DatasetSpec) -> bool:
    """Large data sets of several classes."""
    return many_images(described) and described.classes > 1


def pairs(described: DatasetSpec) -> bool:
    """Pairs of a degraded and a sharp image."""
    return described.paired


def leaves_classes_out(experiment: Experiment) -> bool:
    """Whether the net is trained on some of the classes only."""
    return bool(experiment.classes)


def single_or_many(described: DatasetSpec) -> bool:
    """Every data set whose images are not pairs."""
    return not described.paired


def has_no_bend(experiment: Experiment) -> bool:
    """Whether every layer of a dense net is linear and its loss the squared error."""
    model = experiment.model
    hidden = "identity" if len(model.layers) == 2 else model.hidden_activation
    bends = {hidden, model.code_activation, model.output_activation} - {"identity"}
    return not bends and experiment.loss == "mse" and not model.variational


def has_large_code(experiment: Experiment) -> bool:
    """Whether the code of a dense net has a penalty, or more numbers than an image has."""
    model = experiment.model
    return model.penalty.entry is not None or model.layers[-1] > model.layers[0]


def has_a_plain_code(experiment: Experiment) -> bool:
    """Whether a nonlinear net, trained on all classes, has a code of plain numbers that is smaller than an image."""
    model = experiment.model
    special = model.variational or model.codebook.entries or experiment.classes
    return not special and not has_large_code(experiment) and not has_no_bend(experiment)


# in course order; links to an experiment lead to the first lesson that covers it
LESSONS: tuple[Lesson, ...] = (
    Lesson(
        name="dense",
        title="Dense autoencoder",
        icon=":material/hub:",
        about="Compress 32 characters of a 5x7 font to two latent dimensions: which are learnt, which are confused, "
        "and what lies between them.",
        preset="font-20-10",
        takes=single_images,
        subject=characters,
        noisy=False,
        front=("network",),
        more=("dataset", "own_data"),
        checks=self_checks.DENSE,
    ),
    Lesson(
        name="denoising",
        title="Denoising",
        icon=":material/blur_off:",
        about="The same characters with noise: how much of it the network removes, and at which level it stops being "
        "useful.",
        preset="font-denoise-best",
        takes=single_images,
        subject=characters,
        noisy=True,
        front=("noise_level", "network"),
        more=("noise_use", "dataset", "own_data"),
        checks=self_checks.DENOISING,
    ),
    Lesson(
        name="emoji",
        title="Variational: emoji",
        icon=":material/add_reaction:",
        about="Codes that are distributions: interpolate between emoji, mix them under the pointer, and generate new "
        "ones.",
        preset="emoji-best",
        takes=pictures,
        front=("pictures_to_choose", "network", "beta"),
        predicts=(predictions.WORST_IMAGE, *predictions.GENERAL),
        checks=self_checks.EMOJI,
    ),
    Lesson(
        name="digits",
        title="Variational: digits",
        icon=":material/bubble_chart:",
        about="Handwritten digits fill the latent plane, epoch by epoch: what the prior does, what β costs, and new, "
        "generated digits.",
        preset="digits-vae-film",
        takes=many_images,
        noisy=False,
        front=("dataset", "network", "beta"),
        more=("own_data",),
        predicts=(predictions.WORST_CLASS, *predictions.GENERAL),
        checks=self_checks.DIGITS,
    ),
    Lesson(
        name="compression",
        title="Compression",
        icon=":material/compress:",
        about="Convolutional nets compress letters to a few numbers: what is lost, how few bits are enough, and when "
        "JPEG is the better choice.",
        preset="letters-7x7",
        takes=many_images,
        subject=many_in_grey,
        kinds=("convolutional",),
        front=("dataset", "network"),
        more=("own_data", "noise"),
        predicts=(predictions.ERROR_LEFT, *predictions.GENERAL),
        checks=self_checks.COMPRESSION,
    ),
    Lesson(
        name="restoring",
        title="Restoring digits",
        icon=":material/auto_fix_high:",
        about="Digits under heavy noise: what a network restores, what it invents, and how it compares with two "
        "classical filters that need no training.",
        preset="digits-denoise",
        takes=many_images,
        also=("convolutional",),
        noisy=True,
        front=("dataset", "noise", "network"),
        more=("own_data",),
        checks=self_checks.RESTORING,
    ),
    Lesson(
        name="colour",
        title="Colour",
        icon=":material/palette:",
        about="House numbers in colour: reconstruct, restore, inspect the layers, and compare a CPU with a GPU.",
        preset="house-numbers-autoencoder",
        takes=many_in_colour,
        kinds=("convolutional",),
        front=("dataset", "noise", "network"),
        more=("own_data",),
        predicts=(predictions.LOST_MOST, *predictions.GENERAL),
        checks=self_checks.COLOUR,
    ),
    Lesson(
        name="super_resolution",
        title="Super-resolution",
        icon=":material/zoom_in:",
        about="Upscale small photographs, sharpen blurred ones: layers, kernels and activations against bicubic.",
        preset="photographs-3-best",
        takes=pairs,
        kinds=("super_resolution",),
        also=("convolutional",),
        front=("dataset", "network"),
        checks=self_checks.SUPER_RESOLUTION,
    ),
    Lesson(
        name="pca",
        title="Is it just PCA?",
        icon=":material/linear_scale:",
        about="A linear net finds PCA's plane. What a bend adds, what depth adds, and where PCA still wins.",
        preset="font-linear",
        takes=single_or_many,
        noisy=False,
        narrowed=has_no_bend,
        front=("dataset", "network"),
        more=("own_data",),
        predicts=(predictions.AGAINST_PCA, *predictions.GENERAL),
        checks=self_checks.PCA,
    ),
    Lesson(
        name="codes",
        title="What codes are good for",
        icon=":material/category_search:",
        about="The code of an image instead of its pixels: tell classes apart, form clusters, search, and see what "
        "single numbers draw.",
        preset="digits-codes",
        takes=many_with_classes,
        noisy=False,
        narrowed=has_a_plain_code,
        front=("dataset", "network"),
        more=("own_data", "noise"),
        checks=self_checks.CODES,
    ),
    Lesson(
        name="odd_one_out",
        title="The odd one out",
        icon=":material/troubleshoot:",
        about="A net that knows one kind of image finds the others odd: thresholds, false alarms, and rivals without a "
        "net.",
        preset="digits-odd-one",
        takes=many_images,
        kinds=("dense", "convolutional"),
        narrowed=leaves_classes_out,
        front=("dataset", "network"),
        more=("own_data", "noise"),
        checks=self_checks.ODD_ONE_OUT,
    ),
    Lesson(
        name="sparse",
        title="More than enough",
        icon=":material/scatter_plot:",
        about="Sparse and overcomplete codes: more numbers than pixels, few of them on, and the features that images "
        "are made of.",
        preset="dictionary-sparse",
        takes=many_images,
        narrowed=has_large_code,
        front=("dataset", "network"),
        more=("own_data", "noise"),
        predicts=(predictions.FEATURES, predictions.NUMBERS_ON, *predictions.GENERAL),
        checks=self_checks.SPARSE,
    ),
)
LAB = Lesson(
    name="lab",
    title="Lab",
    icon=":material/science:",
    preset="font-best",
    kinds=tuple(MODEL_KINDS),
    front=("dataset", "own_data", "model_kind", "network", "noise"),
)
ACTIVATIONS = Page(name="activations", title="Activations", icon=":material/show_chart:")
CONVOLUTION = Page(name="convolution", title="Convolution", icon=":material/grid_on:")
TRAINING = Page(name="training", title="Training", icon=":material/trending_down:")
WHY_VARIATIONAL = Page(name="why_variational", title="Why variational", icon=":material/scatter_plot:")
THEORY: tuple[Page, ...] = (ACTIVATIONS, CONVOLUTION, TRAINING, WHY_VARIATIONAL)  # "How it works"
# theory page -> lessons in which it matters: each links to the other
MATTERS_IN: dict[Page, tuple[str, ...]] = {
    ACTIVATIONS: ("dense", "super_resolution"),
    CONVOLUTION: ("compression", "colour", "super_resolution"),
    TRAINING: ("dense",),
    WHY_VARIATIONAL: ("emoji", "digits"),
}
LIVE = Page(name="live", title="Live", icon=":material/play_circle:")
QUESTIONS = Page(name="questions", title="Questions", icon=":material/quiz:")
COMPARE = Page(name="compare", title="Compare", icon=":material/compare:")
SWEEPS = Lesson(
    name="sweeps",
    title="Sweeps",
    icon=":material/ssid_chart:",
    preset="font-eta-0.0005",
    kinds=tuple(MODEL_KINDS),
    front=("network", "noise", "dataset", "own_data"),
)
DOCUMENTS = Page(name="documents", title="From the documents", icon=":material/menu_book:")
CLASS = Page(name="classroom", title="Class", icon=":material/groups:")
RUNS = Page(name="runs", title="Runs", icon=":material/leaderboard:")
TOOLS: tuple[Page, ...] = (LIVE, QUESTIONS, LAB, COMPARE, SWEEPS, DOCUMENTS, RUNS, CLASS)


def every_page() -> tuple[Page, ...]:
    """All pages but the home page, in the order of the navigation."""
    return (*LESSONS, *THEORY, *TOOLS)


def lesson(name: str) -> Lesson:
    """The lesson of this name, or the tool that has a form. Raises KeyError if there is none."""
    return {one.name: one for one in (*LESSONS, LAB, SWEEPS)}[name]


def home_of(experiment: Experiment) -> Lesson:
    """The first lesson that covers the experiment, otherwise the Lab. Raises LabError if its data set is unknown."""
    about = sorted((one for one in LESSONS if one.is_about(experiment)), key=lambda one: one.narrowed is None)
    also = [one for one in LESSONS if one.also and one.is_about(experiment, one.also)]
    return next(iter(about + also), LAB)


def theory_of(page: Page) -> tuple[Page, ...]:
    """The theory pages that matter in a lesson."""
    return tuple(theory for theory, names in MATTERS_IN.items() if page.name in names)
