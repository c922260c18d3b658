"""Repair of a terminated saga: it goes on under the same workflow id, so with the same keys, and does nothing twice."""

from domain.errors import RefusalKind, Refused
from domain.messages import PURCHASE_ID_PREFIX
from operators.finding import sagas_of
from operators.ports import TERMINATED, Run, TemporalAdmin, TemporalReader


async def repairable(temporal: TemporalReader, any_id: str) -> Run:
    """The terminated saga that an id means: a workflow's own, or that of a purchase.

    Raises Refused (`not-found`, `ambiguous`, `not-terminated`).
    """
    runs = await sagas_of(temporal, any_id)
    meant = [run for run in runs if run.workflow_id == any_id] or runs
    terminated = [run for run in meant if run.state == TERMINATED]
    if len(terminated) > 1:
        several = ", ".join(run.workflow_id for run in terminated)
        raise Refused(RefusalKind.AMBIGUOUS, f"Several sagas of it were terminated; name one: {several}.")
    if not terminated:
        how = ", ".join(f"{run.workflow_id} was not terminated, it is {run.state}" for run in meant)
        failed = any(run.state == "failed" for run in meant)
        why = "a repair would only fail again" if failed else "there is nothing to repair"
        raise Refused(RefusalKind.NOT_TERMINATED, f"{how}: {why}.")
    return terminated[0]


async def repair(temporal: TemporalAdmin, run: Run) -> str:
    """Take a terminated saga up again; says what came of it. Raises Refused where it is not the one that was shown."""
    now = await repairable(temporal, run.workflow_id)
    if now.run_id != run.run_id:
        raise Refused("changed", "It has gone on since it was shown; look again before you decide.")
    task = await temporal.last_task(run)
    if task is None:
        await temporal.start_again(run)
        return "It had not begun: it is started again with the same input."
    again = await temporal.reset(run, task)
    done = "It goes on where it was terminated; what it had done is not done twice."
    return done + await _complete_again(temporal, again)


async def _complete_again(temporal: TemporalAdmin, purchase: Run) -> str:
    """Signal the purchase's end again: the saga that decided it found no running saga to signal."""
    if not purchase.workflow_id.startswith(PURCHASE_ID_PREFIX) or not purchase.payment_id:
        return ""
    for saga in await temporal.runs(purchase.payment_id):
        result = await temporal.sent_result(saga, purchase.workflow_id)
        if result:
            await temporal.complete(purchase, result)
            return f" {saga.workflow_id} has told it (once more) that the purchase is {result.status}."
    return ""
