"""Signed JSON Web Tokens (RFC 7519) and the key set that verifies them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

SECRET = b"a secret of the tests, long enough for HS256"
ISSUER = "https://issuer.example"


def jwks(secret: bytes = SECRET) -> str:
    """A key set with one key."""
    return json.dumps({"keys": [{"kty": "oct", "alg": "HS256", "kid": "one", "k": _text(secret)}]})


def token(**claims: Any) -> str:
    """A token that holds for ten minutes."""
    head = {"alg": "HS256", "typ": "JWT", "kid": "one"}
    content = {"iss": ISSUER, "exp": int(time.time()) + 600, **claims}
    signed = ".".join(_text(json.dumps(part).encode()) for part in (head, content))
    return f"{signed}.{_text(hmac.new(SECRET, signed.encode(), hashlib.sha256).digest())}"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
