"""Every API with its document as it is now, and where its committed copy lies."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from apiflask import APIFlask

from app import create_app
from app.context import Intake
from app.hints import Hints
from app.settings import IntakeSettings
from lib.database.database import connect
from lib.portal import Portal
from services.common.settings import DEVELOPMENT_SERVICE_TOKENS
from services.notifier.consumer import notifications_consumer
from services.notifier.notifications import Notifications
from services.notifier.routes import notifier_api
from services.payments.payments import Payments
from services.payments.routes import payments_api
from services.projects.orders import BuyerLimits
from services.projects.routes import projects_api
from services.users.routes import users_api
from tests.unit.fakes import Recorder

REPOSITORY = Path(__file__).parents[2]
Document = dict[str, Any]


def intake(config: IntakeSettings) -> APIFlask:
    """The intake with these settings and nothing behind it."""
    port: Any = Recorder()
    return create_app(
        Intake(
            config=config,
            portal=Portal(),
            purchases=port,
            payments=port,
            projects=port,
            hints=Hints(port, port),
            fetch_keys=port,
        )
    )


def _payments() -> APIFlask:
    return payments_api(connect("sqlite://"), cast("Payments", None), DEVELOPMENT_SERVICE_TOKENS)


def _projects() -> APIFlask:
    return projects_api(
        connect("sqlite://"), DEVELOPMENT_SERVICE_TOKENS, BuyerLimits(open_max=5, held_kg_max=100_000_000)
    )


def _users() -> APIFlask:
    return users_api(connect("sqlite://"), DEVELOPMENT_SERVICE_TOKENS)


def _notifier() -> APIFlask:
    engine = connect("sqlite://")
    notifications = Notifications(engine)
    consumer = notifications_consumer("amqp://127.0.0.1/", notifications.keep)
    return notifier_api(engine, notifications, consumer, DEVELOPMENT_SERVICE_TOKENS)


APIS: Mapping[str, Callable[[], APIFlask]] = {
    "app": lambda: intake(IntakeSettings.model_construct()),
    "services/payments": _payments,
    "services/projects": _projects,
    "services/users": _users,
    "services/notifier": _notifier,
}


@cache
def generated(folder: str) -> Document:
    """The document as the API in this folder would show it now."""
    return shown(APIS[folder]())


def shown(api: APIFlask) -> Document:
    """The document of an API."""
    with api.app_context():
        return cast("Document", json.loads(json.dumps(api.spec)))


def copy_of(folder: str) -> Path:
    """Where the last accepted document of the API in this folder lies."""
    return REPOSITORY / folder / "openapi.json"


def accepted(folder: str) -> Document:
    """The last accepted document; an empty one for an API that is new."""
    copy = copy_of(folder)
    return cast("Document", json.loads(copy.read_text())) if copy.exists() else {"paths": {}}
