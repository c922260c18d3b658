"""`flask purchases show`."""

import json

import pytest

from operators.ports import TERMINATED, Step
from operators.records import PurchaseRecords, Record
from tests.unit.fakes import NOW
from tests.unit.operators.conftest import PAYMENT, Command, FakeRecords
from tests.unit.operators.fake_temporal import PURCHASE, SUCCESS, FakeTemporal, parked_run, run, view


@pytest.mark.parametrize("any_id", ["p1", PURCHASE, SUCCESS, "payment-1"])
def test_all_sagas_of_a_purchase_are_shown(temporal: FakeTemporal, purchases: Command, any_id: str) -> None:
    """By the purchase's id, its payment's or that of any of its sagas; what each says stands there without markup."""
    temporal.know(run(), run(SUCCESS, kind="PaymentSuccess"), run("purchase/p2", payment_id="payment-2"))
    result = purchases("show", any_id)
    assert result.exit_code == 0
    assert result.output.count("processing since noon. Delivers.\n") == 2
    assert [saga in result.output for saga in (PURCHASE, SUCCESS, "purchase/p2")] == [True, True, False]


def test_a_purchase_is_found_by_what_its_provider_calls_its_payment(
    temporal: FakeTemporal, records: FakeRecords, purchases: Command
) -> None:
    """An operator has the provider's dashboard before them; Payments knows whose that payment is."""
    temporal.know(run(), run(SUCCESS, kind="PaymentSuccess"))
    records.called["pi_3QK1"] = "payment-1"
    assert "Purchase p1\n" in purchases("show", "pi_3QK1").output
    assert purchases("show", "pi_other").exit_code == 2


def test_the_beginning_of_an_id_is_enough(temporal: FakeTemporal, purchases: Command) -> None:
    """As a list shows it, where it names one purchase; where it names several, they are named."""
    temporal.know(run("purchase/abcdef1", payment_id=None), run("purchase/abcdeg2", payment_id=None))
    assert "Purchase abcdef1\n" in purchases("show", "abcdef").output
    temporal.know(run("purchase/abcdef9", payment_id=None))
    result = purchases("show", "abcdef")
    assert (result.exit_code, "purchase/abcdef1, purchase/abcdef9" in result.stderr) == (2, True)


def test_a_slip_of_a_few_letters_names_nothing(temporal: FakeTemporal, purchases: Command) -> None:
    """It would find anything."""
    temporal.know(run("purchase/abcdef1"))
    assert purchases("show", "abc").exit_code == 2


def test_a_parked_saga_tells_what_can_be_decided(temporal: FakeTemporal, purchases: Command) -> None:
    """Why, since when, what each choice does, and each as a command to copy."""
    temporal.know(run())
    temporal.park(parked_run())
    output = purchases("show", "p1").output
    assert f"PaymentSuccess is parked since {NOW:%Y-%m-%d %H:%M:%S} UTC" in output
    assert "Refund the payment: refused, no balance" in output
    assert "abort  All is undone." in output
    assert "$ flask purchases abort p1\n" in output
    assert "skip" not in output


def test_of_two_parked_sagas_each_is_named_in_its_commands(temporal: FakeTemporal, purchases: Command) -> None:
    """The purchase's id would not say which is meant."""
    temporal.park(parked_run(), parked_run("refund-failed/re_1"))
    output = purchases("show", SUCCESS).output
    assert f"$ flask purchases abort '{SUCCESS}'\n" in output
    assert "$ flask purchases abort 'refund-failed/re_1'\n" in output


def test_a_terminated_saga_tells_how_it_is_repaired(temporal: FakeTemporal, purchases: Command) -> None:
    """With the reason that somebody gave, and the time."""
    temporal.know(run(state=TERMINATED, closed_at=NOW))
    output = purchases("show", "p1").output
    assert "a mistake\n" in output
    assert f"terminated since {NOW:%Y-%m-%d %H:%M:%S} UTC" in output
    assert f"flask purchases repair '{PURCHASE}'" in output
    assert "status   needs attention" in output


def test_a_step_that_is_tried_again_tells_why(temporal: FakeTemporal, purchases: Command) -> None:
    """Nothing is parked, and still somebody wants to know what the purchase waits for."""
    tried = Step(name="deliver-offset", attempt=17, failure="POST /users: 503", next_at=NOW)
    temporal.know(run(steps=(tried, Step(name="publish-notification", attempt=1))))
    output = purchases("show", "p1").output
    assert f"POST /users: 503; attempt 17 at {NOW:%Y-%m-%d %H:%M:%S} UTC" in output
    assert "publish-notification  attempt 1 is under way" in output


