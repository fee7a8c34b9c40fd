"""Which of several keys says whose a request is: as the gateway's filter says it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.guard.cases import EXEMPT_KEY, PLAIN_KEY
from tests.support.gateway import AMERICA, Gateway

pytestmark = pytest.mark.envoy

_EXEMPT, _PLAIN = f"Bearer {EXEMPT_KEY}", f"Bearer {PLAIN_KEY}"
_A, _X, _G = "authorization", "x-api-key", "x-goog-api-key"

SENT: list[list[tuple[str, str]]] = [
    [],
    [(_A, _EXEMPT)],
    [(_A, f"bearer \t{EXEMPT_KEY}")],
    [(_A, EXEMPT_KEY)],
    [(_A, "Bearer")],
    [(_A, _EXEMPT), (_A, _EXEMPT)],
    [(_A, _EXEMPT), (_A, _PLAIN)],
    [(_A, "Bearer sk-other"), (_A, _PLAIN)],
    [(_A, "Basic bmV3c3Jvb206eA=="), (_A, _EXEMPT)],
    [(_A, "Digest a=b, c=d")],
    [(_A, "Digest a=b, c=d"), (_X, EXEMPT_KEY)],
    [(_A, _EXEMPT)] * 9,
    [(_A, "Bearer sk-other")] * 9 + [(_A, _PLAIN)],
    [(_X, EXEMPT_KEY), (_X, EXEMPT_KEY)],
    [(_X, "sk-other"), (_X, EXEMPT_KEY)],
    [(_X, "sk-other")] * 9 + [(_X, EXEMPT_KEY)],
    [(_X, "sk-other")] * 9 + [(_X, EXEMPT_KEY), (_X, "sk-other")],
    [(_X, "a,b,c")],
    [(_X, f"{EXEMPT_KEY},x")],
    [(_X, "")],
    [(_X, ""), (_X, EXEMPT_KEY)],
    [(_X, "k" * 4096), (_G, PLAIN_KEY)],
    [(_X, "k" * 4097), (_G, PLAIN_KEY)],
    [(_G, EXEMPT_KEY), (_A, _PLAIN)],
    [("api-key", EXEMPT_KEY), (_X, "sk-other")],
]


def _seen(port: int, sent: list[tuple[str, str]]) -> tuple[str | None, ...]:
    """The key in short, its owner and the rule, as the API is told them."""
    headers = [("x-forwarded-for", AMERICA), *sent]
    url = f"http://127.0.0.1:{port}/v1/echo"
    told = httpx.get(url, headers=headers).json()["headers"]
    return tuple(told.get(f"x-regiongate-{name}") for name in ("key", "organization", "rule"))


@pytest.mark.parametrize("sent", SENT, ids=range(len(SENT)))
def test_several_keys(
    worlds: Callable[[str], Gateway],
    doors: Callable[[str, str], int],
    sent: list[tuple[str, str]],
) -> None:
    """However many keys a client sends in whatever headers, the owner is the gateway's."""
    assert _seen(doors("asgi", "block"), sent) == _seen(worlds("block").port, sent)
