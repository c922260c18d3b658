"""What people see of a saga: its status as a search attribute, its timeline, and a text that says where it stands."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

with workflow.unsafe.imports_passed_through():
    from domain.purchase import PurchaseStatus, TimelineEntry
    from workflows.attributes import PURCHASE_STATUS

# What a status means, where a saga says nothing more precise.
MEANINGS = {
    PurchaseStatus.OPENING: "The payment is being created and the offset reserved.",
    PurchaseStatus.AWAITING_PAYMENT: "No saga has seen yet that the buyer has paid.",
    PurchaseStatus.PROCESSING: "Money is on its way, or has come.",
    PurchaseStatus.NEEDS_ATTENTION: "A saga of this purchase waits for an operator.",
    PurchaseStatus.PAID: "The purchase is paid, and the offset delivered.",
    PurchaseStatus.FAILED: "The payment has failed: nothing is charged, and nothing held.",
    PurchaseStatus.EXPIRED: "Nobody has paid in time: nothing is charged, and nothing held.",
    PurchaseStatus.CANCELED: "The purchase is canceled: nothing is charged, and nothing held.",
    PurchaseStatus.REFUNDED: "The buyer has the money back, and the offset is free again.",
    PurchaseStatus.REJECTED: "The purchase was refused as it was opened: nothing is charged, and nothing held.",
}
NOTHING = "Nothing."
BY_ITSELF = "Nothing: it is tried again by itself until it is done or refused. Does it last, look at who is asked."

# Bytes of JSON: a server takes 400 for a summary, encrypted, with all that is written around it.
SUMMARY_MAX = 200


class StatusDetails:
    """Where a saga stands: `status`, `timeline`, and the current details that Temporal's UI shows.

    `about` tells in a line which purchase this is, as far as the saga knows by then. What changes within one task is
    written once, when the saga begins to wait or ends: `on_wait` hears of each wait.
    """

    def __init__(self, status: PurchaseStatus, about: Callable[[], str], on_wait: Callable[[], None]) -> None:
        self.status = status
        self._about = about
        self._on_wait = on_wait
        self.timeline: list[TimelineEntry] = []
        self._since = workflow.now()
        self._stands = MEANINGS[status]
        self._to_do = NOTHING
        self._step = ""
        self._left = ""
        # Every saga is started with its first status.
        self._written = status
        self._unwritten: list[SearchAttributeUpdate[Any]] = []

    @property
    def shown_state(self) -> tuple[PurchaseStatus, str, str]:
        """Where it stands now, as `show` takes it."""
        return self.status, self._stands, self._to_do

    def note(self, event: str, detail: str = "") -> None:
        """Add to the purchase's timeline; what is seen once more stands there once."""
        if not any((entry.event, entry.detail) == (event, detail) for entry in self.timeline):
            self.timeline.append(TimelineEntry(at=workflow.now(), event=event, detail=detail))

    def show(self, status: PurchaseStatus, stands: str = "", to_do: str = NOTHING) -> None:
        """Where the saga stands: to be shown in its search attribute, and in words in the UI."""
        if status is not self.status:
            self.status = status
            self._since = workflow.now()
        self._stands, self._to_do = stands or MEANINGS[status], to_do

    def find_by(self, *attributes: SearchAttributeUpdate[Any]) -> None:
        """Let operators find the saga by more than it was started with."""
        self._unwritten.extend(attributes)

    def write(self) -> None:
        """Write what has changed, as one event at most."""
        if self.status is not self._written:
            self._written = self.status
            self._unwritten.append(PURCHASE_STATUS.value_set(self.status.value))
        if self._unwritten:
            workflow.upsert_search_attributes(self._unwritten)
            self._unwritten = []
        to_do = BY_ITSELF if self._step and self._to_do == NOTHING else self._to_do
        workflow.set_current_details(f"{self._words()}\n\n**To do:** {to_do}\n\n{self._about()}")

    def leave(self, why: str) -> None:
        """The saga ends and decides nothing: how the purchase stands is for others to say."""
        self._unwritten.append(PURCHASE_STATUS.value_unset())
        self._left, self._to_do = why, NOTHING

    @contextmanager
    def under_way(self, summary: str) -> Iterator[None]:
        """Show a step for as long as it takes."""
        self._step = f"\n\n**Now:** {summary}, since {format_time(workflow.now())}."
        self.write()
        self._on_wait()
        try:
            yield
        finally:
            # Not written: here a saga may just be dropped from a worker's memory.
            self._step = ""

    def _words(self) -> str:
        if self._left:
            return f"**ended** at {format_time(workflow.now())}. {self._left}"
        return f"**{self.status.value.replace('_', ' ')}** since {format_time(self._since)}. {self._stands}{self._step}"


def summarized(text: str) -> str:
    """A text cut to the length of a summary: the server fails a saga's task, at every try, for a longer one."""
    if _size(text) <= SUMMARY_MAX:
        return text
    text = text[:SUMMARY_MAX]
    while _size(f"{text}…") > SUMMARY_MAX:
        text = text[:-1]
    return f"{text}…"


def _size(text: str) -> int:
    """Its bytes as JSON, where a quote takes two and a control character six."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - len('""')


def format_time(moment: datetime) -> str:
    """A time as an operator compares it with other logs: to the second, and said to be UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
