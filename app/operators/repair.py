"""A saga that somebody has terminated goes on: the same workflow id, so the same keys, so nothing is done twice."""

from app.operators.engine import TERMINATED, Engine, Run
from app.operators.finding import known
from domain.errors import Refused
from domain.messages import PURCHASE_ID_PREFIX


async def repair(engine: Engine, workflow_id: str) -> str:
    """Take a terminated saga up again; says what came of it. Raises Refused for one that was not terminated."""
    run = await known(engine, workflow_id)
    if run.state != TERMINATED:
        why = "there is nothing to repair" if run.state != "failed" else "a repair would only fail again"
        raise Refused("not-terminated", f"{workflow_id} was not terminated, it is {run.state}: {why}.")
    task = await engine.last_task(run)
    if task is None:
        await engine.start_again(run)
        return "It had not begun: it is started again with the same input."
    again = await engine.reset(run, task)
    done = "It goes on where it was terminated; what it had done is not done twice."
    return done + await _tell_again(engine, again)


async def _tell_again(engine: Engine, purchase: Run) -> str:
    """Whoever settled the purchase while its saga was terminated has told nobody, and will not tell again."""
    if not purchase.workflow_id.startswith(PURCHASE_ID_PREFIX) or not purchase.payment_id:
        return ""
    for saga in await engine.runs(purchase.payment_id):
        settlement = await engine.told(saga, purchase.workflow_id)
        if settlement:
            await engine.tell(purchase, settlement)
            return f" {saga.workflow_id} has told it (once more) that the purchase is {settlement.status}."
    return ""
