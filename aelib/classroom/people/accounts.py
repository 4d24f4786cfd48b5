"""Who has logged in: what an OpenID Connect provider says about a person, and the conditions for believing it.

Authlib checks the signature, the issuer, the nonce and the expiry of the ID token when it arrives. This module checks
for which client it was made, since Authlib accepts a token of another client that also names us. It also checks the age
of the token at every use, since a browser keeps a log-in for a month.
Claims: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from aelib.core.errors import LabError

LASTS = 12 * 3600.0  # seconds for which a log-in is valid: a school day
SKEW = 300.0  # seconds by which two clocks may differ


class Account(NamedTuple):
    """Somebody who has logged in. person: the name under which records are kept, the same for one account on every
    browser; email: empty if the provider gives none, or says that it has not verified it; name: may be empty."""

    person: str
    email: str
    name: str


def account_of(claims: Mapping[str, Any], client: str, now: float) -> Account:
    """The account of an ID token's claims. client: our identifier at the provider; now: seconds since 1970.

    Raises LabError if the token was made for another client, has expired, or comes from the future.
    """
    issuer, subject, audience = (claims.get(name) for name in ("iss", "sub", "aud"))
    clients = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    if not (issuer and subject and client) or client not in clients:
        raise LabError("Your log-in was made for another server: log out, and log in here.")
    issued = claims.get("iat")
    if not isinstance(issued, int | float) or issued > now + SKEW:
        raise LabError(
            "Your log-in is dated in the future, so a clock is wrong: tell whoever runs this server, then log in again."
        )
    if now > issued + LASTS:
        raise LabError("Your log-in has expired: log out, and log in again.")
    verified = claims.get("email_verified", True) is True  # a provider that says nothing vouches for its own addresses
    return Account(
        # longer than the name of a browser, so that no cookie can be made that gives the name of an account
        hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()[:24],
        str(claims.get("email") or "") if verified else "",
        str(claims.get("name") or claims.get("given_name") or ""),
    )


def is_teacher(account: Account | None, teachers: Collection[str]) -> bool:
    """Whether somebody may teach. teachers: the addresses that may; if there are none, everybody may."""
    if not teachers:
        return True
    return account is not None and bool(account.email) and account.email.casefold() in {t.casefold() for t in teachers}
