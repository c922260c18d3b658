"""deploy/kubernetes: every process is told what it needs, nothing that it does not read, and takes it."""

import json

import pytest

from app.webhooks import EVENT_BYTES_MAX
from lib.tokens import digest
from services.codec_server import create_app as create_codec_server
from services.codec_server.settings import CodecServerSettings
from tests.unit.deploy.known import classes_at, known
from tests.unit.deploy.manifests import OVERLAYS, Pod, overlay
from tests.unit.lib.settings.classes import REPOSITORY, defaults
from tools.devstack.processes import PROCESSES, SERVICES, Entry, ProcessList

# What stands in the Secrets of production, as far as a settings class looks at it.
MADE_UP = {
    "SERVICE_TOKEN": "a-token-of-our-own-0123456789",
    "OPERATOR_TOKEN": "a-token-of-people-9876543210",
    "SERVICE_TOKENS": f"worker:{'c' * 64}",
    "AMQP_URL": "amqps://shop:Tq7-xW@rabbit.example/",
    "STRIPE_WEBHOOK_SECRETS": "whsec_own",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_own",
    "STRIPE_SECRET_KEY": "rk_live_own",
    "PAYLOAD_KEYS": "2026-11:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "PAYLOAD_KEY": "2026-11",
    "API_KEYS": f"shop:purchases:read:{'a' * 64}",
    "RATE_LIMIT_STORAGE_URL": "rediss://:secret@redis.example:6379/0",
    "CODEC_SERVER_TOKENS": f"operator:{'b' * 64}",
    **{f"{name}_DATABASE_URL": "postgresql://a:b@c/d" for name in ("PAYMENTS", "PROJECTS", "USERS", "NOTIFIER")},
}


def entry_of(pod: Pod) -> Entry:
    """Which process of the table it is."""
    return next(entry for entry in PROCESSES if entry.in_kubernetes == pod.component)


def place(name: str) -> ProcessList:
    """An overlay's."""
    return ProcessList(f"deploy/kubernetes/overlays/{name}")


def processes(name: str) -> list[Pod]:
    """Our processes; the others that run our image end by themselves."""
    return [pod for pod in overlay(name).ours() if pod.kind == "Deployment"]


def told(name: str, pod: Pod) -> dict[str, str]:
    """What a process is told, made-up secrets in the place of those that are not here."""
    return {
        variable: MADE_UP[variable] if value is None else value for variable, value in overlay(name).environment(pod)
    }


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_variable_is_a_setting_of_the_process(name: str) -> None:
    """No process is told what it does not read, secrets least of all."""
    for pod in processes(name):
        assert sorted(set(told(name, pod)) - known(place(name), entry_of(pod))) == [], pod.name


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_process_takes_what_it_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its settings classes accept it; in production that means: no secret of development's is left."""
    for pod in processes(name):
        classes = classes_at(place(name), entry_of(pod))
        with monkeypatch.context() as patched:
            for variable in defaults(*classes):
                patched.delenv(variable, raising=False)
            for variable, value in told(name, pod).items():
                patched.setenv(variable, value)
            found = [kind(_env_file=None).model_dump() for kind in classes]
        assert {each["environment"] for each in found} == {name}, pod.name


