"""What a class answered to a question."""

from collections import Counter

import streamlit as st

from aelib.charts import answers as charts
from aelib.classroom.asking.items import Item, NumberItem
from aelib.core.language import _
from aelib.ui.components.figures import chart
from aelib.ui.shell.messages import escaped

MAX_BARS = 40  # largest number of different answers in a picture


def histogram(item: Item, answers: list[str], key: str, mine: str | None = None) -> None:
    """The answers of a class as bars, and in words. mine: this person's answer; its bar has a frame."""
    counts = Counter(answers)
    order = sorted(counts, key=float) if isinstance(item, NumberItem) else [one for one, _count in counts.most_common()]
    shown = order[:MAX_BARS]
    chart(charts.bars({item.said(one): counts[one] for one in shown}, mine and item.said(mine)), key)
    listed = ", ".join(f"{item.said(one)} ({counts[one]})" for one in shown)
    st.caption(escaped(_("Answers of the class, and how many gave them: {listed}", listed=listed)))
