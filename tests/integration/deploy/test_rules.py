"""Prometheus' own tool on the rules, the configuration and the rules' tests."""

import subprocess

import pytest

from tests.unit.deploy.telemetry import ALERT_TESTS, ALERTS


@pytest.mark.parametrize(
    "command",
    [
        ["check", "rules", ALERTS.name],
        ["check", "config", "prometheus.yml"],
        # Each alert fires over made-up series, and is silent over others.
        ["test", "rules", ALERT_TESTS.name],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_promtool_finds_no_fault(command: list[str]) -> None:
    """It exits with 0; what it says otherwise names the rule."""
    checked = subprocess.run(
        ["promtool", *command],  # noqa: S607 - on PATH, where the set-up has put it
        cwd=ALERTS.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
