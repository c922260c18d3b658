"""The alert rules, their documentation and their tests belong together, one entry each."""

import re

import pytest
import yaml

from tests.unit.deploy.telemetry import ALERT_TESTS, ALERTS, REPOSITORY, alerts
from tools.devstack.processes import PROCESSES

WATCHED = {entry.name for entry in PROCESSES if entry.has_metrics}


def entries() -> dict[str, str]:
    """The entries of the chapter Alerts in docs/operations.md, by their title."""
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    (chapter,) = re.findall(r"^## Alerts\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    parts = re.split(r"^### (\w+)\n", chapter, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_alert_has_its_entry_and_every_entry_its_alert() -> None:
    """Whoever is called finds what to do under the alert's name."""
    assert set(entries()) == set(alerts())


@pytest.mark.parametrize("name", alerts())
def test_an_alert_leads_to_its_entry(name: str) -> None:
    """Its link names the entry, which tells its severity, what to check and what to do."""
    rule = alerts()[name]
    severity, entry = rule["labels"]["severity"], entries()[name]
    assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{name.lower()}"
    assert severity in {"page", "ticket"}
    assert entry.strip().startswith(f"*{severity}.*")
    assert re.search(r"\bCheck\b", entry)
    assert re.search(r"\b[Dd]o:", entry)


@pytest.mark.parametrize("name", alerts())
def test_every_alert_has_fired_and_been_silent(name: str) -> None:
    """Its tests show both, and tests/integration/deploy lets promtool run them."""
    cases = yaml.safe_load(ALERT_TESTS.read_text())["tests"]
    asked = [case for test in cases for case in test["alert_rule_test"] if case["alertname"] == name]
    assert {bool(case["exp_alerts"]) for case in asked} == {True, False}


def test_every_process_that_has_metrics_is_scraped() -> None:
    """By the name that rules and panels go by, at the port that its container has."""
    config = yaml.safe_load(ALERTS.with_name("prometheus.yml").read_text())
    assert config["rule_files"] == [ALERTS.name]
    (job,) = config["scrape_configs"]
    found = {each["labels"]["process"]: each["targets"] for each in job["static_configs"]}
    assert set(found) == WATCHED
    composed = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    assert {target.partition(":")[0] for (target,) in found.values()} - composed.keys() == {"audit"}
