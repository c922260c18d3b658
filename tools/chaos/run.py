"""One run: load and faults together, then peace until all has ended, then the verdict."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from temporalio.service import RPCError

from tools.chaos.buyer import Market
from tools.chaos.faults import plan
from tools.chaos.havoc import Havoc
from tools.chaos.journal import Journal
from tools.chaos.judge import judge
from tools.chaos.load import Load
from tools.chaos.sagas import OPEN_PURCHASES, RunningSagas, quiet
from tools.chaos.verdict import Fate, Flaw, last_line
from tools.devstack.audit import connect
from tools.devstack.links import Links
from tools.devstack.shop import Shop
from tools.devstack.stack import Stack

# How often the run tells where it stands, and asks whether it may end.
PROGRESS_S = 5.0
# 5 min of peace: a purchase waits for its deadline (25 s), its steps are tried at most a minute apart, and a hard-hit
# one has three such waits before it; what has not ended by then does not end by itself.
COMPLETE_LIMIT_S = 300.0


class ChaosRun:
    """A run on a stack that has been started."""

    def __init__(self, stack: Stack, journal: Journal, environ: Mapping[str, str]) -> None:
        self._stack = stack
        self._journal = journal
        self._environ = environ

    async def run(self, purchases: int, seconds: float, seed: int) -> list[Flaw]:
        """Everything in order; what was found, the last line told last."""
        links = Links(self._stack.description)
        sagas = RunningSagas(await connect(self._stack.description, runtime=quiet()))
        load = Load(self._market(), self._journal)
        self._journal.start()
        with Havoc(self._stack, links, self._journal) as havoc:
            progress = asyncio.create_task(self._tell_progress(sagas, load, havoc, purchases))
            async with asyncio.TaskGroup() as both:
                both.create_task(load.put(purchases, seconds, seed))
                both.create_task(havoc.carry_out(plan(seed, seconds, links.names)))
            self._journal.say("all buyers have left and all faults are healed; waiting until all has ended")
            findings = await self._not_completed(sagas)
            progress.cancel()
        self._journal.say("auditing")
        findings += await judge(self._stack.description, load.seen, self._journal)
        self._tell(findings, last_line(purchases, havoc.count, findings))
        return findings

    def _market(self) -> Market:
        stack = self._stack.description
        with Shop(stack) as shop:
            return Market(stack["processes"]["intake"]["url"], stack["stripe"], self._environ, shop.milestones())

    async def _tell_progress(self, sagas: RunningSagas, load: Load, havoc: Havoc, purchases: int) -> None:
        open_now = 0
        while True:
            await asyncio.sleep(PROGRESS_S)
            # While Temporal is down the last count stands.
            with suppress(RPCError):
                open_now = await sagas.count(OPEN_PURCHASES)
            here = load.begun - len(load.seen)
            self._journal.say(
                f"{load.begun} of {purchases} purchases begun, {here} buyers here, {open_now} open, "
                f"{havoc.count} faults"
            )

    async def _not_completed(self, sagas: RunningSagas) -> list[Flaw]:
        """Wait until nothing runs that need not wait for an operator; whatever still runs at the limit."""
        give_up_at = self._journal.now_s + COMPLETE_LIMIT_S
        left = await sagas.running()
        while not all(saga.parked for saga in left) and self._journal.now_s < give_up_at:
            await asyncio.sleep(PROGRESS_S)
            left = await sagas.running()
        # Who is parked is told by the audit, with the reason.
        late = f"runs {COMPLETE_LIMIT_S:.0f} s after the last fault, status"
        return [Flaw(Fate.LOST, saga.workflow_id, f"{late} {saga.status}") for saga in left if not saga.parked]

    def _tell(self, findings: list[Flaw], last: str) -> None:
        with Shop(self._stack.description) as shop:
            for finding in findings:
                link = f"; {shop.ui_link(finding.workflow_id)}" if finding.workflow_id else ""
                self._journal.say(f"{finding.fate}: {finding.purchase}: {finding.why}{link}")
        if findings:
            self._journal.say(f"the data is kept in {self._stack.data}: logs/ of each process, and every buyer's story")
        self._journal.close_with(last)
