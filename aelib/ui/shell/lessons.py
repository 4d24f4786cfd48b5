"""The lessons and tools of the app, each registered once.

A `Lesson` says everything that the rest of the app must know of one: navigation, home page, forms, teacher's links,
links from elsewhere. To add a lesson, write its page `pages/NAME.py` and add one record to `LESSONS`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aelib import datasets
from aelib.datasets import DatasetSpec
from aelib.experiment import MODEL_KINDS, Experiment, presets

Takes = Callable[[DatasetSpec], bool]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page in the navigation. name: of its file in pages/, and of its address; icon: a Material symbol."""

    name: str
    title: str
    icon: str

    @property
    def file(self) -> str:
        return f"pages/{self.name}.py"


@dataclass(frozen=True, kw_only=True)
class Lesson(Page):
    """A page with a form, a training, and what the run shows.

    Attributes:
        about: one sentence, for the home page.
        preset: what a first visit shows.
        takes: which data sets the page can show.
        subject: which data sets it is about, if that is fewer: of these it offers presets, and experiments on these
            are linked to it.
        kinds: of networks that it is about.
        also: kinds that it shows too, where no other lesson is about them.
        noisy: whether it is about experiments with noise (True), without (False), or both (None).
        front: blocks of controls (`form.lesson_forms.BLOCKS`), in order.
        more: blocks of controls under "More choices", before the fields that every lesson has there.
    """

    about: str = ""
    preset: str
    takes: Takes = lambda _: True
    subject: Takes | None = None
    kinds: tuple[str, ...] = ("dense",)
    also: tuple[str, ...] = ()
    noisy: bool | None = None
    front: tuple[str, ...] = ("network",)
    more: tuple[str, ...] = ()

    def is_about(self, experiment: Experiment, kinds: tuple[str, ...] | None = None) -> bool:
        """Whether such an experiment belongs to it. kinds: instead of its own. Raises LabError where its data set is
        not here."""
        return (
            experiment.model.kind in (kinds or self.kinds)
            and self.noisy in (None, experiment.corruption.kind != "none")
            and (self.subject or self.takes)(datasets.spec(experiment.dataset))
        )

    def presets(self) -> Iterator[str]:
        """The names of the presets that belong to it."""
        for name, one in presets.PRESETS.items():
            if self.is_about(one.experiment):
                yield name


def single_images(described: DatasetSpec) -> bool:
    """Memorised sets: characters, emoji, a person's own pictures."""
    return described.memorised


def characters(described: DatasetSpec) -> bool:
    """Memorised sets of ink on paper."""
    return described.memorised and not described.light


def pictures(described: DatasetSpec) -> bool:
    """Emoji and a person's own pictures."""
    return described.memorised and described.light


def many_images(described: DatasetSpec) -> bool:
    """Many images of some classes, such as digits."""
    return not described.memorised and not described.paired


def many_in_colour(described: DatasetSpec) -> bool:
    """Many images in colour."""
    return many_images(described) and described.shape[0] == 3


def many_in_grey(described: DatasetSpec) -> bool:
    """Many images in shades of grey."""
    return many_images(described) and described.shape[0] == 1


def pairs(described: DatasetSpec) -> bool:
    """A poor and a good picture of the same thing."""
    return described.paired


# in the order of the course; an experiment is linked to the first lesson that shows it
LESSONS: tuple[Lesson, ...] = (
    Lesson(
        name="dense",
        title="Dense autoencoder",
        icon=":material/hub:",
        about="32 characters of a 5x7 font through a code of two numbers: which are learnt, which are confused, and "
        "what lies between them.",
        preset="font-20-10",
        takes=single_images,
        subject=characters,
        noisy=False,
        front=("network",),
        more=("dataset", "glyph_table"),
    ),
    Lesson(
        name="denoising",
        title="Denoising",
        icon=":material/blur_off:",
        about="The same characters with noise on them: how much of it the network takes off, and where it stops being "
        "useful.",
        preset="font-denoise-10",
        takes=single_images,
        subject=characters,
        noisy=True,
        front=("noise_level", "network"),
        more=("noise_use", "dataset", "glyph_table"),
    ),
    Lesson(
        name="emoji",
        title="Variational: emoji",
        icon=":material/add_reaction:",
        about="Codes that are distributions: emoji that turn into each other, mix under the pointer, and come out of "
        "nothing.",
        preset="emoji-best",
        takes=pictures,
        front=("pictures_to_choose", "network", "beta"),
    ),
    Lesson(
        name="digits",
        title="Variational: digits",
        icon=":material/bubble_chart:",
        about="Handwritten digits fill the plane, epoch by epoch: what the prior does, what β costs, and digits that "
        "nobody wrote.",
        preset="digits-vae",
        takes=many_images,
        noisy=False,
        front=("dataset", "network", "beta"),
    ),
    Lesson(
        name="compression",
        title="Compression",
        icon=":material/compress:",
        about="Convolutional nets store letters in a handful of numbers: what is lost, how few bits are enough, and "
        "when JPEG is the better choice.",
        preset="letters-7x7",
        takes=many_images,
        subject=many_in_grey,
        kinds=("convolutional",),
        front=("dataset", "network"),
        more=("grey_collection", "noise"),
    ),
    Lesson(
        name="restoring",
        title="Restoring digits",
        icon=":material/auto_fix_high:",
        about="Digits under heavy noise: what a network restores, what it invents, and two classical filters that need "
        "no training next to it.",
        preset="digits-denoise",
        takes=many_images,
        also=("convolutional",),
        noisy=True,
        front=("dataset", "noise", "network"),
    ),
    Lesson(
        name="colour",
        title="Colour",
        icon=":material/palette:",
        about="House numbers in colour: copy, restore, look into the layers, and time a CPU against a GPU.",
        preset="house-numbers-autoencoder",
        takes=many_in_colour,
        kinds=("convolutional",),
        front=("dataset", "noise", "network"),
        more=("colour_collection",),
    ),
    Lesson(
        name="super_resolution",
        title="Super-resolution",
        icon=":material/zoom_in:",
        about="Small photographs made large, blurred ones sharp: layers, kernels and activations against bicubic.",
        preset="photographs-3-best",
        takes=pairs,
        kinds=("super_resolution",),
        also=("convolutional",),
        front=("dataset", "network"),
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
COMPARE = Page(name="compare", title="Compare", icon=":material/compare:")
SWEEPS = Lesson(
    name="sweeps",
    title="Sweeps",
    icon=":material/ssid_chart:",
    preset="font-eta-0.0005",
    kinds=tuple(MODEL_KINDS),
    front=("network", "noise", "dataset", "glyph_table"),
)
DOCUMENTS = Page(name="documents", title="From the documents", icon=":material/menu_book:")
RUNS = Page(name="runs", title="Runs", icon=":material/leaderboard:")
TOOLS: tuple[Page, ...] = (LAB, COMPARE, SWEEPS, DOCUMENTS, RUNS)


def lesson(name: str) -> Lesson:
    """The lesson of this name, or the tool that has a form. Raises KeyError."""
    return {one.name: one for one in (*LESSONS, LAB, SWEEPS)}[name]


def home_of(experiment: Experiment) -> Lesson:
    """The lesson that shows such an experiment; the Lab shows all. Raises LabError where its data set is not here."""
    about = [one for one in LESSONS if one.is_about(experiment)]
    also = [one for one in LESSONS if one.also and one.is_about(experiment, one.also)]
    return next(iter(about + also), LAB)
