"""Keep a title and notes in the browser while they are typed (kept_words.js). Invisible."""

import re
from collections.abc import Callable

from .canvas import component

_kept_words = component("kept_words", """<span class="kept-words"></span>""")


def kept_words(
    title: str, notes: str, files: tuple[str, str], fields: dict[str, str], key: str, on_words: Callable[[], None]
) -> None:
    """Keep what is typed until the tab is closed.

    Args:
        title, notes: as the fields show them.
        files: title and notes that the files have.
        fields: "title" and "notes" -> key of the field's widget.
        key: of the component. Its state has `words`: the `title`, `notes` and `files` that this session lacks.
        on_words: called when there are some, after a reload.
    """
    classes = {name: "st-key-" + re.sub(r"[^A-Za-z0-9_-]", "-", widget) for name, widget in fields.items()}
    data = {"name": key, "fields": classes, "title": title, "notes": notes, "files": list(files)}
    _kept_words(data=data, key=key, on_words_change=on_words)