def test_every_service_tells_what_it_has(temporal: FakeTemporal, records: FakeRecords, purchases: Command) -> None:
    """The payment as the provider has it, the reservation, the offset and what was told."""
    temporal.know(run())
    records.records = PurchaseRecords(
        payment=Record(entry=PAYMENT | {"amount_refunded": 500, "refunded_by": "somebody", "failed_attempts": 2}),
        reservation=Record(entry={"status": "closed", "closed_by": "a saga"}),
        offset=Record(),
        notifications=Record(entry={"items": [{"type": "payment.success", "time": "noon"}]}),
    )
    output = purchases("show", "p1").output
    assert "paid; 18.00 USD of 18.00 USD charged; 5.00 USD refunded; 2 failed attempts; refunded by somebody" in output
    assert "the offset is closed by a saga" in output
    assert "Users     nothing" in output
    assert "payment.success at noon" in output
    assert records.asked == [("p1", "payment-1")]


def test_money_that_is_elsewhere_is_told(temporal: FakeTemporal, records: FakeRecords, purchases: Command) -> None:
    """What a bank still holds for us, and what one has withdrawn."""
    temporal.know(run())
    money = {"amount_captured": 100, "amount_authorised": 1700, "amount_disputed": 100}
    records.records = PurchaseRecords(payment=Record(entry=PAYMENT | money))
    told = "1.00 USD of 18.00 USD charged; 0.00 USD refunded; 17.00 USD held by the bank; 1.00 USD withdrawn"
    assert told in purchases("show", "p1").output


def test_a_service_that_is_away_is_said_so(temporal: FakeTemporal, records: FakeRecords, purchases: Command) -> None:
    """The rest is shown all the same; what was recorded stands in for the provider."""
    temporal.know(run())
    records.records = PurchaseRecords(
        payment=Record(entry=PAYMENT, problem="GET /payments: 503"), offset=Record(problem="GET /users: ConnectError")
    )
    result = purchases("show", "p1")
    assert result.exit_code == 0
    assert "as recorded; the provider could not be asked: GET /payments: 503" in result.output
    assert "Users     not known: GET /users: ConnectError" in result.output
    assert "Projects  not asked" in result.output


def test_a_saga_without_its_worker_shows_what_the_server_knows(temporal: FakeTemporal, purchases: Command) -> None:
    """The rest of the answer does not fail with it; nobody else can tell the timeline of an open purchase."""
    temporal.know(run())
    temporal.worker = False
    result = purchases("show", "p1")
    assert (result.exit_code, "Its worker does not answer" in result.output) == (0, True)
    assert "Not known: its worker does not answer" in result.output


def test_a_purchase_that_temporal_has_forgotten(records: FakeRecords, purchases: Command) -> None:
    """Payments' record outlives Temporal's retention, with outcome and timeline."""
    timeline = [{"at": "2026-01-01T00:00:00Z", "event": "payment_refunded"}]
    outcome = {"status": "refunded", "reason": "aborted", "timeline": timeline}
    records.records = PurchaseRecords(payment=Record(entry=PAYMENT | {"outcome": outcome}))
    result = purchases("show", "p1")
    assert result.exit_code == 0
    assert "Temporal has forgotten it" in result.output
    assert "recorded as refunded (aborted)" in result.output
    assert "payment_refunded" in result.output


def test_programs_read_the_same(temporal: FakeTemporal, records: FakeRecords, purchases: Command) -> None:
    """One document: the purchase, its sagas, its timeline, and every service's entry as the service gave it."""
    temporal.know(run())
    temporal.park(parked_run())
    records.records = PurchaseRecords(payment=Record(entry=PAYMENT))
    told = json.loads(purchases("show", "--json", "p1").stdout)
    assert (told["purchase_id"], told["status"], told["records"]["payment"]["entry"]) == (
        "p1",
        "needs_attention",
        PAYMENT,
    )
    assert {saga["workflow_id"]: saga["parked"] and saga["parked"]["reason"] for saga in told["sagas"]} == {
        PURCHASE: None,
        SUCCESS: view().reason,
    }
    assert told["timeline"][0]["event"] == "opening"


@pytest.mark.parametrize("any_id", ["p1", "payment-success/payment-1", "it's"])
def test_an_unknown_purchase_is_said_so(purchases: Command, any_id: str) -> None:
    """One line, exit code 2."""
    result = purchases("show", any_id)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_a_purchase_that_only_payments_could_know(records: FakeRecords, purchases: Command) -> None:
    """Temporal does not know it, and Payments is away: that is not the same as unknown."""
    records.records = PurchaseRecords(payment=Record(problem="GET /payments: ConnectError"))
    result = purchases("show", "p1")
    assert (result.exit_code, "Payments does not answer" in result.stderr) == (2, True)
