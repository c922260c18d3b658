"""A service's clock is only shown: whatever it does, nothing is lost, doubled or put in another order."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from lib.database.database import connect
from services.payments.models import Payment
from tests.unit.service_api import ServiceApi
from tests.unit.services.payments.requests import create, done


def test_lists_do_not_follow_the_clock(api: ServiceApi, database_url: str) -> None:
    """The clock was set back by a day before each purchase: the pages are the same, newest first, each once."""
    for number in range(5):
        create(api, purchase_id=f"p{number}")
    with Session(connect(database_url)) as session, session.begin():
        for row in session.query(Payment):
            row.created_at = datetime.now(UTC) - timedelta(days=row.number)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = done(api.ask("GET", f"/payments?limit=2{f'&cursor={cursor}' if cursor else ''}"))
        seen += [row["purchase_id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert seen == ["p4", "p3", "p2", "p1", "p0"]
