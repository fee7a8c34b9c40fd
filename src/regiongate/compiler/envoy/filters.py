"""The filters of a request in their order, and the reason for each place.

| filter | why here |
|---|---|
| sane-forwarding | an unreadable address must stop the request before another is used |
| locate | needs only the settled client address |
| identify | needs the client's own headers, before anything adds to them |
| organizations | needs the organization |
| decide | needs place and standing; sets the decision, and refuses |
| router | only what was not refused leaves the gateway |
"""

from __future__ import annotations

from regiongate.compiler.envoy import decide, keys, organizations
from regiongate.compiler.envoy.discovery import discovered
from regiongate.compiler.envoy.forwarding import sane_forwarding
from regiongate.compiler.envoy.identify import by_token
from regiongate.compiler.envoy.locate import locate
from regiongate.compiler.envoy.settings import Files, Settings
from regiongate.compiler.envoy.typed import Config, extension


def filters(settings: Settings, files: Files, *, vouched: int) -> list[Config]:
    """The chain for one listener; `vouched` counts the proxies that are believed."""
    chain: list[Config] = []
    if vouched:
        chain.append(sane_forwarding(vouched))
    chain.append(locate(files))
    if settings.jwt is not None:
        chain.append(by_token(settings.jwt))
    elif settings.api_keys:
        chain.append(discovered(keys.RESOURCE, keys.MESSAGE, files))
    if settings.identifies:
        chain.append(discovered(organizations.RESOURCE, organizations.MESSAGE, files))
    chain.append(discovered(decide.RESOURCE, decide.MESSAGE, files))
    chain.append(extension("router", "envoy.extensions.filters.http.router.v3.Router"))
    return chain
