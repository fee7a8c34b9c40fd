"""The headers by which clients pace themselves.

The sample counts nothing and refuses nobody for asking often: the limit that it tells of is always
there in full.
"""

from regiongate.sample.reply import born_at

_FULL = str(1_000_000_000)

OPENAI = {
    f"x-ratelimit-{what}-{of}": "0s" if what == "reset" else _FULL
    for of in ("requests", "tokens")
    for what in ("limit", "remaining", "reset")
}
ANTHROPIC = {
    f"anthropic-ratelimit-{of}-{what}": born_at() if what == "reset" else _FULL
    for of in ("requests", "tokens", "input-tokens", "output-tokens")
    for what in ("limit", "remaining", "reset")
}
