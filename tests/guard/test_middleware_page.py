"""The applications of docs/middleware.md run, and refuse whom they should."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import django
import httpx
import pytest
from django.conf import settings
from django.http import JsonResponse
from django.urls import path

from tests.guard import serving
from tests.guard.small import files
from tests.support.bundles import write
from tests.support.gateway import AMERICA, CHINA, played

PAGE = (Path(__file__).parents[2] / "docs" / "middleware.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"```python\n# ([a-z-]+)\n(.*?)```", PAGE, re.DOTALL))
SERVERS: dict[str, Callable[[Any], AbstractContextManager[int]]] = {
    "fastapi": serving.asgi,
    "starlette": serving.asgi,
    "django-asgi": serving.asgi,
    "django-wsgi": serving.wsgi,
    "flask": serving.wsgi,
}

urlpatterns = [path("v1/models", lambda _: JsonResponse({"data": ["small"]}))]
"""The site around Django's examples."""


@pytest.fixture(scope="module", autouse=True)
def _site() -> None:
    settings.configure(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="for a test",  # noqa: S106
        USE_TZ=True,
    )
    django.setup()


@pytest.mark.parametrize("name", SERVERS)
def test_every_example(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An allowed client gets the API's answer, a blocked one the refusal, for each framework."""
    write(files(tmp_path / "made"), tmp_path / "bundle")
    monkeypatch.chdir(tmp_path)
    said: dict[str, Any] = {"__name__": name}
    exec(compile(EXAMPLES[name], name, "exec"), said)  # noqa: S102 - the page's own words
    with serving_of(name, said) as port:
        url = f"http://127.0.0.1:{port}/v1/models"
        assert httpx.get(url, headers=played(AMERICA)).json() == {"data": ["small"]}
        refused = httpx.get(url, headers=played(CHINA))
        assert (refused.status_code, refused.json()["error"]["country"]) == (403, "CN")


def serving_of(name: str, said: dict[str, Any]) -> AbstractContextManager[int]:
    """The application that an example has made, served."""
    return SERVERS[name](said.get("app") or said["application"])


def test_every_example_is_run() -> None:
    """The page has no example that this test does not know."""
    assert EXAMPLES.keys() == SERVERS.keys()
