"""The secret of a new PaymentIntent is at hand for its first answer, and not for long."""

from providers.port import CaptureMode, NewPayment, NextAction, PaymentIds
from providers.stripe.fresh_secrets import KEPT_MAX, KEPT_S, FreshSecrets
from tests.unit.providers.stripe.http import intent, provider

NEW = NewPayment(PaymentIds("p1", "pay-1"), 1800, "usd", CaptureMode.AUTOMATIC)


def test_a_first_answer_needs_no_second_call_and_a_repeat_reads() -> None:
    """What is created is asked for at once; whoever asks again reads it at Stripe, and gets the same."""
    ours, http = provider((200, intent("requires_payment_method")), (200, intent("requires_payment_method")))
    ours.create(NEW, "key")
    first = ours.next_action("pi_1")
    assert len(http.asked) == 1
    assert first == ours.next_action("pi_1") == NextAction("stripe", "pi_1_secret_x", "pi_1")
    assert len(http.asked) == 2


def test_a_secret_is_handed_out_once() -> None:
    """Nothing stays behind."""
    secrets = FreshSecrets()
    secrets.keep("pi_1", "secret")
    assert (secrets.take("pi_1"), secrets.take("pi_1")) == ("secret", None)


def test_a_secret_is_kept_for_a_short_time() -> None:
    """An opening that nobody waits for leaves none in memory."""
    moment = [0.0]
    secrets = FreshSecrets(lambda: moment[0])
    secrets.keep("pi_1", "secret")
    moment[0] = KEPT_S
    assert secrets.take("pi_1") is None


def test_so_many_secrets_are_kept_and_no_more() -> None:
    """The oldest goes first."""
    secrets = FreshSecrets()
    for number in range(KEPT_MAX + 1):
        secrets.keep(f"pi_{number}", "secret")
    assert secrets.take("pi_0") is None
    assert secrets.take("pi_1") == secrets.take(f"pi_{KEPT_MAX}") == "secret"
