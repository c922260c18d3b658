"""`docker-compose.yml` and its overrides: valid, and nothing in them names what does not exist."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from lib.telemetry.settings import TraceSettings
from lib.tokens import digest
from tests.unit.deploy.known import classes_at, known
from tests.unit.lib.settings.classes import REPOSITORY, all_settings, defaults
from tools.devstack.processes import PROCESSES, Entry, ProcessList

COMPOSE = "docker-compose.yml"

STRIPE = "deploy/compose.stripe.yml"

OVERRIDES = sorted(str(path.relative_to(REPOSITORY)) for path in (REPOSITORY / "deploy").glob("compose.*.yml"))

# The names that the platform knows (design, "Processes").
OURS = {entry.in_compose: entry for entry in PROCESSES if ProcessList.COMPOSE in entry.listed_in}

# Libraries' own.
LIBRARIES = {*defaults(TraceSettings), "WEB_CONCURRENCY"}

# What compose itself asks for, beside settings: passwords of the programs that only compose starts, and each caller's
# SERVICE_TOKEN by another name, for a `.env` has one of that name.
COMPOSE_VARIABLES = {"DATABASE_PASSWORD", "POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "INTAKE_TOKEN", "WORKER_TOKEN"}

LISTED = [
    (where, entry)
    for where in (ProcessList.COMPOSE, ProcessList.TELEMETRY)
    for entry in PROCESSES
    if where in entry.listed_in
]

VARIABLE = re.compile(r"\$\{(\w+)(?::[-?][^}]*)?\}")

DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")


def compose(path: str = COMPOSE) -> dict[str, Any]:
    """The file's content."""
    content: dict[str, Any] = yaml.safe_load((REPOSITORY / path).read_text())
    return content


def services() -> dict[str, dict[str, Any]]:
    """The compose file's services."""
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def told(service: str, path: str = COMPOSE) -> dict[str, str]:
    """A service's environment as it is when nobody sets a variable."""
    environment = compose(path)["services"][service].get("environment", {})
    return {name: DEFAULT.sub(r"\1", str(value)) for name, value in environment.items()}


def bind_mounts() -> Iterator[str]:
    """The files of this repository that containers are given."""
    for service in services().values():
        yield from (volume.split(":")[0] for volume in service.get("volumes", []) if volume.startswith("."))


@pytest.mark.parametrize("path", [COMPOSE, *OVERRIDES])
def test_the_file_is_valid(path: str) -> None:
    """It is what the Compose Specification's schema allows."""
    schema = json.loads((REPOSITORY / "tests/data/compose-spec/compose-spec.json").read_text())

    jsonschema.Draft7Validator(schema).validate(compose(path))


@pytest.mark.parametrize(("path", "entry"), LISTED, ids=lambda part: getattr(part, "name", part))
def test_every_variable_is_a_setting_of_the_process(path: ProcessList, entry: Entry) -> None:
    """No process is told what it does not read, secrets least of all."""
    assert sorted(set(told(entry.in_compose, path)) - known(path, entry)) == []


