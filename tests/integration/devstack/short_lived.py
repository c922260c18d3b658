"""A command with a helper that dies: python short_lived.py LOG SECONDS; it would wait for ever for an answer."""

import asyncio
import os
import sys
from pathlib import Path

from tools.devstack.process import ProcessSpec, running
from tools.devstack.watch import watched

HELPER = """
import sys, time
print("began", flush=True)
if sys.argv[1] != "0":
    print("ready", flush=True)
    time.sleep(float(sys.argv[1]))
sys.exit("a reason")
"""


async def wait_for_ever() -> None:
    """As somebody who takes whatever goes wrong for an answer that is late."""
    while True:
        try:
            await asyncio.Event().wait()
        except Exception as error:
            print(error)


if __name__ == "__main__":
    spec = ProcessSpec("helper", (sys.executable, "-c", HELPER, sys.argv[2]), ready_line="ready")
    with running(spec, os.environ, Path(sys.argv[1])) as helper, watched(helper.fault):
        asyncio.run(wait_for_ever())
