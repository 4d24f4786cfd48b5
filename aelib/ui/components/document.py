"""What concerns the whole document in the browser (document.js). Invisible."""

from aelib.core import language

from .canvas import component

_document = component("document", """<span class="document"></span>""")


def document() -> None:
    """Set `<html lang>`, which screen readers, spell checkers and translators read, and draw the page again when a lost
    connection is restored. Draw it outside all fragments."""
    _document(data={"code": language.current()}, key="document", on_connections_change=lambda: None)
