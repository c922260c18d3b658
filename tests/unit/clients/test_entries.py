"""What people are told of a record: the service's whole answer."""

from collections.abc import Awaitable
from typing import Any

import httpx

from clients.notifier import HttpNotifier
from clients.payments import HttpPayments
from clients.projects import HttpProjects
from clients.users import HttpUsers
from tests.unit.clients.conftest import Callee


async def test_people_are_told_all_that_a_service_tells(http: httpx.AsyncClient, callee: Callee) -> None:
    """An entry is the service's own answer, also what no saga reads."""
    more = {"something": "new"}
    payments, projects = HttpPayments(http, "http://payments", "t"), HttpProjects(http, "http://projects", "t")
    users, notifier = HttpUsers(http, "http://users", "t"), HttpNotifier(http, "http://notifier", "t")
    entries: list[tuple[Awaitable[Any], str]] = [
        (payments.entry("x/1"), "/payments/x%2F1"),
        (projects.entry("x/1"), "/reservations/x%2F1"),
        (users.entry("a b", "x/1"), "/users/a%20b/offsets/x%2F1"),
        (notifier.entry("p1"), "/notifications?purchase_id=p1"),
    ]
    callee.answers(200, more)
    for entry, path in entries:
        callee.requests.clear()
        assert await entry == more
        assert callee.asked == ("GET", path)
    callee.answers(200, {"items": [more], "next_cursor": None})
    assert await payments.recorded_entry("p1") == more
