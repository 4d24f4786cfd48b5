"""A user's own pictures in the lesson on emoji."""

from streamlit.testing.v1 import AppTest

from tests.support.apps import opened, sound
from tests.support.pictures import packed, picture


def _dataset(app: AppTest) -> str:
    return str(app.query_params.get("dataset", ""))


def test_own_pictures_stay_chosen_and_can_be_chosen_again() -> None:
    app = opened("pages/emoji.py", {"preset": "emoji-best", "epochs": "1"})
    archive = packed({f"{i}.png": picture(i) for i in range(9)})
    sound(app.file_uploader(key="emoji:pictures:files").upload("mine.zip", archive, "application/zip").run())
    own = _dataset(app)
    assert own.startswith("pictures-")
    app.switch_page("pages/dense.py")
    app.query_params.clear()
    sound(app.run())
    assert _dataset(app) == ""
    app.switch_page("pages/emoji.py")
    app.query_params.clear()
    sound(app.run())
    assert _dataset(app) == own, "as it was left"
    assert any("17 pictures of your own" in one.value for one in app.caption), "eight emoji and nine pictures"
    sound(app.selectbox(key="emoji:preset").set_value("emoji-vae-deep").run())
    assert _dataset(app) == "", "a preset sets every control"
    sound(app.button(key=f"emoji:pictures:again:{own}").click().run())
    assert _dataset(app) == own
