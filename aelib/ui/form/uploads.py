"""Uploads of a user's own images, and the choice of emoji. `aelib.datasets` checks every upload."""

import hashlib
from collections.abc import Callable

import streamlit as st
import torch

from aelib import datasets
from aelib.charts import glyphs
from aelib.core.errors import LabError
from aelib.datasets import ImageSet
from aelib.datasets.bundled import emoji as palettes
from aelib.datasets.user import glyphs as tables
from aelib.datasets.user import pictures
from aelib.datasets.user.readers import photographs
from aelib.ui.components.palette import palette
from aelib.ui.jobs import background
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


def _made_slot(controls: Controls) -> Slot[str]:
    """The data set that was made from an archive and has not been chosen yet; empty if there is none."""
    return Slot(controls.key("made"), str)


def _problem(controls: Controls) -> None:
    """Show the problem with the last upload or choice."""
    if problem := _problem_slot(controls).get():
        st.error(escaped(problem), icon=":material/error:")


def glyph_table(controls: Controls) -> None:
    """Upload of a user's own glyphs as CSV."""
    if not controls.takes_uploads:
        return
    key = controls.key("upload")

    def take() -> None:
        upload = widget(key)
        _problem_slot(controls).pop()
        if upload is None:
            return
        try:
            controls.use(tables.save(upload.getvalue()), own=True)
        except LabError as error:
            _problem_slot(controls).set(str(error))

    st.file_uploader(
        "Your own glyphs (CSV)",
        type=["csv", "txt"],
        key=key,
        on_change=take,
        help="A header char,row0,row1,… and one line for each glyph, with rows of # and . such as .#. on any grid from "
        "3x3 to 32x32, 2 to 1,024 glyphs.",
    )
    _problem(controls)
    st.download_button(
        "The font as a template",
        tables.write(datasets.load("font5x7")),
        "font5x7.csv",
        "text/csv",
        type="tertiary",
        on_click="ignore",
    )


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
    with st.popover("Choose pictures", icon=":material/add_reaction:", width="stretch"):
        emoji_tab, own_tab = st.tabs(["Emoji", "Your own pictures"])
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
                raise LabError(f"Choose at least {fewest} emoji; the data set is unchanged.")
            controls.use(palettes.name_of(base, picked))
        except LabError as error:
            _problem_slot(controls).set(str(error))

    def repaint() -> None:
        other = palettes.COLOUR if controls.get("colour") else palettes.GREY
        controls.use(palettes.name_of(other, chosen))

    controls.set("colour", base == palettes.COLOUR)
    st.toggle(
        "In colour, 32x32",
        key=controls.key("colour"),
        on_change=repaint,
        help="Otherwise grey, 20x20: about an eighth of the values.",
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
                read[f"{number}/{file.name}"] = pictures.read(file.getvalue(), file.name, side, colour)
            except LabError as error:
                refused.append(str(error))
        try:
            if read:
                controls.use(pictures.save(_set(controls, read, side, colour, widget(f"{form}:together"))), own=True)
        except LabError as error:
            refused.insert(0, str(error))
        _problem_slot(controls).set(" ".join(refused[:MAX_SAID]))

    st.markdown("Each picture is cropped to its central square and scaled down; the server stores only the result.")
    st.file_uploader(
        "Pictures (PNG, JPEG)",
        type=["png", "jpg", "jpeg"],
        accept_multiple_files=True,
        key=f"{form}:files",
        on_change=take,
        help="2 to 64 pictures, or a single one together with emoji. Select all files at once.",
    )
    st.segmented_control(
        "Size",
        pictures.SIDES,
        default=pictures.SIDES[0],
        format_func=lambda side: f"{side}x{side}",
        key=f"{form}:side",
        required=True,
        on_change=take,
    )
    st.toggle("Keep the colours", key=f"{form}:colour", on_change=take)
    st.toggle("Together with the chosen emoji", value=True, key=f"{form}:together", on_change=take)


def arrived(controls: Controls) -> None:
    """Choose the data set that was made from an archive. Call before drawing controls: drawn ones cannot be set."""
    if name := _made_slot(controls).pop():
        controls.use(name, own=True)


def collection(controls: Controls, side: int, colour: bool) -> None:
    """Make a data set of side × side images from a ZIP archive of a user's own pictures. The form must call `arrived`
    before it draws its first control."""
    if not controls.takes_uploads:
        return
    fewest, most = photographs.PICTURES
    upload = st.file_uploader(
        "Your own pictures (ZIP)",
        type=["zip"],
        key=controls.key("collection"),
        help=f"{fewest} to {most:,} pictures ({pictures.WORDS}). The central square of each is scaled to "
        f"{side}x{side}, {'colour' if colour else 'grey'}; only that is stored. Folders in the archive are classes.",
    )
    if upload is None:
        return
    content, name = upload.getvalue(), upload.name
    key = f"collection:{side}:{colour}:{hashlib.sha256(content).hexdigest()[:16]}"

    def read(on_progress: Callable[[float], None], stop: Callable[[], bool]) -> tuple[str, list[str]]:
        found = datasets.read([(name, content)], datasets.Options(side, colour, None, on_progress, stop))
        return datasets.keep_found(found), [one.file for one in found.skipped]

    made = background.result_of(key, "Make a data set from it", read)
    if made is None:
        return
    dataset, skipped = made
    if skipped:
        some = f"{len(skipped)} ({', '.join(skipped[:MAX_SAID])})"
        st.warning(escaped(f"Left out because they cannot be read: {some}."), icon=":material/broken_image:")
    used = Slot(controls.key("used"), str)
    if used.get() != key:  # only once, so that the user can then choose another data set
        used.set(key)
        _made_slot(controls).set(dataset)
        st.rerun()


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
