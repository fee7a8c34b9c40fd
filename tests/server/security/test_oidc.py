"""Login through an OpenID provider: a real one on this machine, and whoever attacks it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from regiongate.domain.errors import CannotRun
from regiongate.server.security.id_token import NotVouched
from regiongate.server.security.oidc import (
    Pending,
    Provider,
    begin,
    finish,
    person_named,
    read_provider,
)
from tests.support.openid import Json, OpenId, SigningKey, encoded, running_openid
from tests.support.profiles import NOON

BACK = "https://regions.example.com/console/login/back"
KEY, OTHER_KEY = SigningKey("one"), SigningKey("one")
AT = NOON.timestamp()


@pytest.fixture
def openid() -> Iterator[OpenId]:
    """A provider that does everything right."""
    with running_openid(AT, KEY) as found:
        yield found


def _provider(openid: OpenId, claim: str = "preferred_username") -> Provider:
    return Provider(openid.issuer, openid.client_id, openid.client_secret, claim)


def _log_in(openid: OpenId, claim: str = "preferred_username") -> str:
    """Begin, log in at the provider, come back; the name of the person."""
    provider = _provider(openid, claim)
    url, pending = begin(provider, BACK)
    claims = finish(provider, pending, openid.log_in(url), NOON)
    return person_named(provider, claims)


def _refused(openid: OpenId, message: str) -> None:
    with pytest.raises(NotVouched, match=message):
        _log_in(openid)


def test_a_person_logs_in(openid: OpenId) -> None:
    """The provider says who they are."""
    assert _log_in(openid) == "li"
    assert openid.asked == [
        "openid-configuration",
        "openid-configuration",
        "token_endpoint",
        "jwks_uri",
    ]


def test_the_secret_may_have_to_stand_in_the_form(openid: OpenId) -> None:
    """Where the provider says that it takes it there only."""
    openid.post_only = True
    assert _log_in(openid) == "li"


def test_no_two_logins_begin_alike(openid: OpenId) -> None:
    """State, nonce and verifier are drawn anew; the verifier stays with us."""
    (url, one), (_, other) = begin(_provider(openid), BACK), begin(_provider(openid), BACK)
    assert not {one.state, one.nonce, one.verifier} & {other.state, other.nonce, other.verifier}
    asked = dict(parse_qsl(urlsplit(url).query))
    assert asked["state"] == one.state and asked["nonce"] == one.nonce
    assert asked["redirect_uri"] == one.redirect_uri == BACK
    assert one.verifier not in url and openid.client_secret not in url


def test_a_key_may_be_rotated(openid: OpenId) -> None:
    """A new one is known at the next login, and one that was withdrawn lets nobody in."""
    assert _log_in(openid) == "li"
    new = SigningKey("two")
    openid.key, openid.keys = new, [KEY.public(), new.public()]
    assert _log_in(openid) == "li"
    openid.key, openid.keys = KEY, [new.public()]
    _refused(openid, "not signed by the provider")


def test_keys_for_other_things_do_no_harm(openid: OpenId) -> None:
    """What nobody can read, and keys to encrypt with, may stand in the set (RFC 7517, 5)."""
    broken: list[Any] = [{}, [], "one", {"kty": "AKP"}, {"kty": "RSA", "kid": "one"}, {"kty": []}]
    broken += [{"kty": "EC", "kid": "one", "crv": "P-1", "x": "AA", "y": "AA"}]
    broken += [{**KEY.public(), "n": 7}, {**KEY.public(), "n": "ü"}]
    openid.keys = [*broken, {**OTHER_KEY.public(), "use": "enc"}, *openid.keys]
    assert _log_in(openid) == "li"


WRONG: list[tuple[Json, str]] = [
    ({"nonce": "another"}, "belongs to another login"),
    ({"nonce": None}, "belongs to another login"),
    ({"aud": "another"}, "is for somebody else"),
    ({"aud": []}, "is for somebody else"),
    ({"aud": ["regiongate", "another"]}, "for which of several"),
    ({"aud": ["regiongate", "another"], "azp": "another"}, "is for somebody else"),
    ({"iss": "https://another.example"}, "another issuer"),
    ({"exp": AT - 61}, "has ended"),
    ({"exp": "soon"}, "does not say when it holds"),
    ({"iat": None}, "does not say when it holds"),
    ({"iat": AT + 61}, "from the future"),
    ({"nbf": AT + 61}, "from the future"),
]


@pytest.mark.parametrize(("claims", "message"), WRONG)
def test_a_token_must_be_for_this_login(openid: OpenId, claims: Json, message: str) -> None:
    """Signed or not: what belongs to somebody else, to another login or to another time is none."""
    openid.claims = claims
    _refused(openid, message)


def test_several_audiences_are_fine_with_a_word_for_whom(openid: OpenId) -> None:
    """And clocks may differ by less than a minute."""
    openid.claims = {"aud": ["regiongate", "another"], "azp": "regiongate", "exp": AT - 59}
    assert _log_in(openid) == "li"


def _unsigned(claims: Json) -> str:
    head = encoded(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    return f"{head}.{encoded(json.dumps(claims).encode())}."


def _with_the_public_key(claims: Json) -> str:
    """Signed with what everybody knows, as if it were a shared secret."""
    return _shared(claims, json.dumps(KEY.public()).encode())


def _shared(claims: Json, secret: bytes) -> str:
    head = encoded(json.dumps({"alg": "HS256", "kid": "one"}).encode())
    said = f"{head}.{encoded(json.dumps(claims).encode())}"
    return f"{said}.{encoded(hmac.digest(secret, said.encode(), hashlib.sha256))}"


def _changed(claims: Json) -> str:
    head, _, signature = KEY.sign(claims).split(".")
    said = json.dumps({**claims, "preferred_username": "mei"})
    return f"{head}.{encoded(said.encode())}.{signature}"


FORGED = {
    "none": _unsigned,
    "another key under the same id": OTHER_KEY.sign,
    "a key of its own": lambda claims: OTHER_KEY.sign(claims, jwk=OTHER_KEY.public()),
    "a key from elsewhere": lambda claims: OTHER_KEY.sign(claims, jku="https://evil.example/k"),
    "an unknown key": lambda claims: OTHER_KEY.sign(claims, kid="two"),
    "the public key as a secret": _with_the_public_key,
    "the client secret": lambda claims: _shared(claims, "s3cr:et/ü".encode()),
    "a signature of something else": _changed,
    "no token": lambda _: "nonsense",
    "nothing": lambda _: "..",
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_token_lets_nobody_in(openid: OpenId, how: str) -> None:
    """However it was forged."""
    openid.sign = FORGED[how]
    _refused(openid, "not signed by the provider")


@pytest.mark.parametrize("keys", [None, {}, [], "x", [KEY.public(), KEY.public()]])
def test_any_set_of_keys_is_survived(openid: OpenId, keys: Any) -> None:
    """One without a key lets nobody in; one that names a key twice is fine."""
    openid.keys = keys
    if keys and isinstance(keys, list):
        assert _log_in(openid) == "li"
    else:
        _refused(openid, "not signed by the provider")


def test_a_shared_key_in_the_set_signs_nothing(openid: OpenId) -> None:
    """Everybody can read the set."""
    openid.keys = [{"kty": "oct", "kid": "one", "alg": "HS256", "k": encoded(b"x" * 32)}]
    openid.sign = lambda claims: _shared(claims, b"x" * 32)
    _refused(openid, "not signed by the provider")


def _begun(openid: OpenId) -> tuple[Provider, Pending, dict[str, str]]:
    provider = _provider(openid)
    url, pending = begin(provider, BACK)
    query = openid.log_in(url)
    openid.asked.clear()
    return provider, pending, query


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"state": "another"}, "does not belong to the login"),
        ({"state": ""}, "does not belong to the login"),
        ({"state": "ü"}, "does not belong to the login"),
        ({"iss": "https://another.example"}, "from another provider"),
        ({"code": ""}, "has no code"),
        ({"error": "access_denied"}, "did not let you log in: access_denied"),
        ({"error": "<script>"}, "did not let you log in: an error"),
    ],
)
def test_a_strange_answer_is_refused_unasked(
    openid: OpenId, wrong: dict[str, str], message: str
) -> None:
    """Nothing goes to the provider for a query that does not belong to what was begun."""
    provider, pending, query = _begun(openid)
    with pytest.raises(NotVouched, match=message):
        finish(provider, pending, {**query, **wrong}, NOON)
    assert openid.asked == []


def test_an_answer_without_a_state_is_refused(openid: OpenId) -> None:
    """An attacker's own login cannot be slipped to somebody."""
    provider, pending, query = _begun(openid)
    del query["state"]
    with pytest.raises(NotVouched, match="does not belong to the login"):
        finish(provider, pending, query, NOON)


