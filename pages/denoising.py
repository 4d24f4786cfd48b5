"""Lesson: the denoising autoencoder on the 5x7 font."""

import streamlit as st

from aelib.analysis import sweep
from aelib.ui.lessons import denoising, sweeps
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.shell.lessons import SWEEPS
from aelib.ui.views import run_views

lesson = LessonPage(
    "denoising",
    "Show the network a **noisy** character and ask for the **clean** one. It cannot copy any more: it must know what "
    "characters look like. How much noise can it take off, and when would you be better off without it?",
    after="noise and restoration live under a slider, a character to paint on, and the curve that says where the "
    "network stops being useful.",
)
run = lesson.run()

with lesson.section(
    "Noisy and restored",
    "Move the slider: the same trained network restores other noise at once; nothing is trained again. At which level "
    "does it begin to invent characters? Try a kind of noise that it has **not** seen in training.",
):
    denoising.live(run, f"{lesson.key}:live")

with lesson.section(
    "Paint your own noise",
    "Which single pixel hurts most? How few turn one character into another? The keyboard works too: arrow keys and "
    "Enter.",
):
    denoising.painting(run, f"{lesson.key}:paint")

with lesson.section(
    "Where it stops being useful",
    "Wrong pixels afterwards against the level of noise, for ten networks that differ only in their random start. A "
    "network is useful where it leaves **fewer wrong pixels than doing nothing**. The orange line needs no training: "
    "it answers with the clean character nearest to what it sees.",
):
    denoising.against_level(run.experiment, f"{lesson.key}:curve")

with lesson.section(
    "The learning rate of a denoiser",
    "The document says: with a rate too large it becomes useless. Is that so, and is there one too small? Ten "
    "networks for each rate.",
):
    rates = sweep.SWEEPS["denoiser-rate"].sweep
    sweeps.train(rates, f"{lesson.key}:rates")
    sweeps.results(rates, f"{lesson.key}:rates")
    st.page_link(SWEEPS.file, label="Vary something else", icon=SWEEPS.icon)

with lesson.section("How it learnt"):
    run_views.error_curves(run, lesson.key)

lesson.hand_in(run)
