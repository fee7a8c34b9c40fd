"""The API keeps to its own description: drawn requests get answers that the document foresees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from regiongate.control.access import tokens
from regiongate.domain.role import Role
from regiongate.server.app import create_app
from regiongate.server.house import House
from regiongate.server.security.limit import Limit, Limiter
from regiongate.store.database import Database
from tests.support.desks import announced
from tests.support.few_sources import few_sources
from tests.support.house import Clock, house_over

DRAWN = 10
"""So many requests are drawn for each endpoint."""

CHECKS = (
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
_WIDE = {name: Limit(1e6, 10**6) for name in ("guess", "login", "page", "appeal", "api")}
_SLOW = {"/api/v1/sources"}
"""It takes a second, and says the same of whatever it is asked: it is asked once."""

# Mails are drawn as texts: schemathesis would not know how to send them.
schemathesis.serializer.alias(["message/rfc822", "application/mbox"], "text/plain")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with a case that was announced."""
    folder = tmp_path_factory.mktemp("house")
    database = Database.open(f"sqlite:///{folder}/regiongate.db")
    announced(database, "acme")
    made = house_over(database, folder, Clock())
    made.limiter = Limiter(_WIDE)
    made.catalogue = few_sources(folder, made.clock())
    yield made
    database.close()


@pytest.fixture(scope="module")
def bearer(house: House) -> str:
    """What an approver's program sends."""
    until = house.clock() + timedelta(days=1)
    with house.writing() as connection:
        made = tokens.issue(connection, "anna", "drawn", Role.APPROVER, until, house.clock())
    return f"Bearer {made.secret}"


@pytest.fixture(scope="module")
def document(house: House) -> dict[str, Any]:
    """The OpenAPI document."""
    return create_app(house).openapi()


def test_answers_are_those_of_the_document(house: House, bearer: str) -> None:
    """No 5xx; status, content type and body are what the document says, for drawn requests."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", create_app(house))
    asked = 0
    for found in schema.include(path_regex="^/api/v1/").get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]

        @hypothesis.seed(1)
        @settings(
            max_examples=1 if operation.path in _SLOW else DRAWN,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            # The token that it draws would be nobody's.
            case.headers = {**(case.headers or {}), "Authorization": bearer}
            case.call_and_validate(checks=list(CHECKS))

        ask()
    assert asked >= 100


def test_the_document_is_complete(document: dict[str, Any]) -> None:
    """It is OpenAPI 3.1; each parameter is described, each error a problem, each name unique."""
    assert document["openapi"].startswith("3.1")
    assert "HTTPValidationError" not in str(document)
    names = []
    for path, methods in document["paths"].items():
        for operation in (one for one in methods.values() if path.startswith("/api/")):
            names.append(operation["operationId"])
            assert re.fullmatch(r"[a-z]+-[a-z-]+", names[-1])
            assert operation["summary"] and operation["description"] and operation["tags"]
            assert operation["security"] == [{"HTTPBearer": []}]
            said = [one["name"] for one in operation.get("parameters", []) if _silent(one)]
            assert said == [], path
            for status, response in operation["responses"].items():
                if status >= "400":
                    assert list(response["content"]) == ["application/problem+json"]
    assert len(set(names)) == len(names)


def _silent(parameter: dict[str, Any]) -> bool:
    return "description" not in parameter and "description" not in parameter["schema"]
