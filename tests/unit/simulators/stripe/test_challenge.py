"""3-D Secure: the bank's page."""

import pytest

from tests.unit.simulators.stripe.simulator import Simulator

RETURN = "https://shop.example/done?order=1"


def challenged(simulator: Simulator, card: str = "pm_card_authenticationRequired") -> tuple[str, dict[str, str]]:
    """The page's path and form for an intent that waits for its buyer."""
    intent = simulator.create(confirm="true", payment_method=card, return_url=RETURN)
    assert intent["status"] == "requires_action"
    redirect = intent["next_action"]["redirect_to_url"]
    assert redirect["return_url"] == RETURN
    assert redirect["url"].startswith("http://localhost/challenge/")
    return f"/challenge/{intent['id']}", {"client_secret": intent["client_secret"]}


@pytest.mark.parametrize(
    ("card", "outcome", "told", "event"),
    [
        ("pm_card_authenticationRequired", "approve", "succeeded", "payment_intent.succeeded"),
        ("pm_card_authenticationRequired", "decline", "failed", "payment_intent.payment_failed"),
        ("pm_card_threeDSecureRequiredChargeDeclined", "approve", "failed", "payment_intent.payment_failed"),
    ],
)
def test_the_buyer_answers_and_returns(simulator: Simulator, card: str, outcome: str, told: str, event: str) -> None:
    """The answer decides the attempt, and the browser goes back with Stripe's parameters."""
    path, form = challenged(simulator, card)
    page = simulator.web.test_client().get(path, query_string=form)
    back = simulator.web.test_client().post(path, data=form | {"outcome": outcome})
    assert "Is it you who pays $18.00 USD?" in page.text
    assert back.location is not None
    assert back.location.startswith(f"{RETURN}&payment_intent=pi_")
    assert back.location.endswith(f"redirect_status={told}")
    assert simulator.event_types()[-1] == event


def test_a_declined_challenge_makes_no_charge(simulator: Simulator) -> None:
    """The bank was never asked for money; the intent's error tells of the authentication."""
    path, form = challenged(simulator)
    simulator.web.test_client().post(path, data=form | {"outcome": "decline"})
    intent = simulator.get(path.replace("/challenge", "/v1/payment_intents")).get_json()
    assert (intent["status"], intent["latest_charge"]) == ("requires_payment_method", None)
    assert intent["last_payment_error"]["code"] == "payment_intent_authentication_failure"


def test_an_answer_counts_once(simulator: Simulator) -> None:
    """A second answer changes nothing."""
    path, form = challenged(simulator)
    browser = simulator.web.test_client()
    browser.post(path, data=form | {"outcome": "approve"})
    again = browser.post(path, data=form | {"outcome": "decline"})
    assert (again.status_code, "This payment is succeeded" in again.text) == (409, True)


def test_the_page_shows_the_card_and_no_more_of_it_than_a_receipt(simulator: Simulator) -> None:
    """The buyer recognises the card by its brand and last digits."""
    path, form = challenged(simulator)
    page = simulator.web.test_client().get(path, query_string=form).text
    assert "Visa, ends in 3184" in page
    assert "4000002760003184" not in page


def test_the_page_runs_nothing_and_tells_nobody_its_address(simulator: Simulator) -> None:
    """Its address holds the client_secret, and no other page may frame it to steal a click."""
    path, form = challenged(simulator)
    headers = simulator.web.test_client().get(path, query_string=form).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy


def test_a_stranger_sees_nothing(simulator: Simulator) -> None:
    """Without the client_secret there is no page."""
    path, _ = challenged(simulator)
    assert simulator.web.test_client().get(path, query_string={"client_secret": "guess"}).status_code == 404
