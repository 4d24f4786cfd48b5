"""Who counts as logged in, by the claims of an ID token."""

from typing import Any

import pytest

from aelib.classroom.people.accounts import LASTS, SKEW, account_of, is_teacher
from aelib.core.errors import LabError

NOW = 1_800_000_000.0
CLAIMS: dict[str, Any] = {
    "iss": "https://login.example",
    "sub": "17",
    "aud": "lab",
    "iat": NOW - 60,
    "email": "Ana@School.example",
    "email_verified": True,
    "name": "Ana",
}


def test_an_account_is_one_person_whatever_else_its_claims_say() -> None:
    found = account_of(CLAIMS, "lab", NOW)
    assert (found.email, found.name) == ("Ana@School.example", "Ana")
    assert (
        account_of({**CLAIMS, "name": "", "email": "x@y.z", "aud": ["other", "lab"]}, "lab", NOW).person == found.person
    )
    others = [{**CLAIMS, "sub": "18"}, {**CLAIMS, "iss": "https://other.example"}]
    assert found.person not in {account_of(one, "lab", NOW).person for one in others}
    assert len(found.person) != 12, "a browser's cookie never stands for an account"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"aud": "other"}, "another server"),
        ({"aud": ["other"], "azp": "lab"}, "another server"),
        ({"aud": None}, "another server"),
        ({"sub": ""}, "another server"),
        ({"iat": NOW - LASTS - 1}, "has expired"),
        ({"iat": NOW + SKEW + 1}, "a clock is wrong"),
        ({"iat": "today"}, "a clock is wrong"),
    ],
)
def test_what_is_not_believed(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(LabError, match=sentence):
        account_of(CLAIMS | changes, "lab", NOW)


def test_clocks_may_differ_a_little() -> None:
    assert account_of(CLAIMS | {"iat": NOW + SKEW - 1}, "lab", NOW).email


def test_only_a_confirmed_address_of_the_list_teaches() -> None:
    teachers = ["ana@school.example"]
    account = account_of(CLAIMS, "lab", NOW)
    assert is_teacher(account, teachers), "whatever the case"
    assert not is_teacher(account, ["ben@school.example"])
    assert not is_teacher(None, teachers)
    unconfirmed = account_of(CLAIMS | {"email_verified": False}, "lab", NOW)
    assert not is_teacher(unconfirmed, teachers)
    assert not is_teacher(account_of(CLAIMS | {"email": None}, "lab", NOW), [*teachers, ""])
    assert is_teacher(None, []), "without a list everybody may"
    assert is_teacher(account_of({k: v for k, v in CLAIMS.items() if k != "email_verified"}, "lab", NOW), teachers)
