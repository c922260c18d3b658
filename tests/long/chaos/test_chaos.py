"""`python -m tools.chaos` as a person runs it."""

import subprocess
import sys

from tools.devstack.options import ROOT

# 30 s of load, the deadline of the last purchase and some minutes for steps that wait a minute between two tries; on a
# machine that has lost most of its processor several times that.
LIMIT_S = 1800


def test_nothing_is_lost_doubled_or_parked_whatever_breaks() -> None:
    """Forty buyers in thirty seconds of faults: every purchase ends as promised, and the last line says so."""
    command = [sys.executable, "-m", "tools.chaos", "--purchases", "40", "--seconds", "30", "--seed", "7"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    *told, last = ended.stdout.splitlines()
    faults = sum(" killed " in line for line in told)
    assert last.startswith("chaos: 40 purchases, ")
    assert last.endswith(" faults, 0 lost, 0 doubled, 0 parked")
    assert faults > 0
