"""An application with all that lets others watch it."""

from __future__ import annotations

from fastapi import FastAPI

from regiongate.server.house import House
from regiongate.server.observe.meters import Meters
from regiongate.server.observe.ready import checks
from regiongate.server.observe.watch import Watch


def observed(app: FastAPI, house: House) -> None:
    """Count and log the requests of an application, and let its health be asked.

    It comes after all other middleware, so that what they refuse is counted too.
    """
    app.state.meters = Meters()
    app.state.checks = checks(house)
    app.add_middleware(Watch, house=house, meters=app.state.meters)
