"""What the services have of a purchase, in a line each."""

from collections.abc import Callable, Iterator
from typing import Any

from domain.money import format_amount
from operators.records import PurchaseRecords, Record

Entry = dict[str, Any]


def record_lines(records: PurchaseRecords) -> Iterator[tuple[str, str]]:
    """Each service's name, and what it has or that it is away."""
    yield "Payments", _line(records.payment, _payment)
    yield "Projects", _line(records.reservation, _reservation)
    yield "Users", _line(records.offset, lambda entry: f"the buyer's offset is {entry['status']}")
    yield "Notifier", _line(records.notifications, _notifications)


def _line(record: Record | None, says: Callable[[Entry], str]) -> str:
    if record is None:
        return "not asked: neither the payment nor the buyer is known"
    if record.entry is None:
        return f"not known: {record.problem}" if record.problem else "nothing"
    as_recorded = f" (as recorded; the provider could not be asked: {record.problem})" if record.problem else ""
    return f"{says(record.entry)}{as_recorded}"


def _payment(entry: Entry) -> str:
    if entry.get("amount") is None:
        return f"{entry['status']}: a tombstone: no payment is to be created"
    currency = entry["currency"]
    captured, refunded = entry["amount_captured"], entry["amount_refunded"]
    elsewhere = {"held by the bank": entry.get("amount_authorised", 0), "withdrawn": entry.get("amount_disputed", 0)}
    parts = [
        str(entry["status"]),
        f"{format_amount(captured, currency)} of {format_amount(entry['amount'], currency)} charged",
        f"{format_amount(refunded, currency)} refunded",
        *(f"{format_amount(amount, currency)} {where}" for where, amount in elsewhere.items() if amount > 0),
    ]
    if failed := entry.get("failed_attempts"):
        parts.append(f"{failed} failed attempts")
    parts += [f"{verb} by {by}" for verb in ("canceled", "refunded") if (by := entry.get(f"{verb}_by"))]
    if entry.get("disputed"):
        parts.append("disputed at the buyer's bank")
    if reference := entry.get("provider_reference"):
        parts.append(f"{entry['provider']} calls it {reference}")
    if outcome := entry.get("outcome"):
        reason = f" ({outcome['reason']})" if outcome.get("reason") else ""
        parts.append(f"recorded as {outcome['status']}{reason}")
    return "; ".join(parts)


def _reservation(entry: Entry) -> str:
    by = f" by {entry['closed_by']}" if entry.get("closed_by") else ""
    return f"the offset is {entry['status']}{by}"


def _notifications(entry: Entry) -> str:
    return ", ".join(f"{event['type']} at {event['time']}" for event in entry["items"]) or "nothing was published"
