"""Histories replayed with tracing on and off: what was commanded, and what was told to a tracer."""

import base64
import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.client import WorkflowHistory
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.worker import Interceptor, Replayer, UnsandboxedWorkflowRunner

from engine import data_converter
from lib.telemetry.temporal import PurchaseIds
from tests.histories.gate import Listening
from tests.sagas.sdk import NoTraces
from workers.sagas import ALL_SAGAS

# Where commands carry headers: the one thing that tracing may change.
WITH_HEADERS = (
    "schedule_activity",
    "schedule_local_activity",
    "start_child_workflow_execution",
    "signal_external_workflow_execution",
)
SAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@dataclass
class Replayed:
    """What the sagas of some histories have commanded, without headers, and the spans that were made meanwhile."""

    commands: list[list[bytes]]
    spans: Sequence[ReadableSpan]

    @property
    def kinds(self) -> set[str | None]:
        """What kinds of commands there are among them."""
        found = (command for commands in self.commands for command in commands)
        return {WorkflowCommand.FromString(command).WhichOneof("variant") for command in found}


async def replay(histories: Sequence[WorkflowHistory], *, tracing: bool) -> Replayed:
    """Replay them; raises where one cannot go on."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    on: list[Interceptor] = [PurchaseIds(), TracingInterceptor(provider.get_tracer("test"))]
    listening = Listening(UnsandboxedWorkflowRunner())
    replayer = Replayer(
        workflows=ALL_SAGAS,
        data_converter=dataclasses.replace(data_converter(), failure_converter_class=NoTraces),
        workflow_runner=listening,
        interceptors=on if tracing else [],
    )
    commands = []
    for history in histories:
        await replayer.replay_workflow(history)
        commands.append([_bare(command) for command in listening.heard.commands])
    return Replayed(commands, exporter.get_finished_spans())


def traced(history: WorkflowHistory) -> WorkflowHistory:
    """The history as if its workflow had been started within a sampled trace, for a known purchase."""
    told = json.loads(history.to_json())
    started = told["events"][0]["workflowExecutionStartedEventAttributes"]
    fields = {"_tracer-data": {"traceparent": SAMPLED}, "purchase-id": "p1"}
    started["header"] = {"fields": {name: _payload(value) for name, value in fields.items()}}
    return WorkflowHistory.from_json(history.workflow_id, json.dumps(told))


def _payload(value: object) -> dict[str, object]:
    data = base64.b64encode(json.dumps(value).encode()).decode()
    return {"metadata": {"encoding": base64.b64encode(b"json/plain").decode()}, "data": data}


def _bare(command: WorkflowCommand) -> bytes:
    known = WorkflowCommand()
    known.CopyFrom(command)
    for kind in WITH_HEADERS:
        if known.HasField(kind):  # type: ignore[arg-type]  # each is a field's name
            getattr(known, kind).headers.clear()
    return known.SerializeToString(deterministic=True)
