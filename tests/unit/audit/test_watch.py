"""The audit as a process: what Prometheus is told of its findings."""

from prometheus_client import REGISTRY

from audit.auditor import CouldNotRead
from audit.report import Report
from audit.rules.findings import Finding, Rule, Side, Weight
from audit.watch import AGAIN_S, EVERY_S, audit_once


def report(*weights: Weight) -> Report:
    """An audit of three purchases with these findings."""
    findings = tuple(Finding(weight, Rule.HELD, Side.PROJECTS, "held") for weight in weights)
    return Report(seconds=1.0, ends={"paid": 3}, sums={}, stock=(), findings=findings)


def told(name: str, **labels: str) -> float:
    """What Prometheus is told now."""
    value = REGISTRY.get_sample_value(name, labels)
    assert value is not None
    return value


async def test_findings_are_told_by_weight() -> None:
    """And those of the audit before are forgotten."""

    async def faults() -> Report:
        return report(Weight.FAULT, Weight.FAULT, Weight.NOTE)

    async def clean() -> Report:
        return report()

    assert await audit_once(faults) == EVERY_S
    assert [told("audit_findings", weight=weight) for weight in ("fault", "parked", "note")] == [2, 0, 1]
    assert told("audit_purchases") == 3
    await audit_once(clean)
    assert told("audit_findings", weight="fault") == 0


async def test_an_audit_that_could_not_read_says_nothing_new() -> None:
    """What the last one found stands, its age is seen, and the records are read again soon."""

    async def clean() -> Report:
        return report()

    async def away() -> Report:
        raise CouldNotRead("Users is away")

    await audit_once(clean)
    ended = told("audit_ended_timestamp_seconds")
    assert await audit_once(away) == AGAIN_S
    assert told("audit_ended_timestamp_seconds") == ended
