"""A private Prometheus for tests: the project's own configuration and rules, at other addresses and in a hurry."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml

from tools.devstack.patience import PATIENCE_S
from tools.devstack.ports import free_port
from tools.devstack.process import ProcessSpec, running

DEPLOYED = Path(__file__).parents[3] / "deploy" / "prometheus"
# Short, for a test waits for scrapes; a busy machine still answers within it.
EVERY = "3s"


@dataclass(frozen=True)
class Prometheus:
    """A running server."""

    url: str

    def get(self, path: str, **params: str) -> Any:
        """What its API answers; raises AssertionError with what it says where it refuses."""
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=params, timeout=PATIENCE_S).json()
        assert answer["status"] == "success", answer["error"]
        return answer["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an expression now."""
        found: list[dict[str, Any]] = self.get("query", query=expression)["result"]
        return found

    def values(self, expression: str) -> list[float]:
        """Their values."""
        return [float(series["value"][1]) for series in self.query(expression)]

    def health(self) -> dict[str, str]:
        """Whether each process's target is up."""
        targets = self.get("targets", state="active")["activeTargets"]
        return {target["labels"]["process"]: target["health"] for target in targets}

    def firing(self) -> set[tuple[str, str]]:
        """The alerts that fire: the name of each, and what it says."""
        alerts = self.get("alerts")["alerts"]
        return {
            (alert["labels"]["alertname"], alert["annotations"]["summary"])
            for alert in alerts
            if alert["state"] == "firing"
        }


@contextmanager
def watching(folder: Path, addresses: Mapping[str, str]) -> Iterator[Prometheus]:
    """Scrape processes at their addresses, by their names; alerts wait for nothing."""
    port = free_port()
    config = yaml.safe_load((DEPLOYED / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": EVERY, "scrape_timeout": EVERY, "evaluation_interval": EVERY}
    (job,) = config["scrape_configs"]
    job["static_configs"] = [
        {"targets": [urlsplit(url).netloc], "labels": {"process": name}} for name, url in addresses.items()
    ]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    rules = (DEPLOYED / "alerts.yml").read_text()
    (folder / "alerts.yml").write_text(re.sub(r"for: \d+[mh]", "for: 0s", rules))
    server = Prometheus(f"http://127.0.0.1:{port}")
    command = (
        "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
    )  # fmt: skip
    spec = ProcessSpec("prometheus", command, lambda: _is_ready(server), ready_limit_s=PATIENCE_S)
    with running(spec, os.environ, folder / "prometheus.log"):
        yield server


def _is_ready(server: Prometheus) -> bool:
    try:
        return httpx.get(f"{server.url}/-/ready", timeout=1).is_success
    except httpx.HTTPError:
        return False
