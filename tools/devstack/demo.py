"""`make demo`: a stack of its own on free ports, and purchases that are paid, declined, refused and expire."""

import asyncio
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from tools.devstack.audit import audit_stack
from tools.devstack.options import scratch
from tools.devstack.shop import Shop, item, reference
from tools.devstack.stack import Stack, StackOptions
from tools.devstack.watch import watched

# 12 s: long enough for every purchase that is paid here, short enough to watch one expire.
TTL_S = 12
# 1.500 tCO2e at 1200 a tonne.
MILESTONE = "mangrove-2"
QUANTITY = "1.500"


class NotAsToldError(Exception):
    """Something did not go as the story says."""


@dataclass
class DemoStory:
    """The story as it is told: what was seen, line by line, and what was not as told."""

    shop: Shop
    console: Console
    faults: list[str] = field(default_factory=list)

    def chapter(self, title: str) -> None:
        """Begin the next purchase."""
        self.console.print(f"\n[bold]{title}[/bold]")

    def tell(self, line: str) -> None:
        """One line of the story."""
        self.console.print(f"  {line}", highlight=False)

    def expect(self, holds: bool, what: str) -> None:
        """Tell what should be; note it when it is not."""
        verdict = "[green]ok[/green]" if holds else "[red]NOT AS TOLD[/red]"
        self.tell(f"{verdict} {what}")
        if not holds:
            self.faults.append(what)

    def show(self, purchase: Mapping[str, Any], kind: str) -> None:
        """A purchase's end: status, steps, notification, link."""
        purchase_id = purchase["purchase_id"]
        self.tell(f"purchase {purchase_id}")
        self.tell(f"status   {purchase['status']}" + (f" ({purchase['reason']})" if purchase["reason"] else ""))
        self.tell("steps    " + " -> ".join(entry["event"] for entry in purchase["timeline"]))
        found = self.shop.notified(purchase_id, kind)
        self.tell("notified " + ", ".join(event["type"] for event in found))
        self.tell(f"look at  {self.shop.ui_link(f'purchase/{purchase_id}')}")
        told = [event["type"] for event in found]
        self.expect(told == [kind], "told exactly once")


def main() -> int:
    """Tell the story; 0 when everything was as told."""
    console = Console(soft_wrap=True)
    with scratch("demo") as data:
        console.print(
            "Starting a stack of its own: Temporal, RabbitMQ, four services, the simulator, three workers, intake."
        )
        started = time.monotonic()
        options = StackOptions(data=data, environment={"RESERVATION_TTL": str(TTL_S)})
        with Stack(options) as stack, watched(stack.fault), Shop(stack.description) as shop:
            console.print(f"Ready after {time.monotonic() - started:.1f} s.")
            story = DemoStory(shop, console)
            tell_all(story)
            console.print()
            code = conclude(story)
            if sys.stdin.isatty() and console.is_terminal:
                console.input("The stack still runs, so that you can follow the links. Enter ends it. ")
            return code


def tell_all(story: DemoStory) -> None:
    """Every chapter; the expiring purchase is opened first and its end told last."""
    expiring = open_one(story.shop)
    for chapter in (paid_and_delivered, declined, sold_out, double_click, repeated_webhook):
        started = time.monotonic()
        chapter(story)
        story.tell(f"took {(time.monotonic() - started) * 1000:.0f} ms")
    expired(story, expiring)
    records(story)


