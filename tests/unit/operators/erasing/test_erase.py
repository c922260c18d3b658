"""A buyer is forgotten in every store; what stops it on the way is no loss."""

import asyncio

import pytest

from operators.erasing.command import erase_and_report
from operators.erasing.erase import LEFT
from tests.unit.operators.erasing.fakes import PLACES, FakeStores


@pytest.fixture
def stores() -> FakeStores:
    """Each store with a row of alice's and one of bob's."""
    return FakeStores()


def erased(stores: FakeStores) -> int:
    """The exit code of an erasure of alice."""
    return asyncio.run(erase_and_report("alice", stores, stores))


def test_every_store_forgets_the_buyer_and_nobody_else(stores: FakeStores, capsys: pytest.CaptureFixture[str]) -> None:
    """One new name everywhere, no saga is left, nobody knows whose the name is; what is left is told."""
    assert erased(stores) == 0
    assert set(map(tuple, stores.rows.values())) == {("erased-1", "bob")}
    assert (stores.sagas, stores.names) == ([], {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        "Payments: 1 records are erased-1's now",
        "Projects: 1 rows as well",
        "Users: 1 rows as well",
        "Notifier: 1 rows as well",
        "Temporal: 1 ended sagas are deleted with their histories",
    ]
    assert lines[-len(LEFT) :] == [f"- {left}" for left in LEFT]


@pytest.mark.parametrize("place", PLACES)
def test_an_erasure_that_was_broken_off_goes_on(
    stores: FakeStores, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    """Whoever does not answer: exit code 2 and what to do; the next call ends it with the same name everywhere."""
    stores.fails = place
    assert erased(stores) == 2
    assert "Run the same command again" in capsys.readouterr().err
    assert erased(stores) == 0
    assert set(map(tuple, stores.rows.values())) == {("erased-1", "bob")}
    assert (stores.sagas, stores.names) == ([], {})


def test_a_buyer_with_open_purchases_is_not_erased(stores: FakeStores, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, the sagas are named, and nothing is changed."""
    stores.open = ["purchase/p1"]
    assert erased(stores) == 1
    assert "purchase/p1" in capsys.readouterr().err
    assert stores.rows["payments"] == ["alice", "bob"]


def test_a_purchase_that_ended_meanwhile_is_not_left_half_forgotten(
    stores: FakeStores, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 and the name is kept, so that the next call forgets that one too."""
    stores.late = ["alice"]
    assert erased(stores) == 1
    assert "once more" in capsys.readouterr().err
    assert stores.names == {"alice": "erased-1"}
