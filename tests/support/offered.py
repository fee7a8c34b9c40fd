"""A server that shows offers of its own and issues claim codes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from regiongate.server.house import House

ISSUER = "example-api"
OFFERS = """
format: regiongate-offers/1
offers:
  - name: example-cloud
    provider: Example & Cloud <b>
    kind: current
    regions: [CN]
    opens: 2026-06-01
    closes: 2026-08-01
    conditions: [affected]
    incentive: {tokens: [{count: 1000}, {count: 500, model: large}], off: 20%, lasts: 30d}
    prices:
      currency: EUR
      each:
        - {model: large, kind: input, per_million: 2.00}
        - {model: large, kind: output, per_million: 8}
    endpoints: [{speaks: openai, base_url: "https://api.cloud.example/v1"}]
    models: {old-large: large}
    features: [chat]
    source: "https://cloud.example/offer"
    dated: 2026-06-01
  - name: open-cloud
    provider: Open Cloud
    kind: current
    regions: [CN, IR]
    opens: 2026-06-01
    closes: never
    endpoints: [{speaks: openai, base_url: "https://api.open.example/v1"}]
    source: "https://open.example/offer"
    dated: 2026-06-01
"""


def offered(house: House, folder: Path) -> House:
    """The house with these offers, which issues codes in the name of ISSUER."""
    path = folder / "offers.yaml"
    path.write_text(OFFERS, "utf-8")
    house.settings = replace(house.settings, offers=path, claim_issuer=ISSUER)
    return house
