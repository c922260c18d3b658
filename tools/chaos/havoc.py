"""Carries out a fault plan on a stack, tells of each fault, and heals whatever is broken at the end."""

import asyncio
import os
import signal
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

import httpx

from tools.chaos.faults import Fault, FaultKind
from tools.chaos.journal import Journal
from tools.devstack.errors import StackError
from tools.devstack.links import Links
from tools.devstack.stack import Stack

# A process that does not come up (what it needs may be down as well) is started again after this.
START_AGAIN_S = 1.0
# On a slow machine starts take long and faults pile up; were more than three things broken at a time, hardly a purchase
# would open, and a run would show little. A fault that finds three waits for its turn.
BROKEN_MAX = 3
# One thread for each place that can be broken, some twenty: a start that waits for a link must not keep it broken.
THREADS = 32
# The simulator may be down when its own faults are set.
SET_AGAIN_S = 0.5
# Of deliveries and calls that go wrong, a webhook may be late by this much: others overtake it.
DELAY_S = 3


class Havoc:
    """Breaks and heals; every process that it ends is one that the stack has started."""

    def __init__(self, stack: Stack, links: Links, journal: Journal) -> None:
        self._stack = stack
        self._links = links
        self._journal = journal
        # A process that takes long to start is broken again only once it runs.
        self._places: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._room = asyncio.Semaphore(BROKEN_MAX)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="havoc")
        self.count = 0

    def __enter__(self) -> Self:
        """Nothing is broken yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave what still starts to whoever stops the stack."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def carry_out(self, plan: Sequence[Fault]) -> None:
        """Every fault at its moment; returns when the last one is healed."""
        async with asyncio.TaskGroup() as faults:
            for fault in plan:
                await asyncio.sleep(max(0.0, fault.at_s - self._journal.now_s))
                faults.create_task(self._live(fault))

    async def _live(self, fault: Fault) -> None:
        begin, end = {
            FaultKind.KILL: (self._kill, self._start),
            FaultKind.FREEZE: (self._freeze, self._thaw),
            FaultKind.PROVIDER: (self._spoil, self._heal_provider),
        }.get(fault.kind, (self._break_link, self._heal_link))
        async with self._places[fault.place], self._room:
            await begin(fault)
            self.count += 1
            await asyncio.sleep(fault.seconds)
            await end(fault)

    async def _call(self, act: Callable[..., None], *args: str) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, act, *args)

    # ---- processes --------------------------------------------------------------------------------------------------

    async def _kill(self, fault: Fault) -> None:
        self._journal.say(f"killed {fault.target}")
        await self._call(self._stack.kill, fault.target)

    async def _start(self, fault: Fault) -> None:
        while True:
            try:
                await self._call(self._stack.restart, fault.target)
            except StackError as error:
                self._journal.say(f"{fault.target} does not start: {str(error).splitlines()[0]}")
                await asyncio.sleep(START_AGAIN_S)
            else:
                self._journal.say(f"started {fault.target} again")
                return

    async def _freeze(self, fault: Fault) -> None:
        self._journal.say(f"froze {fault.target}")
        self._signal(fault.target, signal.SIGSTOP)

    async def _thaw(self, fault: Fault) -> None:
        self._signal(fault.target, signal.SIGCONT)
        self._journal.say(f"let {fault.target} go on")

    def _signal(self, name: str, number: signal.Signals) -> None:
        # Each process leads a session of its own: its workers stop and go on with it.
        os.killpg(self._stack.processes[name].pid, number)

    # ---- links ------------------------------------------------------------------------------------------------------

    async def _break_link(self, fault: Fault) -> None:
        name, latency_ms = fault.target, fault.latency_ms
        done, act = self._breaking(name, latency_ms)[fault.kind]
        self._journal.say(f"{done} link {name}")
        await self._call(act)

    def _breaking(self, name: str, latency_ms: int) -> dict[FaultKind, tuple[str, Callable[[], None]]]:
        return {
            # Jitter of half the latency lets calls overtake each other.
            FaultKind.SLOW: (f"slowed by {latency_ms} ms", lambda: self._links.slow(name, latency_ms, latency_ms // 2)),
            FaultKind.CUT: ("cut", lambda: self._links.cut(name)),
            FaultKind.HALF_OPEN: ("half opened", lambda: self._links.half_open(name)),
        }

    async def _heal_link(self, fault: Fault) -> None:
        await self._call(self._links.heal, fault.target)
        self._journal.say(f"healed link {fault.target}")

    # ---- the provider -----------------------------------------------------------------------------------------------

    async def _spoil(self, fault: Fault) -> None:
        share = fault.probability
        self._journal.say(f"spoiled {share:.0%} of the provider's webhooks and answers")
        webhooks = {"drop": share / 2, "double": share, "delay": share, "delay_seconds": DELAY_S}
        answers = {"lose": share / 2, "fail": share / 2}
        await self._set("PUT", {"seed": fault.seed, "webhooks": webhooks, "answers": answers})

    async def _heal_provider(self, _: Fault) -> None:
        await self._set("DELETE", None)
        self._journal.say("the provider works well again")

    async def _set(self, method: str, body: dict[str, object] | None) -> None:
        stripe = self._stack.description["stripe"]
        headers = {"Authorization": f"Bearer {stripe['secret_key']}"}
        async with httpx.AsyncClient() as http:
            while True:
                try:
                    response = await http.request(
                        method, f"{stripe['api_base']}/simulator/faults", json=body, headers=headers
                    )
                except httpx.TransportError:
                    await asyncio.sleep(SET_AGAIN_S)
                    continue
                response.raise_for_status()
                return
