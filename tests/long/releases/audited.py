"""The audit of a stack's records, as `make audit` makes it."""

import subprocess
import sys

from tools.devstack.options import ROOT
from tools.devstack.patience import PATIENCE_S
from tools.devstack.stack import Stack


def audit(stack: Stack) -> None:
    """Raise unless all records add up."""
    command = [sys.executable, "-m", "tools.devstack.audit", "--data", str(stack.data)]
    audited = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert audited.returncode == 0, audited.stdout + audited.stderr
