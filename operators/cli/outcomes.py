"""What a decision will do, and what came of it: for people, for programs, and as an exit code."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from operators.cli.console import Table, short, since
from operators.cli.exit_codes import DONE, INTERRUPTED, NOT_KNOWN, REFUSED
from operators.deciding import DecisionOutcome, DecisionResult
from operators.environment import Environment
from operators.targets import Target

# 20: nobody reads more before answering; the rest is only counted.
ROWS_MAX = 20
NICE = frozenset({"workflow"})
# In a long list these results are only counted: their rows are all alike.
COUNTED = frozenset({DecisionResult.ENDED, DecisionResult.GOES_ON, DecisionResult.NOT_SENT})
CODES = {
    DecisionResult.REFUSED: REFUSED,
    DecisionResult.PARKED_AGAIN: REFUSED,
    DecisionResult.UNKNOWN: NOT_KNOWN,
    DecisionResult.NOT_SENT: INTERRUPTED,
}


def named(console: Console, saga: Target | DecisionOutcome) -> str:
    """The purchase; the saga itself, whole, where nobody knows its purchase."""
    return short(console, saga.purchase_id) if saga.purchase_id else saga.workflow_id


def counted(count: int) -> str:
    """So many sagas."""
    return "this saga" if count == 1 else f"these {count} sagas"


def show_plan(console: Console, decision: str, targets: Sequence[Target], environment: Environment) -> None:
    """Which sagas are meant, where, and why each waits; and what the decision does with them."""
    table = Table(
        console, f"To {decision} ({len(targets)})", "purchase", "since (UTC)", "why it is parked", "workflow", nice=NICE
    )
    console.print(f"At {environment}\n")
    means = Counter(target.parked.choices[decision] for target in targets)
    for target in targets[:ROWS_MAX]:
        why = f"{target.run.kind}: {target.parked.reason}"
        table.row(named(console, target), since(target.parked.since), why, target.workflow_id)
    table.print()
    if len(targets) > ROWS_MAX:
        console.print(f"… and {len(targets) - ROWS_MAX} more.\n")
    for meaning, count in means.most_common():
        console.print(
            f"{decision}, {count} of {len(targets)}: {meaning}" if len(means) > 1 else f"{decision}: {meaning}"
        )
    console.print()


def show_outcomes(console: Console, outcomes: Sequence[DecisionOutcome]) -> None:
    """Each saga's outcome, of many only those that somebody has to look at; and how many there are of each."""
    if not outcomes:
        console.print("No parked saga is meant by that: nothing is done.")
        return
    listed = [each for each in outcomes if len(outcomes) <= ROWS_MAX or each.result not in COUNTED]
    if listed:
        table = Table(console, "What came of it", "purchase", "result", "what it says", "workflow", nice=NICE)
        for each in listed:
            says = f"{each.kind}: {each.says}" if each.kind else each.says
            table.row(named(console, each), each.result, says, each.workflow_id)
        table.print()
    counts = Counter(each.result for each in outcomes)
    console.print(", ".join(f"{count} {result}" for result, count in counts.most_common()))


def as_document(decision: str, outcomes: Sequence[DecisionOutcome]) -> dict[str, Any]:
    """The outcomes for programs; the counts name every result."""
    counts = Counter(each.result for each in outcomes)
    return {
        "decision": decision,
        "counts": {result.value: counts[result] for result in DecisionResult},
        "outcomes": [each.model_dump(mode="json") for each in outcomes],
    }


def exit_code(outcomes: Sequence[DecisionOutcome]) -> int:
    """The highest that any of them asks for."""
    return max((CODES.get(each.result, DONE) for each in outcomes), default=DONE)
