"""`python -m tools.chaos --purchases 200 --seconds 120 --seed 7`: 0 when nothing is lost, doubled or parked."""

import argparse
import asyncio
import shutil
import tempfile
from pathlib import Path

from engine.leaving import leave
from tools.chaos.journal import Journal
from tools.chaos.run import ChaosRun
from tools.chaos.setting import options, told
from tools.devstack.options import ROOT
from tools.devstack.stack import Stack
from tools.devstack.watch import watched


def main() -> int:
    """Run once; the data of a run that found something is kept."""
    parser = argparse.ArgumentParser(prog="python -m tools.chaos", description=__doc__)
    parser.add_argument("--purchases", type=int, default=200, help="how many purchases (default: 200)")
    parser.add_argument("--seconds", type=float, default=120, help="over how long they begin (default: 120)")
    parser.add_argument("--seed", type=int, default=7, help="decides buyers, faults and settings (default: 7)")
    given = parser.parse_args()
    folder = ROOT / ".run"
    folder.mkdir(exist_ok=True)
    data = Path(tempfile.mkdtemp(prefix=f"chaos-{given.seed}-", dir=folder))
    try:
        sound = _run(data, given.purchases, given.seconds, given.seed)
    except KeyboardInterrupt:
        print("Stopped; nothing is left behind.", flush=True)
        sound, code = True, 130
    else:
        code = 0 if sound else 1
    if sound:
        shutil.rmtree(data)
    return code


def _run(data: Path, purchases: int, seconds: float, seed: int) -> bool:
    chosen = options(data, seed)
    print(f"Starting a stack of its own (seed {seed}: {told(chosen)}); its data: {data}", flush=True)
    with Journal(data) as journal, Stack(chosen) as stack, watched(stack.fault):
        run = ChaosRun(stack, journal, chosen.environ())
        return not asyncio.run(run.run(purchases, seconds, seed))


if __name__ == "__main__":
    leave(main())
