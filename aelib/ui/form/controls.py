"""Convert widgets to an experiment and back.

Each field has one widget, built from the field's declaration: the help is its description, the choices are the names in
the registry. Invalid input stays in its widget; the address changes only when the input is valid.

A teacher's link (teacher_link.py) can lock or hide controls: `_draw` applies this, and `_pin` restores their values.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import Any, Literal

import streamlit as st

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.experiment import (
    MAX_WIDTH,
    Experiment,
    change,
    choices,
    field_info,
    flatten,
    labels,
    parts,
    presets,
    resolve,
)
from aelib.experiment.encoding import MAX_VALUE, PRESET, encode
from aelib.experiment.labels import text
from aelib.ui.classroom import membership
from aelib.ui.shell.address import NUMBERS, from_query, is_choice
from aelib.ui.shell.lessons import Lesson, home_of
from aelib.ui.shell.links import page_link
from aelib.ui.shell.messages import sentences
from aelib.ui.shell.session import FormState, Slot, form_state, set_widget, widget

from . import teacher_link
from .teacher_link import MORE
from .url_sync import PageAddress

OWN_DATASETS: Slot[list[str]] = Slot("own_datasets", list)  # names of the data sets that this user has uploaded


class Controls:
    """The controls of one lesson. `lesson.name` prefixes the keys of its widgets."""

    def __init__(self, lesson: Lesson, extras: Mapping[str, str] | None = None, left_out: Collection[str] = ()) -> None:
        """extras: parameters of the page's address in addition to the experiment -> their defaults; left_out: those of
        them that the address omits while they have their default value."""
        self.lesson, self.extras, self.left_out = lesson, dict(extras or {}), left_out
        self.given = False  # whether this run of the script has read an address
        self.elsewhere: Experiment | None = None  # the experiment, if only another lesson shows it
        self.problem: str | None = None  # one sentence about the address
        self.problems: list[str] = []  # with the input, one sentence each
        self.notes: list[str] = []  # invalid parts of a teacher's link, one sentence each
        self.folded = False  # whether controls are only listed instead of drawn, see `more`
        self.drawn: list[str] = []  # fields that this form has a control for, hidden ones included
        self._slot = form_state(lesson.name)
        self._address = PageAddress(lesson.name)
        query = self._address.opened()
        if query is not None or not self._slot:
            self._read(query or {})
        self._written = self._address.query
        self._state = self._slot.setdefault()
        self.rules = replace(teacher_link.read(self._state.rules, lesson)[0], frozen=membership.is_frozen())
        self._pin()

    def _read(self, query: dict[str, str]) -> None:
        """Set all controls from an address."""
        rest = {key: value for key, value in query.items() if key not in (*self.extras, *teacher_link.NAMES)}
        rules, self.notes = teacher_link.read(query, self.lesson)
        preset, experiment, typed, notes = from_query(
            rest, self.lesson.preset, lambda path: rules.state(path) == "free"
        )
        if PRESET in rest:
            self._send_home(query, preset, experiment)
        self.problem = " ".join(notes) or None
        values = {PRESET: preset, **flatten(experiment.model_dump(mode="json"))}
        # hidden fields follow the preset, unless the address has a value
        pinned = rules.locked | (rules.hidden & rest.keys())
        fixed = {path: values[path] for path in sorted(pinned)}
        self._state = self._slot.set(FormState(rules.query(), fixed))
        self.load(preset, experiment)
        for path, value in typed.items():
            self._state.values[path] = value
            self.set(path, _as_typed(path, value))
        for name, value in self.extras.items():
            set_widget(self.extra_key(name), query.get(name, value)[:MAX_VALUE])
        self.given = bool(query)

    def _send_home(self, query: dict[str, str], preset: str, experiment: Experiment) -> None:
        """Open the lesson that a preset and its experiment belong to, if it is another one; the page ends here."""
        kinds = (*self.lesson.kinds, *self.lesson.also)
        if any(self.lesson.is_about(one, kinds) for one in (presets.get(preset), experiment)):
            return
        home = home_of(experiment)
        st.info(_("This is in the lesson {title}.", title=home.title), icon=":material/arrow_forward:")
        page_link(home.file, _("Open {title}", title=home.title), home.icon, query)
        self._address.leave_for(home.name, query)
        st.stop()

    def key(self, path: str) -> str:
        return f"{self.lesson.name}:{path}"

    def extra_key(self, name: str) -> str:
        """The widget key of one of the `extras`."""
        return self.key(f"extra:{name}")

    def get(self, path: str) -> Any:
        """The current input of a field's control; if the control is not drawn, the value that it would show."""
        return widget(self.key(path), self._state.values.get(path))

    def set(self, path: str, value: Any) -> None:
        """Set the value that the control of a field shows."""
        set_widget(self.key(path), value)

    def load(self, preset: str, experiment: Experiment) -> None:
        """Set all controls from an experiment."""
        self.set(PRESET, preset)
        self._state.values = flatten(experiment.model_dump(mode="json"))
        for path, value in self._state.values.items():
            self.set(path, _as_typed(path, value))
        self._pin()

    # --- rules of a teacher's link --------------------------------------------------------------------------

    @property
    def pinned(self) -> dict[str, Any]:
        """Path -> value of the fields (and `preset`) that no control can change."""
        return self._state.pinned

    def _pin(self) -> None:
        for path, value in self.pinned.items():
            self.set(path, _as_typed(path, value))

    def _kept(self, experiment: Experiment) -> Experiment:
        """The experiment with the pinned values. Raises LabError if these do not fit."""
        pinned = {path: value for path, value in self.pinned.items() if path != PRESET}
        return resolve(change(experiment, pinned)).experiment

    def _fits(self, preset: str) -> bool:
        try:
            self._kept(presets.get(preset))
        except LabError:
            return False
        return True

    @property
    def takes_uploads(self) -> bool:
        """Whether the user may upload images as the data set."""
        return self.rules.state("dataset") == "free" and MORE not in self.rules.hide

    @contextmanager
    def more(self) -> Iterator[None]:
        """The container for rarely used controls. Until it is first opened they are only listed, in `drawn`, because
        two dozen controls that nobody sees slow down the browser."""
        if {MORE, teacher_link.ALL} & set(self.rules.hide):
            with st.container():
                yield
            return
        place = st.expander(_("More choices"), key=self.key("more"), on_change="rerun")
        opened = Slot(self.key("opened"), bool)
        if place.open:
            opened.set(True)
        self.folded = not opened.get()
        with place:
            yield
        self.folded = False

    def columns(self, count: int, alignment: Literal["top", "bottom"] = "top") -> list[AbstractContextManager[Any]]:
        """Columns for controls."""
        return [nullcontext()] * count if self.folded else [*st.columns(count, vertical_alignment=alignment)]

    def caption(self, text: str) -> None:
        """A line below controls."""
        if not self.folded:
            st.caption(text)

    def _draw(
        self, widget: Callable[..., Any], label: str, path: str, *options: Any, help: str = "", **more: Any
    ) -> None:
        """Draw a control, unless it is hidden; disable it if it is locked. All controls are drawn here."""
        self.drawn.append(path)
        if (state := self.rules.state(path)) == "hidden" or self.folded:
            return
        about = help or _help(path)
        key, fixed = self.key(path), state == "fixed"
        widget(label, *options, key=key, disabled=fixed, help=about, persist_state="session", **more)

    # --- widgets --------------------------------------------------------------------------------------------

    def preset(self) -> presets.Preset:
        """The preset; choosing one sets all controls."""
        names = [name for name in self.lesson.presets() if not self.pinned or self._fits(name)]
        if self.get(PRESET) not in names:
            names.append(self.get(PRESET))
        self._draw(
            st.selectbox,
            _("Start from"),
            PRESET,
            names,
            format_func=lambda name: presets.PRESETS[name].title,
            on_change=lambda: self.load(self.get(PRESET), self._kept(presets.get(self.get(PRESET)))),
            help=_("The documents' networks, then our own recipes. Choosing one sets every control below."),
        )
        return presets.preset(self.get(PRESET))

    def typed(self, path: str) -> None:
        """A text input for sizes, rates and other numbers, which are checked when the experiment is made."""
        self._draw(st.text_input, labels.field(path), path)

    def number(self, path: str) -> None:
        """An integer input. The widget has no limits, because it would reject numbers without an explanation; the
        experiment checks the range and explains it."""
        self._draw(st.number_input, labels.field(path), path, step=1)

    def choice(self, path: str) -> str:
        """A choice of a name in the registry, which is returned."""
        self._draw(
            st.selectbox, labels.field(path), path, choices(path), format_func=lambda name: labels.choice(path, name)
        )
        return str(self.get(path))

    def toggle(self, path: str) -> None:
        self._draw(st.toggle, labels.field(path), path)

    def dataset(self) -> None:
        """The data sets that this lesson can show: those of the app and those that this user has uploaded."""
        bundled = [name for name in datasets.SETS if self._is_for(name)]
        names = list(dict.fromkeys([*bundled, *self.own_datasets(), self.get("dataset")]))
        titles = Counter(map(title, names))

        def unambiguous(name: str) -> str:
            # the browser sends the label back, so two data sets must not have the same label
            return title(name) if titles[title(name)] == 1 else f"{title(name)} ({name.rpartition('-')[2]})"

        self._draw(
            st.selectbox, labels.field("dataset"), "dataset", names, format_func=unambiguous, on_change=self._fit_sizes
        )

    def own_datasets(self) -> list[str]:
        """The data sets that this user has uploaded and this lesson can show."""
        return [name for name in OWN_DATASETS.get() if self._is_for(name)]

    def _is_for(self, name: str) -> bool:
        try:
            return self.lesson.takes(datasets.spec(name))
        except LabError:  # it has been removed from this machine since
            return False

    def use(self, dataset: str, own: bool = False) -> None:
        """Choose a data set. own: also add it to this user's data sets. Raises LabError if it is unknown or locked."""
        datasets.spec(dataset)
        if self.rules.state("dataset") != "free":
            raise LabError("The data set is locked by the link that you opened: use your own in another lesson.")
        if own and dataset not in OWN_DATASETS.setdefault():
            OWN_DATASETS.get().append(dataset)
        self.set("dataset", dataset)
        self._fit_sizes()

    def _fit_sizes(self) -> None:
        """Set the first layer (and the last layer of a decoder) to the number of pixels of the data set, and a batch
        that is larger than its training set to all of it."""
        described = datasets.spec(self.get("dataset"))
        size = text(self.get("batch_size"))
        if size.isdecimal() and int(size) > described.splits.train:
            self.set("batch_size", "all")
        if described.pixels > MAX_WIDTH:
            return  # too large for fully connected layers
        pixels = str(described.pixels)
        self.set("model.layers", "-".join([pixels, *parts(text(self.get("model.layers")))[1:]]))
        if decoder := text(self.get("model.decoder_layers")):
            self.set("model.decoder_layers", "-".join([*parts(decoder)[:-1], pixels]))

    def changed(self, experiment: Experiment) -> str:
        """Describe how the experiment differs from the chosen preset, without hidden fields; empty if nothing
        differs."""
        changes = experiment.changes(presets.get(self.get(PRESET)))
        shown = {path: value for path, value in changes.items() if self.rules.state(path) != "hidden"}
        return ", ".join(
            f"{labels.short(path)} {labels.choice(path, labels.typed(value)) or _('empty')}"
            for path, value in shown.items()
        )

    @property
    def address(self) -> dict[str, str]:
        """The query of the page's address."""
        return self._written

    # --- the experiment -------------------------------------------------------------------------------------

    def experiment(self) -> Experiment:
        """The experiment that the controls describe. Raises LabError if the input is invalid."""
        typed = {path: self.get(path) for path in self._state.values}
        experiment = resolve(Experiment().with_values(typed)).experiment
        query = encode(experiment, self.get(PRESET)).query()
        query |= {path: text(value) for path, value in self.pinned.items() if path not in self.rules.locked}
        query |= self.rules.query()
        for name, default in self.extras.items():
            value = str(widget(self.extra_key(name)))
            if name not in self.left_out or value != default:
                query[name] = value
        self._written = query
        return experiment

    def show_address(self, subject: str, tried: bool) -> None:
        """Give the page the address of its experiment. While the input is invalid, the address stays as it is.

        subject: what the address is about, such as a digest; tried: whether that was trained or opened.
        """
        self._address.show(self._written, subject, tried)

    def experiment_or_none(self) -> Experiment | None:
        """The experiment, or None if the input is invalid or this lesson cannot show it; `problems` then says why."""
        try:
            experiment = self.experiment()
        except LabError as error:
            self.problems = sentences(error)
            return None
        spec, kind = resolve(experiment).spec, experiment.model.kind
        if not self.lesson.takes(spec):
            self.problems = [_("This lesson cannot show {title}: open it in its own lesson.", title=_(spec.title))]
        elif kind not in (*self.lesson.kinds, *self.lesson.also):
            of = labels.choice("model.kind", kind)
            self.problems = [_("This lesson cannot show {kind} nets: open this one in its own lesson.", kind=of)]
        else:
            return experiment
        self.elsewhere = experiment
        return None


def _as_typed(path: str, value: Any) -> Any:
    """A field's value in the type that its widget takes."""
    raw = isinstance(value, bool) or path in (*NUMBERS, PRESET, "dataset") or is_choice(path)
    return value if raw else labels.typed(value)


def title(name: str) -> str:
    """The title of a data set, or its name if it is not on this machine."""
    try:
        return _(datasets.spec(name).title)
    except LabError:
        return name


def _help(path: str) -> str:
    return _(field_info(path).description or "")
