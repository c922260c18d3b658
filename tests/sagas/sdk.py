"""What the engine needs of the SDK beneath its public surface: instances, payloads, steps. Only here it is touched."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.api.failure.v1 import Failure
from temporalio.common import MetricMeter, Priority, TypedSearchAttributes
from temporalio.converter import DefaultFailureConverter, PayloadConverter
from temporalio.testing import ActivityEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails

from engine import data_converter
from lib.settings.payload_keys import PayloadSettings
from workers.sagas import SAGAS

T = TypeVar("T")

Step = Callable[..., Coroutine[Any, Any, Any]]

# In clear, whatever this machine's settings say: payloads are read between the worker and its codec.
converter = data_converter(PayloadSettings(payload_keys="", payload_key=""))


def payload(value: Any) -> Payload:
    """A value as Temporal carries it."""
    return converter.payload_converter.to_payloads([value])[0]


def value_of(carried: Payload, hint: type[T]) -> T:
    """What a payload carries."""
    value: T = converter.payload_converter.from_payloads([carried], [hint])[0]
    return value


def timestamp(when: datetime) -> Timestamp:
    """A time as Temporal carries it."""
    stamp = Timestamp()
    stamp.FromDatetime(when)
    return stamp


def definition(kind: type) -> Any:
    """What the SDK knows of a workflow's class."""
    return workflow._Definition.must_from_class(kind)  # noqa: SLF001 - the SDK tells it nowhere else


def is_saga(kind: type) -> bool:
    """Whether the SDK runs it; its parents it does not."""
    return workflow._Definition.from_class(kind) is not None  # noqa: SLF001 - the same


def workflow_type(kind: type) -> str:
    """The name by which a saga is started, whatever its class is called."""
    return str(definition(kind).name)


def activity_type(method: Step) -> str | None:
    """The name by which a step is asked for."""
    return activity._Definition.must_from_callable(method).name  # noqa: SLF001 - the same


def queue_of(kind: type) -> str:
    """The task queue on which workers run a saga."""
    return next(queue for queue, sagas in SAGAS.items() if workflow_type(kind) in map(workflow_type, sagas))


class NoTraces(DefaultFailureConverter):
    """Leaves out where in Python a failure came from: it is another place under replay, and takes long to tell."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        """Fill the failure."""
        super().to_failure(exception.with_traceback(None), payload_converter, failure)


def stands_in(saga: type[T]) -> type[T]:
    """Make a subclass a workflow of its parent's name; the SDK itself wants everything written out once more."""
    parent = definition(saga.__mro__[1])
    setattr(saga, "__temporal_workflow_definition", replace(parent, cls=saga))
    return saga


def new_instance(
    kind: type, workflow_id: str, run_id: str, *, started_at: datetime, first_task_at: datetime
) -> WorkflowInstance:
    """The workflow's instance as a worker has it; its first task may come long after the start."""
    info = workflow.Info(
        attempt=1, continued_run_id=None, cron_schedule=None, execution_timeout=None, headers={},
        first_execution_run_id=run_id, namespace="default", original_execution_run_id=run_id, parent=None,
        root=None, priority=Priority.default, raw_memo={}, retry_policy=None, run_id=run_id, run_timeout=None,
        search_attributes={}, start_time=first_task_at, task_queue=queue_of(kind), task_timeout=timedelta(seconds=10),
        typed_search_attributes=TypedSearchAttributes([]), workflow_id=workflow_id,
        workflow_start_time=started_at, workflow_type=workflow_type(kind),
    )  # fmt: skip
    details = WorkflowInstanceDetails(
        payload_converter_factory=lambda: converter.payload_converter,
        failure_converter_class=NoTraces,
        interceptor_classes=[],
        defn=definition(kind),
        info=info,
        randomness_seed=7,
        extern_functions={
            "__temporal_get_metric_meter": lambda: MetricMeter.noop,
            # The engine itself knows which steps there are.
            "__temporal_assert_local_activity_valid": lambda _name: None,
        },
        disable_eager_activity_execution=False,
        worker_level_failure_exception_types=[],
        patch_activation_callback=None,
        last_completion_result=Payloads(),
        last_failure=None,
    )
    asyncio._set_running_loop(_NoLoop())  # type: ignore[arg-type]  # noqa: SLF001 - no loop, so no sockets
    try:
        return UnsandboxedWorkflowRunner().create_instance(details)
    finally:
        asyncio._set_running_loop(None)  # noqa: SLF001


def run_step(method: Step, carried: Payload, **info: Any) -> Any:
    """Run an activity as a worker would, with those fields of its Info; raises what it raises."""
    hint = next(iter(v for k, v in method.__annotations__.items() if k != "return"))
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, **info)
    return environment.run(_driven, method, value_of(carried, hint))


def _driven(method: Step, arg: Any) -> Any:
    return driven(method(arg))


def driven(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits, as our fakes do not."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    raise AssertionError("a fake port must not wait")


class _NoLoop:
    """What stands for the worker's event loop, to which the SDK pins a new instance for a moment."""
