"""Visibility queries: how sagas are found. Temporal's documentation, "List Filters"."""

import re
from collections.abc import Iterable

from domain.errors import RefusalKind, Refused
from domain.messages import purchase_workflow_id
from domain.purchase import Frozen, PurchaseStatus

PURCHASES = "WorkflowType = 'StartPayment'"
FOLLOW_UPS = "WorkflowType != 'StartPayment'"
OPEN_SAGAS = "ExecutionStatus = 'Running'"
OPEN = f"{PURCHASES} AND ExecutionStatus = 'Running'"
PARKED = f"PurchaseStatus = '{PurchaseStatus.NEEDS_ATTENTION}' AND ExecutionStatus = 'Running'"
# Stopped from outside. A follow-up that fails was ended by an operator before it had done anything; a purchase's own
# saga never fails.
BROKEN_OFF = f"(ExecutionStatus IN ('Terminated', 'TimedOut') OR (ExecutionStatus = 'Failed' AND {PURCHASES}))"
OPEN_AND_WELL = f"{OPEN} AND PurchaseStatus != '{PurchaseStatus.NEEDS_ATTENTION}'"

# What ids, buyers and projects consist of: nothing that a query could take for its own.
PLAIN = re.compile(r"[\w./:@+ -]{1,255}")


class Filters(Frozen):
    """What a list or a bulk is narrowed by; `query` is an operator's own visibility query."""

    statuses: tuple[PurchaseStatus, ...] = ()
    buyer: str | None = None
    project: str | None = None
    query: str | None = None

    @property
    def any(self) -> bool:
        """Whether anything is narrowed."""
        return self != Filters()

    def narrow(self, scope: str = "") -> str:
        """A query for what is in the scope and passes the filters."""
        parts = [
            scope,
            self.query and f"({self.query})",
            self.buyer and f"BuyerId = {quoted(self.buyer)}",
            self.project and f"ProjectId = {quoted(self.project)}",
        ]
        return " AND ".join(part for part in parts if part)


def of_statuses(statuses: Iterable[PurchaseStatus]) -> str:
    """Purchases that stand so; one that needs attention also where only a follow-up of it still runs."""
    wanted = set(statuses)
    parts = []
    if PurchaseStatus.NEEDS_ATTENTION in wanted:
        parts.append(f"({PARKED})")
    if others := sorted(wanted - {PurchaseStatus.NEEDS_ATTENTION}):
        parts.append(f"({PURCHASES} AND PurchaseStatus IN ({_list(others)}))")
    return f"({' OR '.join(parts)})"


def of_payments(scope: str, payment_ids: Iterable[str]) -> str:
    """What is in the scope of these payments."""
    return f"{scope} AND PaymentId IN ({_list(payment_ids)})"


def beginning_with(any_id: str) -> str:
    """Purchases and sagas whose id begins so."""
    whole, purchase = quoted(any_id), quoted(purchase_workflow_id(any_id))
    return f"WorkflowId STARTS_WITH {whole} OR WorkflowId STARTS_WITH {purchase}"


def quoted(value: str) -> str:
    """A value as a query takes it; raises Refused (`invalid-query`) for one that no id can be."""
    if not PLAIN.fullmatch(value):
        raise Refused(RefusalKind.INVALID_QUERY, f"{value!r} cannot be an id.")
    return f"'{value}'"


def _list(values: Iterable[str]) -> str:
    return ", ".join(map(quoted, values))
