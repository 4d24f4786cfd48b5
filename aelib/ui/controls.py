"""Widgets <-> Experiment. One widget a field, built from the field's declaration: its help is the description, its
choices are the registry's names. What was typed stays, also when it is wrong; the address follows what is right."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from .. import datasets, presets
from ..basics import LabError
from ..corruption import NOISES
from ..datasets import glyphs
from ..experiment import Experiment, ExperimentError, choices, field_info, flatten
from ..initialization import INITIALIZATIONS
from ..optimizers import OPTIMIZERS
from . import labels
from .address import MAX_VALUE, PRESET, from_query, text, to_query
from .words import plain


class Controls:
    """The controls of one lesson. `lesson` keeps its widgets apart from those of other lessons."""

    def __init__(self, lesson: str, default: str, extras: Mapping[str, str] | None = None) -> None:
        """default: the preset that a first visit shows; extras: what the page's address has beside an experiment, with
        what it is where the address says nothing."""
        self.lesson, self.default, self.extras = lesson, default, dict(extras or {})
        self._address = f"{lesson}:address"
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

    def key(self, path: str) -> str:
        return f"{self.lesson}:{path}"

    def extra_key(self, name: str) -> str:
        """Where the page keeps what its address has beside an experiment."""
        return f"{self.lesson}:extra:{name}"

    def load(self, preset: str, experiment: Experiment) -> None:
        """Set every control."""
        st.session_state[self.key(PRESET)] = preset
        for path, value in flatten(experiment.model_dump(mode="json")).items():
            if isinstance(value, bool) or path in ("epochs", "seed") or _is_choice(path) or path == "dataset":
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
        """Bundled sets, and the table that this person has uploaded."""
        key = self.key("dataset")
        own = [name for name in st.session_state.get("own_datasets", []) if name not in datasets.SETS]
        names = list(dict.fromkeys([*datasets.SETS, *own, st.session_state[key]]))
        st.selectbox(
            "Data set",
            names,
            key=key,
            format_func=lambda name: datasets.spec(name).title,
            on_change=self._fit_sizes,
            help=_help("dataset"),
            persist_state="session",
        )
        upload_key = self.key("upload")
        st.file_uploader(
            "Your own glyphs (CSV)",
            type=["csv", "txt"],
            key=upload_key,
            on_change=self._take_upload,
            help="A header char,row0,row1,… and one line for each glyph; rows in # and . such as .#. — any grid from "
            "3x3 to 32x32, 2 to 1,024 glyphs.",
        )
        if problem := st.session_state.get(self.key("upload_problem")):
            st.error(plain(problem), icon=":material/error:")
        st.download_button(
            "The font as a table to start from",
            glyphs.write(datasets.load("font5x7")),
            "font5x7.csv",
            "text/csv",
            type="tertiary",
            on_click="ignore",
        )

    def _take_upload(self) -> None:
        upload = st.session_state[self.key("upload")]
        st.session_state[self.key("upload_problem")] = None
        if upload is None:
            return
        try:
            name = glyphs.keep(upload.getvalue())
        except LabError as error:
            st.session_state[self.key("upload_problem")] = str(error)
            return
        st.session_state.setdefault("own_datasets", []).append(name)
        st.session_state[self.key("dataset")] = name
        self._fit_sizes()

    def _fit_sizes(self) -> None:
        """Another data set has other images: the first layer (and a decoder's last) follows."""
        pixels = str(datasets.spec(st.session_state[self.key("dataset")]).pixels)
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
            return self.experiment()
        except ExperimentError as error:
            self.problems = error.problems
            return None

    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = st.session_state[self.key("values")]
        return values


def _help(path: str) -> str:
    return field_info(path).description or ""


def _is_choice(path: str) -> bool:
    try:
        return bool(choices(path)) and all(isinstance(name, str) for name in choices(path))
    except (KeyError, TypeError):
        return False


def dense(controls: Controls) -> Experiment | None:
    """The form of the dense lesson, documents' presets first. None where `controls.problems` has something."""
    _start(controls, [name for name, one in presets.PRESETS.items() if one.experiment.corruption.kind == "none"])
    _network(controls)
    with st.expander("More choices"):
        _more(controls)
    return controls.experiment_or_none()


def denoiser(controls: Controls) -> Experiment | None:
    """The form of the denoising lesson: noise first. None where `controls.problems` has something."""
    _start(controls, [name for name, one in presets.PRESETS.items() if one.experiment.corruption.kind != "none"])
    left, right = st.columns(2)
    with left:
        kind = controls.choice("corruption.kind")
    with right:
        controls.typed("corruption.level")
    if kind in NOISES:
        st.caption(NOISES[kind].about)
    _network(controls)
    with st.expander("More choices"):
        controls.toggle("corruption.fresh")
        controls.choice("corruption.where")
        if kind == "painted":
            controls.typed("corruption.pixels")
        _more(controls)
    return controls.experiment_or_none()


def swept(controls: Controls) -> None:
    """Every choice of the experiment that a sweep varies."""
    _network(controls)
    kind = controls.choice("corruption.kind")
    if kind != "none":
        controls.typed("corruption.level")
        controls.toggle("corruption.fresh")
        controls.choice("corruption.where")
    _more(controls)


def _start(controls: Controls, names: list[str]) -> None:
    """The preset, with what its document reports and what we assumed."""
    preset = controls.preset(names)
    if preset.reported:
        reported = preset.reported
        metric = reported["metric"].replace("_", " ")
        note = f" ({reported['note']})" if reported["note"] else ""
        st.caption(plain(f"The document reports {reported['reported']} for {metric}{note}."))
    if preset.assumed:
        st.caption(plain(preset.assumed))


def _network(controls: Controls) -> None:
    controls.typed("model.layers")
    controls.choice("model.hidden_activation")
    left, right = st.columns(2)
    with left:
        controls.choice("optimizer.kind")
        controls.number("epochs")
    with right:
        controls.typed("optimizer.learning_rate")
        controls.number("seed")


def _more(controls: Controls) -> None:
    controls.dataset()
    controls.choice("normalization")
    controls.choice("loss")
    controls.choice("model.code_activation")
    controls.choice("model.output_activation")
    controls.typed("model.decoder_layers")
    controls.toggle("model.batch_norm")
    initialization = controls.choice("model.initialization")
    if INITIALIZATIONS[initialization].scaled:
        controls.typed("model.initialization_scale")
    if OPTIMIZERS[controls.get("optimizer.kind")].momentum:
        controls.typed("optimizer.momentum")
    controls.typed("optimizer.weight_decay")
    schedule = controls.choice("optimizer.schedule")
    if schedule == "step":
        controls.typed("optimizer.step_every")
        controls.typed("optimizer.step_factor")
    controls.typed("batch_size")
    stop = controls.choice("early_stop.kind")
    if stop == "learnt":
        controls.typed("early_stop.wrong_pixels")
    if stop == "patience":
        controls.typed("early_stop.patience")
        controls.typed("early_stop.min_delta")
    controls.typed("snapshots")
