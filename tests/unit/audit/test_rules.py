"""The rules by themselves."""

import subprocess
import sys

# What reads the records, and what a job over copies of them does not have.
READERS = {"httpx", "temporalio", "flask", "clients", "engine", "workflows"}


def test_the_rules_need_nothing_that_reads() -> None:
    """They are importable where neither Temporal's SDK nor an HTTP client is installed."""
    script = "import sys, audit.rules.purchase, audit.rules.stock, audit.rules.cases; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert READERS & set(done.stdout.split()) == set()
