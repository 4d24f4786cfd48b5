"""Widgets <-> Experiment. One widget a field, built from the field's declaration: its help is the description, its
choices are the registry's names. What was typed stays, also when it is wrong; the address follows what is right."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from .. import datasets, labels, presets
from ..basics import LabError
from ..datasets import DatasetSpec
from ..experiment import Experiment, ExperimentError, choices, field_info, flatten
from ..fields import MAX_WIDTH
from .address import MAX_VALUE, PRESET, from_query, text, to_query

NUMBERS = ("epochs", "seed", "beta_warm_up")  # fields that are a number widget
OWN = "own_datasets"  # in the session: names of data sets that this person has given


class Controls:
    """The controls of one lesson. `lesson` keeps its widgets apart from those of other lessons."""

    def __init__(
        self,
        lesson: str,
        default: str,
        extras: Mapping[str, str] | None = None,
        takes: Callable[[DatasetSpec], bool] = lambda _: True,
        kinds: tuple[str, ...] = ("dense",),
    ) -> None:
        """default: the preset that a first visit shows; extras: what the page's address has beside an experiment, with
        what it is where the address says nothing; takes: which data sets the lesson is for; kinds: of nets."""
        self.lesson, self.default, self.extras, self.takes = lesson, default, dict(extras or {}), takes
        self.kinds = kinds
        self._address = f"{lesson}:address"
        self.given = False  # an address has just been read
        self.elsewhere: Experiment | None = None  # what is described, where another lesson shows it
        self.problem: str | None = None  # with the address, one sentence
        self.problems: list[str] = []  # with what was typed or chosen, one sentence each
        query = {key: st.query_params[key] for key in st.query_params}
        # a first visit, a pasted link, or the browser's own navigation; not our own writing of the address
        if self._address not in st.session_state or (query and query != st.session_state[self._address]):
            rest = {key: value for key, value in query.items() if key not in self.extras}
            preset, experiment, self.problem = from_query(rest, default)
            self.load(preset, experiment)
            for name, value in self.extras.items():
                st.session_state[self.extra_key(name)] = query.get(name, value)[:MAX_VALUE]
            st.session_state[self._address] = query
            self.given = bool(query)
            if query:  # a link from this page to itself changes the script's address, but not the browser's
                st.query_params.from_dict(query)

    def key(self, path: str) -> str:
        return f"{self.lesson}:{path}"

    def extra_key(self, name: str) -> str:
        """Where the page keeps what its address has beside an experiment."""
        return f"{self.lesson}:extra:{name}"

    def load(self, preset: str, experiment: Experiment) -> None:
        """Set every control."""
        st.session_state[self.key(PRESET)] = preset
        for path, value in flatten(experiment.model_dump(mode="json")).items():
            if isinstance(value, bool) or path in NUMBERS or _is_choice(path) or path == "dataset":
                st.session_state[self.key(path)] = value
            else:
                st.session_state[self.key(path)] = text(value)
        st.session_state[self.key("values")] = flatten(experiment.model_dump(mode="json"))

    # --- widgets --------------------------------------------------------------------------------------------

    def preset(self, names: list[str]) -> presets.Preset:
        """Where to start from; choosing one sets every control."""
        key = self.key(PRESET)
        if st.session_state.get(key) not in names:
            names = [*names, st.session_state[key]]
        st.selectbox(
            "Start from",
            names,
            key=key,
            format_func=lambda name: presets.PRESETS[name].title,
            on_change=lambda: self.load(st.session_state[key], presets.get(st.session_state[key])),
            help="The documents' networks, then recipes of ours. Choosing one sets every control below.",
            persist_state="session",
        )
        return presets.preset(st.session_state[key])

    def typed(self, path: str) -> None:
        """A text to type: sizes, rates and other numbers, checked when the experiment is made."""
        st.text_input(labels.field(path), key=self.key(path), help=_help(path), persist_state="session")

    def number(self, path: str) -> None:
        """A whole number. Without limits of the widget's own, which would keep silent about what is out of them: the
        experiment says what is allowed."""
        st.number_input(labels.field(path), key=self.key(path), step=1, help=_help(path), persist_state="session")

    def choice(self, path: str) -> str:
        """A name from the registry; returns it."""
        chosen: str = st.selectbox(
            labels.field(path),
            choices(path),
            key=self.key(path),
            format_func=lambda name: labels.choice(path, name),
            help=_help(path),
            persist_state="session",
        )
        return chosen

    def toggle(self, path: str) -> None:
        st.toggle(labels.field(path), key=self.key(path), help=_help(path), persist_state="session")

    def dataset(self) -> None:
        """The bundled sets that this lesson is for, and those that this person has given."""
        key = self.key("dataset")
        own = [name for name in st.session_state.get(OWN, []) if self._is_for(name)]
        bundled = [name for name in datasets.SETS if self._is_for(name)]
        names = list(dict.fromkeys([*bundled, *own, st.session_state[key]]))
        st.selectbox(
            "Data set",
            names,
            key=key,
            format_func=title,
            on_change=self._fit_sizes,
            help=_help("dataset"),
            persist_state="session",
        )

    def _is_for(self, name: str) -> bool:
        try:
            return self.takes(datasets.spec(name))
        except LabError:  # removed from this machine since
            return False

    def use(self, dataset: str, own: bool = False) -> None:
        """Choose a data set; own: keep it among this person's. Raises LabError for one that is not here."""
        datasets.spec(dataset)
        if own:
            mine = st.session_state.setdefault(OWN, [])
            if dataset not in mine:
                mine.append(dataset)
        st.session_state[self.key("dataset")] = dataset
        self._fit_sizes()

    def _fit_sizes(self) -> None:
        """Another data set has other images: the first layer (and a decoder's last) follows."""
        described = datasets.spec(st.session_state[self.key("dataset")])
        if described.pixels > MAX_WIDTH:
            return  # too large for fully connected layers
        pixels = str(described.pixels)
        layers = st.session_state[self.key("model.layers")].replace(",", "-").split("-")
        st.session_state[self.key("model.layers")] = "-".join([pixels, *layers[1:]])
        decoder = st.session_state[self.key("model.decoder_layers")]
        if decoder:
            st.session_state[self.key("model.decoder_layers")] = "-".join([*decoder.split("-")[:-1], pixels])

    def get(self, path: str) -> Any:
        """What the control of a field says now, typed or chosen."""
        return st.session_state[self.key(path)]

    def changed(self, experiment: Experiment) -> str:
        """In words, what differs from the preset that this began with; empty where nothing does."""
        base = presets.get(st.session_state[self.key(PRESET)])
        return ", ".join(f"{path} {text(value) or 'empty'}" for path, value in experiment.changes(base).items())

    # --- the experiment -------------------------------------------------------------------------------------

    def experiment(self) -> Experiment:
        """What the controls describe; the address follows. Raises ExperimentError; what was typed stays."""
        values = {path: st.session_state.get(self.key(path), value) for path, value in self._values().items()}
        experiment = Experiment().with_values(values)
        query = to_query(experiment, st.session_state[self.key(PRESET)])
        query |= {name: str(st.session_state[self.extra_key(name)]) for name in self.extras}
        if query != st.session_state[self._address] or not st.query_params:
            st.query_params.from_dict(query)
            st.session_state[self._address] = query
        return experiment

    def experiment_or_none(self) -> Experiment | None:
        """As `experiment`; where it cannot be, None, and `problems` says why."""
        try:
            experiment = self.experiment()
        except ExperimentError as error:
            self.problems = error.problems
            return None
        if not self.takes(experiment.dataset_spec):
            self.problems = [f"This lesson shows nothing of {experiment.dataset_spec.title}: open it in its own."]
            self.elsewhere = experiment
            return None
        if experiment.model.kind not in self.kinds:
            kind = labels.choice("model.kind", experiment.model.kind)
            self.problems = [f"This lesson shows nothing of {kind} nets: open this one in its own."]
            self.elsewhere = experiment
            return None
        return experiment

    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = st.session_state[self.key("values")]
        return values


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
