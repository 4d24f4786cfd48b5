"""Links to an experiment: the lesson that shows it, and its address there."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st

from aelib.core.language import _
from aelib.experiment import Experiment, digest_of, flatten, labels
from aelib.experiment.encoding import Encoded, encode

from . import languages
from .lessons import COMPARE, Lesson, home_of
from .messages import escaped
from .session import form_state

NAMED_CHANGES = 2  # in a name
DIGITS = 4  # of a digest
_LOCAL = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0")  # noqa: S104 - names that work on this machine only
_IN_NETWORK = (
    "model.layers",
    "model.convolution.channels",
    "model.convolution.stride",
)  # `Experiment.network` has them


def name(experiment: Experiment) -> str:
    """Network, seed, what differs from the nearest preset, and the first digits of the digest, so that two experiments
    do not share a name."""
    changes = [
        f"{labels.short(path).lower()} {value}"
        for path, value in _encoded(experiment, None).changes.items()
        if path != "seed" and not path.startswith(_IN_NETWORK)
    ]
    more = ["…"] if len(changes) > NAMED_CHANGES else []
    said = ", ".join([experiment.network, _("seed {seed}", seed=experiment.seed), *changes[:NAMED_CHANGES], *more])
    return f"{said} · {digest_of(experiment)[:DIGITS]}"


def page_link(file: str, label: str, icon: str, query: Mapping[str, str] | None = None) -> None:
    """A link to a page, which opens in the same language. label: Markdown."""
    st.page_link(file, label=label, icon=icon, query_params={**(query or {}), **languages.in_address()})


def link(experiment: Experiment, label: str, icon: str = ":material/open_in_new:", preset: str | None = None) -> None:
    """A link that opens the experiment in its lesson. preset: the base of the address, by default the nearest."""
    lesson = home_of(experiment)
    query = _encoded(experiment, preset).query() | _rules(lesson, experiment)
    page_link(lesson.file, escaped(label), icon, query)


def _rules(lesson: Lesson, experiment: Experiment) -> dict[str, str]:
    """The rules of the teacher's link that is open in the lesson, if the experiment satisfies them. Otherwise nothing:
    the experiment opens without rules."""
    form = form_state(lesson.name).get()
    values = flatten(experiment.model_dump(mode="json"))
    if any(path in values and values[path] != value for path, value in form.pinned.items()):
        return {}
    return form.rules


def short(experiment: Experiment) -> str:
    """The experiment as one value of an address, relative to the nearest preset."""
    return _encoded(experiment, None).packed()


@lru_cache(maxsize=512)
def _encoded(experiment: Experiment, preset: str | None) -> Encoded:
    return encode(experiment, preset)


def link_compare(experiments: Sequence[Experiment], label: str, add: bool = False) -> None:
    """A link to the comparison of these; add: append the first to the experiments that this user already compares."""
    values = [short(one) for one in experiments]
    query = {"add": values[0]} if add else {str(i): value for i, value in enumerate(values, 1)}
    page_link(COMPARE.file, escaped(label), COMPARE.icon, query)


def address(query: Mapping[str, str]) -> str:
    """The full address of this page with a query; only the query if the page has no address (tests)."""
    parts = urlsplit(st.context.url or "")
    # do not encode characters that all browsers accept: the link is shorter and readable
    return parts._replace(query=urlencode(query, quote_via=quote, safe=",;:"), fragment="").geturl()


def is_local(link: str) -> bool:
    """Whether a link works on this computer only."""
    return urlsplit(link).hostname in _LOCAL


def here() -> tuple[str, dict[str, str]] | None:
    """This page's file and query, for a link back; None if the page has no address (tests)."""
    name = urlsplit(st.context.url or "").path.rpartition("/")[2]
    return (f"pages/{name}.py", {key: st.query_params[key] for key in st.query_params}) if name else None


def link_back(page: tuple[str, dict[str, str]], label: str, icon: str) -> None:
    """A link back to the page that requested something."""
    page_link(page[0], escaped(label), icon, page[1])
