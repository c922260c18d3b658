"""The project's life on one machine, in its order: first start, purchases, a crash, a restart, the end."""

import json
import re
from typing import Any

import pytest
import yaml

from tests.compose.composed import UP, Composed
from tests.readme import ENDS
from tools.devstack.options import ROOT
from tools.devstack.processes import WORKERS

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("buy-projects:")]
OVERRIDES = sorted(path.name for path in (ROOT / "deploy").glob("compose.*.yml"))
WITH_TELEMETRY = ("-f", "docker-compose.yml", "-f", "deploy/compose.telemetry.yml")
STRIPE_KEYS = ("STRIPE_SECRET_KEY=sk_test_a", "STRIPE_PUBLISHABLE_KEY=pk_test_a", "STRIPE_WEBHOOK_SECRETS=whsec_a")


@pytest.fixture(scope="module")
def purchases() -> dict[str, str]:
    """What was bought, by how it ended."""
    return {}


@pytest.mark.parametrize("override", OVERRIDES)
def test_an_override_loads(override: str, composed: Composed) -> None:
    """Compose reads each beside the main file, and what they mount is there."""
    both = ("-f", "docker-compose.yml", "-f", f"deploy/{override}")
    shown = composed.engine.output("env", *STRIPE_KEYS, "docker", "compose", *both, "config", "--format", "json")

    services = json.loads(shown)["services"]
    mounted = [volume["source"] for service in services.values() for volume in service.get("volumes", [])]
    files = [ROOT / path.removeprefix("/repository/") for path in mounted if path.startswith("/")]
    assert set(services) >= set(SERVICES) - {"stripe_simulator"}
    assert [file for file in files if not file.exists()] == []


def test_everything_is_healthy_at_the_first_try(composed: Composed) -> None:
    """Nothing had to be started twice; what stays is healthy where it can be asked; what ends has ended well."""
    containers = composed.containers()

    assert set(containers) == set(SERVICES)
    assert {name for name, container in containers.items() if container["RestartCount"]} == set()
    for name, container in containers.items():
        state = container["State"]
        if "healthcheck" in SERVICES[name]:
            assert state["Health"]["Status"] == "healthy", name
        else:
            assert (state["Status"], state["ExitCode"]) in {("running", 0), ("exited", 0)}, name
        assert (state["Status"] == "running") == ("restart" in SERVICES[name]), name


@pytest.mark.parametrize(
    ("service", "line"),
    [
        ("buy_projects", " * Serving Flask app 'app'"),
        *((worker.in_compose, worker.ready_line) for worker in WORKERS),
    ],
)
def test_a_process_says_that_it_has_begun(service: str, line: str, composed: Composed) -> None:
    """The line that platforms wait for stands in the container's log."""
    assert line in composed.engine.output("docker", "logs", composed.containers()[service]["Id"]).splitlines()


@pytest.mark.parametrize("service", OURS)
def test_a_process_has_no_rights(service: str, composed: Composed) -> None:
    """A user without a name on the machine, no capability, no way to get one, and a root that nobody can write to."""
    status = dict(re.findall(r"^(\w+):\t(.*)$", composed.execute(service, "cat", "/proc/1/status"), re.MULTILINE))
    script = "touch /app/x /x 2>&1 || true; touch /tmp/x && echo written"
    writes = composed.execute(service, "sh", "-c", script).splitlines()

    assert status["Uid"].split() == ["10001"] * 4
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"
    assert [line.rpartition(": ")[2] for line in writes] == ["Read-only file system"] * 2 + ["written"]


@pytest.mark.parametrize("scenario", [*ENDS])
def test_the_readmes_purchases_end_as_told(scenario: str, composed: Composed, purchases: dict[str, str]) -> None:
    """Paid, declined and expired, pasted as printed."""
    purchase = composed.play(scenario)

    assert purchase["status"] == ENDS[scenario]
    purchases[str(purchase["purchase_id"])] = ENDS[scenario]


def test_operators_have_their_command_inside(composed: Composed) -> None:
    """`flask purchases list` runs in the intake's container and finds nothing to do."""
    assert "Nothing needs attention" in composed.execute("buy_projects", "flask", "purchases", "list")


def test_temporals_page_keeps_its_cookie_without_tls(composed: Composed) -> None:
    """The UI's CSRF cookie is not `Secure`, for it is served over http: Safari would not keep it."""
    heads = composed.outside("curl", "-sS", "--head", "-X", "GET", "http://127.0.0.1:8233/")

    (cookie,) = re.findall(r"^set-cookie: (_csrf=.*)$", heads, re.MULTILINE | re.IGNORECASE)
    assert "secure" not in cookie.lower()


def test_a_killed_worker_comes_back(composed: Composed, purchases: dict[str, str]) -> None:
    """SIGKILL; a purchase that needs it is paid all the same."""
    name = "temporal_payment_success_worker"
    pid = composed.containers()[name]["State"]["Pid"]
    # `docker kill` would count as an operator's wish that it stays away.
    composed.engine.output("sh", "-c", f"kill -KILL {pid}")
    purchase = composed.play("paid")

    assert purchase["status"] == "paid"
    assert composed.containers()[name]["RestartCount"] == 1
    purchases[str(purchase["purchase_id"])] = "paid"


def test_the_records_agree(composed: Composed) -> None:
    """The audit of the telemetry override, in a container of its kind: exit code 0."""
    audit = ("flask", "--app", "operators.command_line", "purchases", "audit")
    composed.ask(*WITH_TELEMETRY, "run", "--rm", "--no-deps", "--no-TTY", "audit", *audit)


def test_data_outlives_the_containers(composed: Composed, purchases: dict[str, str]) -> None:
    """`down`, which keeps the data, and `up`: every purchase is known as it ended, and the records agree."""
    composed.report()
    composed.do("Stop", "down")
    composed.do("Second start", *UP)

    assert {purchase: composed.look(purchase)["status"] for purchase in purchases} == purchases
    assert len(purchases) == len(ENDS) + 1
    composed.execute("buy_projects", "flask", "purchases", "audit")


def test_nothing_is_left(composed: Composed) -> None:
    """`down --volumes` removes every container, volume and network."""
    composed.do("End", *WITH_TELEMETRY, "down", "--volumes")

    ask = composed.engine.output
    assert ask("docker", "ps", "--all", "--quiet") == ""
    assert ask("docker", "volume", "ls", "--quiet") == ""
    assert ask("docker", "network", "ls", "--format", "{{.Name}}").split() == ["bridge", "host", "none"]
