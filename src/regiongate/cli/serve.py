"""`regiongate serve`: the JSON API, the public pages and the console."""

from __future__ import annotations

import os
from pathlib import Path

import click

from regiongate.cli.gateway_options import state_option
from regiongate.cli.gateway_settings import network
from regiongate.cli.mail_options import mail_options, post_given, sender_given, taken
from regiongate.cli.oidc_options import oidc_options, provider_of
from regiongate.cli.options import FilePath, sources_option
from regiongate.cli.store_option import store_option
from regiongate.compiler.envoy.settings import endpoint
from regiongate.geo.store.catalogue import Catalogue
from regiongate.server.observe.scraper import read_token
from regiongate.server.serve import serve as run
from regiongate.server.settings import LOCAL, Settings
from regiongate.store.database import default_url

DEFAULT_LISTEN = "127.0.0.1:8780"
"""This machine alone, unless it is told otherwise."""


@click.command()
@click.option("--listen", default=DEFAULT_LISTEN, show_default=True, metavar="HOST:PORT",
              help="Where to serve.")  # fmt: skip
@click.option("--url", metavar="URL",
              help="The origin by which browsers reach it.  [default: http://LISTEN]")  # fmt: skip
@click.option("--policy", "policy", type=FilePath(),
              help="The policy file.  [default: the policy in force at --state]")  # fmt: skip
@click.option("--offers", type=FilePath(),
              help="The offers to show.  [default: those of June 2024, all history]")  # fmt: skip
@click.option("--claim-issuer", metavar="NAME", envvar="REGIONGATE_CLAIM_ISSUER",
              help="What claim codes call you.  [default: none, no codes]")  # fmt: skip
@click.option("--gateway", "gateways", multiple=True, metavar="CIDR",
              help="Where gateways forward from.  [default: this machine]")  # fmt: skip
@click.option("--trust-forwarded-from", "proxies", multiple=True, metavar="CIDR",
              help="Proxies whose last X-Forwarded-For is believed; more than once.")  # fmt: skip
@click.option("--metrics-token-file", "metrics_token", type=FilePath(),
              help="What a scraper of /metrics bears.  [default: none, only local]")  # fmt: skip
@oidc_options
@mail_options
@sources_option
@state_option
@store_option
def serve(
    listen: str,
    url: str | None,
    policy: Path | None,
    offers: Path | None,
    claim_issuer: str | None,
    gateways: tuple[str, ...],
    proxies: tuple[str, ...],
    metrics_token: Path | None,
    catalogue: Catalogue,
    state_dir: Path,
    store_url: str | None,
    **others: str | None,
) -> None:
    """Serve the API, the public pages and the console.

    People log in with a one-time link (regiongate login NAME) or through --oidc-issuer; programs
    send a token (regiongate token issue). Reached from another machine, it needs TLS in front.
    With --relay, whoever may has it send notices.
    """
    where, mail = endpoint(listen), taken(others)
    settings = Settings(
        state_dir=state_dir,
        store_url=store_url or default_url(state_dir),
        listen=where,
        url=(url or f"http://{where}").rstrip("/"),
        proxies=tuple(map(network, proxies)),
        gateways=tuple(map(network, gateways)) or LOCAL,
        policy=policy,
        offers=offers,
        claim_issuer=claim_issuer,
        metrics_token=None if metrics_token is None else read_token(metrics_token),
        oidc=provider_of(others, os.environ),
        mail=sender_given(mail),
        post=post_given(mail),
    )
    run(settings, catalogue)
