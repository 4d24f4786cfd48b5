"""Class: join one, or teach one."""

import streamlit as st

from aelib.core.language import N_, _
from aelib.ui.lessons.class_page import board, join, log_in, settings, tasks
from aelib.ui.lessons.lesson import SectionedPage
from aelib.ui.shell import messages
from aelib.ui.shell.lessons import CLASS

page = SectionedPage(
    CLASS, _("A class shares tasks and predictions. Nobody needs an account: a code and a name are enough.")
)

with messages.show_errors():
    log_in.status()
    groups = join.taught()
if not groups:
    with page.section(N_("Join")):
        join.student()
    with page.section(
        N_("For teachers"),
        _("Make a class of your own. You get a code for your students, and this page shows what they do."),
    ):
        join.make()
    st.stop()

group = board.choose(groups)
settings.code(group)
with page.section(N_("Who is here")):
    board.table(group)
with page.section(N_("What they do next")):
    tasks.freeze(group)
    tasks.give(group)
with page.section(N_("What they predicted")):
    board.predictions(group)
with page.section(N_("Gradebook")):
    tasks.book(group)
with page.section(N_("The class")):
    settings.teachers_link(group)
    settings.delete(group)
    with st.expander(_("Another class")):
        join.make()
        join.student()
