"""A service's API in the test's own process: no sockets, the token and the caller's key already in place."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from apiflask import APIFlask
from werkzeug.test import TestResponse

REPOSITORY = Path(__file__).parents[2]
# The operators', which may do everything.
AUTHORIZED = {"Authorization": "Bearer development-service-token"}


class ServiceApi:
    """Asks an application as our own processes would."""

    def __init__(self, app: APIFlask) -> None:
        self.app = app

    def ask(self, method: str, path: str, json: object = None, *, key: str | None = "purchase/p/step") -> TestResponse:
        """One request, in the name of `key`."""
        headers = AUTHORIZED | ({"Idempotency-Key": key} if key is not None else {})
        return self.app.test_client().open(path, method=method, json=json, headers=headers)


def kind(response: TestResponse) -> str:
    """The last part of a problem's type."""
    assert response.content_type == "application/problem+json"
    problem: dict[str, Any] = response.get_json()
    assert problem["status"] == response.status_code
    return str(problem["type"]).rsplit("/", 1)[-1]


def schema_differences(package: str, url: str) -> None:
    """Raise if a migrated database and the package's models differ."""
    command.check(_alembic(package, url))


def go_back(package: str, url: str, revision: str) -> None:
    """Undo the migrations after a revision."""
    command.downgrade(_alembic(package, url), revision)


def _alembic(package: str, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY.joinpath(*package.split("."), "migrations")))
    config.attributes["url"] = url
    return config
