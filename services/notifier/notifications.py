"""What was received: every message once, however often the broker delivers it."""

import json
import logging
from datetime import UTC, datetime

from pydantic import ValidationError
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lib.telemetry import ids, tracing
from lib.webapi.strict_json import loads
from services.notifier.models import Notification
from services.notifier.schemas import CloudEvent

log = logging.getLogger(__name__)

# 64 KiB, as of every body: a notification of twenty items takes 4.
EVENT_BYTES_MAX = 64 * 1024


class Malformed(ValueError):
    """The message is no CloudEvent about a purchase; it will be none on the next delivery either."""


class Notifications:
    """The kept notifications."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, body: bytes) -> bool:
        """Keep a message; False if it was kept before. Raises Malformed, or SQLAlchemy's error when not committed."""
        event = _read(body)
        row = Notification(
            message_id=event.id, purchase_id=event.data.purchase_id, event=body.decode(), received_at=datetime.now(UTC)
        )
        ids.bind(**ids.ids_of(event.data))
        with tracing.consuming(event.type, event.id, getattr(event, "traceparent", None)):
            is_new = self._add(row)
            log.info("%s is kept" if is_new else "%s came again; it is kept already", event.type)
        return is_new

    def _add(self, row: Notification) -> bool:
        try:
            with Session(self._engine) as session, session.begin():
                session.add(row)
        except IntegrityError:
            return False
        return True

    def rename_buyer(self, buyer_id: str, erased_as: str) -> int:
        """Forget a buyer; how many notifications told of the buyer.

        It reads them all, for they are kept as they came: minutes for millions, asked for once in a buyer's life.
        """
        renamed = 0
        # Some may bear these characters elsewhere; only the buyer's own are changed.
        about = select(Notification).where(Notification.event.contains(f'"{buyer_id}"', autoescape=True))
        with Session(self._engine) as session, session.begin():
            for row in session.scalars(about.with_for_update()):
                event = json.loads(row.event)
                if event["data"].get("buyer_id") == buyer_id:
                    event["data"]["buyer_id"] = erased_as
                    row.event = json.dumps(event)
                    renamed += 1
        return renamed

    def oldest(self, count: int, purchase_id: str | None, above: int | str | None) -> list[tuple[int, CloudEvent]]:
        """Up to `count` numbered events in the order of arrival; only a purchase's, only those behind `above`."""
        rows = select(Notification).order_by(Notification.number).limit(count)
        if purchase_id is not None:
            rows = rows.where(Notification.purchase_id == purchase_id)
        if above is not None:
            rows = rows.where(Notification.number > above)
        with Session(self._engine) as session:
            return [(row.number, CloudEvent.model_validate_json(row.event)) for row in session.scalars(rows)]


def _read(body: bytes) -> CloudEvent:
    """The event; raises Malformed, which tells where it is wrong and not what stands there."""
    if len(body) > EVENT_BYTES_MAX:
        raise Malformed(f"it has more than {EVENT_BYTES_MAX} bytes")
    try:
        return CloudEvent.model_validate(loads(body))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in error.errors())
        raise Malformed(f"it is no CloudEvent about a purchase ({wrong})") from None
    except ValueError as error:
        raise Malformed(f"it is not valid JSON ({error})") from None
