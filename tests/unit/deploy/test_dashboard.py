"""The dashboard: where Grafana finds it, and what it reads."""

import yaml

from tests.unit.deploy.telemetry import REPOSITORY

PROVISIONING = REPOSITORY / "deploy" / "grafana" / "provisioning"


def test_provisioning_finds_the_dashboard_and_prometheus() -> None:
    """The folder that it names is where the containers have the dashboard, and the data source is theirs."""
    composed = yaml.safe_load((REPOSITORY / "deploy" / "compose.telemetry.yml").read_text())["services"]
    (provider,) = yaml.safe_load((PROVISIONING / "dashboards" / "buy-projects.yml").read_text())["providers"]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in composed["grafana"]["volumes"]
    (source,) = yaml.safe_load((PROVISIONING / "datasources" / "prometheus.yml").read_text())["datasources"]
    assert (source["type"], source["url"]) == ("prometheus", "http://prometheus:9090")
    mounts = [mount for service in composed.values() for mount in service.get("volumes", []) if mount.startswith(".")]
    assert [mount for mount in mounts if not (REPOSITORY / mount.partition(":")[0]).exists()] == []
