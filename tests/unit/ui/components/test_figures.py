"""Tables are written as the session's language writes numbers; files of them have a decimal point."""

import pandas as pd

from aelib.core.language import speaking
from aelib.ui.components.figures import in_language

TABLE = pd.DataFrame({"name": ["a", "b"], "mean": [0.00123, float("nan")], "share": [0.5, 0.25], "runs": [1000, 2]})


def test_a_table_is_shown_with_the_decimal_mark_of_the_language() -> None:
    with speaking("en"):
        assert in_language(TABLE) is TABLE
    with speaking("pt-BR"):
        words = in_language(TABLE, ["share"]).to_string()
    assert "0,00123" in words
    assert "0.00123" not in words
    assert "nan" not in words
    assert "0.5" in words, "a column with a format of its own is left as it is"


def test_numbers_stay_numbers() -> None:
    with speaking("es"):
        shown = in_language(TABLE)
    assert list(shown.data["mean"][:1]) == [0.00123]  # type: ignore[union-attr] - a Styler, here
