"""Tell the browser in which language the page is (page_language.js). Invisible."""

from aelib.core import language

from .canvas import component

_page_language = component("page_language", """<span class="page-language"></span>""")


def page_language() -> None:
    """Set `<html lang>`, which screen readers, spell checkers and translators read."""
    _page_language(data={"code": language.current()}, key="page-language")
