"""An OpenID provider on this machine, and all the ways in which one can be wrong.

Its tokens are signed with `cryptography` alone: nothing of what checks them makes them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Json = dict[str, Any]


def encoded(value: bytes) -> str:
    """In base64url without its padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@dataclass
class SigningKey:
    """An RSA key, with the id under which a set lists it."""

    kid: str
    private: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    def public(self) -> Json:
        """As a JSON Web Key."""
        numbers = self.private.public_key().public_numbers()
        n, e = (encoded(x.to_bytes((x.bit_length() + 7) // 8)) for x in (numbers.n, numbers.e))
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": n, "e": e}

    def sign(self, claims: Json, **header: Any) -> str:
        """A JSON Web Token in compact form."""
        said = {"alg": "RS256", "kid": self.kid, "typ": "JWT", **header}
        signed = f"{encoded(json.dumps(said).encode())}.{encoded(json.dumps(claims).encode())}"
        signature = self.private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{encoded(signature)}"


@dataclass
class OpenId:
    """A running provider. What it says can be changed by a test.

    `claims` are added to each ID token, `sign` makes a token of claims, `document` is added to
    the discovery document, `keys` is the set that it publishes.
    """

    issuer: str
    key: SigningKey
    at: float
    client_id: str = "regiongate"
    client_secret: str = "s3cr:et/ü"  # noqa: S105
    claims: Json = field(default_factory=dict)
    document: Json = field(default_factory=dict)
    keys: list[Json] = field(default_factory=list)
    sign: Callable[[Json], str] | None = None
    post_only: bool = False
    broken: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def log_in(self, url: str, person: str = "li") -> dict[str, str]:
        """What a browser brings back to the `redirect_uri` after the person has logged in."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["response_type"] == "code" and asked["client_id"] == self.client_id
        assert "openid" in asked["scope"].split() and asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = {**asked, "person": person}
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def configuration(self) -> Json:
        """The discovery document."""
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        way = "client_secret_post" if self.post_only else "client_secret_basic"
        return {
            "issuer": self.issuer,
            **{name: f"{self.issuer}/{name}" for name in names},
            "token_endpoint_auth_methods_supported": [way],
            **self.document,
        }

    def give(self, form: dict[str, str], authorization: str | None) -> tuple[int, Json]:
        """Answer at the token endpoint: a code is taken once, from who can prove it is theirs."""
        if not self._knows(form, authorization):
            return 401, {"error": "invalid_client"}
        begun = self.codes.pop(form["code"], None)
        verifier = hashlib.sha256(form["code_verifier"].encode()).digest()
        if (
            begun is None
            or begun["redirect_uri"] != form["redirect_uri"]
            or begun["code_challenge"] != encoded(verifier)
        ):
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer,
            "sub": "248289761001",
            "aud": self.client_id,
            "exp": self.at + 300,
            "iat": self.at,
            "nonce": begun["nonce"],
            "preferred_username": begun["person"],
            **self.claims,
        }
        token = (self.sign or self.key.sign)(claims)
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": token}

    def _knows(self, form: dict[str, str], authorization: str | None) -> bool:
        if self.post_only:
            known = (form.get("client_id"), form.get("client_secret"))
            return authorization is None and known == (self.client_id, self.client_secret)
        said = base64.b64decode((authorization or "Basic ").removeprefix("Basic ")).decode()
        name, _, secret = said.partition(":")
        known = (unquote(name), unquote(secret))
        return "client_secret" not in form and known == (self.client_id, self.client_secret)


@contextmanager
def running_openid(at: float, key: SigningKey) -> Iterator[OpenId]:
    """A provider whose clock stands at an instant, in seconds since 1970."""

    class Handler(BaseHTTPRequestHandler):
        """Answers for the provider."""

        def do_GET(self) -> None:
            """The document or the keys."""
            path = self.path.removeprefix("/.well-known")
            answers = {
                "/openid-configuration": provider.configuration(),
                "/jwks_uri": {"keys": provider.keys},
            }
            self._answer(200, answers[path])

        def do_POST(self) -> None:
            """A token for a code."""
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*provider.give(form, self.headers.get("authorization")))

        def _answer(self, status: int, said: Json) -> None:
            name = self.path.rsplit("/", 1)[-1]
            provider.asked.append(name)
            status, text = provider.broken.get(name, (status, json.dumps(said)))
            self.send_response(status)
            self.send_header("content-type", "application/json")
            if status == 302:
                self.send_header("location", f"{provider.issuer}/elsewhere?{urlencode(said)}")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = f"http://127.0.0.1:{server.server_address[1]}"
        provider = OpenId(issuer, key, at, keys=[key.public()])
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