@pytest.mark.parametrize(("path", "entry"), LISTED, ids=lambda part: getattr(part, "name", part))
def test_a_process_takes_the_values(path: ProcessList, entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings classes accept them as they are without any variable set."""
    for variable, value in told(entry.in_compose, path).items():
        monkeypatch.setenv(variable, value)

    assert all(kind(_env_file=None) for kind in classes_at(path, entry))


def test_each_caller_has_a_token_of_its_own() -> None:
    """The services know the hash of each, under the role that it needs and no other."""
    borne = {
        "intake": told("buy_projects")["SERVICE_TOKEN"],
        "worker": told("temporal_start_payment_worker")["SERVICE_TOKEN"],
        "auditor": told("audit", ProcessList.TELEMETRY)["SERVICE_TOKEN"],
        "operator": told("buy_projects")["OPERATOR_TOKEN"],
    }

    for name in ("payments", "projects", "users", "notifier"):
        assert told(name)["SERVICE_TOKENS"].split(",") == [f"{role}:{digest(token)}" for role, token in borne.items()]
        assert "SERVICE_TOKEN" not in told(name)


def test_every_interpolated_variable_is_known() -> None:
    """What one can set in `.env` is a setting, or a password of the programs around."""
    settings = set(defaults(*all_settings()))

    for path in (COMPOSE, STRIPE):
        assert set(VARIABLE.findall((REPOSITORY / path).read_text())) <= settings | LIBRARIES | COMPOSE_VARIABLES


def test_interpolated_settings_fall_back_to_their_own_default() -> None:
    """Compose without a `.env` runs by the same values as everything else without one."""
    default = defaults(*all_settings())
    fallbacks = re.findall(r"\$\{(\w+):-([^}]*)\}", (REPOSITORY / COMPOSE).read_text())

    assert fallbacks
    assert [(name, value) for name, value in fallbacks if default.get(name, value) != value] == []


def test_every_path_exists() -> None:
    """What is mounted from here is here."""
    paths = list(bind_mounts())

    assert paths
    assert [path for path in paths if not (REPOSITORY / path).is_file()] == []


@pytest.mark.parametrize("path", OVERRIDES)
def test_what_an_override_takes_from_files_exists(path: str) -> None:
    """What it mounts and extends is found from the project's folder, which compose takes every path from."""
    for service in compose(path)["services"].values():
        mounted = [volume.split(":")[0] for volume in service.get("volumes", []) if volume.startswith(".")]
        extended = service.get("extends", {"file": COMPOSE, "service": "payments"})

        assert [name for name in mounted if not (REPOSITORY / name).exists()] == []
        assert extended["service"] in compose(extended["file"])["services"]


def test_every_named_volume_is_declared_and_used() -> None:
    """Data that has to survive lies in a named volume."""
    used = {
        volume.split(":")[0]
        for service in services().values()
        for volume in service.get("volumes", [])
        if not volume.startswith(".")
    }

    assert used == set(compose()["volumes"])


def test_nothing_is_published_but_on_the_loopback() -> None:
    """No port of ours is open to the network, and no host port is used twice."""
    published = [port for service in services().values() for port in service.get("ports", [])]

    assert [port for port in published if not port.startswith("127.0.0.1:")] == []
    assert len({port.split(":")[1] for port in published}) == len(published)


@pytest.mark.parametrize("entry", [entry for entry in OURS.values() if entry.serves], ids=lambda entry: entry.name)
def test_processes_listen_where_they_are_asked(entry: Entry) -> None:
    """Health checks, published ports and our own addresses name the port that the process has by default."""
    service, name, port = services()[entry.in_compose], entry.name, entry.port
    address = told("buy_projects").get(f"{name.upper()}_URL", f"http://{name}:{port}")

    assert f"http://127.0.0.1:{port}/ready" in service["healthcheck"]["test"][-1]
    assert set(service.get("ports", [])) <= {f"127.0.0.1:{port}:{port}"}
    assert address == f"http://{name}:{port}"


def test_addresses_inside_name_services_that_exist() -> None:
    """Every host name in a URL is a service of the file, this machine, or Stripe."""
    hosts = {
        host
        for service in services().values()
        for value in service.get("environment", {}).values()
        for host in re.findall(r"(?://(?:[^@/]*@)?|^)([a-z_0-9.]+):\d{4}", DEFAULT.sub(r"\1", str(value)))
    }

    assert {"temporal", "payments", "postgresql", "rabbitmq"} <= hosts
    assert hosts <= set(services()) | {"127.0.0.1", "0.0.0.0"}  # noqa: S104 - to listen on


def test_every_dependency_exists_and_can_be_waited_for() -> None:
    """Whoever is waited for to be healthy has a health check; whoever has to end well ends by itself."""
    for name, service in services().items():
        for other, how in service.get("depends_on", {}).items():
            waited = services()[other]
            match how["condition"]:
                case "service_healthy":
                    assert "healthcheck" in waited, f"{name} waits for the health of {other}"
                case "service_completed_successfully":
                    assert "restart" not in waited, f"{name} waits for the end of {other}"
                case unknown:
                    pytest.fail(f"{name} waits for {other} in another way: {unknown}")


@pytest.mark.parametrize("name", sorted(services()))
def test_every_service_has_a_health_check_or_a_reason(name: str) -> None:
    """Either, and not both."""
    service = services()[name]

    assert ("healthcheck" in service) != bool(service.get("x-no-health-check"))


@pytest.mark.parametrize("name", sorted(services()))
def test_every_service_that_stays_is_started_again(name: str) -> None:
    """What dies comes back; a one-shot set-up has no restart policy and somebody who waits for it."""
    service = services()[name]
    waited_for = any(
        other.get("depends_on", {}).get(name, {}).get("condition") == "service_completed_successfully"
        for other in services().values()
    )

    assert (service.get("restart") == "unless-stopped") != waited_for


def test_every_image_is_pinned() -> None:
    """A tag that names a whole version; our own image bears the project's."""
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]

    for service in services().values():
        image, _, tag = service["image"].rpartition(":")
        assert re.match(r"\d+\.\d+", tag), service["image"]
        assert image != "buy-projects" or tag == version


def test_the_override_changes_services_that_exist() -> None:
    """The real Stripe takes the place of the simulator, for those who speak to it."""
    override = compose(STRIPE)["services"]

    assert set(override) <= set(services())
    for name in ("payments", "buy_projects"):
        assert set(override[name]["environment"]) <= set(services()[name]["environment"])


def test_the_image_is_built_once_and_never_pulled() -> None:
    """Ten builds of one tag trip over each other; a registry's image of that name is not ours."""
    ours = {name: service for name, service in services().items() if service["image"].startswith("buy-projects:")}

    assert set(ours) == set(OURS)
    assert [name for name, service in ours.items() if "build" in service] == ["buy_projects"]
    assert {service["pull_policy"] for service in ours.values()} == {"never"}


@pytest.mark.parametrize("name", [*OURS])
def test_a_process_gets_no_rights(name: str) -> None:
    """No capability, no way to one, and nothing to write to but volumes and memory."""
    service = services()[name]

    assert (service["read_only"], service["tmpfs"]) == (True, ["/tmp"])  # noqa: S108 - the container's
    assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
