"""Connections that wait: whose time is over, and whose is closed when there is no room."""

from dataclasses import dataclass

from lib.webapi.connections import CONNECTION_BYTES, Waiting


@dataclass(eq=False)
class FakeConnection:
    """A connection without a socket."""

    address: str
    deadline: float = 10.0
    held_bytes: int = CONNECTION_BYTES


def waiting(*connections: FakeConnection) -> Waiting[FakeConnection]:
    """They wait, in their order."""
    them = Waiting[FakeConnection]()
    for connection in connections:
        them.add(connection)
    return them


def test_the_address_that_holds_the_most_loses_its_oldest() -> None:
    """A crowd makes room for itself: who came first, and alone, stays."""
    alone, *crowd = (
        FakeConnection("192.0.2.1"),
        FakeConnection("192.0.2.2"),
        FakeConnection("192.0.2.2"),
        FakeConnection("192.0.2.2"),
    )
    them = waiting(alone, *crowd)
    for expected in crowd[:2]:
        closed = them.heaviest()
        assert closed is expected
        them.remove(closed)
    assert waiting().heaviest() is None


def test_bytes_weigh_as_connections_do() -> None:
    """One connection with a large body holds more than many that have sent nothing, until it is served."""
    large, *small = FakeConnection("192.0.2.1"), FakeConnection("192.0.2.2"), FakeConnection("192.0.2.2")
    them = waiting(*small, large)
    assert them.heaviest() is small[0]
    large.held_bytes = 3 * CONNECTION_BYTES
    them.weigh(large)
    assert them.heaviest() is large
    assert them.held_bytes == 5 * CONNECTION_BYTES
    them.remove(large)
    assert (them.heaviest(), them.held_bytes, large in them, them.all()) == (
        small[0],
        2 * CONNECTION_BYTES,
        False,
        small,
    )


def test_those_whose_time_is_over_are_known() -> None:
    """Each has a deadline of its own."""
    late, early = FakeConnection("192.0.2.1", deadline=10.0), FakeConnection("192.0.2.1", deadline=5.0)
    them = waiting(late, early)
    assert [them.expired(now) for now in (4.9, 5.0, 10.0)] == [[], [early], [late, early]]
