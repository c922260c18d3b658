"""What happens to money by hand, on both databases, and what an erased buyer leaves."""

from uuid import uuid4

import httpx

from tests.integration.payments.conftest import SECRET_KEY, PaymentsProcesses, order
from tests.integration.payments.test_life import create, done
from tests.integration.service_process import ServiceProcess

CONTROL = {"Authorization": f"Bearer {SECRET_KEY}"}


def told(service: ServiceProcess) -> dict[str, float]:
    """What a process of Payments tells Prometheus of money."""
    lines = service.http.get("/metrics").text.splitlines()
    pairs = (line.split() for line in lines if line.startswith("payments_"))
    return {name: float(value) for name, value in pairs}


def test_disputes_and_refunds_by_hand_are_the_same_at_every_process(shop: PaymentsProcesses, simulator: str) -> None:
    """One process looks, both tell; a refund that the bank fails has been made all the same."""
    looker, other = shop.automatic
    payment = create(looker)
    shop.pay(payment.reference)
    before = told(other)
    charge = shop.stripe.v1.payment_intents.retrieve(payment.reference).latest_charge
    refund = shop.stripe.v1.refunds.create({"payment_intent": payment.reference, "amount": 300})
    httpx.post(f"{simulator}/simulator/charges/{charge}/dispute", headers=CONTROL).raise_for_status()
    seen = done(looker.ask("GET", f"/payments/{payment.id}"))
    assert (seen["refunds_by_hand"], seen["disputes_open"]) == (1, 1)
    for process in (looker, other):
        now = told(process)
        assert now["payments_disputes_open"] == before["payments_disputes_open"] + 1
        assert now["payments_provider_refunds_total"] == before["payments_provider_refunds_total"] + 1
    httpx.post(f"{simulator}/simulator/refunds/{refund.id}/fail", headers=CONTROL).raise_for_status()
    failed = done(looker.ask("GET", f"/payments/{payment.id}"))
    assert (failed["amount_refunded"], failed["refunds_by_hand"]) == (0, 1)


def test_an_erased_buyer_is_in_no_record(shop: PaymentsProcesses) -> None:
    """Begun by one process, gone on with by another, under one name."""
    service, other = shop.automatic
    buyer_id = f"b-{uuid4().hex}"
    body = order(buyer_id=buyer_id, status="rejected", reason="sold-out", fingerprint="f", answer=None, timeline=[])
    purchase_id = body.pop("purchase_id")
    done(service.ask("PUT", f"/purchases/{purchase_id}/outcome", body))
    begun = done(service.ask("POST", f"/buyers/{buyer_id}/erasure"))
    assert begun["renamed"] == 1
    assert done(other.ask("POST", f"/buyers/{buyer_id}/erasure")) == begun | {"renamed": 0}
    assert done(other.ask("GET", f"/payments?buyer_id={buyer_id}"))["items"] == []
    assert done(other.ask("DELETE", f"/buyers/{buyer_id}/erasure")) == {"finished": True}
