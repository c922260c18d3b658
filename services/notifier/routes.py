"""The Notifier's HTTP API."""

from collections.abc import Sequence
from typing import Protocol

from apiflask import APIFlask
from sqlalchemy import Engine

from lib.database.database import ping
from lib.webapi import create_api
from lib.webapi.paging import cut_page
from services.common.away import answer_for_the_database
from services.common.erasing import forget_buyers
from services.common.paths import know_ids
from services.common.service_tokens import TO_AUDIT, service_token_auth
from services.notifier.notifications import Notifications
from services.notifier.schemas import NotificationPage, NotificationQuery

DESCRIPTION = "The events about purchases, as the Notifier has received them from RabbitMQ."


class Consuming(Protocol):
    """Whether messages come in; each check raises where they do not."""

    def check(self) -> None:
        """Raise unless the broker delivers."""

    def check_handling(self) -> None:
        """Raise while a message waits for the database."""


def notifier_api(engine: Engine, notifications: Notifications, consumer: Consuming, tokens: Sequence[str]) -> APIFlask:
    """The API on a migrated database; ready while its consumer is."""

    def check_database() -> None:
        consumer.check_handling()
        ping(engine)

    ready = {"RabbitMQ": consumer.check, "the database": check_database}
    api = create_api("services.notifier", "Notifier", DESCRIPTION, ready=ready)

    know_ids(api)
    answer_for_the_database(api)
    auth = service_token_auth(tokens)
    forget_buyers(api, auth, notifications.rename_buyer)

    @api.get("/notifications")
    @api.auth_required(auth, roles=TO_AUDIT)
    @api.input(NotificationQuery, location="query", arg_name="page")
    @api.output(NotificationPage)
    def list_notifications(page: NotificationQuery) -> NotificationPage:
        """The CloudEvents as received, in the order of their arrival."""
        found = notifications.oldest(page.limit + 1, page.purchase_id, page.after_number)
        rows, next_cursor = cut_page(found, page.limit, lambda row: row[0])
        return NotificationPage(items=[event for _, event in rows], next_cursor=next_cursor)

    return api
