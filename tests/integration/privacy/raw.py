"""What Temporal keeps, byte by byte, as one reads it who has no key."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from temporalio.api.common.v1 import Header, Payload, SearchAttributes, WorkflowExecution
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import MarkerRecordedEventAttributes
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.workflowservice.v1 import QueryWorkflowRequest
from temporalio.client import Client

# What the server's database has in clear of search attributes it also has in files of its own; a query on it is none.
DATABASE = ("temporal.db", "temporal.db-wal")
# The purchase's id, which stands in workflows' ids too, and the trace's.
HEADERS = {"purchase-id", "_tracer-data"}
METADATA = "__temporal_workflow_metadata"
# What the SDK's core keeps in clear of a step within a task: its name, as of any step, and its times.
MARKED = {
    "seq", "attempt", "activity_id", "activity_type", "complete_time", "backoff", "original_schedule_time",
    "activation_index",
}  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """Everything of one run of a saga but its search attributes."""

    workflow_id: str
    messages: Sequence[Message]

    @property
    def payloads(self) -> list[Payload]:
        """Every payload: inputs, results, memo, headers, user metadata, details of failures."""
        return [part for part in self._parts() if isinstance(part, Payload)]

    @property
    def failures(self) -> list[Failure]:
        """Every failure, and every cause of one."""
        return [part for part in self._parts() if isinstance(part, Failure)]

    @property
    def raw(self) -> bytes:
        """The bytes."""
        return b"".join(message.SerializeToString() for message in self.messages)

    def _parts(self) -> Iterator[Message]:
        for message in self.messages:
            yield from parts(message)


async def everything(where: dict[str, Any]) -> list[Kept]:
    """What the server tells of each run: its history, its listing, its description, and what it answers for the UI."""
    client = await Client.connect(where["address"], namespace=where["namespace"])
    return [await _kept(client, listed.id, listed.run_id) async for listed in client.list_workflows()]


async def _kept(client: Client, workflow_id: str, run_id: str) -> Kept:
    handle = client.get_workflow_handle(workflow_id, run_id=run_id)
    description = (await handle.describe()).raw_description
    question = QueryWorkflowRequest(
        namespace=client.namespace,
        execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
        query=WorkflowQuery(query_type=METADATA),
    )
    answer = await client.workflow_service.query_workflow(question)
    messages = [description, answer, *(await handle.fetch_history()).events]
    for message in messages:
        forget_what_is_in_clear(message)
    return Kept(workflow_id, messages)


def parts(message: Message) -> Iterator[Message]:
    """A message and every message within it."""
    yield message
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        if descriptor.message_type.GetOptions().map_entry:
            within = [each for each in value.values() if isinstance(each, Message)]
        else:
            within = list(value) if descriptor.is_repeated else [value]
        for each in within:
            yield from parts(each)


def forget_what_is_in_clear(message: Message) -> None:
    """Take out what is in clear: what is searched by (status, payment, buyer, projects), headers, steps' names."""
    for part in list(parts(message)):
        if isinstance(part, MarkerRecordedEventAttributes):
            (data,) = part.details["data"].payloads
            assert set(json.loads(data.data)) <= MARKED
            del part.details["data"]
        if isinstance(part, Header):
            assert set(part.fields) <= HEADERS
        if isinstance(part, (SearchAttributes, Header)):
            part.Clear()


def database(folder: Path) -> bytes:
    """The development server's files."""
    return b"".join((folder / name).read_bytes() for name in DATABASE)
