"""Five questions at the end of a lesson: some on facts true for every run, at least two on the person's own run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aelib.core.language import N_

from . import outcomes
from .items import ChoiceItem, ImageItem, Item, NumberItem
from .predictions import AUROC, ERROR_LEFT, NOISE_LEFT, WORST_IMAGE, has_classes

if TYPE_CHECKING:
    from aelib.training import Run


def fact(*, name: str, text: str, choices: tuple[str, ...], right: int, why: str) -> ChoiceItem:
    """A question whose answer is the same for every run. right: place of the right choice."""
    named = {str(place): label for place, label in enumerate(choices)}

    def answer(_run: Run) -> tuple[str, ...]:
        return (str(right),)

    return ChoiceItem(name=name, text=text, choices=named, right=answer, why=why)


# --- on the person's own run ----------------------------------------------------------------------------------

SMALLER = NumberItem(
    name="smaller",
    text="Your net: how many times fewer numbers has its code than an image?",
    fits=lambda one: not one.spec.paired,
    figure=lambda run: run.spec.pixels / run.latent_dim,
    high=1_000_000,
    digits=1,
    near=0.5,
    why="The pixels of an image, divided by the numbers of its code.",
)
LARGER = NumberItem(
    name="larger",
    text="Your net: how many numbers has its code for each pixel of an image?",
    fits=lambda one: not one.spec.paired,
    figure=lambda run: run.latent_dim / run.spec.pixels,
    high=1_000_000,
    digits=2,
    near=0.1,
    why="The numbers of its code, divided by the pixels of an image. Above 1 the code is overcomplete.",
)
GROWN = NumberItem(
    name="grown",
    text="Your net: how many pixels does it make of each pixel that it is shown?",
    fits=lambda one: one.spec.paired,
    figure=lambda run: (run.spec.shape[1] * run.spec.shape[2]) / (run.spec.shown_shape[1] * run.spec.shown_shape[2]),
    high=1_000,
    digits=0,
    near=0.1,
    why="Height and width grow by the same factor, so the number of pixels grows by its square.",
)
HALFWAY = NumberItem(
    name="halfway",
    text="Your training: after what share of the epochs had the loss fallen half of its way?",
    hint="Look at How it learnt: the loss of the first epoch, the lowest one, and the middle between them.",
    figure=outcomes.halfway,
    unit=" %",
    near=10,
    why="A loss falls fast at first. Most of the epochs are for what is left.",
)
BEST_CLASS = ImageItem(
    name="best-class",
    text="Your net: which class comes out best?",
    fits=has_classes,
    right=outcomes.best_class,
    why="The class with the smallest mean error. Often it is the one whose images are most alike.",
)

# --- on facts true for every run ------------------------------------------------------------------------------

NARROW = fact(
    name="narrow",
    text="Why does an autoencoder have a narrow code?",
    choices=(
        N_("So that it trains faster"),
        N_("So that it cannot copy, and must find what matters"),
        N_("So that its weights fit into memory"),
    ),
    right=1,
    why="With enough numbers it can copy every image, and has learnt nothing about them.",
)
NEIGHBOURS = fact(
    name="neighbours",
    text="Two images have nearly the same code. What does the decoder make of them?",
    choices=(N_("Nearly the same image"), N_("Two very different images"), N_("Noise")),
    right=0,
    why="The decoder is continuous: it sees the code and nothing else.",
)
LUCK = fact(
    name="luck",
    text="Your net learnt two images more than your neighbour's with another activation. What do you know?",
    choices=(
        N_("Your activation is better"),
        N_("Your neighbour made a mistake"),
        N_("Little, before you have compared several seeds of both"),
    ),
    right=2,
    why="Runs that differ in their seed alone differ too: compare means, with their spread.",
)
TARGET = fact(
    name="target",
    text="What is the target of a denoiser?",
    choices=(N_("Its own noisy input"), N_("The clean image"), N_("The noise")),
    right=1,
    why="With the noisy image as target it would learn to copy the noise.",
)
BASELINE = fact(
    name="baseline",
    text="A denoiser leaves five wrong pixels in an image. When is that good?",
    choices=(
        N_("If its input had more, and methods without a net leave more"),
        N_("Always: five is little"),
        N_("Never: it must be none"),
    ),
    right=0,
    why="A figure says something only beside a baseline, such as doing nothing.",
)
INVENT = fact(
    name="invent",
    text="A restored image looks clean. Is it right?",
    choices=(
        N_("Yes: noise would be seen"),
        N_("Not always: the net can draw something clean that was not there"),
        N_("No: a net cannot restore anything"),
    ),
    right=1,
    why="Where the input says little, the net draws what its training images looked like.",
)
KL = fact(
    name="kl",
    text="What does the KL divergence ask of the codes?",
    choices=(
        N_("That they are as far apart as possible"),
        N_("That their distributions are close to the prior"),
        N_("That they are whole numbers"),
    ),
    right=1,
    why="It is 0 where every code's distribution is the prior itself, and the reconstruction pulls the other way.",
)
BETWEEN = fact(
    name="between",
    text="Why do points between two codes of a variational net give images?",
    choices=(
        N_("Because the decoder was trained on samples around every code"),
        N_("Because the encoder draws straight lines"),
        N_("Because the images were sorted"),
    ),
    right=0,
    why="A plain autoencoder is trained on points alone, and has never seen what lies between.",
)
COLLAPSE = fact(
    name="collapse",
    text="β is very large. What do all images get?",
    choices=(N_("A code of their own"), N_("The same distribution, and the same output"), N_("A larger code")),
    right=1,
    why="If the KL costs more than the code gains, the encoder says nothing: posterior collapse.",
)
LABELS = fact(
    name="labels",
    text="The latent plane shows the classes in colours. Who told the net the classes?",
    choices=(N_("Nobody: the colours are for you"), N_("The encoder"), N_("The training set")),
    right=0,
    why="It saw pixels alone, unless it is a conditional net. Groups are what it found by itself.",
)
HELD_OUT = fact(
    name="held-out",
    text="Why is the error measured on images that were not in the training?",
    choices=(
        N_("Because they are easier"),
        N_("Because a net can memorise its training images"),
        N_("Because it is faster"),
    ),
    right=1,
    why="The question is what it does with an image that it has not seen.",
)
DECODER = fact(
    name="decoder",
    text="You send somebody the code of an image. What else must they have?",
    choices=(N_("The encoder"), N_("The training images"), N_("The decoder")),
    right=2,
    why="A JPEG file brings along nearly all that is needed. A code is nothing without its decoder.",
)
HEADER = fact(
    name="header",
    text="Why do small images look bad for JPEG in this comparison?",
    choices=(
        N_("A header is most of so small a file"),
        N_("JPEG needs colours"),
        N_("JPEG is made for letters"),
    ),
    right=0,
    why="Without the header the comparison is another one: the page shows both.",
)
OTHER_LEVEL = fact(
    name="other-level",
    text="A net was trained with one level of noise. What of images without noise?",
    choices=(
        N_("It leaves them as they are"),
        N_("It changes them too, and can make them worse"),
        N_("It cannot take them"),
    ),
    right=1,
    why="It expects noise and removes what looks like it, also where there is none.",
)
PLANE = fact(
    name="plane",
    text="What can a linear autoencoder find that PCA cannot?",
    choices=(N_("A better plane"), N_("Curves"), N_("Nothing: PCA's plane is the best one")),
    right=2,
    why="No linear net has a smaller squared error on the training images than PCA.",
)
AXES = fact(
    name="axes",
    text="Are the axes of a linear net those of PCA?",
    choices=(
        N_("Yes, always"),
        N_("No: it finds the plane, and any axes in it"),
        N_("Only after enough epochs"),
    ),
    right=1,
    why="Any mixture of the axes gives the same outputs, so nothing pulls them to PCA's.",
)
BEND = fact(
    name="bend",
    text="Where does a bend help a linear net to beat PCA?",
    choices=(N_("In front of the decoder's last layer"), N_("At the code alone"), N_("Nowhere")),
    right=0,
    why="After a bend at the code alone the decoder still draws a plane.",
)
THRESHOLD = fact(
    name="threshold",
    text="You lower the threshold of the alarm. What happens?",
    choices=(
        N_("More odd images are found, and more false alarms come"),
        N_("More odd images are found, and fewer false alarms come"),
        N_("Nothing"),
    ),
    right=0,
    why="Both come with every threshold: which one is right depends on what a mistake costs.",
)
UNSEEN = fact(
    name="unseen",
    text="Why can a net draw an odd image well?",
    choices=(
        N_("It has seen it in secret"),
        N_("It has learnt strokes and edges that odd images have too"),
        N_("Its error is measured wrongly"),
    ),
    right=1,
    why="It learns parts, not the idea of a class. That is how odd images slip through.",
)
RIVALS = fact(
    name="rivals",
    text="PCA finds as many odd images as your net. Which do you take?",
    choices=(N_("The net: it is newer"), N_("PCA: it is simpler and needs no training"), N_("Neither")),
    right=1,
    why="A net must earn what it costs. On small images it often does not.",
)

SHARED = fact(
    name="shared",
    text="Why has a convolution so few weights?",
    choices=(
        N_("Most of them are 0"),
        N_("It looks at brightness alone"),
        N_("The same kernel is used at every place of the image"),
    ),
    right=2,
    why="An edge is an edge everywhere, so one kernel finds it everywhere.",
)
BLUR = fact(
    name="blur",
    text="Why do outputs look blurred where the code is small?",
    choices=(
        N_("The mean of all images that fit the code has the smallest squared error"),
        N_("The photographs were out of focus"),
        N_("The learning rate was too small"),
    ),
    right=0,
    why="What the code does not say, the net cannot know. The mean of all that is possible is blurred.",
)
HAIR = fact(
    name="hair",
    text="The enlarged photograph shows single hairs. Were they there?",
    choices=(
        N_("Yes: a net only makes visible what is in its input"),
        N_("Perhaps: the net draws what photographs usually show at such a place"),
        N_("No: a net cannot draw hairs"),
    ),
    right=1,
    why="Several sharp images give the same small one. The net chooses; nobody asked the camera.",
)
BICUBIC = fact(
    name="bicubic",
    text="A net reaches 30 dB. What do you have to know before you call it good?",
    choices=(N_("What bicubic reaches on the same images"), N_("Its number of weights"), N_("Its training time")),
    right=0,
    why="Easy photographs give every method 30 dB. What counts is the gain over a method without a net.",
)
DECIBELS = fact(
    name="decibels",
    text="PSNR rises by 3 dB. What becomes of the squared error?",
    choices=(N_("It falls by 3 %"), N_("It falls to a third"), N_("It falls to about half")),
    right=2,
    why="Ten decibels are a factor of ten, and three are 10 to the power of 0.3: about two.",
)
PURITY = fact(
    name="purity",
    text="You ask k-means for as many clusters as there are images. How pure are they?",
    choices=(N_("As pure as ten clusters"), N_("Perfectly pure, and useless"), N_("Not pure at all")),
    right=1,
    why="A cluster of one image has one class. Compare purities for the same number of clusters only.",
)
MAP = fact(
    name="map",
    text="Two groups lie far apart on a t-SNE map. What do you know?",
    choices=(
        N_("Little: it keeps neighbours together, and large distances mean nothing"),
        N_("Their codes are far apart"),
        N_("They are different classes"),
    ),
    right=0,
    why="t-SNE spreads groups so that all can be seen. Their sizes and distances are not those of the codes.",
)
PROBE = fact(
    name="probe",
    text="Neighbours of the pixels tell the classes apart better than neighbours of your code. What was the code for?",
    choices=(
        N_("For nothing: the net has failed"),
        N_("For the classes: train longer"),
        N_("For few numbers: it is smaller, and nobody told it the classes"),
    ),
    right=2,
    why="It was trained to give back pixels in few numbers. That classes are still told apart is a gift.",
)
COPY = fact(
    name="copy",
    text="An overcomplete net is trained without any cure. What can it learn?",
    choices=(
        N_("Better features, since it has more numbers"),
        N_("To copy its input, and nothing about the images"),
        N_("Nothing: it does not train"),
    ),
    right=1,
    why="The error is smallest if it copies. A cure makes copying expensive: noise, sparsity, contraction, dropout.",
)
PENALTY = fact(
    name="penalty",
    text="What does an L1 penalty on the code do?",
    choices=(
        N_("It makes all numbers of a code equal"),
        N_("It makes the code shorter"),
        N_("It makes most numbers of a code 0 for each image"),
    ),
    right=2,
    why="Every active number costs, so only those are active that are worth their price.",
)
FEATURE = fact(
    name="feature",
    text="A number of the code is active in no image. What can you say of its feature?",
    choices=(
        N_("It is dead: training no longer changes it"),
        N_("It is the most important one"),
        N_("It is the mean image"),
    ),
    right=0,
    why="Without activity there is no gradient. Such a number is lost unless something wakes it.",
)

DENSE: tuple[Item, ...] = (SMALLER, WORST_IMAGE, NARROW, NEIGHBOURS, LUCK)
DENOISING: tuple[Item, ...] = (WORST_IMAGE, NOISE_LEFT, TARGET, BASELINE, INVENT)
EMOJI: tuple[Item, ...] = (SMALLER, HALFWAY, KL, BETWEEN, COLLAPSE)
DIGITS: tuple[Item, ...] = (BEST_CLASS, ERROR_LEFT, LABELS, COLLAPSE, HELD_OUT)
COMPRESSION: tuple[Item, ...] = (SMALLER, HALFWAY, DECODER, HEADER, HELD_OUT)
RESTORING: tuple[Item, ...] = (HALFWAY, ERROR_LEFT, INVENT, OTHER_LEVEL, HELD_OUT)
PCA: tuple[Item, ...] = (SMALLER, HALFWAY, PLANE, AXES, BEND)
COLOUR: tuple[Item, ...] = (SMALLER, HALFWAY, SHARED, BLUR, HELD_OUT)
SUPER_RESOLUTION: tuple[Item, ...] = (GROWN, HALFWAY, HAIR, BICUBIC, DECIBELS)
CODES: tuple[Item, ...] = (SMALLER, HALFWAY, PROBE, PURITY, MAP)
SPARSE: tuple[Item, ...] = (LARGER, HALFWAY, COPY, PENALTY, FEATURE)
ODD_ONE_OUT: tuple[Item, ...] = (AUROC, HALFWAY, THRESHOLD, UNSEEN, RIVALS)
