"""How Docker Compose sets up what is not ours: Temporal, its page, the broker."""

import json
import re

import yaml

from tests.unit.deploy.test_compose import services, told
from tests.unit.lib.settings.classes import REPOSITORY
from tools.devstack import temporal


def test_both_temporal_servers_are_tuned_alike() -> None:
    """The container's dynamic configuration is the development server's, and one setting more for its database."""
    content = yaml.safe_load((REPOSITORY / "deploy/temporal/dynamic-config.yaml").read_text())
    values = {name: json.dumps(entry["value"]) for name, (entry,) in content.items()}

    assert values == temporal.TUNING | {"system.forceSearchAttributesCacheRefreshOnRead": "true"}


def test_the_namespace_is_set_up_alike() -> None:
    """The script makes the search attributes and the retention that the development server gets."""
    script = (REPOSITORY / "deploy/temporal/namespace.sh").read_text()
    hours = temporal.RETENTION.total_seconds() / 3600

    assert f"RETENTION={hours:.0f}h" in script
    assert set(re.findall(r"(\w+):Keyword", script)) == set(temporal.SEARCH_ATTRIBUTES)


def test_the_brokers_health_is_asked_without_its_cookie() -> None:
    """Asked before the server has made one, RabbitMQ's programs make it as root, and the first start dies of it."""
    assert "rabbitmq" not in " ".join(services()["rabbitmq"]["healthcheck"]["test"])


def test_the_namespace_is_set_up_without_asking_dns_for_records() -> None:
    """The resolver of gRPC asks for two more, and waits for 16 s each time where nobody answers."""
    assert services()["temporal_namespace"]["environment"]["TEMPORAL_ADDRESS"] == "passthrough:///temporal:7233"


def test_temporals_page_may_set_its_cookie_over_http() -> None:
    """Safari keeps no `Secure` cookie of a page without TLS, and every action asks for the cookie."""
    assert told("temporal_ui")["TEMPORAL_CSRF_COOKIE_INSECURE"] == "true"
