"""Envoy's own counters, as its admin socket tells them to Prometheus."""

from __future__ import annotations

from urllib.parse import quote

from prometheus_client.parser import text_string_to_metric_families

from regiongate.compiler.envoy.count import COUNTER, SCOPE
from regiongate.gateway.state import State
from regiongate.gateway.unix_http import Unreachable, get

_WANTED = (
    rf"{SCOPE}\.{COUNTER}\.",
    r"http\.gateway\.downstream_(rq_[1-5]xx|cx_active|rq_active)$",
    r"cluster\.(upstream|site)\.upstream_(rq_[1-5]xx|rq_timeout|cx_connect_fail|rq_pending_overflow)$",
    r"filesystem\.write_failed$",
    r"extension_config_discovery\.http_filter\..*\.config_fail$",
    r"runtime\.update_(failure|rejected)$",
    r"server\.(live|uptime|memory_physical_size)$",
)
"""What matters of some hundreds; Envoy's names for them, before it makes Prometheus's of them."""

_OK = 200


def counters(state: State) -> str | None:
    """The counters that matter, in Prometheus's text format; None where no Envoy answers."""
    pattern = f"^({'|'.join(_WANTED)})"
    try:
        status, content = get(state.admin, f"/stats/prometheus?filter={quote(pattern, safe='')}")
        text = content.decode()
        # One line that cannot be read would lose the watcher all the others.
        list(text_string_to_metric_families(text))
    except (Unreachable, ValueError):
        return None
    return text if status == _OK else None
