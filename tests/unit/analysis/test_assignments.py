"""Tasks without a page: what a text means, and what a run is worth under it."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from aelib.analysis import assignments
from aelib.core.errors import LabError
from aelib.experiment import presets
from aelib.training import fit

FONT = presets.get("font-best")


def test_a_task_in_words() -> None:
    assert assignments.parse("learnt>=30;parameters<=1500").describe(FONT) == (
        "Reach at least 30 of 32 with at most 1,500 parameters."
    )
    several = assignments.parse("mse < 0.01, psnr>20 ; epochs=500,seconds<=2.5,latent_dim<=2")
    assert several.describe(FONT) == (
        "Reach an MSE of less than 0.01 and a PSNR of more than 20 dB with exactly 500 epochs, at most 2.5 seconds of "
        "training and at most 2 latent dimensions."
    )
    assert assignments.parse("parameters<900").describe(FONT) == "Train a network with less than 900 parameters."
    assert assignments.parse("wrong_pixels≤3").describe(FONT) == "Reach at most 3 wrong pixels."


def test_a_run_is_judged_by_its_own_figures() -> None:
    run = fit(FONT.with_values({"epochs": 20}), "cpu")
    found = run.metrics
    text = (
        ""
        f"learnt={found['learnt']};wrong_pixels<{found['wrong_pixels_total']};mse<=1;psnr>0;parameters>{run.parameters};epochs=20;latent_dim=2;elbo>-100"
    )
    verdicts = assignments.parse(text).check(run)
    assert [one.met for one in verdicts] == [True, False, True, True, False, True, True, False]
    assert [one.found for one in verdicts][:3] == [found["learnt"], found["wrong_pixels_total"], found["mse"]]
    assert verdicts[-1].found is None, "no variational net, no ELBO"


def test_what_is_known_before_training() -> None:
    small = FONT.with_values({"model.layers": "35-8-2"})
    task = assignments.parse("learnt>=30;parameters<=1500;latent_dim<2;epochs<=5")
    assert [(one.condition.metric, one.met) for one in task.before(small)] == [
        ("parameters", True),
        ("latent_dim", False),
        ("epochs", False),
    ]
    assert not task.before(FONT)[0].met
    stopping = FONT.with_values({"early_stop.kind": "learnt"})
    assert "epochs" not in [one.condition.metric for one in task.before(stopping)], "it may need fewer"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" ; , ", "empty"),
        ("learnt", "no condition"),
        ("learnt>=30 or 31", "no condition"),
        ("learnt>=1_000", "no condition"),
        ("learnt>=nan", "no condition"),
        ("learnt=>3", "no condition"),
        ("mse<=1e999", "infinite"),
        ("parameters<=1,500", "two ways"),
        ("beauty>=3", "no figure"),
        ("learnt>=3;learnt>=4", "twice"),
        ("x" * 301, "characters"),
        (";".join(f"mse<{i}" for i in range(1, 10)), "at most 8"),
    ],
)
def test_a_bad_task_is_one_sentence(text: str, says: str) -> None:
    with pytest.raises(LabError, match=says) as refused:
        assignments.parse(text)
    assert len(str(refused.value)) < 300


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(assignments.METRICS)),
            st.sampled_from(list(assignments.OPERATORS)),
            st.floats(-1e9, 1e9, allow_subnormal=False),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda one: one[:2],
    )
)
def test_a_task_reads_back_as_it_is_written(conditions: list[tuple[str, str, float]]) -> None:
    task = assignments.Assignment(tuple(assignments.Condition(*one) for one in conditions))
    assume(len(str(task)) <= assignments.MAX_TEXT)
    assert assignments.parse(str(task)) == task


# what tasks are made of, in any order: many of these texts are tasks, and many nearly are
_parts = st.sampled_from([*assignments.METRICS, *assignments.OPERATORS, "30", "0,5", "1e-3", "-.5", ";", ",", " ", "≥"])
_texts = st.text(max_size=60) | st.lists(_parts, max_size=8).map("".join)


@given(_texts)
@example("learnt>=30,MSE<0,5 ; psnr=1e-3")
@example("30>=learnt")
def test_any_text_is_a_task_or_a_sentence(text: str) -> None:
    try:
        task = assignments.parse(text)
    except LabError as error:
        assert str(error).endswith(".")
        assert "\n" not in str(error)
    else:
        assert assignments.parse(str(task)) == task
