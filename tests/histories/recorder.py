"""Records histories: every scenario is played by the in-process engine, and each execution in it is written down."""

from collections.abc import Mapping

from temporalio.client import WorkflowHistory

from tests.histories.branches import BRANCHES
from tests.histories.files import text_of
from tests.histories.writer import written
from tests.sagas.scenarios import Scenario
from tests.sagas.world import SAGAS, World


def histories(
    scenarios: Mapping[str, Scenario] = BRANCHES, sagas: Mapping[str, type] = SAGAS
) -> dict[str, WorkflowHistory]:
    """The histories by their names; one that is the same in several scenarios is there once."""
    found: dict[str, WorkflowHistory] = {}
    known: set[str] = set()
    for name, scenario in scenarios.items():
        world = World(sagas=sagas)
        scenario(world)
        for execution in world.engine.executions.values():
            history = written(execution)
            text = text_of(history)
            if text not in known:
                known.add(text)
                found[f"{name}.{execution.id.replace('/', '-')}"] = history
    return found
