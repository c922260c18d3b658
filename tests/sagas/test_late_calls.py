"""A request that hung in the network and arrives after its undo: the tombstone that the undo has left refuses it."""

from typing import Any

import pytest

from domain.errors import Refused
from domain.payment import PaymentStatus
from tests.sagas.network import StepCall
from tests.sagas.world import UNAVAILABLE, World


class Hanging:
    """The first call of an operation hangs for longer than its callers live; all others go through."""

    def __init__(self, operation: str, *, until_undone: bool = False) -> None:
        self.operation = operation
        self.until_undone = until_undone
        self.held: StepCall | None = None

    def carry(self, call: StepCall) -> Any:
        """The callee's answer, or none."""
        if call.operation != self.operation:
            return call.arrive()
        if self.held is None or self.until_undone:
            self.held = self.held or call
            raise UNAVAILABLE
        return call.arrive()

    def arrives(self) -> Any:
        """The held call reaches its callee at last; nobody listens."""
        assert self.held
        return self.held.arrive()


def canceled_while_it_hangs(world: World, line: Hanging) -> None:
    """A paid purchase of which a call hangs, and which an operator cancels."""
    world.opened()
    world.buyer_pays()
    world.event_succeeded()
    world.engine.run(until=lambda: line.held is not None)
    world.engine.cancel(world.success.id)
    world.engine.run()


def test_payment_tombstone() -> None:
    """A creation that arrives after its opening was given up creates nothing that could be paid."""
    line = Hanging("create", until_undone=True)
    world = World(carry=line.carry)
    world.open()
    world.engine.run()
    assert world.outcome.status == "rejected"
    line.arrives()
    assert world.payments.known().status is PaymentStatus.CANCELED
    assert world.payments.known().provider_reference is None


def test_reservation_tombstone() -> None:
    """A reservation that arrives after its release holds nothing."""
    line = Hanging("reserve", until_undone=True)
    world = World(carry=line.carry)
    world.open()
    world.engine.run()
    assert (world.outcome.status, world.projects.row) == ("rejected", "closed")
    with pytest.raises(Refused, match="reservation-closed"):
        line.arrives()
    assert world.projects.free == 1


def test_refusal_closes_row() -> None:
    """A late copy of a refused reservation holds nothing, though there is stock again."""
    line = Hanging("reserve")
    world = World(carry=line.carry)
    world.projects.refusal = Refused("sold-out", "sold out")
    world.open()
    world.engine.run()
    assert world.outcome.reason == "sold-out"
    world.projects.refusal = None
    with pytest.raises(Refused, match="reservation-closed"):
        line.arrives()
    assert world.projects.free == 1


def test_offset_tombstone_refuses_the_late_delivery() -> None:
    """A delivery that hung while its saga was canceled, and arrives after the money is back, delivers nothing."""
    line = Hanging("deliver", until_undone=True)
    world = World(carry=line.carry)
    canceled_while_it_hangs(world, line)
    assert world.outcome.status == "refunded"
    with pytest.raises(Refused, match="offset-revoked"):
        line.arrives()
    assert not world.users.delivered


def test_a_late_commit_sells_nothing() -> None:
    """A sale that hung while its saga was canceled finds its reservation closed."""
    line = Hanging("commit", until_undone=True)
    world = World(carry=line.carry)
    canceled_while_it_hangs(world, line)
    with pytest.raises(Refused, match="reservation-closed"):
        line.arrives()
    assert (world.outcome.status, world.projects.free) == ("refunded", 1)


def test_a_late_capture_charges_nobody() -> None:
    """A capture that hung while its saga was canceled finds the authorisation released."""
    line = Hanging("capture", until_undone=True)
    world = World(manual=True, carry=line.carry)
    canceled_while_it_hangs(world, line)
    with pytest.raises(Refused, match="not-capturable"):
        line.arrives()
    assert world.payments.known().amount_captured == 0
