"""A saga goes on wherever its worker died: from every prefix of its history, and with every report lost in turn."""

import sys
from itertools import count
from typing import Any

import pytest

from domain.purchase import PurchaseStatus
from tests.sagas.attempts import ScheduleToCloseError
from tests.sagas.execution import Execution
from tests.sagas.network import StepCall
from tests.sagas.scenarios import SCENARIOS, Scenario
from tests.sagas.world import SAGAS, World

scenarios = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)


def played(scenario: Scenario) -> World:
    """The world after a scenario in which nothing dies; with manual capture, so that capture is a step of its own."""
    world = World(manual=True)
    scenario(world)
    return world


def played_with_rebuilding(scenario: Scenario, before: range) -> World:
    """The same, with the instances rebuilt before the tasks of these numbers."""
    world = World(manual=True)
    tasks = count()

    def forget(execution: Execution) -> None:
        if next(tasks) in before:
            execution.evict()

    world.engine.before_task = forget
    scenario(world)
    return world


def played_with_crash(scenario: Scenario, after: int) -> tuple[World, StepCall | None]:
    """The same, with all workers killed after the effect of the answered call of this number; that call if there is."""
    answered = count()
    lost: list[StepCall] = []

    def carry(call: StepCall) -> Any:
        answer = world.faults.carry(call)
        if next(answered) == after:
            lost.append(call)
            for saga in SAGAS:
                world.engine.crash(saga)
        return answer

    world = World(manual=True, carry=carry)
    scenario(world)
    return world, lost[0] if lost else None


def end_of(world: World) -> dict[str, Any]:
    """How everything ended, and what was told."""
    payment = world.payments.known()
    return {
        "outcome": world.outcome.model_dump(include={"status", "reason", "answer"}),
        "row": (world.projects.row, world.projects.closed_by),
        "delivered": world.users.delivered,
        "money": (payment.status, payment.amount_captured, payment.amount_refunded),
        "told": [(event.id, event.type) for event in world.notifications.events.values()],
        "open": [execution.id for execution in world.engine.executions.values() if not execution.closed],
    }


@scenarios
def test_a_saga_goes_on_from_every_prefix_of_its_history(scenario: Scenario) -> None:
    """The instance is rebuilt before each task in turn: the same calls in the same order, and the same end."""
    sound = played(scenario)
    tasks = sum(len(execution.history) for execution in sound.engine.executions.values())
    for number in range(tasks):
        world = played_with_rebuilding(scenario, range(number, number + 1))
        assert world.faults.calls == sound.faults.calls
        assert end_of(world) == end_of(sound)


@scenarios
def test_a_worker_without_a_memory_does_the_same(scenario: Scenario) -> None:
    """Every instance is rebuilt before every task."""
    sound = played(scenario)
    world = played_with_rebuilding(scenario, range(sys.maxsize))
    assert world.faults.calls == sound.faults.calls
    assert end_of(world) == end_of(sound)


@pytest.mark.parametrize(
    "operation", ["create", "reserve", "retrieve", "commit", "capture", "deliver", "publish", "record"]
)
def test_a_step_that_takes_too_long_within_its_task_is_replayed_alike(operation: str) -> None:
    """It goes on as an activity, also for a worker that has only the history of that."""
    world = World(manual=True)
    world.faults.before[operation] = [ScheduleToCloseError()]
    world.engine.before_task = Execution.evict
    SCENARIOS["paid"](world)

    assert world.outcome.status is PurchaseStatus.PAID
    assert [called for called, _ in world.faults.calls].count(operation) > 1


@scenarios
def test_a_crash_between_effect_and_record_repeats_the_call_under_its_key(scenario: Scenario) -> None:
    """The workers die after each call in turn: it is made again, nothing is done twice or under another key.

    Only a capture need not be: the task that is repeated begins by retrieving the payment, which shows it.
    """
    sound = played(scenario)
    number = 0
    while (crash := played_with_crash(scenario, number))[1]:
        world, lost = crash
        assert lost
        assert world.faults.calls.count((lost.operation, lost.key)) > (lost.operation != "capture")
        assert set(world.faults.calls) == set(sound.faults.calls)
        assert end_of(world) == end_of(sound)
        number += 1
    assert number
