"""Uploads of a user's own images, and the choice of emoji. `aelib.datasets` checks every upload."""

import streamlit as st
import torch

from aelib import datasets
from aelib.charts import glyphs
from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.datasets import ImageSet
from aelib.datasets.bundled import emoji as palettes
from aelib.datasets.user import pictures
from aelib.ui.components.palette import palette
from aelib.ui.shell.messages import escaped
from aelib.ui.shell.session import Slot, widget

from .controls import Controls, title

MAX_SAID = 3  # error messages about rejected pictures


def _problem_slot(controls: Controls) -> Slot[str]:
    """The problem with the last upload or choice; empty if there was none."""
    return Slot(controls.key("upload_problem"), str)


def _chosen_slot(controls: Controls) -> Slot[str]:
    """The set of emoji that was chosen last, even while the user's own pictures are shown."""
    return Slot(controls.key("chosen"), lambda: palettes.GREY)


def _problem(controls: Controls) -> None:
    """Show the problem with the last upload or choice."""
    if problem := _problem_slot(controls).get():
        st.error(escaped(problem), icon=":material/error:")


def pictures_to_choose(controls: Controls) -> None:
    """Choose pictures: emoji of a palette, grey or in colour, or the user's own."""
    name = controls.get("dataset")
    if palettes.is_one(name):
        _chosen_slot(controls).set(name)
    chosen = _chosen_slot(controls).get()
    _chosen(name)
    controls.drawn.append("dataset")
    if controls.rules.state("dataset") != "free":
        return
    with st.popover(_("Choose pictures"), icon=":material/add_reaction:", width="stretch"):
        emoji_tab, own_tab = st.tabs([_("Emoji"), _("Your own pictures")])
        with emoji_tab:
            _palette(controls, chosen)
        with own_tab:
            _own(controls)
        _problem(controls)
        _chosen(name)
    _problem(controls)


def _chosen(name: str) -> None:
    """Thumbnails of the data set."""
    try:
        described, images = datasets.spec(name), datasets.evaluation_set(name)
    except LabError:
        return  # the experiment reports it
    if described.light:
        drawn = described.drawn(images.images().numpy())
        tiles = [
            ((glyphs.tile(glyphs.colours(one), what, 26),), "", False)
            for one, what in zip(drawn, images.names, strict=True)
        ]
        st.html(glyphs.row(tiles))
    st.caption(escaped(title(name)))


def _palette(controls: Controls, name: str) -> None:
    base = name.partition("-")[0]
    every, chosen = palettes.palette(base), palettes.numbers(name)
    key = f"{controls.key('palette')}:{base}"

    def take() -> None:
        sent = widget(key).get("chosen") or []
        picked = {number for number in sent if isinstance(number, int) and 0 <= number < len(every)}
        _problem_slot(controls).pop()
        try:
            fewest = palettes.MIN_CHOSEN
            if len(picked) < fewest:
                raise LabError("Choose at least {fewest} emoji; the data set is unchanged.", fewest=fewest)
            controls.use(palettes.name_of(base, picked))
        except LabError as error:
            _problem_slot(controls).set(str(error))

    def repaint() -> None:
        other = palettes.COLOUR if controls.get("colour") else palettes.GREY
        controls.use(palettes.name_of(other, chosen))

    controls.set("colour", base == palettes.COLOUR)
    st.toggle(
        _("In colour, 32x32"),
        key=controls.key("colour"),
        on_change=repaint,
        help=_("Otherwise grey, 20x20: about an eighth of the values."),
    )
    drawn = datasets.spec(base).drawn(every.pixels.numpy())
    palette(drawn, every.names, chosen, key, take)


def _own(controls: Controls) -> None:
    form = controls.key("pictures")

    def take() -> None:
        """Read the files again with the current choices."""
        given, side, colour = (widget(f"{form}:{name}") for name in ("files", "side", "colour"))
        _problem_slot(controls).pop()
        if not given:
            return
        read: dict[str, torch.Tensor] = {}
        refused: list[str] = []
        for number, file in enumerate(given[: pictures.PICTURES[1] + 1]):
            try:
                read |= _read(f"{number}/{file.name}", file.getvalue(), side, colour)
            except LabError as error:
                refused.append(str(error))
        try:
            if read:
                controls.use(pictures.save(_set(controls, read, side, colour, widget(f"{form}:together"))), own=True)
        except LabError as error:
            refused.insert(0, str(error))
        _problem_slot(controls).set(" ".join(refused[:MAX_SAID]))

    st.markdown(_("Each picture is cropped to its central square and scaled down; the server stores only the result."))
    st.file_uploader(
        _("Pictures"),
        accept_multiple_files=True,
        key=f"{form}:files",
        on_change=take,
        help=_(
            "2 to 64 pictures ({WORDS}), or a single one together with emoji. Select all files at once.",
            WORDS=pictures.WORDS,
        ),
    )
    st.segmented_control(
        _("Size"),
        pictures.SIDES,
        default=pictures.SIDES[0],
        format_func=lambda side: f"{side}x{side}",
        key=f"{form}:side",
        required=True,
        on_change=take,
    )
    st.toggle(_("Keep the colours"), key=f"{form}:colour", on_change=take)
    st.toggle(_("Together with the chosen emoji"), value=True, key=f"{form}:together", on_change=take)
    for name in controls.own_datasets():
        if name != controls.get("dataset"):
            label = _("Use again: {title}", title=title(name))
            st.button(label, key=f"{form}:again:{name}", on_click=controls.use, args=(name,))


def _read(path: str, content: bytes, side: int, colour: bool) -> dict[str, torch.Tensor]:
    """The pictures in a file by their names: one, or those of an archive, an array or a table. Raises LabError."""
    name = path.partition("/")[2]
    if pictures.kind_of(content[:64]):
        return {path: pictures.read(content, name, side, colour)}
    found = datasets.read(content, datasets.Options(colour=colour, default=side), name)
    most = pictures.PICTURES[1]
    if found.images > most:
        raise LabError(
            "{name} has {count:,} images: give at most {most} here; other lessons take more.",
            name=name[:60],
            count=found.images,
            most=most,
        )
    return {
        f"{path}/{found.name_of(i)} {i}": pictures.resized(torch.from_numpy(found.pixels[i]), side, colour)
        for i in range(found.images)
    }


def _set(controls: Controls, read: dict[str, torch.Tensor], side: int, colour: bool, together: bool) -> ImageSet:
    """The uploaded pictures (path -> pixels). If `together`, preceded by the chosen emoji, converted to the same size
    and colours."""
    images, names = list(read.values()), list(read)
    if together:
        every = palettes.palette(palettes.COLOUR if colour or side == 32 else palettes.GREY)
        numbers = palettes.numbers(_chosen_slot(controls).get())
        images = [pictures.resized(every.pixels[number], side, colour) for number in numbers] + images
        names = [every.names[number] for number in numbers] + names
    return ImageSet(torch.stack(images), tuple(pictures.names_of(names)), torch.arange(len(images)))
