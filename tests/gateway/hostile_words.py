"""What hostile clients write: headers, chains of addresses, paths, and what is no request."""

from __future__ import annotations

import base64
from ipaddress import IPv4Address, IPv6Address

from tests.support import raw
from tests.support.gateway import AMERICA, CHINA, CHINA_V6, NOWHERE

EXEMPT_KEY = "sk-exempt-0123456789"


def forms(address: str) -> list[str]:
    """An IPv4 address, and the IPv6 addresses that carry it."""
    number = int(IPv4Address(address))
    return [
        address,
        f"::ffff:{address}",
        str(IPv6Address(0xFFFF << 32 | number)),
        f"64:ff9b::{address}",
        str(IPv6Address(0x2002 << 112 | number << 80 | 1)),
        f"::{address}",
        f" {address}\t",
    ]


ADDRESS_HEADERS = (
    *("X-Forwarded-For", "x-forwarded-for", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP"),
    *("X-Client-IP", "Fastly-Client-IP", "X-Cluster-Client-IP", "X-Original-Forwarded-For"),
    *("X-Envoy-External-Address", "X-Probe-Address", "X-ProxyUser-Ip", "Client-IP"),
)
OUR_HEADERS = {
    "verdict": "allow",
    "would": "allow",
    "place": "supported list:openai-2024-08",
    "country": "US",
    "region": "US-CA",
    "class": "supported",
    "rule": "list:openai-2024-08",
    "answer": "self-check-final",
    "code": "none",
    "message": "none",
    "organization": "newsroom",
    "organization-table": "unreadable",
    "key": "0123456789abcdef",
    "policy": "none",
    "version": "none",
    "since": "2000-01-01T00:00:00Z",
    "appeal": "https://evil.example",
    "generation": "1-00000000",
    "next-verdict": "allow",
    "next-at": "2000-01-01T00:00:00Z",
}
ENVOY_HEADERS = (
    "x-envoy-original-path: /healthz",
    "x-envoy-original-host: evil.example",
    "x-envoy-internal: true",
    "x-envoy-expected-rq-timeout-ms: 1",
    "x-envoy-upstream-rq-timeout-ms: 1",
    "x-envoy-retry-on: 5xx,retriable-4xx",
    "x-envoy-decorator-operation: x",
    "x-forwarded-client-cert: By=x",
    "x-original-url: /healthz",
    "x-rewrite-url: /healthz",
    "x-http-method-override: OPTIONS",
    "x-forwarded-host: evil.example",
    "x-forwarded-proto: https",
    "x-forwarded-port: 1",
    "x-forwarded-path: /healthz",
    "via: 1.1 evil",
    "te: trailers",
    "expect: 100-continue",
    "upgrade: websocket",
    "upgrade: h2c",
    "content-encoding: gzip",
    "cookie: x-regiongate-verdict=allow",
)
KEYS = (
    "authorization:",
    "authorization: Bearer",
    "authorization: Bearer  ",
    "authorization: Basic " + base64.b64encode(b"newsroom:x").decode(),
    "authorization: Bearer sk-unknown",
    "authorization: Bearer newsroom",
    "authorization: Bearer " + EXEMPT_KEY + "x",
    "authorization: Bearer " + EXEMPT_KEY[:-1],
    "authorization: Bearer \xff\xfe\xc3",
    "authorization: Bearer " + "k" * 5_000,
    "authorization: Bearer " + "k" * 50_000,
    "x-api-key: " + "k" * 5_000,
    "api-key: a,b,c",
    "x-goog-api-key: \xe2\x82\xac",
    "openai-organization: newsroom",
    "openai-project: newsroom",
    "anthropic-organization: newsroom",
)

SPOOFS: list[tuple[str, ...]] = [
    *((f"{header}: {form}",) for header in ADDRESS_HEADERS for form in (AMERICA, "10.0.0.1")),
    *((f"X-Forwarded-For: {form}",) for form in forms(AMERICA)),
    (f"X-Forwarded-For: {AMERICA}", f"X-Forwarded-For: {AMERICA}"),
    (f"X-Forwarded-For: {AMERICA}, 127.0.0.1, 10.0.0.1",),
    ("X-Forwarded-For: " + f"{AMERICA}, " * 25,),
    ("X-Forwarded-For: garbage",),
    (f"Forwarded: for={AMERICA}",),
    (f'Forwarded: for="[{CHINA_V6}]";proto=https;by=10.0.0.1',),
    *((f"x-regiongate-{name}: {value}",) for name, value in OUR_HEADERS.items()),
    *((f"X-REGIONGATE-{name.upper()}: {value}",) for name, value in OUR_HEADERS.items()),
    tuple(f"X-Regiongate-{name}: {value}" for name, value in OUR_HEADERS.items()),
    ("x-regiongate-organization: newsroom",) * 2,
    *((line,) for line in ENVOY_HEADERS),
    *((line,) for line in KEYS),
]

CLIENTS_WORDS = [lines for lines in SPOOFS if not lines[0].lower().startswith("x-forwarded-for:")]

TWINS = ("x_regiongate_{}", "X_Regiongate-{}", "X-Regiongate_{}", "x-regiongate-{}")

CHAINS = [
    # The last address that is no proxy's counts, and what stands left of it is a client's word.
    ([f"{AMERICA}, {CHINA}"], 403),
    ([f"{CHINA}, {AMERICA}"], 200),
    ([f"garbage, {CHINA}"], 403),
    ([f"garbage, {AMERICA}"], 200),
    ([f"{AMERICA}, {CHINA}, 127.0.0.9"], 403),
    ([f"{CHINA}, {AMERICA}, 127.0.0.9, 127.0.0.8"], 200),
    ([AMERICA, CHINA], 403),
    ([CHINA, AMERICA], 200),
    ([f"{AMERICA}, {NOWHERE}"], 403),
    (["127.0.0.9"], 200),
    ([""], 200),
    # Envoy reads at most twenty parts; a client can send them ahead of its own address.
    ([f"{AMERICA}, " * 19 + CHINA], 403),
    ([f"{AMERICA}, " * 20 + CHINA], 400),
    ([AMERICA] * 30 + [CHINA], 400),
    (["," * 40 + CHINA], 400),
    (["127.0.0.9, " * 30 + CHINA], 400),
    ([f"{AMERICA}, " * 4000 + CHINA], 400),
    # A proxy's word that is no address must not be passed over in favour of another.
    (["unknown"], 400),
    ([f"{CHINA}:443"], 400),
    ([f"{AMERICA}:443"], 400),
    ([f"{CHINA}:443, 127.0.0.9"], 400),
    (["unknown, 127.0.0.9, 127.0.0.8"], 400),
    ([f"{CHINA}, garbage, 127.0.0.9"], 400),
    ([f"[{CHINA_V6}]"], 400),
    ([f'"{AMERICA}"'], 400),
    ([f"for={AMERICA}"], 400),
    ([f"{AMERICA};x"], 400),
    ([f"{AMERICA} {CHINA}"], 400),
    ([f"{AMERICA},"], 400),
    ([","], 400),
    (["08.8.8.8"], 400),
    (["8.8.2056"], 400),
    (["0x08080808"], 400),
    (["134744072"], 400),
    (["8.8.8.256"], 400),
    (["2001:4860::1::2"], 400),
    (["1:2:3:4:5::1:2:3:4:8.8.8.8"], 400),
    ([f"{AMERICA}\xff"], 400),
    ([f"{AMERICA}\xa0"], 400),
    ([f"{AMERICA}%00"], 400),
    (["::ffff:8.8.8.8:443"], 400),
]

PATHS = [
    ("/healthz", 200),
    ("/healthz?/../v1/models", 200),
    ("http://evil.example/healthz", 200),
    ("/%68ealthz", 200),
    ("/legal/terms", 404),
    ("/legal/./a", 404),
    ("/legal/..%2fv1/models", 403),
    ("/legal/..%2Fv1/models", 403),
    ("/legal/%2e%2e/v1/models", 403),
    ("/legal/%2e%2e%2fv1/models", 403),
    ("/legal/%252e%252e/v1/models", 403),
    ("/legal/..;/v1/models", 403),
    ("/legal/..%5cv1", 403),
    ("/legal\\..\\v1\\models", 403),
    ("/legal/../v1/models", 403),
    ("//legal/../v1/models", 403),
    ("///v1/models", 403),
    ("/healthz/../v1/models", 403),
    ("/healthz/", 403),
    ("/healthz%2f..%2fv1%2fmodels", 403),
    ("/healthz%0a", 403),
    ("/healthz;a=b", 403),
    ("/HEALTHZ", 403),
    ("/v1/models?/healthz", 403),
    ("/v1/models?x=/legal/", 403),
    ("/v1/legal/../models", 403),
    ("/.well-known/region-access/../../v1/models", 403),
    ("/.well-known/region-access%2f..%2f..%2fv1/models", 403),
    ("/.well-known/region-access/", 403),
    ("http://evil.example/v1/models", 403),
    ("http://127.0.0.1/v1/models?a=http://x/healthz", 403),
    ("/healthz%00", 400),
    ("/healthz#/v1/models", 400),
    ("/v1/models#/healthz", 400),
    ("healthz", 400),
    ("/legal/\xff", 400),
    ("/legal/\x01", 400),
    ("*", 400),
]

MALFORMED = [
    b"PROXY TCP4 8.8.8.8 127.0.0.1 1 2\r\n" + raw.request(),
    b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x08\x08\x08\x08\x7f\x00\x00\x01\x00\x01\x00\x02"
    + raw.request(),
    b"CONNECT 8.8.8.8:443 HTTP/1.1\r\nHost: 8.8.8.8\r\n\r\n",
    b"GET /v1/models HTTP/1.0\r\nX-Forwarded-For: 8.8.8.8\r\n\r\n",
    b"GET /v1/models HTTP/1.1\r\nX-Forwarded-For: 8.8.8.8\r\n\r\n",
    b"GET /v1/models HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
    b"GET /v1/models\r\n\r\n",
    b"GET  /v1/models HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET /v1/models HTTP/1.1\r\nHost: a\r\nX-Forwarded-For : 8.8.8.8\r\n\r\n",
    b"GET /v1/models HTTP/1.1\r\nHost: a\r\nX-A: b\r\n X-Forwarded-For: 8.8.8.8\r\n"
    b"Connection: close\r\n\r\n",
    b"GET /v1/models HTTP/1.1\r\nHost: a\r\nX-A: b\nX-Forwarded-For: 8.8.8.8\r\n"
    b"Connection: close\r\n\r\n",
    b"GET /v1/models HTTP/1.1\r\nHost: a\r\nX-A: \x00\r\n\r\n",
    b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00",
]

FRAMINGS = [
    b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
    b"Content-Length: 0\r\nContent-Length: 60\r\n",
    b"Content-Length: 0, 60\r\n",
    b"Content-Length: +60\r\n",
    b"Transfer-Encoding: xchunked\r\n",
    b"Transfer-Encoding: chunked, identity\r\n",
    b"Transfer-Encoding:\x0bchunked\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
]
