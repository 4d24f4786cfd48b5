"""Five questions at the end of a lesson: some on what is always so, at least two on the person's own run."""

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


# --- on one's own run -----------------------------------------------------------------------------------------

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

# --- what is always so ----------------------------------------------------------------------------------------

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

DENSE: tuple[Item, ...] = (SMALLER, WORST_IMAGE, NARROW, NEIGHBOURS, LUCK)
DENOISING: tuple[Item, ...] = (WORST_IMAGE, NOISE_LEFT, TARGET, BASELINE, INVENT)
EMOJI: tuple[Item, ...] = (SMALLER, HALFWAY, KL, BETWEEN, COLLAPSE)
DIGITS: tuple[Item, ...] = (BEST_CLASS, ERROR_LEFT, LABELS, COLLAPSE, HELD_OUT)
COMPRESSION: tuple[Item, ...] = (SMALLER, HALFWAY, DECODER, HEADER, HELD_OUT)
RESTORING: tuple[Item, ...] = (HALFWAY, ERROR_LEFT, INVENT, OTHER_LEVEL, HELD_OUT)
PCA: tuple[Item, ...] = (SMALLER, HALFWAY, PLANE, AXES, BEND)
ODD_ONE_OUT: tuple[Item, ...] = (AUROC, HALFWAY, THRESHOLD, UNSEEN, RIVALS)
