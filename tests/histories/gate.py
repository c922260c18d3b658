"""The gate: this code goes on from every recorded history, and would have done what is recorded there.

The SDK's Replayer tells whether it can go on. It compares no inputs and no queues, so what the code commands meanwhile
is compared with the history too.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace

from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import _Definition

from engine import data_converter
from tests.histories import essence
from tests.histories.files import Recorded
from tests.sagas.sdk import queue_of
from workers.sagas import ALL_SAGAS

WHAT_TO_DO = """
An open purchase of that version could not go on with this code, or would ask somebody for something else. Keep the old
way for it, and let new purchases go the new one:

    if workflow.patched("<what changes>"):
        <the new way>
    else:
        <the old way>

docs/releases.md, "A change of workflow code", tells how, what may change freely, and when the old way may go.
Is it a change that no open purchase can meet, or the version not released yet? The same page tells that too.
"""
# All of them would hide the first.
SHOWN_MAX = 5


@dataclass
class Heard:
    """What a saga has commanded while its history was replayed, and why it could not go on if so."""

    commands: list[WorkflowCommand] = field(default_factory=list)
    failure: str = ""
    within_task: dict[int, WorkflowCommand] = field(default_factory=dict)

    def hear(self, jobs: Iterable[WorkflowActivationJob], commands: Iterable[WorkflowCommand]) -> None:
        """Keep what is commanded in the order of its events: a step within a task has its event once it has ended."""
        for job in jobs:
            if job.HasField("resolve_activity") and job.resolve_activity.is_local:
                self.commands.append(self.within_task.pop(job.resolve_activity.seq))
        for command in essence.sent(commands):
            if command.HasField("schedule_local_activity"):
                self.within_task[command.schedule_local_activity.seq] = command
            else:
                self.commands.append(command)


class Listening(WorkflowRunner):
    """Runs sagas as another runner does, and hears what they command."""

    def __init__(self, runner: WorkflowRunner) -> None:
        self._runner = runner
        self.heard = Heard()

    def prepare_workflow(self, defn: _Definition) -> None:
        """As the other one does."""
        self._runner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """An instance of the other one's that is listened to."""
        heard = self.heard = Heard()
        # The Replayer has a queue of its own; a step goes to its saga's.
        info = replace(det.info, task_queue=queue_of(det.defn.cls))
        instance = self._runner.create_instance(replace(det, info=info))
        activate = instance.activate

        def listened(act: WorkflowActivation) -> WorkflowActivationCompletion:
            completion = activate(act)
            heard.failure = heard.failure or completion.failed.failure.message
            heard.hear(act.jobs, completion.successful.commands)
            return completion

        # The SDK asks an instance for more than this; all else stays as it is.
        instance.activate = listened  # type: ignore[method-assign]
        return instance


async def faults(
    histories: Iterable[Recorded], sagas: Sequence[type] = ALL_SAGAS, runner: WorkflowRunner | None = None
) -> AsyncGenerator[str, None]:
    """What this code does otherwise than the histories say; `told` makes one message of it."""
    listening = Listening(runner or SandboxedWorkflowRunner())
    replayer = Replayer(workflows=sagas, data_converter=data_converter(), workflow_runner=listening)
    given = list(histories)

    async def one_by_one() -> AsyncIterator[WorkflowHistory]:
        for each in given:
            yield each.history

    async with replayer.workflow_replay_iterator(one_by_one()) as results:
        for each in given:
            result = await anext(results)
            if fault := _fault(each, listening.heard, result.replay_failure):
                yield fault


def _fault(recorded: Recorded, heard: Heard, failure: Exception | None) -> str:
    why = _first_difference(recorded, heard)
    if not why and failure is None:
        return ""
    failed = f"  The saga failed: {heard.failure}\n" if heard.failure else ""
    sdk = f"  Temporal says: {failure}\n" if failure else ""
    where = f"tests/histories/{recorded.version}/{recorded.name}"
    return f"{recorded.saga} does not do what version {recorded.version} did, in {where}:\n{why}{failed}{sdk}"


def told(found: Sequence[str]) -> str:
    """All faults as one message that says what to do; empty if there are none."""
    if not found:
        return ""
    more = f"... and {len(found) - SHOWN_MAX} more histories.\n" if len(found) > SHOWN_MAX else ""
    return "\n".join([*found[:SHOWN_MAX], more]) + WHAT_TO_DO


def _first_difference(recorded: Recorded, heard: Heard) -> str:
    now = [known for command in heard.commands if (known := essence.of_command(command))]
    number = 0
    for event in recorded.history.events:
        if (wanted := essence.of_event(event)) is None:
            continue
        if number == len(now):
            return f"  Event {event.event_id}, {_shown(wanted)}, was recorded; now nothing is done there.\n"
        if found := _difference(wanted, now[number]):
            return f"  Event {event.event_id}, {_shown(wanted)}: {found}.\n"
        number += 1
    if number < len(now):
        return f"  After the last event, {_shown(now[number])} is done now; it was not recorded.\n"
    return ""


def _difference(wanted: tuple[str, essence.Essence], now: tuple[str, essence.Essence]) -> str:
    if wanted[0] != now[0]:
        return f"now {_shown(now)} is done there"
    return essence.difference(wanted[1], now[1])


def _shown(known: tuple[str, essence.Essence]) -> str:
    kind, fields = known
    name = next((str(value) for value in fields.values() if isinstance(value, str)), "")
    return f"{kind} {name}".strip()
