"""The queries that docs/operations.md offers, on a real server."""

import re
from datetime import UTC, datetime
from itertools import takewhile

import pytest

from tests.integration.sagas.buyers import Buyers
from tests.integration.temporal import TemporalServer
from tools.devstack.options import ROOT

LOOK = (ROOT / "docs" / "operations.md").read_text().partition("| question | query |\n|---|---|\n")[2]
TABLE = "\n".join(takewhile(lambda line: line.startswith("|"), LOOK.splitlines()))
QUERIES: dict[str, str] = dict(re.findall(r"^\| (.+?) \| `(.+)` \|$", TABLE, re.MULTILINE))


@pytest.mark.parametrize("question", QUERIES)
def test_the_server_takes_it(engine: TemporalServer, question: str) -> None:
    """Every name and every form in it is known."""
    assert engine.count(QUERIES[question]) >= 0


def test_they_find_what_they_say(engine: TemporalServer, buyers: Buyers) -> None:
    """A purchase is found as open; once it is paid, as one that its buyer has paid today, and as open no more."""
    purchase = buyers.opened()
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    open_purchases, paid_today = (
        re.sub(r"\d{4}-\d\d-\d\d", today, QUERIES[question]).replace("alice", purchase.buyer)
        for question in ("a buyer's open purchases", "paid today by a buyer")
    )
    of_mine = f' AND WorkflowId="{purchase.opening}"'
    engine.wait_until_found(QUERIES["open"] + of_mine, 1)
    engine.wait_until_found(open_purchases, 1)
    buyers.pay(purchase)
    buyers.completed(purchase)
    engine.wait_until_found(paid_today, 1)
    engine.wait_until_found(QUERIES["open"] + of_mine, 0)
    engine.wait_until_found(f'PaymentId="{purchase.payment_id}"', 2)
