"""The gate and a real server's histories: what the recorded ones stand for."""

from temporalio.client import Client

from engine import data_converter
from tests.histories.files import Recorded
from tests.histories.gate import faults, told
from tests.integration.sagas.buyers import Buyers
from tests.long.releases.version import RunningVersion
from tools.devstack.stack import Stack

CLOSED = "TemporalWorkerDeploymentVersion = 'buy-projects:1.0.0' AND ExecutionStatus != 'Running'"
# As many as make every branch of the tests before likely, and replay in seconds.
HISTORIES_MAX = 100


async def test_the_gate_takes_what_a_server_has_kept(versioned: Stack, first: RunningVersion, buyers: Buyers) -> None:
    """The code that wrote them passes: the gate asks nothing that only the in-process engine could answer."""
    paid, declined = buyers.opened(), buyers.opened()
    buyers.pay(paid)
    buyers.fail(declined)
    for purchase in (paid, declined):
        buyers.completed(purchase)
    where = versioned.description["temporal"]
    client = await Client.connect(where["address"], namespace=where["namespace"], data_converter=data_converter())
    kept = []
    async for found in client.list_workflows(CLOSED, limit=HISTORIES_MAX):
        handle = client.get_workflow_handle(found.id, run_id=found.run_id)
        kept.append(Recorded("1.0.0", found.id, await handle.fetch_history()))
    assert {each.saga for each in kept} >= {"StartPayment", "PaymentSuccess", "PaymentFailed"}
    found_faults = [fault async for fault in faults(kept)]
    assert not found_faults, told(found_faults)
