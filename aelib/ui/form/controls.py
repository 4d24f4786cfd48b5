"""Widgets <-> Experiment. One widget a field, built from the field's declaration: its help is the description, its
choices are the registry's names. What was typed stays, also when it is wrong; the address follows what is right.

A teacher's link (teacher_link.py) fixes controls or leaves them out: `_draw` decides that, and `_pin` keeps their
values."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from aelib import datasets
from aelib.core.errors import LabError
from aelib.experiment import (
    MAX_WIDTH,
    Experiment,
    change,
    choices,
    field_info,
    flatten,
    labels,
    presets,
    resolve,
)
from aelib.experiment.encoding import MAX_VALUE, PRESET, encode
from aelib.experiment.labels import text
from aelib.ui.shell.address import from_query
from aelib.ui.shell.lessons import Lesson
from aelib.ui.shell.messages import sentences
from aelib.ui.shell.session import FormState, Slot, form_state, set_widget, widget

from . import teacher_link, url_sync
from .teacher_link import MORE

NUMBERS = ("epochs", "seed", "beta_warm_up")  # fields that are a number widget
OWN_DATASETS: Slot[list[str]] = Slot("own_datasets", list)  # names of data sets that this person has given


class Controls:
    """The controls of one lesson; `lesson.name` keeps its widgets apart from those of other lessons."""

    def __init__(self, lesson: Lesson, extras: Mapping[str, str] | None = None) -> None:
        """extras: what the page's address has in addition to an experiment, with their defaults."""
        self.lesson, self.extras = lesson, dict(extras or {})
        self.given = False  # an address has just been read
        self.elsewhere: Experiment | None = None  # what is described, where another lesson shows it
        self.problem: str | None = None  # with the address, one sentence
        self.problems: list[str] = []  # with what was typed or chosen, one sentence each
        self.notes: list[str] = []  # what of a teacher's link cannot be kept to, one sentence each
        self.drawn: list[str] = []  # fields that this form has a control for, left out or not
        self._slot = form_state(lesson.name)
        query = {key: st.query_params[key] for key in st.query_params}
        if url_sync.is_echo(lesson.name, query, self.address):
            query = self.address
            st.query_params.from_dict(query)
        # a first visit, a pasted link, or the browser's own navigation; not our own writing of the address
        if not self._slot or (query and query != self.address):
            self._read(query)
        self._state = self._slot.setdefault()
        self.rules, _ = teacher_link.read(self._state.rules, lesson)
        self._pin()

    def _read(self, query: dict[str, str]) -> None:
        """Set every control as an address says."""
        rest = {key: value for key, value in query.items() if key not in (*self.extras, *teacher_link.NAMES)}
        preset, experiment, self.problem = from_query(rest, self.lesson.preset)
        rules, self.notes = teacher_link.read(query, self.lesson)
        values = {PRESET: preset, **flatten(experiment.model_dump(mode="json"))}
        # what is hidden follows the preset, unless the address says its value
        pinned = rules.locked | (rules.hidden & (set() if self.problem else rest.keys()))
        fixed = {path: values[path] for path in sorted(pinned)}
        self._state = self._slot.set(FormState(query, rules.query(), fixed))
        self.load(preset, experiment)
        for name, value in self.extras.items():
            set_widget(self.extra_key(name), query.get(name, value)[:MAX_VALUE])
        self.given = bool(query)
        if query:  # a link from this page to itself changes the script's address, but not the browser's
            st.query_params.from_dict(query)

    def key(self, path: str) -> str:
        return f"{self.lesson.name}:{path}"

    def extra_key(self, name: str) -> str:
        """The key of a widget that the page's address has in addition to an experiment."""
        return self.key(f"extra:{name}")

    def get(self, path: str) -> Any:
        """What the control of a field says now, typed or chosen; where it is not drawn, what it would show."""
        return widget(self.key(path), self._state.values.get(path))

    def set(self, path: str, value: Any) -> None:
        """Let the control of a field show a value."""
        set_widget(self.key(path), value)

    def load(self, preset: str, experiment: Experiment) -> None:
        """Set every control."""
        self.set(PRESET, preset)
        self._state.values = flatten(experiment.model_dump(mode="json"))
        for path, value in self._state.values.items():
            self.set(path, _as_typed(path, value))
        self._pin()

    # --- what a teacher's link says -------------------------------------------------------------------------

    @property
    def pinned(self) -> dict[str, Any]:
        """Fields (and `preset`) whose value no control changes, with it."""
        return self._state.pinned

    def _pin(self) -> None:
        for path, value in self.pinned.items():
            self.set(path, _as_typed(path, value))

    def _kept(self, experiment: Experiment) -> Experiment:
        """The same with what is pinned. Raises LabError where that does not fit."""
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
        """Whether a person's own images may become the data set."""
        return self.rules.state("dataset") == "free" and MORE not in self.rules.hide

    def more(self) -> DeltaGenerator:
        """Where the choices go that few people need."""
        return st.container() if {MORE, teacher_link.ALL} & set(self.rules.hide) else st.expander("More choices")

    def _draw(
        self, widget: Callable[..., Any], label: str, path: str, *options: Any, help: str = "", **more: Any
    ) -> None:
        """The one place where a control is free, fixed or left out."""
        self.drawn.append(path)
        if (state := self.rules.state(path)) == "hidden":
            return
        about = help or _help(path)
        key, fixed = self.key(path), state == "fixed"
        widget(label, *options, key=key, disabled=fixed, help=about, persist_state="session", **more)

    # --- widgets --------------------------------------------------------------------------------------------

    def preset(self) -> presets.Preset:
        """Where to start from; choosing one sets every control."""
        names = [name for name in self.lesson.presets() if not self.pinned or self._fits(name)]
        if self.get(PRESET) not in names:
            names.append(self.get(PRESET))
        self._draw(
            st.selectbox,
            "Start from",
            PRESET,
            names,
            format_func=lambda name: presets.PRESETS[name].title,
            on_change=lambda: self.load(self.get(PRESET), self._kept(presets.get(self.get(PRESET)))),
            help="The documents' networks, then recipes of ours. Choosing one sets every control below.",
        )
        return presets.preset(self.get(PRESET))

    def typed(self, path: str) -> None:
        """A text to type: sizes, rates and other numbers, checked when the experiment is made."""
        self._draw(st.text_input, labels.field(path), path)

    def number(self, path: str) -> None:
        """A whole number. Without limits of the widget's own, which would keep silent about what is out of them: the
        experiment says what is allowed."""
        self._draw(st.number_input, labels.field(path), path, step=1)

    def choice(self, path: str) -> str:
        """A name from the registry; returns it."""
        self._draw(
            st.selectbox, labels.field(path), path, choices(path), format_func=lambda name: labels.choice(path, name)
        )
        return str(self.get(path))

    def toggle(self, path: str) -> None:
        self._draw(st.toggle, labels.field(path), path)

    def dataset(self) -> None:
        """The bundled sets that this lesson is for, and those that this person has given."""
        bundled = [name for name in datasets.SETS if self._is_for(name)]
        own = [name for name in OWN_DATASETS.get() if self._is_for(name)]
        names = list(dict.fromkeys([*bundled, *own, self.get("dataset")]))
        titles = Counter(map(title, names))

        def unambiguous(name: str) -> str:
            # the browser sends what it shows: two sets of as many pictures must not be called the same
            return title(name) if titles[title(name)] == 1 else f"{title(name)} ({name.rpartition('-')[2]})"

        self._draw(st.selectbox, "Data set", "dataset", names, format_func=unambiguous, on_change=self._fit_sizes)

    def _is_for(self, name: str) -> bool:
        try:
            return self.lesson.takes(datasets.spec(name))
        except LabError:  # removed from this machine since
            return False

    def use(self, dataset: str, own: bool = False) -> None:
        """Choose a data set; own: add it to this person's. Raises LabError for one that is not here."""
        datasets.spec(dataset)
        if self.rules.state("dataset") != "free":
            raise LabError("The data set is fixed by the link that you opened: choose another lesson for your own.")
        if own and dataset not in OWN_DATASETS.setdefault():
            OWN_DATASETS.get().append(dataset)
        self.set("dataset", dataset)
        self._fit_sizes()

    def _fit_sizes(self) -> None:
        """Another data set has other images: the first layer (and a decoder's last) follows."""
        described = datasets.spec(self.get("dataset"))
        if described.pixels > MAX_WIDTH:
            return  # too large for fully connected layers
        pixels = str(described.pixels)
        self.set("model.layers", "-".join([pixels, *self.get("model.layers").replace(",", "-").split("-")[1:]]))
        if decoder := self.get("model.decoder_layers"):
            self.set("model.decoder_layers", "-".join([*decoder.split("-")[:-1], pixels]))

    def changed(self, experiment: Experiment) -> str:
        """In words, what differs from the preset that this began with, but for what is left out; empty where nothing
        does."""
        changes = experiment.changes(presets.get(self.get(PRESET)))
        shown = {path: value for path, value in changes.items() if self.rules.state(path) != "hidden"}
        return ", ".join(f"{path} {text(value) or 'empty'}" for path, value in shown.items())

    @property
    def address(self) -> dict[str, str]:
        """What stands in the address bar."""
        return self._slot.get().address

    # --- the experiment -------------------------------------------------------------------------------------

    def experiment(self) -> Experiment:
        """What the controls describe; the address follows. Raises LabError; what was typed stays."""
        typed = {path: self.get(path) for path in self._state.values}
        experiment = resolve(Experiment().with_values(typed)).experiment
        query = encode(experiment, self.get(PRESET)).query()
        query |= {path: text(value) for path, value in self.pinned.items() if path not in self.rules.locked}
        query |= self.rules.query()
        query |= {name: str(widget(self.extra_key(name))) for name in self.extras}
        if query != self.address or not st.query_params:
            st.query_params.from_dict(query)
            if self.address:
                url_sync.replaced(self.lesson.name, self.address)
            self._state.address = query
        url_sync.listen(self.lesson.name, query)
        return experiment

    def experiment_or_none(self) -> Experiment | None:
        """As `experiment`; where it cannot be, None, and `problems` says why."""
        try:
            experiment = self.experiment()
        except LabError as error:
            self.problems = sentences(error)
            return None
        spec, kind = resolve(experiment).spec, experiment.model.kind
        if not self.lesson.takes(spec):
            self.problems = [f"This lesson shows nothing of {spec.title}: open it in its own."]
        elif kind not in (*self.lesson.kinds, *self.lesson.also):
            of = labels.choice("model.kind", kind)
            self.problems = [f"This lesson shows nothing of {of} nets: open this one in its own."]
        else:
            return experiment
        self.elsewhere = experiment
        return None


def _as_typed(path: str, value: Any) -> Any:
    """A field's value as its widget wants it."""
    raw = isinstance(value, bool) or path in (*NUMBERS, PRESET, "dataset") or _is_choice(path)
    return value if raw else text(value)


def title(name: str) -> str:
    """What a data set is called; its name where it is not on this machine."""
    try:
        return datasets.spec(name).title
    except LabError:
        return name


def _help(path: str) -> str:
    return field_info(path).description or ""


def _is_choice(path: str) -> bool:
    try:
        return bool(choices(path)) and all(isinstance(name, str) for name in choices(path))
    except (KeyError, TypeError):
        return False