def test_a_code_is_taken_once(openid: OpenId) -> None:
    """Who replays it gets the provider's refusal."""
    provider, pending, query = _begun(openid)
    finish(provider, pending, query, NOON)
    with pytest.raises(NotVouched, match="does not take the code: invalid_grant"):
        finish(provider, pending, query, NOON)


@pytest.mark.parametrize("wrong", [{"verifier": "x" * 43}, {"redirect_uri": "https://a.example"}])
def test_a_stolen_code_is_worth_nothing(openid: OpenId, wrong: dict[str, str]) -> None:
    """Without the verifier of the login, and for another page, the provider does not take it."""
    provider, pending, query = _begun(openid)
    with pytest.raises(NotVouched, match="invalid_grant"):
        finish(provider, replace(pending, **wrong), query, NOON)


def test_a_wrong_client_secret_is_told(openid: OpenId) -> None:
    """In the provider's word, and without the secret."""
    provider, pending, query = _begun(openid)
    with pytest.raises(NotVouched, match="invalid_client") as caught:
        finish(replace(provider, client_secret="wr0ng"), pending, query, NOON)  # noqa: S106
    assert "wr0ng" not in str(caught.value) and "s3cr" not in repr(provider)


def test_an_address_counts_once_it_is_verified(openid: OpenId) -> None:
    """A person may be named by the claim `email`, never by what anybody could have typed."""
    openid.claims = {"email": "li@example.com"}
    with pytest.raises(NotVouched, match=r"has not verified the mail address li@example\.com"):
        _log_in(openid, "email")
    openid.claims = {"email": "li@example.com", "email_verified": "true"}
    with pytest.raises(NotVouched, match="has not verified"):
        _log_in(openid, "email")
    openid.claims = {"email": "li@example.com", "email_verified": True}
    assert _log_in(openid, "email") == "li@example.com"


