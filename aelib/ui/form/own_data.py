"""The user's own data: files in any supported form, shown before they are kept. `aelib.datasets.read` reads them."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from aelib import datasets
from aelib.charts import glyphs
from aelib.core.errors import LabError
from aelib.core.language import N_, _, ngettext
from aelib.datasets import DatasetSpec, Found
from aelib.datasets.user import collection, forms, pictures
from aelib.datasets.user import glyphs as tables
from aelib.ui.jobs import background
from aelib.ui.shell.lessons import many_in_colour, many_in_grey
from aelib.ui.shell.messages import escaped
from aelib.ui.shell.session import Slot

from .controls import Controls

AT_ONCE = 3_000_000  # bytes that are read while the page is drawn; more are read in the background
SHOWN = 24  # images on a sheet
SAID = 5  # skipped files that a message names
AS_GIVEN = 0
MAX_SIZE = 12  # characters of a height and a width
_DRAWING = ".#.\n###\n.#.\n\n#.#\n.#.\n#.#"
_PARTS = {"train": N_("{n:,} to train on"), "valid": N_("{n:,} to validate with"), "test": N_("{n:,} to test on")}
SIDES = (AS_GIVEN, *range(8, 65, 4))


def own_data(controls: Controls) -> None:
    """Files in any supported form: read, shown, and kept when the user says so."""
    if not controls.takes_uploads or controls.folded:
        return
    key = controls.key("own")
    with st.popover(_("Data of your own"), icon=":material/upload:", width="stretch"):
        folder = st.toggle(_("A whole folder"), key=f"{key}:folder", help=_("Its folders are classes, or parts."))
        given = st.file_uploader(
            _("A folder of pictures or other files")
            if folder
            else _("Files: a font, a table, arrays, pictures or a ZIP archive"),
            accept_multiple_files="directory" if folder else True,
            key=f"{key}:tree" if folder else key,
            help="\n".join([_("What a file is, is judged by its content."), "", *_forms()]),
        )
        drawn = None if given else _drawing(key)  # hidden where it would separate files and their images
        try:
            options = _options(controls, key)
        except LabError as error:  # an impossible image size
            st.error(escaped(str(error)), icon=":material/error:")
        else:
            found = _found(controls, given, options) if given else _drawn(drawn, options)
            if found is not None:
                _show(controls, key, found)
        if problem := _problem(controls).get():
            st.error(escaped(problem), icon=":material/error:")
        st.download_button(
            _("A font as a template"),
            tables.write(datasets.load("font5x7")),
            "font5x7.csv",
            "text/csv",
            type="tertiary",
            on_click="ignore",
        )


def _drawing(key: str) -> str | None:
    return st.text_area(
        _("Or draw glyphs as text"),
        key=f"{key}:drawn",
        placeholder=_DRAWING,
        height=140,
        help=_("An empty line between two glyphs; # is on and . is off. A table in C or CSV can be pasted too."),
    )


def _drawn(text: str | None, options: datasets.Options) -> Found | None:
    """What is in a text that the user has written."""
    if not text or not text.strip():
        return None
    try:
        return datasets.read(text.encode(), options, _("the text"))
    except LabError as error:
        st.error(escaped(str(error)), icon=":material/error:")
        return None


def _forms() -> list[str]:
    return [f"- **{_(form.name)}**: {_(form.about)}" for form in forms.FORMS]


def _problem(controls: Controls) -> Slot[str]:
    return Slot(controls.key("own_problem"), str)


def _options(controls: Controls, key: str) -> datasets.Options:
    """What the user says about the files, where the lesson leaves a choice."""
    takes = _takes(controls)
    left, right = st.columns(2, vertical_alignment="bottom")
    side = left.select_slider(
        _("Side in pixels"),
        SIDES,
        value=AS_GIVEN,
        format_func=lambda one: _("as given") if one == AS_GIVEN else str(one),
        key=f"{key}:side",
        help=_(
            "The middle square of each image is scaled to this side. As given: arrays stay as they are, and "
            "pictures become {side}x{side}.",
            side=_side(controls),
        ),
    )
    colour = takes is many_in_colour
    if takes not in (many_in_colour, many_in_grey):
        colour = right.toggle(_("Keep the colours"), key=f"{key}:colour")
    size = right.text_input(
        _("Height x width"),
        key=f"{key}:size",
        max_chars=MAX_SIZE,
        placeholder=_("7x5, where numbers stand in one line"),
    )
    return datasets.Options(side or None, colour, _size(size), _side(controls))


def _takes(controls: Controls) -> Callable[[DatasetSpec], bool]:
    """The data sets that the lesson is about; they may be fewer than it can show."""
    return controls.lesson.subject or controls.lesson.takes


def _side(controls: Controls) -> int:
    return 28 if _takes(controls) is many_in_grey else 32


def _size(text: str | None) -> tuple[int, int] | None:
    height, cross, width = (text or "").strip().lower().replace("×", "x").partition("x")
    return (int(height), int(width)) if cross and height.isdecimal() and width.isdecimal() else None


def _found(controls: Controls, given: Sequence[Any], options: datasets.Options) -> Found | None:
    """What is in the files; None while they are being read, and if they cannot be read."""
    files = [(one.name, one) for one in given]
    about = (options.side, options.colour, options.size, options.default)
    key = f"own:{about}:{hashlib.sha256(' '.join(one.file_id for one in given).encode()).hexdigest()}"
    if sum(one.size for one in given) > AT_ONCE:

        def read(on_progress: Callable[[float], None], stop: Callable[[], bool]) -> Found:
            told = replace(options, on_progress=on_progress, cancelled=stop)
            return datasets.read([(name, one.getvalue()) for name, one in files], told)

        return background.result_of(key, _("Read the files"), read)
    last: Slot[tuple[str, Found | str]] = Slot(controls.key("own_found"), lambda: ("", ""))
    if last.get()[0] != key:
        try:
            last.set((key, datasets.read([(name, one.getvalue()) for name, one in files], options)))
        except LabError as error:
            last.set((key, str(error)))
    found = last.get()[1]
    if isinstance(found, str):
        st.error(escaped(found), icon=":material/error:")
        return None
    return found


def _show(controls: Controls, key: str, found: Found) -> None:
    """A sheet of what was read, and the button that keeps it."""
    found = _fitted(controls, found)
    size = "x".join(map(str, found.shape[1:]))
    kind = ngettext("{n:,} glyph", "{n:,} glyphs", found.images)
    if found.kind == "images":
        kind = ngettext("{n:,} image", "{n:,} images", found.images)
    parts = ", ".join(_(_PARTS[part], n=count) for part, count in found.parts.items())
    said = _(
        "Read as {form}: {images} of {size}, {colour}; {classes:,} classes; {parts}.",
        form=found.form,
        images=kind,
        size=size,
        colour=_("grey") if found.shape[0] == 1 else _("colour"),
        classes=found.classes,
        parts=_("each is learnt by itself") if found.memorised else parts,
    )
    st.markdown(escaped(said))
    for note in found.notes:
        st.caption(escaped(str(note)))
    if found.skipped:
        some = "; ".join(f"{one.file} ({one.why})" for one in found.skipped[:SAID])
        said = ngettext("Left out: {n:,} file. {some}", "Left out: {n:,} files. {some}", len(found.skipped), some=some)
        st.warning(escaped(said), icon=":material/broken_image:")
    if st.toggle(_("Inverted"), key=f"{key}:inverted", help=_("Dark and light are exchanged.")):
        found = found.inverted()
    if found.shape[1] > 1 and st.toggle(
        _("Transposed"), key=f"{key}:transposed", help=_("Rows and columns are exchanged: what lay on its side stands.")
    ):
        found = found.transposed()
    st.html(glyphs.row([((_tile(found, i),), _name(found, i), False) for i in range(min(SHOWN, found.images))]))
    counts = found.histogram()
    st.caption(_("How often each value occurs, from dark (0) to light (255)"))
    st.bar_chart(pd.DataFrame({_("numbers"): counts}, index=np.arange(len(counts)) * (256 // len(counts))), height=120)
    if not controls.lesson.takes(_spec(found)):
        st.info(_("This lesson takes other images: the Lab takes these."), icon=":material/info:")
        return
    st.button(
        _("Use these images"),
        icon=":material/check:",
        type="primary",
        key=f"{key}:use",
        on_click=_use,
        args=(controls, found),
    )


def _fitted(controls: Controls, found: Found) -> Found:
    """What was found, in the form that the lesson takes: grey as three equal colours, few images each on its own."""
    if _takes(controls) is many_in_colour and found.shape[0] == 1 and found.kind == "images":
        found = replace(found, pixels=np.repeat(found.pixels, 3, axis=1))
    few = found.given is None and found.images <= pictures.PICTURES[1]
    if few and not controls.lesson.takes(_spec(found)):
        return replace(found, each=True)
    return found


def _spec(found: Found) -> DatasetSpec:
    """The specification that the data set would have, to ask a lesson whether it takes it."""
    return DatasetSpec(
        name=collection.PREFIX,
        title="",
        shape=found.shape,
        splits=found.splits,
        classes=found.classes,
        source="",
        licence="",
        load=lambda: datasets.load(""),
        evaluation="memorise" if found.memorised else "held_out",
        light=found.kind == "images",
    )


def _tile(found: Found, number: int) -> str:
    described = _spec(found)
    drawn = described.drawn(found.pixels[number].astype(np.float32) / 255)
    return glyphs.tile(glyphs.colours(drawn), found.name_of(number), 80 if described.signal else 40)


def _name(found: Found, number: int) -> str:
    return found.name_of(number)[:12]


def _use(controls: Controls, found: Found) -> None:
    _problem(controls).pop()
    try:
        controls.use(datasets.keep_found(found), own=True)
    except LabError as error:
        _problem(controls).set(str(error))
