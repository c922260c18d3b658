"""What sagas count, by the SDK's own meter."""

import asyncio

from temporalio.worker import Replayer

from engine import data_converter
from tests.histories.files import recorded, versions
from tests.meter import Meter
from workers.sagas import ALL_SAGAS


def test_what_has_happened_is_not_counted_again() -> None:
    """A worker that reads the histories of ended and parked sagas anew counts nothing."""
    meter = Meter()
    replayer = Replayer(workflows=ALL_SAGAS, data_converter=data_converter(), runtime=meter.runtime)
    latest = versions()[-1]
    told = [each for each in recorded(latest) if each.name.startswith(("paid.", "declined.", "expired."))]
    assert {each.saga for each in told} >= {"StartPayment", "PaymentSuccess", "PaymentFailed"}

    async def replay() -> None:
        for each in told:
            await replayer.replay_workflow(each.history)

    asyncio.run(replay())
    assert meter.counted() == []
