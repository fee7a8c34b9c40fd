"""How fast a stream came: numbers only, no judgement."""

from __future__ import annotations

from collections.abc import Sequence

from regiongate.conformance.finding import Finding, judged, not_told


def paced(seconds: Sequence[float], tokens: int | None) -> Finding:
    """Time to the first token and tokens a second, from the arrival of the pieces of text.

    `seconds` are those from sending the request to each piece, and `tokens` is the endpoint's own
    count. The rate is that after the first piece, which waits for the prompt.
    """
    if not seconds:
        return not_told("no text was streamed")
    first = round(seconds[0], 4)
    spent = seconds[-1] - seconds[0]
    if tokens is None or tokens < 2 or spent <= 0:
        return judged([], f"first token after {first:.3f} s", first_token_seconds=first)
    rate = round((tokens - 1) / spent, 1)
    words = f"first token after {first:.3f} s, then {rate:g} tokens a second"
    return judged([], words, first_token_seconds=first, tokens_a_second=rate)
