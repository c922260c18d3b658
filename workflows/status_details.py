"""What people see of a saga: its status as a search attribute, its timeline, and a text that says where it stands."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from temporalio import workflow

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

    `about` tells in a line which purchase this is, as far as the saga knows by then.
    """

    def __init__(self, status: PurchaseStatus, about: Callable[[], str]) -> None:
        self.status = status
        self._about = about
        self.timeline: list[TimelineEntry] = []
        self._since = workflow.now()
        self._stands = MEANINGS[status]
        self._to_do = NOTHING
        self._step = ""

    @property
    def shown_state(self) -> tuple[PurchaseStatus, str, str]:
        """Where it stands now, as `show` takes it."""
        return self.status, self._stands, self._to_do

    def note(self, event: str, detail: str = "") -> None:
        """Add to the purchase's timeline; what is seen once more stands there once."""
        if not any((entry.event, entry.detail) == (event, detail) for entry in self.timeline):
            self.timeline.append(TimelineEntry(at=workflow.now(), event=event, detail=detail))

    def show(self, status: PurchaseStatus, stands: str = "", to_do: str = NOTHING) -> None:
        """Show where the saga stands: in its search attribute, and in words in the UI."""
        if status is not self.status:
            self.status = status
            self._since = workflow.now()
            workflow.upsert_search_attributes([PURCHASE_STATUS.value_set(status.value)])
        self._stands, self._to_do = stands or MEANINGS[status], to_do
        self._write()

    def leave(self, why: str) -> None:
        """Show that the saga ends and decides nothing; it no longer has a status of the purchase."""
        workflow.upsert_search_attributes([PURCHASE_STATUS.value_unset()])
        self._write_details(f"**ended** at {format_time(workflow.now())}. {why}", NOTHING)

    @contextmanager
    def under_way(self, summary: str) -> Iterator[None]:
        """Show a step for as long as it takes."""
        self._step = f"\n\n**Now:** {summary}, since {format_time(workflow.now())}."
        self._write()
        try:
            yield
        finally:
            # Not written here, but with the next text: this also runs when a worker drops the saga from its memory.
            self._step = ""

    def _write(self) -> None:
        words = self.status.value.replace("_", " ")
        to_do = BY_ITSELF if self._step and self._to_do == NOTHING else self._to_do
        self._write_details(f"**{words}** since {format_time(self._since)}. {self._stands}{self._step}", to_do)

    def _write_details(self, stands: str, to_do: str) -> None:
        workflow.set_current_details(f"{stands}\n\n**To do:** {to_do}\n\n{self._about()}")


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
