"""Ports for servers that a test starts."""

import socket


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nothing listens on at this moment.

    Another process may take it before the caller does, so prefer a server that can be told port 0
    and asked afterwards; this is for those that cannot, such as Envoy.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
