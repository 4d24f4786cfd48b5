"""A provider of OpenID Connect as a process of its own: `oidc-provider-mock`, which can be told to answer falsely.

python -m tests.support.oidc_provider PORT

PUT /users/SUBJECT sets the claims of a person; PUT /lie with one of LIES spoils the ID tokens that follow, "" ends it.
"""

import json
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import flask
import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import RSAKey

ALGORITHM, CLIENT = "RS256", "autoencoder-lab"
Claims = dict[str, Any]
# name -> what is done to the claims
LIES: dict[str, Callable[[Claims], Claims]] = {
    "expired": lambda claims: {**claims, "iat": int(time.time()) - 7200, "exp": int(time.time()) - 3600},
    "wrong key": lambda claims: claims,
    "unsigned": lambda claims: claims,
    "wrong audience": lambda claims: {**claims, "aud": "another-client"},
    # which Authlib accepts: only our own check refuses it
    "wrong audience, our name beside it": lambda claims: {**claims, "aud": ["another-client"], "azp": CLIENT},
    "wrong issuer": lambda claims: {**claims, "iss": "http://127.0.0.1:1"},
    "wrong nonce": lambda claims: {**claims, "nonce": "another"},
    "clock ahead": lambda claims: {**claims, "iat": int(time.time()) + 3600, "exp": int(time.time()) + 7200},
    "yesterday's": lambda claims: {**claims, "iat": int(time.time()) - 86400},
}


def spoilt(token: str, lie: str, key: RSAKey, forged: RSAKey) -> str:
    """An ID token that was signed with `key`, changed by this entry of LIES."""
    claims = LIES[lie](dict(jwt.decode(token, key).claims))
    if lie == "unsigned":
        parts = ({"alg": "none", "typ": "JWT"}, claims)
        return ".".join([*(urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts), ""])
    return jwt.encode({"alg": ALGORITHM}, claims, forged if lie == "wrong key" else key)


def _app() -> flask.Flask:
    app = oidc_provider_mock.app()
    lie = {"name": ""}
    forged = RSAKey.generate_key(2048)

    @app.put("/lie")
    def set_lie() -> str:
        lie["name"] = flask.request.get_data(as_text=True)
        return ""

    @app.after_request
    def spoil(answer: flask.Response) -> flask.Response:
        if lie["name"] and flask.request.path == "/oauth2/token":
            key = RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))
            given = answer.get_json()
            answer.set_data(json.dumps(given | {"id_token": spoilt(given["id_token"], lie["name"], key, forged)}))
        return answer

    return app


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main(arguments: Iterable[str]) -> None:
    (port,) = arguments
    make_server("127.0.0.1", int(port), _app(), handler_class=_Quiet).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
