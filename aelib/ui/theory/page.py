"""What every theory page has: a question, interactive parts, and at the end documents, runs and lessons."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from aelib.core.errors import LabError
from aelib.core.language import N_, _
from aelib.reproduction.runner import assumptions, table_row
from aelib.reproduction.verdicts import Record
from aelib.ui.lessons import documents
from aelib.ui.lessons.lesson import SectionedPage
from aelib.ui.shell.lessons import DOCUMENTS, Page
from aelib.ui.shell.links import page_link
from aelib.ui.shell.messages import escaped, show_error

END = N_("What the documents concluded, and what our runs say")
_ASSUMPTIONS = [N_("otherwise"), N_("gives"), N_("as assumed"), N_("figure")]
_COLUMNS = ["row", "network", "reported", "document's recipe", "our recipe", "figure"]


class TheoryPage(SectionedPage):
    """A page of theory. Its sections are questions; the last one is `concluded`."""

    def concluded(self, said: str) -> None:
        """The heading of the last section. said: what the documents concluded, as Markdown."""
        self.header(END)
        st.markdown(said)

    @staticmethod
    @contextmanager
    def evidence(title: str, text: str) -> Iterator[None]:
        """A part of the last section. A LabError is shown in it, and the page continues after it."""
        st.subheader(_(title))
        st.markdown(text)
        try:
            yield
        except LabError as error:
            show_error(error)

    @staticmethod
    def lessons(*lessons: tuple[Page, str]) -> None:
        """Links to the lessons in which the theory matters, each with a reason."""
        st.subheader(_("Where it matters"))
        for page, why in lessons:
            page_link(page.file, f"**{page.title}**: {escaped(why)}", page.icon)


def reported(*names: str) -> None:
    """Rows of the recorded reproduction: what a document reports beside what was measured here."""
    records = _records(names)
    if not records:
        documents.nothing_yet()
        return
    st.dataframe(
        pd.DataFrame([table_row(one) for one in records]).rename(columns=_),
        hide_index=True,
        column_order=[_(name) for name in _COLUMNS],
    )
    st.caption(_("Mean ± standard deviation over the seeds; their number is in brackets."))
    page_link(DOCUMENTS.file, _("All rows, and what the documents leave out"), DOCUMENTS.icon)


def otherwise(name: str) -> None:
    """The figure of one row under each alternative assumption that was measured."""
    records = _records([name])
    found = [assumption for record in records for assumption in assumptions(record)]
    if not found:
        documents.nothing_yet()
        return
    st.dataframe(
        pd.DataFrame(found).rename(columns=_), hide_index=True, column_order=[_(name) for name in _ASSUMPTIONS]
    )


def _records(names: Sequence[str]) -> list[Record]:
    """The records of these rows; unmeasured rows are left out. Raises LabError if the records cannot be read."""
    return [record for record in documents.recorded() if record["id"] in names]
