"""Log in through an OpenID provider: authorization code flow with PKCE, state and nonce.

OpenID Connect Core 1.0 (3.1), Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (issuer in the answer).
Nothing is cached: each login reads the provider's document and keys anew, so a key that was
rotated or withdrawn is known at once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

from regiongate.domain.errors import CannotRun
from regiongate.server.security.id_token import NotVouched, verified

CLAIM = "preferred_username"
"""The claim that names a person, unless another is chosen."""

_DOCUMENT = "/.well-known/openid-configuration"
_PATIENCE = 10.0
_WORD = re.compile(r"[A-Za-z0-9_]{1,50}")


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider, and who we are to it. `claim` is what must equal a person's name."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str = CLAIM


@dataclass(frozen=True, slots=True)
class Pending:
    """What a browser keeps, signed, from the beginning of a login to its end."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


def read_provider(
    *,
    issuer: str | None,
    client_id: str | None,
    client_secret: str | None,
    secret_file: Path | None,
    claim: str | None = None,
) -> Provider | None:
    """The provider that the settings name; None where they name none at all.

    Raises CannotRun for half of one, naming what is missing.
    """
    if not any((issuer, client_id, client_secret, secret_file, claim)):
        return None
    if client_secret and secret_file:
        raise CannotRun("the client secret of OIDC is given twice: keep the file or the variable")
    secret = _read(secret_file) if secret_file is not None else client_secret
    if not issuer or not client_id or not secret:
        named = {"the issuer": issuer, "the client id": client_id, "the client secret": secret}
        missing = ", ".join(name for name, value in named.items() if not value)
        raise CannotRun(f"OIDC is half-configured, so nobody could log in; missing: {missing}")
    _require_tls(issuer, "the issuer")
    return Provider(issuer, client_id, secret, claim or CLAIM)


def begin(provider: Provider, redirect_uri: str) -> tuple[str, Pending]:
    """Where to send the browser, and what it must bring back. Raises CannotRun.

    `redirect_uri` is the page of ours at which the login is finished, as the provider knows it.
    """
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    pending = Pending(state, nonce, verifier, redirect_uri)
    with _client() as client:
        endpoint = _endpoint(_document(client, provider), "authorization_endpoint")
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid profile email",
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": _challenge(pending.verifier),
        "code_challenge_method": "S256",
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", pending


def finish(
    provider: Provider, pending: Pending, query: Mapping[str, str], at: datetime
) -> Mapping[str, Any]:
    """What the provider says of who came back with this query. Raises NotVouched or CannotRun.

    Nothing is asked of the provider before the query is known to belong to what was begun.
    """
    code = _code(provider, pending, query)
    with _client() as client:
        document = _document(client, provider)
        token = _token(client, provider, document, pending, code)
        keys = _get(client, _endpoint(document, "jwks_uri"))
    return verified(
        token,
        keys,
        issuer=provider.issuer,
        client_id=provider.client_id,
        nonce=pending.nonce,
        at=at,
    )


def person_named(provider: Provider, claims: Mapping[str, Any]) -> str:
    """The name of the person whom the claims mean, known here or not. Raises NotVouched."""
    name = claims.get(provider.claim)
    if not isinstance(name, str) or not name:
        raise NotVouched(f"{provider.issuer} does not say the claim {provider.claim!r} of you")
    # Anybody can type the address of somebody else at a provider that does not ask for proof.
    if provider.claim == "email" and claims.get("email_verified") is not True:
        raise NotVouched(f"{provider.issuer} has not verified the mail address {name}")
    return name


def _code(provider: Provider, pending: Pending, query: Mapping[str, str]) -> str:
    if not hmac.compare_digest(query.get("state", "").encode(), pending.state.encode()):
        raise NotVouched("this answer does not belong to the login that you began: begin again")
    if query.get("iss", provider.issuer) != provider.issuer:
        raise NotVouched("this answer is from another provider: begin again")
    error = query.get("error")
    if error is not None:
        said = error if _WORD.fullmatch(error) else "an error"
        raise NotVouched(f"{provider.issuer} did not let you log in: {said}")
    code = query.get("code")
    if not code:
        raise NotVouched("the answer of the provider has no code: begin again")
    return code


def _token(
    client: httpx.Client,
    provider: Provider,
    document: Mapping[str, Any],
    pending: Pending,
    code: str,
) -> str:
    """Give the code for an ID token (RFC 6749, 4.1.3)."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": pending.redirect_uri,
        "code_verifier": pending.verifier,
    }
    headers = {"accept": "application/json"}
    ways = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if "client_secret_basic" in ways:
        headers["authorization"] = _basic(provider)
    else:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    answer = _asked(client, "POST", _endpoint(document, "token_endpoint"), form, headers)
    if 400 <= answer.status_code < 500:
        error = _object(answer).get("error")
        said = error if isinstance(error, str) and _WORD.fullmatch(error) else "refused"
        raise NotVouched(f"{provider.issuer} does not take the code: {said}; begin again")
    token = _whole(answer).get("id_token")
    if not isinstance(token, str):
        raise CannotRun(f"{provider.issuer} gave no ID token: is `openid` allowed for this client?")
    return token


def _basic(provider: Provider) -> str:
    """Both parts are encoded as in a form before they are joined (RFC 6749, 2.3.1)."""
    said = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
    return f"Basic {base64.b64encode(said.encode()).decode()}"


def _challenge(verifier: str) -> str:
    made = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _document(client: httpx.Client, provider: Provider) -> Mapping[str, Any]:
    found = _get(client, provider.issuer.rstrip("/") + _DOCUMENT)
    if found.get("issuer") != provider.issuer:
        raise CannotRun(f"{provider.issuer} calls itself {found.get('issuer')!r}: name it so")
    return found


def _endpoint(document: Mapping[str, Any], name: str) -> str:
    url = document.get(name)
    if not isinstance(url, str):
        raise CannotRun(f"{document['issuer']} does not say its {name}")
    _require_tls(url, f"{name} of {document['issuer']}")
    return url


def _client() -> httpx.Client:
    # A redirect would carry codes and secrets to where nobody has named.
    return httpx.Client(timeout=_PATIENCE, follow_redirects=False)


def _get(client: httpx.Client, url: str) -> Mapping[str, Any]:
    return _whole(_asked(client, "GET", url, None, {"accept": "application/json"}))


def _asked(
    client: httpx.Client,
    method: str,
    url: str,
    form: Mapping[str, str] | None,
    headers: Mapping[str, str],
) -> httpx.Response:
    try:
        return client.request(method, url, data=form, headers=headers)
    except httpx.HTTPError as error:
        raise CannotRun(f"{url} cannot be asked: {type(error).__name__}") from error


def _whole(answer: httpx.Response) -> Mapping[str, Any]:
    if answer.status_code != httpx.codes.OK:
        raise CannotRun(f"{answer.url} answered {answer.status_code}")
    return _object(answer)


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise CannotRun(f"{answer.url} did not answer with a JSON object")
    return found


def _read(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise CannotRun(f"{path} can be read by others: chmod 600 it, or make a new secret")
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun(f"cannot read the client secret of OIDC in {path}: {error}") from error


def _require_tls(url: str, what: str) -> None:
    parts = urlsplit(url)
    local = parts.scheme == "http" and _is_local(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise CannotRun(f"{what} is {url!r}: it must begin with https://")


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
