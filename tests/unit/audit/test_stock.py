"""Stock against reservations, while it is being sold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.rules.findings import Rule, Side
from audit.rules.records import ReservationEntry
from audit.rules.stock import tally
from domain.catalogue import Milestone, Project

# A row's whole life, state by state; None: it is not there yet.
LIVES = [
    [None, "reserved", "committed", "returned"],
    [None, "reserved", "closed"],
    [None, "reserved", "returned"],
    [None, "closed"],
    [None, "returned"],
]


def catalogue(total: str, sold: str, held: str, free: str) -> list[Project]:
    """One milestone with this stock, in tonnes."""
    stock = {"total": total, "sold": sold, "held": held, "free": free}
    milestone = Milestone(milestone_id="m", name="M", unit_amount=1, currency="usd", **stock)
    return [Project(project_id="p", name="P", milestones=(milestone,))]


def rows(*states: str | None, quantity: str = "1.500") -> dict[str, ReservationEntry]:
    """A row in each of these states."""
    items = [{"project_id": "p", "milestone_id": "m", "quantity": quantity}]
    return {
        f"pi_{n}": ReservationEntry.model_validate(
            {"payment_id": f"pi_{n}", "status": status, "items": items, "amount": 1, "currency": "usd"}
        )
        for n, status in enumerate(states)
        if status
    }


def test_stock_at_rest_adds_up_exactly() -> None:
    """Sold is the sum of committed rows, held of reserved ones; closed and returned rows count nowhere."""
    known = rows("committed", "committed", "reserved", "closed", "returned")
    (found,) = tally(known, catalogue("10.000", "3.000", "1.500", "5.500"), known)
    assert found.exact
    assert found.faults() == []


@pytest.mark.parametrize(
    ("stock", "says"),
    [
        (("10.000", "1.500", "0.000", "9.000"), "is not the total 10.000 t"),
        (("10.000", "0.000", "0.000", "10.000"), "0.000 t is sold, the reservations say 1.500 t"),
        (("10.000", "3.000", "0.000", "7.000"), "3.000 t is sold, the reservations say 1.500 t"),
        (("10.000", "1.500", "1.000", "7.500"), "1.000 t is held, the reservations say 0.000 t"),
        (("1.000", "1.500", "0.000", "-1.500"), "0.500 t more is sold or held than there is"),
    ],
)
def test_stock_that_does_not_add_up_is_named(stock: tuple[str, str, str, str], says: str) -> None:
    """Each of the sums, too much or too little, is a fault of the milestone."""
    known = rows("committed")
    (found,) = tally(known, catalogue(*stock), known)
    (fault,) = found.faults()
    assert (fault.rule, fault.side) == (Rule.STOCK, Side.PROJECTS)
    assert fault.says.startswith("p / m: ")
    assert says in fault.says


def test_a_row_that_moves_leaves_a_doubt_of_its_own_size() -> None:
    """Reserved before and sold after: the catalogue may show either, and nothing beyond."""
    before, after = rows("reserved"), rows("committed")
    for sold, held, free in (("0.000", "1.500", "8.500"), ("1.500", "0.000", "8.500")):
        (found,) = tally(before, catalogue("10.000", sold, held, free), after)
        assert not found.exact
        assert found.faults() == []
    (found,) = tally(before, catalogue("10.000", "1.501", "0.000", "8.499"), after)
    (fault,) = found.faults()
    assert fault.says == "p / m: 1.501 t is sold, the reservations say 0.000 t to 1.500 t"


@given(data=st.data(), lives=st.lists(st.sampled_from(LIVES), max_size=5))
def test_traffic_alone_is_never_a_fault(data: st.DataObject, lives: list[list[str | None]]) -> None:
    """However far each row moves between the readings, sums that were right at some moment are never called wrong."""
    moments = [sorted(data.draw(st.tuples(*[st.integers(0, len(life) - 1)] * 3))) for life in lives]
    before, now, after = (
        rows(*(life[moment[n]] for life, moment in zip(lives, moments, strict=True))) for n in range(3)
    )
    sold, held = (sum(1500 for row in now.values() if row.status == status) for status in ("committed", "reserved"))
    shown = [f"{kg / 1000:.3f}" for kg in (20_000, sold, held, 20_000 - sold - held)]
    (found,) = tally(before, catalogue(*shown), after)
    assert found.faults() == []
