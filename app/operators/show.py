"""A purchase's sagas in an operator's words: how each stands, why it waits, what can be done."""

from app.operators.engine import RUNNING, Engine, Run
from domain.errors import Refused, Unavailable
from domain.messages import ParkedView, purchase_workflow_id
from domain.purchase import Frozen

NO_WORKER = "Its worker does not answer, so it cannot tell where it stands."


class Shown(Frozen):
    """One saga: `stands` is its own sentence."""

    run: Run
    stands: str
    parked: ParkedView | None = None


async def known(engine: Engine, workflow_id: str) -> Run:
    """The newest run of a saga; raises Refused (`not-found`)."""
    run = await engine.run(workflow_id)
    if run is None:
        raise Refused("not-found", f"Temporal knows no saga {workflow_id} (it forgets those that ended 30 days ago).")
    return run


async def show(engine: Engine, any_id: str) -> list[Shown]:
    """All sagas of the purchase, by its id or that of one of its sagas; raises Refused (`not-found`)."""
    run = await known(engine, any_id if "/" in any_id else purchase_workflow_id(any_id))
    runs = await engine.runs(run.payment_id) if run.payment_id else []
    # One that has just started is not in the server's lists yet.
    others = [other for other in runs if other.workflow_id != run.workflow_id]
    return [await _shown(engine, saga) for saga in sorted([run, *others], key=lambda saga: saga.started_at)]


async def decide(engine: Engine, workflow_id: str, decision: str) -> str:
    """Decide on a parked saga; its own sentence. Raises Refused when it is not parked or does not take the decision."""
    run = await known(engine, workflow_id)
    if run.state != RUNNING:
        raise Refused("not-parked", f"{workflow_id} does not run any more: it is {run.state}.")
    return await engine.resolve(run, decision)


async def _shown(engine: Engine, run: Run) -> Shown:
    if run.state != RUNNING:
        return Shown(run=run, stands=await engine.end(run))
    try:
        return Shown(run=run, stands=_plain(await engine.details(run)), parked=await engine.parked(run))
    except Unavailable:
        return Shown(run=run, stands=NO_WORKER)


def _plain(markdown: str) -> str:
    """The first paragraph; what to do follows from the choices."""
    return markdown.partition("\n\n")[0].replace("**", "")
