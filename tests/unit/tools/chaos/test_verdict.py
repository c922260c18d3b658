"""The verdict: what a buyer has seen against what is recorded."""

import pytest

from tools.chaos.seen import Seen
from tools.chaos.stories import Behaviour, Story
from tools.chaos.verdict import Fate, Flaw, broken_promises, last_line

VISA = ("pm_card_visa",)


def seen(behaviour: Behaviour = Behaviour.PAYS, cards: tuple[str, ...] = VISA, **told: object) -> Seen:
    """One purchase, open unless told otherwise."""
    story = Story(1, behaviour, "load-1", "key", (("wind-1", 500),), cards, pause_s=0, lost_after_s=0, away_s=0)
    return Seen(story, **{"payment_id": "pi_1", **told})  # type: ignore[arg-type]


def judged(one: Seen, end: str | None) -> list[Fate]:
    """What is found of one purchase that ended so."""
    return [finding.fate for finding in broken_promises([one], {one.purchase_id: end} if end else {})]


@pytest.mark.parametrize(
    ("one", "end"),
    [
        (seen(charged=True), "paid"),
        (seen(authorised=True), "paid"),
        (seen(authorised=True), "expired"),
        (seen(unsure=True), "paid"),
        (seen(unsure=True), "expired"),
        (seen(Behaviour.BANK_TAKES_TIME), "paid"),
        (seen(Behaviour.DECLINED), "failed"),
        (seen(Behaviour.WALKS_AWAY, ()), "expired"),
        (seen(payment_id=None, refusal="sold-out"), "rejected"),
        (seen(payment_id=None, refusal="sold-out"), None),
        (seen(Behaviour.UNKNOWN_TO_USERS, payment_id=None, refusal="forbidden"), None),
        (seen(Behaviour.VANISHES, (), payment_id=None), "rejected"),
        (seen(Behaviour.VANISHES, (), payment_id=None), None),
    ],
)
def test_a_kept_promise_is_no_finding(one: Seen, end: str | None) -> None:
    """Each way to end that a buyer was led to expect."""
    assert judged(one, end) == []


@pytest.mark.parametrize(
    ("one", "end"),
    [
        (seen(charged=True), "expired"),
        (seen(charged=True), "refunded"),
        (seen(charged=True), None),
        (seen(authorised=True), "rejected"),
        (seen(Behaviour.DECLINED), "paid"),
        (seen(Behaviour.WALKS_AWAY, ()), "failed"),
        (seen(Behaviour.WALKS_AWAY, ()), "rejected"),
        (seen(Behaviour.WALKS_AWAY, ()), None),
        (seen(payment_id=None, refusal="opening-failed"), "expired"),
        (seen(payment_id=None, refusal="opening-failed"), None),
        (seen(payment_id=None, refusal="sold-out"), "paid"),
    ],
)
def test_a_broken_promise_is_a_lost_purchase(one: Seen, end: str | None) -> None:
    """Charged and not delivered, answered and gone, refused and yet open."""
    assert judged(one, end) == [Fate.LOST]


def test_what_no_buyer_may_see_is_found() -> None:
    """A key with two answers is a finding however the purchase ended."""
    assert judged(seen(charged=True, wrong=["two answers"]), "paid") == [Fate.LOST]


def test_the_last_line_of_a_good_run() -> None:
    """It is the contract of the command."""
    assert last_line(200, 31, []) == "chaos: 200 purchases, 31 faults, 0 lost, 0 doubled, 0 parked"


def test_the_last_line_counts_purchases_not_findings() -> None:
    """A purchase that is wrong in two ways is one lost purchase."""
    findings = [Flaw(Fate.LOST, "a", "x"), Flaw(Fate.LOST, "a", "y"), Flaw(Fate.PARKED, "b", "z")]

    assert last_line(2, 1, findings) == "chaos: 2 purchases, 1 faults, 1 lost, 0 doubled, 1 parked"


def test_a_finding_leads_to_its_saga() -> None:
    """A purchase's own saga, or the one that is named; a milestone's stock has none."""
    purchase_id = seen().purchase_id

    assert Flaw(Fate.LOST, purchase_id, "x").workflow_id == f"purchase/{purchase_id}"
    assert Flaw(Fate.LOST, "payment-success/pi_1", "x").workflow_id == "payment-success/pi_1"
    assert Flaw(Fate.LOST, "stock", "x").workflow_id is None
