"""What gunicorn's own process imports before it knows how many processes will serve."""

import subprocess
import sys

from tools.devstack.options import ROOT
from tools.devstack.patience import PATIENCE_S

PROGRAM = """
import sys
import config
import lib.webapi.gunicorn_telemetry
import lib.webapi.gunicorn_worker
sys.exit("prometheus_client" in sys.modules)
"""


def test_nothing_counts_before_it_is_known_where() -> None:
    """prometheus_client looks once, when it is imported, whether several processes count."""
    assert subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, check=False, timeout=PATIENCE_S).returncode == 0
