"""One workflow execution: its history, as the server keeps it, and its instance, as a worker has it in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto import workflow_activation as wa
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.worker import WorkflowInstance

from tests.sagas.attempts import Activity
from tests.sagas.sdk import new_instance, queue_of, timestamp


@dataclass
class Task:
    """A workflow task: each time that the instance was handed something in it, and what it commanded then."""

    activations: list[tuple[wa.WorkflowActivation, list[WorkflowCommand]]] = field(default_factory=list)

    def commands(self) -> list[WorkflowCommand]:
        """All that it commanded."""
        return [command for _, commands in self.activations for command in commands]


@dataclass
class Execution:
    """How it was started, what it has shown, and how it ended."""

    id: str
    run_id: str
    kind: type
    started_at: datetime
    result: Any = None
    failure: str | None = None
    closed: bool = False
    cancel_requested: bool = False
    steps: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    updates: dict[str, Any] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    inbox: list[wa.WorkflowActivationJob] = field(default_factory=list)
    timers: set[int] = field(default_factory=set)
    activities: dict[int, Activity] = field(default_factory=dict)
    history: list[Task] = field(default_factory=list)
    task: Task | None = None
    _instance: WorkflowInstance | None = None
    _flags: set[int] = field(default_factory=set)

    @property
    def queue(self) -> str:
        """The task queue of its kind."""
        return queue_of(self.kind)

    def begin_task(self, now: datetime) -> list[WorkflowCommand]:
        """Begin a task: hand the instance all that has come for it; what it commands."""
        jobs, self.inbox = self.inbox, []
        self._instance = self._instance or self._replayed(now)
        self.task = Task()
        return self.go_on(now, jobs)

    def go_on(self, now: datetime, jobs: list[wa.WorkflowActivationJob]) -> list[WorkflowCommand]:
        """Hand the instance more within its task; what it commands."""
        assert self._instance, "a task is lost with its instance"
        assert self.task, "something comes for a task that is over"
        activation = wa.WorkflowActivation(run_id=self.run_id, timestamp=timestamp(now), jobs=jobs)
        commands = self._activated(self._instance, activation)
        self.task.activations.append((activation, commands))
        return commands

    def finish_task(self) -> list[WorkflowCommand]:
        """The task is over, and stands in the history; all that it commanded is to be carried out."""
        assert self.task, "there is a task to finish"
        task, self.task = self.task, None
        self.history.append(task)
        return task.commands()

    def lose_task(self) -> None:
        """The task's worker dies: what had come for it is still to be done, and nothing else of it is known."""
        assert self.task, "there is a task to lose"
        task, self.task = self.task, None
        self.inbox = [*task.activations[0][0].jobs, *self.inbox]

    def ask(self, now: datetime, query: wa.QueryWorkflow) -> WorkflowCommand:
        """The answer to a query, open or closed; a question leaves no trace in the history."""
        self._instance = self._instance or self._replayed(now)
        job = wa.WorkflowActivationJob(query_workflow=query)
        activation = wa.WorkflowActivation(run_id=self.run_id, timestamp=timestamp(now), jobs=[job])
        return self._activated(self._instance, activation)[0]

    def evict(self) -> None:
        """The worker forgets the instance, or dies with it."""
        if self._instance:
            job = wa.WorkflowActivationJob(remove_from_cache=wa.RemoveFromCache())
            self._instance.activate(wa.WorkflowActivation(run_id=self.run_id, jobs=[job]))
            self._instance = None

    def _replayed(self, now: datetime) -> WorkflowInstance:
        """A new instance, brought by the history to where it was; it must command what it commanded before."""
        # The instance knows the time of its first task, which may be long after the start.
        replayed = [pair for task in self.history for pair in task.activations]
        first_task_at = replayed[0][0].timestamp.ToDatetime(tzinfo=now.tzinfo) if replayed else now
        instance = new_instance(
            self.kind, self.id, self.run_id, started_at=self.started_at, first_task_at=first_task_at
        )
        for activation, commands in replayed:
            again = wa.WorkflowActivation()
            again.CopyFrom(activation)
            again.is_replaying = True
            for job in again.jobs:
                _as_recorded(job.resolve_activity)
            again.jobs.extend(_patches(commands))
            assert self._activated(instance, again) == commands, f"{self.id}: replay commands something else"
        return instance

    def _activated(self, instance: WorkflowInstance, activation: wa.WorkflowActivation) -> list[WorkflowCommand]:
        activation.available_internal_flags.extend(self._flags)
        completion = instance.activate(activation)
        assert not completion.HasField("failed"), f"{self.id}: {completion.failed.failure.message}"
        self._flags |= set(completion.successful.used_internal_flags)
        return list(completion.successful.commands)


def recorded(failure: Failure) -> Failure:
    """As the history keeps the failure of a step within the task: bare, also where it has come in an envelope."""
    return failure.cause if failure.HasField("activity_failure_info") else failure


def _as_recorded(resolved: wa.ResolveActivity) -> None:
    if resolved.is_local and resolved.result.HasField("failed"):
        bare = Failure()
        bare.CopyFrom(recorded(resolved.result.failed.failure))
        resolved.result.failed.failure.CopyFrom(bare)


def _patches(commands: list[WorkflowCommand]) -> Iterator[wa.WorkflowActivationJob]:
    """What a replayed task is told of the patches that it has taken."""
    for command in commands:
        if command.HasField("set_patch_marker"):
            told = wa.NotifyHasPatch(patch_id=command.set_patch_marker.patch_id)
            yield wa.WorkflowActivationJob(notify_has_patch=told)