def open_one(shop: Shop, key: str | None = None) -> dict[str, Any]:
    """An open purchase of 1.500 tCO2e at its price."""
    milestone = shop.milestones()[MILESTONE]
    response = shop.open([item(milestone, QUANTITY)], milestone["unit_amount"] * 1500 // 1000, key=key)
    if response.status_code != 201:
        raise NotAsToldError(f"POST /purchases answered {response.status_code}: {response.text}")
    return dict(response.json())


def paid_and_delivered(story: DemoStory) -> None:
    """The buyer pays, and has the offset."""
    story.chapter("1. Paid and delivered")
    answer = open_one(story.shop)
    story.shop.pay(answer).raise_for_status()
    purchase = story.shop.completed(answer["purchase_id"])
    story.show(purchase, "payment.success")
    story.expect(purchase["status"] == "paid", "the purchase is paid")
    offsets = story.shop.pages("users", "/users/alice/offsets")
    story.expect(any(o["purchase_id"] == answer["purchase_id"] for o in offsets), "alice has the offset")


def declined(story: DemoStory) -> None:
    """The card is declined: nothing charged, nothing held."""
    story.chapter("2. Declined")
    answer = open_one(story.shop)
    response = story.shop.pay(answer, "pm_card_chargeDeclined")
    story.expect(response.status_code == 402, "the bank declines the card (402 card_declined)")
    purchase = story.shop.completed(answer["purchase_id"])
    story.show(purchase, "payment.failed")
    story.expect(purchase["status"] == "failed", "the purchase has failed")


def sold_out(story: DemoStory) -> None:
    """More is asked for than there is."""
    story.chapter("3. Sold out")
    milestone = story.shop.milestones()["peatland-1"]
    tonnes = int(float(milestone["free"])) + 1

    def payments() -> int:
        return len(list(story.shop.pages("payments", "/payments", buyer_id="alice")))

    before = payments()
    response = story.shop.open([item(milestone, f"{tonnes}")], tonnes * milestone["unit_amount"])
    problem = response.json()
    kind = problem["type"].rpartition("/")[2]
    story.tell(f"asked for {tonnes} tCO2e, {milestone['free']} are free: {response.status_code} {problem['detail']}")
    story.expect((response.status_code, kind) == (409, "sold-out"), "refused as sold-out (409)")
    story.expect(payments() == before, "nothing was begun: no payment at the provider, nothing held")


def double_click(story: DemoStory) -> None:
    """Two requests with one key: one purchase."""
    story.chapter("4. A double click with one key")
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: open_one(story.shop, key=f"double-click-{id(story)}"), range(2))
    story.expect(first == second, "both clicks get the same answer")
    story.shop.pay(first).raise_for_status()
    story.show(story.shop.completed(first["purchase_id"]), "payment.success")


def repeated_webhook(story: DemoStory) -> None:
    """The provider says it twice: delivered once."""
    story.chapter("5. A repeated webhook")
    answer = open_one(story.shop)
    story.shop.pay(answer).raise_for_status()
    story.shop.completed(answer["purchase_id"])
    events = story.shop.provider_events(reference(answer))
    event = next(e for e in events if e["type"] == "payment_intent.succeeded")
    story.shop.repeat_webhook(event["id"])
    story.tell(f"event {event['id']} was delivered a second time")
    story.show(story.shop.completed(answer["purchase_id"]), "payment.success")
    offsets = [o for o in story.shop.pages("users", "/users/alice/offsets") if o["payment_id"] == answer["payment_id"]]
    story.expect(len(offsets) == 1, "delivered once")


def expired(story: DemoStory, answer: Mapping[str, Any]) -> None:
    """The buyer went away."""
    story.chapter(f"6. Expired (nobody paid within {TTL_S} s)")
    purchase = story.shop.completed(answer["purchase_id"])
    story.show(purchase, "payment.expired")
    story.expect(purchase["status"] == "expired", "the purchase has expired")
    response = story.shop.pay(answer)
    story.expect(response.status_code == 400, "who comes back later can not pay any more (400)")


def records(story: DemoStory) -> None:
    """Stock, money and deliveries add up."""
    story.chapter("The records")
    report = asyncio.run(audit_stack(story.shop.stack))
    for line in report.lines():
        story.tell(line)
    story.expect(report.adds_up, "every purchase's records add up")
    story.expect("open" not in report.ends, "no purchase is open any more")


def conclude(story: DemoStory) -> int:
    """The last line and the exit code."""
    if story.faults:
        story.console.print(f"[red]{len(story.faults)} things were not as told.[/red]")
        return 1
    story.console.print("[green]Everything was as told.[/green]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
