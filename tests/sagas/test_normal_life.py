"""A purchase's normal life: what each of its ends does, and in which order."""

from tests.sagas.world import PRICE, TTL, World, at


def test_a_paid_purchase_is_delivered() -> None:
    """Paid: the offset is committed before it is delivered, the world is told once, and the outcome recorded."""
    world = World()
    world.opened()
    world.pays()
    assert world.operations() == ["create", "reserve", "commit", "deliver", "publish", "record"]
    assert world.notifications.kinds() == ["payment.success"]
    assert world.outcome.status == "paid"
    assert world.purchase.result.status == "paid"
    assert world.success.result.status == "paid"
    assert world.purchase.attributes["PurchaseStatus"] == "paid"


def test_a_manual_capture_comes_between_commit_and_delivery() -> None:
    """With manual capture the money is taken only once the offset is sold, and before it is delivered."""
    world = World(manual=True)
    world.opened()
    world.pays()
    assert world.operations() == ["create", "reserve", "commit", "capture", "deliver", "publish", "record"]
    assert world.payments.known().amount_captured == PRICE


def test_the_timeline_tells_the_whole_story() -> None:
    """The recorded timeline joins what both sagas did, in the order of time."""
    world = World()
    world.opened()
    world.pays()
    events = [entry.event for entry in world.outcome.timeline]
    assert events == [
        "opening",
        "payment_created",
        "offset_reserved",
        "awaiting_payment",
        "payment_received",
        "offset_sold",
        "offset_delivered",
        "notified",
        "paid",
    ]


def test_a_declined_card_releases_the_offset() -> None:
    """Declined: cancel first, release after it, tell, record."""
    world = World()
    world.opened()
    world.attempt_fails()
    world.event_failed()
    world.engine.run()
    assert world.operations() == ["create", "reserve", "cancel", "release", "publish", "record"]
    assert world.notifications.kinds() == ["payment.failed"]
    assert (world.outcome.status, world.outcome.reason) == ("failed", "payment-failed")
    assert world.projects.row == "closed"


def test_a_declined_card_with_attempts_left_keeps_the_purchase_open() -> None:
    """With attempts left the buyer may try another card: told, and nothing else is done."""
    world = World()
    world.opened()
    world.attempt_fails()
    world.event_failed(attempts_max=2)
    world.engine.run(until_time=at(60))
    assert world.operations() == ["create", "reserve", "publish"]
    assert world.notifications.kinds() == ["payment.attempt_failed"]
    assert world.status == "awaiting_payment"
    world.pays()
    assert world.outcome.status == "paid"


def test_a_buyer_who_goes_away_lets_the_purchase_expire() -> None:
    """At the deadline: retrieve, cancel, release, tell, record."""
    world = World()
    world.opened()
    world.engine.run()
    assert world.engine.now == at(TTL.total_seconds())
    assert world.operations() == ["create", "reserve", "cancel", "release", "publish", "record"]
    assert world.notifications.kinds() == ["payment.expired"]
    assert world.outcome.status == "expired"


def test_every_step_and_timer_has_a_human_summary() -> None:
    """What an operator reads in the UI is a sentence, not a function's name."""
    world = World()
    world.opened()
    world.pays()
    summaries = world.purchase.summaries + world.success.summaries
    assert all(" " in summary for summary in summaries)
    assert "Reserve 1.500 tCO2e of mangrove-2 for 18.00 USD" in summaries
