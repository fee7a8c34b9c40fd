"""A bundle as the guard has it open: its gate, its words, its keys, and whom it believes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path

from regiongate.compiler.envoy.gate import KEYS
from regiongate.compiler.envoy.keytable import KeyTable, KeyTableError
from regiongate.compiler.envoy.settings import Network, Settings, from_record
from regiongate.compiler.facts import DATABASE as FACTS
from regiongate.compiler.reader import BundleReader
from regiongate.domain.errors import CannotRun
from regiongate.domain.judge import open_path
from regiongate.domain.policy import Policy
from regiongate.guard import clouds
from regiongate.guard.address import Addresses
from regiongate.guard.said import Sayings
from regiongate.guard.token import Tokens
from regiongate.library.gate import Gate


@dataclass(frozen=True, slots=True)
class Believed:
    """Whom a process believes about the client's address, where that is not whom its bundle says.

    `trusted` are networks of proxies (`10.0.0.0/8`), `hops` counts proxies in front of everything;
    None is what the bundle says.
    """

    trusted: Sequence[str] | None = None
    hops: int | None = None

    def of(self, settings: Settings) -> Settings:
        """The settings of a bundle, changed. Raises CannotRun for what cannot be believed."""
        said = self.trusted is not None or self.hops is not None
        if settings.proxy_protocol and not said:
            raise CannotRun(
                "the bundle takes addresses from the PROXY protocol, which only a server can read: "
                "say with `trusted` or `trusted_hops` whom to believe here"
            )
        if self.trusted is not None:
            settings = replace(settings, trusted=tuple(_network(text) for text in self.trusted))
        if self.hops is not None:
            if self.hops < 0:
                raise CannotRun(f"{self.hops} proxies cannot be counted: give 0 or more")
            settings = replace(settings, trusted_hops=self.hops)
        return settings


_REMEMBERED, _LONGEST_PATH = 4096, 256
"""Paths of which it is remembered whether they are open ones, and letters of such a path."""

AS_BUNDLED = Believed()


class Opened:
    """One bundle, ready to answer. It never changes."""

    def __init__(self, folder: Path, believed: Believed, clock: Callable[[], float]) -> None:
        """Raises CannotRun or ProblemsFound when the folder holds no bundle or a damaged one."""
        self._reader = BundleReader(folder)
        self.gate = Gate.open(folder, clock)
        self.policy: Policy = self._reader.policy
        self.settings = believed.of(_settings(self._reader))
        self.addresses = Addresses(self.settings.trusted, self.settings.trusted_hops)
        self.keys = self._keys(folder)
        jwt = self.settings.jwt
        self.tokens = None if jwt is None else Tokens(jwt, clock)
        self._is_open = lru_cache(_REMEMBERED)(self._open)
        self.sayings = Sayings()
        self.cloud = clouds.finder(self._reader.content(FACTS), str(folder / FACTS))

    @property
    def generation(self) -> str:
        """The generation, as log lines name it."""
        return self.gate.generation

    def opens(self, path: str) -> bool:
        """Whether a path is an open one."""
        return self._is_open(path) if len(path) <= _LONGEST_PATH else self._open(path)

    def _open(self, path: str) -> bool:
        return open_path(self.policy.open_paths, path) is not None

    def _keys(self, folder: Path) -> Mapping[bytes, str | None]:
        """Whose each key is, by digest."""
        if not self.settings.api_keys:
            return {}
        try:
            rows = KeyTable.read(self._reader.content(KEYS)).rows()
            return {digest: organization for digest, organization, _ in rows}
        except KeyTableError as error:
            raise CannotRun(f"{folder / KEYS} cannot be read: {error}") from error


def _settings(reader: BundleReader) -> Settings:
    try:
        return from_record(reader.manifest["settings"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"{reader.folder} does not say the settings of its gateway"
        raise CannotRun(f"{message}: build the bundle again") from error


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise CannotRun(f"{text!r} is not a network: {error}; write 10.0.0.0/8") from error