def test_each_caller_has_a_token_of_its_own() -> None:
    """In development the services know the hash of each, under the role that it needs; the intake has no other's."""
    said = {pod.component: told("development", pod) for pod in processes("development")}
    borne = {
        "intake": said["intake"]["SERVICE_TOKEN"],
        "worker": said["payment-success-worker"]["SERVICE_TOKEN"],
        "auditor": said["audit"]["SERVICE_TOKEN"],
        "operator": said["audit"]["OPERATOR_TOKEN"],
    }

    for name in (service.name for service in SERVICES):
        assert said[name]["SERVICE_TOKENS"].split(",") == [f"{role}:{digest(token)}" for role, token in borne.items()]
        assert "SERVICE_TOKEN" not in said[name]
    assert "OPERATOR_TOKEN" not in said["intake"]
    assert len(set(borne.values())) == 4


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_migration_knows_every_database(name: str) -> None:
    """The Job migrates the same databases that the services are told of."""
    (job,) = (pod for pod in overlay(name).ours() if pod.component == "migrate")
    of_services = {
        variable: value
        for pod in processes(name)
        for variable, value in overlay(name).environment(pod)
        if variable.endswith("_DATABASE_URL") and pod.component != "stripe-simulator"
    }
    of_job = {
        variable: value for variable, value in overlay(name).environment(job) if variable.endswith("_DATABASE_URL")
    }

    assert len(of_services) == len(SERVICES)
    assert of_job == of_services


@pytest.mark.parametrize("name", OVERLAYS)
def test_processes_listen_where_others_ask(name: str) -> None:
    """On every address of the pod, at the port that the manifest names and the others' URLs have."""
    for pod in processes(name):
        (port,) = pod.ports.values()
        environment, entry = told(name, pod), entry_of(pod)
        if not entry.serves:
            assert environment["METRICS_ADDRESS"] == f"0.0.0.0:{port}"
        elif entry.command[0] != "gunicorn":
            assert (environment[f"{entry.name.upper()}_HOST"], port) == ("0.0.0.0", entry.port)  # noqa: S104 - a pod's
        for service in SERVICES:
            called = environment.get(f"{service.name.upper()}_URL", f"http://{service.name}:{service.port}")
            assert called == f"http://{service.name}:{service.port}"


def test_one_process_takes_the_money_as_the_others_think() -> None:
    """Payments and the page have one capture mode and one provider."""
    said = {pod.component: told("production", pod) for pod in processes("production")}

    assert said["payments"]["CAPTURE_MODE"] == said["intake"]["CAPTURE_MODE"]
    assert said["payments"]["STRIPE_API_BASE"] == said["intake"]["STRIPE_API_BASE"] == "https://api.stripe.com"


def led(name: str, routes: set[str]) -> set[str]:
    """Which of these routes an ingress leads to."""
    rules = overlay("production").named("Ingress")[name]["spec"]["rules"][0]["http"]["paths"]
    exact = {rule["path"] for rule in rules}
    below = tuple(f"{rule['path']}/" for rule in rules if rule["pathType"] == "Prefix")
    return {route for route in routes if route in exact or route.startswith(below)}


def test_the_ingress_leads_to_every_public_route_and_to_no_other() -> None:
    """Buyers, servers and Stripe reach what is theirs; what the platform asks stays inside."""
    routes = {
        *json.loads((REPOSITORY / "app/openapi.json").read_text())["paths"],
        "/openapi.json",
        "/docs",
        "/docs/x.js",
    }
    # What is not told of: the page and the tokens of a developer's machine.
    development = {"/", "/shop/", "/development/token"}

    assert led("intake", routes | development) == routes - {"/health", "/ready", "/metrics"}


def test_operators_reach_what_shows_payloads() -> None:
    """Their browsers and Temporal's command line, by an ingress of its own."""
    routes = {rule.rule for rule in create_codec_server(CodecServerSettings(_env_file=None)).url_map.iter_rules()}

    assert {"/decode", "/sign-in"} <= routes
    assert routes - led("codec-server", routes) <= {"/health", "/ready", "/metrics", "/openapi.json"}


def test_the_largest_body_passes_the_ingress() -> None:
    """An event of Stripe's as large as the intake takes it, and no more."""
    annotations = overlay("production").named("Ingress")["intake"]["metadata"]["annotations"]

    assert annotations["nginx.ingress.kubernetes.io/proxy-body-size"] == f"{EVENT_BYTES_MAX // 1024}k"
    assert annotations["nginx.ingress.kubernetes.io/proxy-request-buffering"] == "on"