@pytest.mark.parametrize("value", [None, "", 7, ["li"]])
def test_whoever_is_not_named_does_not_get_in(openid: OpenId, value: Any) -> None:
    """The message says which claim is missing."""
    openid.claims = {"preferred_username": value}
    _refused(openid, "does not say the claim 'preferred_username'")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"issuer": "https://another.example"}, "calls itself 'https://another.example'"),
        ({"token_endpoint": None}, "does not say its token_endpoint"),
        ({"token_endpoint": "http://another.example/t"}, "must begin with https"),
        ({"jwks_uri": "file:///etc/passwd"}, "must begin with https"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "must begin with https"),
    ],
)
def test_a_strange_document_is_refused(openid: OpenId, document: Json, message: str) -> None:
    """What it names must be the provider's own, and reached over TLS."""
    openid.document = document
    with pytest.raises(CannotRun, match=message):
        _log_in(openid)


@pytest.mark.parametrize("name", ["openid-configuration", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((500, "{}"), "answered 500"),
        ((302, "{}"), "answered 302"),
        ((200, "<html>"), "JSON object"),
        ((200, "[]"), "JSON object"),
    ],
)
def test_a_broken_provider_is_told(
    openid: OpenId, name: str, answer: tuple[int, str], message: str
) -> None:
    """In words, with the address; no redirect is followed."""
    openid.broken[name] = answer
    with pytest.raises(CannotRun, match=message):
        _log_in(openid)
    assert "elsewhere" not in str(openid.asked)


def test_a_provider_that_is_away_is_told() -> None:
    """With its address."""
    away = Provider("http://127.0.0.1:9", "regiongate", "secret")
    with pytest.raises(CannotRun, match=r"http://127\.0\.0\.1:9/.* cannot be asked"):
        begin(away, BACK)


def _read(**said: Any) -> Provider | None:
    names = ("issuer", "client_id", "client_secret", "secret_file", "claim")
    return read_provider(**{**dict.fromkeys(names), **said})


def test_settings_name_a_provider(tmp_path: Path) -> None:
    """Wholly, or not at all; the secret may stand in a file that only its user reads."""
    assert _read() is None
    named = {"issuer": "https://id.example", "client_id": "us"}
    expected = Provider("https://id.example", "us", "s")
    assert _read(**named, client_secret="s") == expected  # noqa: S106
    path = tmp_path / "secret"
    path.write_text("s\n")
    path.chmod(0o600)
    assert _read(**named, secret_file=path, claim="email") == replace(expected, claim="email")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"issuer": "https://id.example"}, "missing: the client id, the client secret$"),
        ({"client_secret": "s"}, "missing: the issuer, the client id$"),
        ({"issuer": "https://id.example", "client_id": "us"}, "missing: the client secret$"),
        ({"claim": "email"}, "missing: the issuer, the client id, the client secret$"),
        (
            {"issuer": "http://id.example", "client_id": "us", "client_secret": "s"},
            "must begin with https",
        ),
        (
            {"issuer": "id.example", "client_id": "us", "client_secret": "s"},
            "must begin with https",
        ),
    ],
)
def test_half_a_provider_is_refused(said: dict[str, str], message: str) -> None:
    """What is missing is named."""
    with pytest.raises(CannotRun, match=message):
        _read(**said)


def test_a_secret_that_others_could_read_is_refused(tmp_path: Path) -> None:
    """And so is one that is not there, is empty, or is given twice."""
    named = {"issuer": "https://id.example", "client_id": "us"}
    path = tmp_path / "secret"
    with pytest.raises(CannotRun, match="cannot read the client secret"):
        _read(**named, secret_file=path)
    path.write_text("s")
    path.chmod(0o644)
    with pytest.raises(CannotRun, match="can be read by others"):
        _read(**named, secret_file=path)
    path.chmod(0o600)
    with pytest.raises(CannotRun, match="given twice"):
        _read(**named, secret_file=path, client_secret="s")  # noqa: S106
    path.write_text("\n")
    with pytest.raises(CannotRun, match=r"missing: the client secret$"):
        _read(**named, secret_file=path)
