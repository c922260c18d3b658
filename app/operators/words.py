"""What an operator reads of a saga, line by line."""

from app.operators.engine import RUNNING, TERMINATED
from app.operators.show import Shown

TIME = "%Y-%m-%d %H:%M:%S UTC"


def lines(shown: Shown) -> list[str]:
    """The saga's id and kind, how it stands, and what can be decided by which command."""
    run = shown.run
    said = [f"{run.workflow_id}  ({run.kind})", *([run.summary] if run.summary else []), _state(shown)]
    if shown.parked:
        said.append(f"parked since {shown.parked.since:{TIME}}: {shown.parked.reason}")
        said += [f"{_command(choice, run.workflow_id)}  # {does}" for choice, does in shown.parked.choices.items()]
    elif shown.stands:
        said.append(shown.stands)
    if run.state == TERMINATED:
        said.append(f"{_command('repair', run.workflow_id)}  # It goes on where it was.")
    return said


def _state(shown: Shown) -> str:
    run = shown.run
    since = run.started_at if run.state == RUNNING else run.closed_at or run.started_at
    status = f", the purchase is {run.status}" if run.status else ""
    return f"{run.state} since {since:{TIME}}{status}"


def _command(name: str, workflow_id: str) -> str:
    return f"flask purchases {name} '{workflow_id}'"
