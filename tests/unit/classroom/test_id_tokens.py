"""ID tokens that lie: what Authlib, which `st.login` uses, refuses, and what is left for us."""

import asyncio
import time
from typing import Any

import pytest
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.async_openid import AsyncOpenIDMixin
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from aelib.classroom.people.accounts import Account, account_of
from aelib.core.errors import LabError
from tests.support.oidc_provider import ALGORITHM, CLIENT, LIES, spoilt

ISSUER, NONCE = "http://127.0.0.1:1234", "nonce"
KEY, FORGED = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
BY_US = ("wrong audience, our name beside it", "yesterday's")


class _Client(AsyncOpenIDMixin):  # type: ignore[misc]
    """What Streamlit's client of the provider has of it."""

    client_id = CLIENT

    async def load_server_metadata(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "jwks": KeySet([KEY]).as_dict(private=False),
        }


def _account(lie: str = "") -> Account:
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "17", "aud": [CLIENT], "iat": now, "exp": now + 3600, "nonce": NONCE}
    token = jwt.encode({"alg": ALGORITHM}, claims | {"email": "ana@school.example"}, KEY)
    token = spoilt(token, lie, KEY, FORGED) if lie else token
    read = asyncio.run(_Client().parse_id_token({"id_token": token, "access_token": "x"}, NONCE))
    return account_of(read, CLIENT, time.time())


def test_a_true_token_is_believed() -> None:
    assert _account().email == "ana@school.example"


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_lies_is_refused(lie: str) -> None:
    with pytest.raises((LabError, AuthlibBaseError, JoseError)) as caught:
        _account(lie)
    assert isinstance(caught.value, LabError) == (lie in BY_US), caught.value
