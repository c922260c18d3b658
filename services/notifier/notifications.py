"""What was received: every message once, however often the broker delivers it."""

from datetime import UTC, datetime

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.notifier.models import Notification
from services.notifier.schemas import CloudEvent


class Malformed(ValueError):
    """The message is no CloudEvent about a purchase; it will be none on the next delivery either."""


class Notifications:
    """The kept notifications."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, body: bytes) -> bool:
        """Keep a message; False if it was kept before. Raises Malformed, or SQLAlchemy's error when not committed."""
        try:
            text = body.decode()
            event = CloudEvent.model_validate_json(text)
        except ValueError as error:
            raise Malformed(str(error)) from error
        row = Notification(
            message_id=event.id, purchase_id=event.data.purchase_id, event=text, received_at=datetime.now(UTC)
        )
        try:
            with Session(self._engine) as session, session.begin():
                session.add(row)
        except IntegrityError:
            return False
        return True

    def oldest(self, count: int, purchase_id: str | None, above: int | str | None) -> list[tuple[int, CloudEvent]]:
        """Up to `count` numbered events in the order of arrival; only a purchase's, only those behind `above`."""
        rows = select(Notification).order_by(Notification.number).limit(count)
        if purchase_id is not None:
            rows = rows.where(Notification.purchase_id == purchase_id)
        if above is not None:
            rows = rows.where(Notification.number > above)
        with Session(self._engine) as session:
            return [(row.number, CloudEvent.model_validate_json(row.event)) for row in session.scalars(rows)]
