"""Secrets in the addresses of files: taken from the environment, and told to nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlsplit

from regiongate.domain.errors import CannotRun

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET = re.compile(r"token|key|secret|passw|licen[cs]e|auth|signature|credential", re.IGNORECASE)


def check_url(template: str) -> None:
    """Refuse an address that is not HTTPS, or that has a secret written out in it; CannotRun."""
    shown = without_query(template)
    try:
        parts = urlsplit(template)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise CannotRun(f"{shown!r} is not a URL: {error}") from error
    if parts.scheme == "http":
        why = "whoever is on the way could change what it sends"
        raise CannotRun(f"{shown} is not fetched over http, because {why}: write https")
    if parts.scheme != "https" or not host or port == 0:
        raise CannotRun(f"{shown!r} is not an address to fetch from: write https://…")
    if parts.username is not None or parts.password is not None:
        remedy = "name variables of the environment with --user-from and --password-from"
        raise CannotRun(f"the URL at {host} has a user or a password in it: {remedy}")
    for name, value in parse_qsl(parts.query):
        if _SECRET.search(name) and not _VARIABLE.search(value):
            remedy = f"write {name}=${{VARIABLE}} and set that variable of the environment"
            raise CannotRun(f"the URL at {host} has a secret in its `{name}`: {remedy}")


def without_query(url: str) -> str:
    """An address as it may be shown, when it came from elsewhere: up to its query."""
    return re.sub(r"//[^/]*@", "//", url.partition("#")[0].partition("?")[0])


class Secrets:
    """The variables that a recipe names, with what the environment holds for them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._used: dict[str, str] = {}

    def value(self, variable: str) -> str:
        """What a variable holds; CannotRun when it is not set."""
        found = self._environment.get(variable, "")
        if not found:
            raise CannotRun(f"the variable {variable} is not set: put the secret in it")
        self._used[variable] = found
        return found

    def expand(self, template: str) -> str:
        """A URL with every `${VARIABLE}` put in, quoted."""
        return _VARIABLE.sub(lambda match: quote(self.value(match[1]), safe=""), template)

    def mask(self, text: str) -> str:
        """A text without the secrets that have been used: their variables stand in their place."""
        for variable, value in sorted(self._used.items(), key=lambda item: -len(item[1])):
            for form in (value, quote(value, safe="")):
                text = text.replace(form, f"${{{variable}}}")
        return text
