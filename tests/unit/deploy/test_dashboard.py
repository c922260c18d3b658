"""The dashboard: what Grafana's format asks for, and what makes it readable."""

import json
from itertools import combinations
from typing import Any

import pytest
import yaml

from tests.unit.deploy.telemetry import DASHBOARD, REPOSITORY, panels

BOARD: dict[str, Any] = json.loads(DASHBOARD.read_text())
# Grafana's grid.
COLUMNS = 24
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


def test_money_stands_first() -> None:
    """An operator reads from what matters to buyers down to machines."""
    rows = [panel["title"].partition(":")[0] for panel in BOARD["panels"] if panel["type"] == "row"]
    assert rows == ["Money", "Buyers", "Queues", "Machines"]


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: str(panel["title"]))
def test_a_panel_explains_itself(panel: dict[str, Any]) -> None:
    """A title, a sentence, a unit, and a name for each line."""
    assert panel["type"] in {"stat", "timeseries"}
    assert panel["description"].endswith(".") or "`" in panel["description"]
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert all(target["expr"] and target["legendFormat"] for target in panel["targets"])
    letters = [target["refId"] for target in panel["targets"]]
    assert len(set(letters)) == len(letters)


def test_panels_do_not_overlap() -> None:
    """Each has its place on the grid."""
    places = [panel["gridPos"] for panel in BOARD["panels"]]
    assert all(place["x"] + place["w"] <= COLUMNS for place in places)
    assert [(one, other) for one, other in combinations(places, 2) if _overlap(one, other)] == []


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
    apart = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
    return not (beside or apart)


def test_provisioning_finds_the_dashboard_and_prometheus() -> None:
    """The folder that it names is where the containers have the dashboard, and the data source is theirs."""
    composed = yaml.safe_load((REPOSITORY / "deploy" / "compose.telemetry.yml").read_text())["services"]
    (provider,) = yaml.safe_load((PROVISIONING / "dashboards" / "buy-projects.yml").read_text())["providers"]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in composed["grafana"]["volumes"]
    (source,) = yaml.safe_load((PROVISIONING / "datasources" / "prometheus.yml").read_text())["datasources"]
    assert (source["type"], source["url"]) == ("prometheus", "http://prometheus:9090")
    mounts = [mount for service in composed.values() for mount in service.get("volumes", []) if mount.startswith(".")]
    assert [mount for mount in mounts if not (REPOSITORY / mount.partition(":")[0]).exists()] == []
