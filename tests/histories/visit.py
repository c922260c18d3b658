"""`python -m tests.histories.visit VERSION` replays a version's histories where coverage can see it: in no sandbox."""

import asyncio
import sys

from temporalio.worker import UnsandboxedWorkflowRunner

from tests.histories.files import recorded
from tests.histories.gate import faults


async def _visit(version: str) -> None:
    async for fault in faults(recorded(version), runner=UnsandboxedWorkflowRunner()):
        print(fault)


if __name__ == "__main__":
    asyncio.run(_visit(sys.argv[1]))
