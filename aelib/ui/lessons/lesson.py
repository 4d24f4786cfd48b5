"""The frame of a page: title, numbered sections, and the first and last parts of every lesson."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.language import N_, _
from aelib.experiment import Experiment, presets, resolve
from aelib.experiment.encoding import PRESET
from aelib.training import Run
from aelib.ui import page_frame
from aelib.ui.classroom import membership, prediction, self_check
from aelib.ui.form import lesson_forms, teacher_panel
from aelib.ui.form.controls import Controls
from aelib.ui.jobs.training_panel import go_on, moved_to, run_of
from aelib.ui.shell import lessons
from aelib.ui.shell.links import link, link_compare, page_link
from aelib.ui.shell.messages import escaped, problems, show_error
from aelib.ui.shell.session import Slot, set_widget, widget
from aelib.ui.views import bench, hand_in, own_input, run_file, run_views

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_tab_container import TabContainer

HAND_IN = N_("Download your results: a page to print or send, a notebook, and the training as a short program.")


class SectionedPage:
    """A page with a title, an introduction, and automatically numbered sections."""

    def __init__(self, page: lessons.Page, introduction: str) -> None:
        self.page = page
        self._numbers = itertools.count(1)
        page_frame.page(page.title)
        st.title(_(page.title))
        st.markdown(introduction)

    def header(self, title: str, text: str = "") -> None:
        """Draw the heading of the next section and a text below it. title: in English, marked for translation: the
        anchor is derived from it."""
        anchor = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
        st.header(f"{next(self._numbers)} · {_(title)}", anchor=anchor)
        if text:
            st.markdown(text)

    @contextmanager
    def section(self, title: str, text: str = "") -> Iterator[None]:
        """The next section; title: as for `header`. A LabError is shown in the section, and the page continues."""
        self.header(title, text)
        try:
            yield
        except LabError as error:
            show_error(error)

    @staticmethod
    def ends_here(after: str) -> None:
        """End the page with a list of what it shows after training."""
        st.divider()
        st.caption(_("After training, this page shows: {after}", after=after))
        st.stop()


class Tab(NamedTuple):
    """A part of a lesson. title: in English, as the address has it; text: above it; draw: draws it for a run; can:
    whether a run has it."""

    title: str
    text: str
    draw: Callable[[Run], None]
    can: Callable[[Run], bool]


TAB = "tab"  # the parameter of the address that says which tab is open


class LessonPage(SectionedPage):
    """A lesson: choices on the left, the bench on the right, then its tabs in the order of the lesson.

    Only the open tab is computed. Its title is in the address, so that a link, a reload and Back open it again.

    Args:
        name: of its record in `shell.lessons`.
        introduction: text below the title.
        after: what the page shows after training, as the end of a sentence.
        explain: draws an explanation of the choices, below the picture of the net.

    Attributes:
        key: prefix of the widget keys of the run.
    """

    def __init__(
        self,
        name: str,
        introduction: str,
        after: str,
        explain: Callable[[Experiment, str], None] | None = None,
    ) -> None:
        self.lesson = lessons.lesson(name)
        super().__init__(self.lesson, introduction)
        self.key = f"{name.replace('_', '-')}-run"
        self._after, self._explain = after, explain
        self._tabs: list[Tab] = []

    def tab(
        self, title: str, text: str = "", can: Callable[[Run], bool] = lambda run: True
    ) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:
        """Declare the next tab: a decorator of the function that draws it for the run. title: in English, marked for
        translation; text: above what it draws; can: whether a run has this tab."""

        def declare(draw: Callable[[Run], None]) -> Callable[[Run], None]:
            self._tabs.append(Tab(title, text, draw, can))
            return draw

        return declare

    def show(self) -> None:
        """Draw the page: the choices, the bench, and for a trained net the tabs. The last one has the downloads."""
        with datasets.seen_once():
            self._show()

    def _show(self) -> None:
        self.tab(own_input.TITLE, own_input.TEXT, own_input.can)(lambda run: own_input.draw(run, f"{self.key}:draw"))
        if self.lesson.checks:
            self.tab(self_check.TITLE, _(self_check.TEXT))(lambda run: self_check.questions(self.lesson, run))
        self.tab(N_("Hand in"), _(HAND_IN))(self._hand_in)
        titles = [tab.title for tab in self._tabs]
        form = Controls(self.lesson, {TAB: titles[0]}, left_out=(TAB,))
        if (moved := moved_to(self.key)) is not None:
            form.load(form.get(PRESET), moved)
        key = form.extra_key(TAB)
        if widget(key) not in titles:  # back from another page, or a link to a tab that this lesson no longer has
            left = form.address.get(TAB)
            set_widget(key, left if left in titles else titles[0])
        run = self._chosen(form)
        if run is None:
            self.ends_here(self._after)
        assert run is not None  # noqa: S101 - st.stop does not return
        shown = [tab for tab in self._tabs if tab.can(run)]
        if widget(key) not in [tab.title for tab in shown]:  # only the previous run had this tab
            set_widget(key, shown[0].title)
        for tab, place in zip(shown, self._places([tab.title for tab in shown], key), strict=True):
            if place.open:
                with place:
                    self._draw(tab, run)

    def _places(self, titles: list[str], key: str) -> "Sequence[TabContainer]":
        """Draw the row of tabs. key: the state that has the English title of the open one.

        If the server sets the open tab, the browser shows it, even if the user has clicked another tab in the meantime.
        So it is set only where it differs. A new session sets nothing: its browser may come from a session that was
        lost when the server restarted, and then shows the tab that was clicked since.
        """
        labels, drawn = [_(title) for title in titles], Slot(f"{self._tabs_key}:drawn", lambda: ("", [""]))
        wanted = widget(key)
        first = drawn.get()[0] if drawn else wanted  # part of the identity of the row, so it must not change
        if drawn and (widget(self._tabs_key) != _(wanted) or drawn.get()[1] != labels):
            set_widget(self._tabs_key, _(wanted))
        drawn.set((first, labels))
        default = _(first if first in titles else titles[0])
        places = st.tabs(labels, default=default, key=self._tabs_key, on_change=self._tab_opened, args=(key,))
        (opened,) = (title for title, place in zip(titles, places, strict=True) if place.open)
        if opened != wanted:
            set_widget(key, opened)
            st.rerun()
        return places

    @property
    def _tabs_key(self) -> str:
        """The key of Streamlit's tabs, whose value is the displayed title of the open one."""
        return f"{self.lesson.name}:tabs"

    def _tab_opened(self, key: str) -> None:
        """The user has opened a tab. key: the state that has its English title."""
        opened = [tab.title for tab in self._tabs if _(tab.title) == widget(self._tabs_key)]
        if opened:  # otherwise the language has just changed
            set_widget(key, opened[0])

    def _hand_in(self, run: Run) -> None:
        hand_in.hand_in(run, f"{self.key}:hand-in", prediction.made(self.lesson, run))

    @staticmethod
    def _draw(tab: Tab, run: Run) -> None:
        if tab.text:
            st.markdown(_(tab.text))
        try:
            tab.draw(run)
        except LabError as error:
            show_error(error)

    def _chosen(self, form: Controls) -> Run | None:
        for problem in [*([form.problem] if form.problem else []), *form.notes]:
            st.warning(escaped(problem), icon=":material/link_off:")
        setup, picture = st.columns([2, 3], gap="large")
        with setup:
            self.header(N_("Choose"))
            teacher_panel.fixed(form)
            experiment = lesson_forms.draw(form)
            if not membership.is_student():  # people who get tasks do not give them
                teacher_panel.popover(form, experiment)
        with picture:
            self.header(N_("Train"))
            teacher_panel.task(form, experiment)
            if experiment is None:
                self._what_is_wrong(form)
                return None
            return self._trained(form, experiment)

    @staticmethod
    def _what_is_wrong(form: Controls) -> None:
        problems(form.problems)
        if form.elsewhere is not None:
            link(form.elsewhere, _("Open it in its lesson"), ":material/arrow_forward:")
        else:
            st.info(_("The network appears as soon as the choices fit together. Your input is not lost."))

    def _trained(self, form: Controls, experiment: Experiment) -> Run | None:
        resolved = resolve(experiment)
        moves = form.rules.state("epochs") == "free"
        run = run_of(
            experiment,
            self.key,
            lambda found: bench.show(experiment, found, self.key),
            moves,
            lambda: prediction.ask(self.lesson, experiment),
            prediction.comes_first(self.lesson, experiment),
        )
        if run is not None:
            membership.note(self.lesson, run)
            prediction.outcome(self.lesson, run)
            run_views.diagnosis(run)
            teacher_panel.result(form, run)
            if experiment == presets.get(form.get(PRESET)):
                lesson_forms.reported(presets.preset(form.get(PRESET)))
            with st.container(horizontal=True, vertical_alignment="center"):
                link_compare([experiment], _("Compare it with others"), add=True)
                run_file.download(run, self.key)
                if moves:
                    go_on(run, self.key)
        st.caption(
            _(
                "{network} · {parameters:,} parameters · digest {digest}",
                network=experiment.network,
                parameters=resolved.architecture.parameters,
                digest=f"`{resolved.digest}`",
            )
        )
        if changed := form.changed(experiment):
            st.caption(escaped(_("Changed from the preset: {changes}.", changes=changed)))
        run_views.network(experiment)
        if not experiment.model.dense:
            run_views.shapes(experiment)
        if self._explain is not None:
            self._explain(experiment, self.key)
        if theory := lessons.theory_of(self.lesson):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(_("How it works"), width="content")
                for page in theory:
                    page_link(page.file, _(page.title), page.icon)
        return run
