"""What deploy/ and docs/ say of metrics: the documented ones, and the expressions of alerts and panels."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[3]
ALERTS = REPOSITORY / "deploy" / "prometheus" / "alerts.yml"
ALERT_TESTS = ALERTS.with_name("alerts.test.yml")
DASHBOARD = REPOSITORY / "deploy" / "grafana" / "dashboards" / "buy-projects.json"
ROW = re.compile(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \| ([^|]+) \|", re.MULTILINE)
# Words of PromQL that are no metric and no function's name before its bracket.
WORDS = frozenset({"and", "or", "unless", "offset", "by", "without", "on", "ignoring", "group_left", "bool"})


def documented() -> dict[str, str]:
    """The metrics of docs/telemetry.md, each with its type."""
    text = (REPOSITORY / "docs" / "telemetry.md").read_text()
    return {name: kind for name, kind, _ in ROW.findall(text)}


def alerts() -> dict[str, dict[str, Any]]:
    """The alert rules by name."""
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def panels() -> list[dict[str, Any]]:
    """The dashboard's panels that show something."""
    board = json.loads(DASHBOARD.read_text())
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression of an alert or a panel, with where it stands; Grafana's interval is a minute."""
    for name, rule in alerts().items():
        yield f"alert {name}", rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield f"panel {panel['title']}", target["expr"].replace("$__rate_interval", "1m")


def metrics_in(expression: str) -> set[str]:
    """The names of the series that an expression reads."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]', " ", expression)
    bare = re.sub(r"\b(by|without|on|ignoring)\s*\([^)]*\)", " ", bare)
    found = re.findall(r"\b([a-zA-Z_][a-zA-Z0-9_]*)\b(?!\s*\()", bare)
    return {name for name in found if name not in WORDS}
