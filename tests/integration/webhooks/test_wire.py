"""What stands on the wire: signatures while a secret is rolled, bytes, sizes and forms of the body."""

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.integration.webhooks.stripe import NEW, OLD, Stripe, header
from tools.devstack.patience import PATIENCE_S

MAX = 512 * 1024
FOREIGN = {"id": "evt_1", "object": "event", "type": "charge.succeeded", "livemode": False, "data": {}}
BODY = json.dumps(FOREIGN).encode()


def parts(payload: bytes) -> Iterator[bytes]:
    """A body whose length is not told in advance."""
    for start in range(0, len(payload), 60_000):
        yield payload[start : start + 60_000]


@pytest.mark.parametrize("secrets", [(OLD,), (NEW,), (OLD, NEW), ("whsec_other", NEW)])
def test_while_a_secret_is_rolled_each_delivery_is_taken(stripe: Stripe, secrets: tuple[str, ...]) -> None:
    """Signed with the old one, the new one, or with both, as Stripe does for a day."""
    assert stripe.deliver(FOREIGN, *secrets).json() == {"received": True}


def test_a_secret_of_somebody_else_is_none(stripe: Stripe) -> None:
    """Nor is the scheme that proves nothing, or no signature at all."""
    for signed in (header(BODY, "whsec_other"), header(BODY), header(BODY, OLD).replace("v1=", "v0="), ""):
        assert stripe.send(BODY, signed).status_code == 400


def test_the_raw_bytes_are_signed(stripe: Stripe) -> None:
    """The same value written in another way is another body; a form's content type does not make it one."""
    signed = header(BODY, OLD)
    assert stripe.send(json.dumps(FOREIGN, indent=2).encode(), signed).status_code == 400
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert stripe.send(BODY, signed, **form).status_code == 200


def test_a_body_may_come_in_parts_and_be_large_but_not_endless(stripe: Stripe) -> None:
    """512 KiB, with or without a length; a byte more is refused."""
    for payload, status in ((BODY.ljust(MAX), 200), (BODY.ljust(MAX + 1), 413)):
        signed = header(payload, OLD)
        assert stripe.send(payload, signed).status_code == status
        headers = {"Stripe-Signature": signed}
        in_parts = httpx.post(stripe.url, content=parts(payload), headers=headers, timeout=PATIENCE_S)
        assert in_parts.status_code == status


def test_a_thin_event_is_refused_with_what_to_configure(stripe: Stripe) -> None:
    """Stripe shows the refusal to whoever has set up the endpoint."""
    thin = {"id": "evt_1", "object": "v2.core.event", "type": "v1.payment_intent.succeeded", "livemode": False}
    refused = stripe.deliver(thin)
    assert refused.status_code == 422
    assert "payload style Snapshot" in refused.json()["detail"]
