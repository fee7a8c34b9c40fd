"""Ports for servers that a test starts."""

import os
import socket
from itertools import count

_LOWEST, _NUMBER = 10_000, 20_000
"""Below those that Linux gives to outgoing connections (32768 and up), so that none takes one
between the question and the server's start."""

_turn = count(os.getpid() * 977)


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nothing listens on at this moment, and that was not given before.

    Another process may take it before the caller does, so prefer a server that can be told port 0
    and asked afterwards; this is for those that cannot, such as Envoy.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for turn in _turn:
        port = _LOWEST + turn % _NUMBER
        with socket.socket(family) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise AssertionError("count() does not end")
