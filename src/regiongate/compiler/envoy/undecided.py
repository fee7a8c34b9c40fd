"""No decision, no upstream: the last filter before the router."""

from __future__ import annotations

from regiongate.compiler.envoy import names
from regiongate.compiler.envoy.typed import Config, extension


def refuse_undecided() -> Config:
    """Deny a request on which no gate has left a verdict.

    Envoy passes over a gate that it does not have, or cannot run, in silence. This filter needs
    no file and no policy, so whatever happens before it, nothing reaches the API unjudged.
    """
    judged = {"name": names.VERDICT, "present_match": True}
    policy = {"principals": [{"any": True}], "permissions": [{"not_rule": {"header": judged}}]}
    return extension(
        "refuse-undecided",
        "envoy.extensions.filters.http.rbac.v3.RBAC",
        rules={"action": "DENY", "policies": {"undecided": policy}},
    )
