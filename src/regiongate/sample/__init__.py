"""A small OpenAI- and Anthropic-compatible API to put behind the gateway and try it on.

It needs no key and no network, and answers every request the same way each time. `regiongate up`
starts it when no upstream is named; `python -m regiongate.sample` starts it alone.
"""

from regiongate.sample.app import make_app

__all__ = ["make_app"]
