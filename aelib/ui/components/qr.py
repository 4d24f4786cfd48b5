"""A link as a QR code."""

import io

import streamlit as st

from aelib.core.language import _

WIDTH = "min(100%, 420px, 60vh)"  # readable from the back of a classroom, and fits into its popover
BORDER = 4  # white modules around the code, required by ISO/IEC 18004
PRINT = 16  # pixels per module in the downloaded file


def qr_code(link: str, file: str, key: str) -> bool:
    """The code, dark on white in every theme, because scanners need that, and a button to download it. Returns whether
    the link is short enough for one.

    file: name of the download; key: of its button.
    """
    import segno

    try:
        code = segno.make_qr(link, error="l", boost_error=True)
    except segno.DataOverflowError:
        return False
    image = code.svg_data_uri(scale=4, border=BORDER, dark="#000", light="#fff", omitsize=True)
    st.html(f'<img class="ae-qr" src="{image}" alt="{_("QR code of the link")}" style="width: {WIDTH}">')
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=PRINT, border=BORDER, dark="#000", light="#fff")
    st.download_button(
        _("QR code as PNG"),
        picture.getvalue(),
        file,
        "image/png",
        icon=":material/qr_code:",
        key=key,
        on_click="ignore",
    )
    return True
