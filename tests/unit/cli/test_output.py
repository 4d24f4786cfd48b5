"""Results on standard output, messages on standard error."""

import json

import pytest

from aelib.cli.output import print_json, print_table, say


def test_a_message_is_no_result(capsys: pytest.CaptureFixture[str]) -> None:
    say("3 of 5 trained")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "3 of 5 trained\n")


def test_a_table_has_columns_as_wide_as_their_widest_cell(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([("digest", "learnt", ""), ("a", 32, "x"), ("bcd", None, "")])
    assert capsys.readouterr().out == "digest  learnt\na       32      x\nbcd     None\n"
    print_table(iter([("only", "one")]))
    assert capsys.readouterr().out == "only  one\n"


def test_rows_of_different_lengths_are_an_error() -> None:
    with pytest.raises((IndexError, ValueError)):
        print_table([("a", "b"), ("c",)])


def test_json_is_read_back_and_has_no_numbers_that_json_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    document = {"name": "β", "values": [1, 2.5, None]}
    print_json(document)
    assert json.loads(capsys.readouterr().out) == document
    for number in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            print_json({"mse": number})
    assert capsys.readouterr().out == ""
