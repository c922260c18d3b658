"""The dashboard: what Grafana's format asks for, and what makes it readable."""

import json
from typing import Any

import yaml

from tests.unit.deploy.telemetry import DASHBOARD, REPOSITORY, panels

BOARD: dict[str, Any] = json.loads(DASHBOARD.read_text())
PROVISIONING = REPOSITORY / "deploy" / "grafana" / "provisioning"


def test_it_is_a_dashboard_that_grafana_10_and_newer_take() -> None:
    """Its schema's version, an id of its own, and no id of the Grafana that it was drawn in."""
    # 39: Grafana 10.4 and 11; newer ones migrate it as they load it.
    assert (BOARD["schemaVersion"], BOARD["uid"]) == (39, "buy-projects")
    assert "id" not in BOARD
    numbers = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(numbers)) == len(numbers)


def test_it_asks_for_a_data_source_and_nothing_else() -> None:
    """Whoever imports it chooses their own Prometheus, once."""
    (variable,) = BOARD["templating"]["list"]
    assert (variable["name"], variable["type"], variable["query"]) == ("datasource", "datasource", "prometheus")
    wanted = {"type": "prometheus", "uid": "${datasource}"}
    assert all(each["datasource"] == wanted for panel in panels() for each in (panel, *panel["targets"]))


def test_provisioning_finds_the_dashboard_and_prometheus() -> None:
    """The folder that it names is where the containers have the dashboard, and the data source is theirs."""
    composed = yaml.safe_load((REPOSITORY / "deploy" / "compose.telemetry.yml").read_text())["services"]
    (provider,) = yaml.safe_load((PROVISIONING / "dashboards" / "buy-projects.yml").read_text())["providers"]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in composed["grafana"]["volumes"]
    (source,) = yaml.safe_load((PROVISIONING / "datasources" / "prometheus.yml").read_text())["datasources"]
    assert (source["type"], source["url"]) == ("prometheus", "http://prometheus:9090")
    mounts = [mount for service in composed.values() for mount in service.get("volumes", []) if mount.startswith(".")]
    assert [mount for mount in mounts if not (REPOSITORY / mount.partition(":")[0]).exists()] == []
