"""deploy/kubernetes: every process is told what it needs, nothing that it does not read, and takes it."""

import json
import shlex

import pytest
from pydantic_settings import BaseSettings

from app.settings import IntakeSettings
from app.webhooks import EVENT_BYTES_MAX
from lib.telemetry.settings import LogSettings, TraceSettings
from lib.tokens import digest
from services.codec_server import create_app as create_codec_server
from services.codec_server.settings import CodecServerSettings
from tests.unit.deploy.manifests import OVERLAYS, Pod, overlay
from tests.unit.lib.settings.classes import REPOSITORY, defaults, service_settings

TEMPORAL = {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}
# gunicorn's own.
PROCESSES = {"WEB_CONCURRENCY"}
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


def settings_of(pod: Pod) -> type[BaseSettings]:
    """The class by which a process reads its settings."""
    return service_settings().get(pod.component.replace("-", "_"), IntakeSettings)


def processes(name: str) -> list[Pod]:
    """Our processes that read a settings class of their own."""
    return [pod for pod in overlay(name).ours() if pod.kind == "Deployment"]


def told(name: str, pod: Pod) -> dict[str, str]:
    """What a process is told, made-up secrets in the place of those that are not here."""
    return {
        variable: MADE_UP[variable] if value is None else value for variable, value in overlay(name).environment(pod)
    }


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_variable_is_a_setting_of_the_process(name: str) -> None:
    """No process is told what it does not read, secrets least of all."""
    shared = set(defaults(LogSettings)) | set(defaults(TraceSettings))
    for pod in processes(name):
        known = set(defaults(settings_of(pod))) | shared
        extra = TEMPORAL | PROCESSES if settings_of(pod) is Settings else set()
        assert set(told(name, pod)) <= known | extra, pod.name


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_process_takes_what_it_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its settings class accepts it; in production that means: no secret of development's is left."""
    for pod in processes(name):
        with monkeypatch.context() as patched:
            for variable in defaults(settings_of(pod)):
                patched.delenv(variable, raising=False)
            for variable, value in told(name, pod).items():
                patched.setenv(variable, value)
            found = settings_of(pod)(_env_file=None)
        assert found.model_dump()["environment"] == name, pod.name


def test_each_caller_has_a_token_of_its_own() -> None:
    """In development the services know the hash of each, under the role that it needs; the intake has no other's."""
    said = {pod.component: told("development", pod) for pod in processes("development")}
    borne = {
        "intake": said["intake"]["SERVICE_TOKEN"],
        "worker": said["payment-success-worker"]["SERVICE_TOKEN"],
        "auditor": said["audit"]["SERVICE_TOKEN"],
        "operator": said["audit"]["OPERATOR_TOKEN"],
    }

    for name in ("payments", "projects", "users", "notifier"):
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

    assert len(of_services) == 4
    assert of_job == of_services


@pytest.mark.parametrize("name", OVERLAYS)
def test_processes_listen_where_others_ask(name: str) -> None:
    """On every address of the pod, at the port that the manifest names and the others' URLs have."""
    for pod in processes(name):
        (port,) = pod.ports.values()
        environment = told(name, pod)
        prefix = pod.component.replace("-", "_").upper()
        if pod.component == "intake":
            assert f"0.0.0.0:{port}" in shlex.join(pod.spec["containers"][0]["command"])
        elif pod.component.endswith("-worker") or pod.component == "audit":
            assert environment["METRICS_ADDRESS"] == f"0.0.0.0:{port}"
            assert {environment[f"{callee.upper()}_URL"] for callee in ("payments", "users")} == {
                "http://payments:5001",
                "http://users:5003",
            }
        else:
            assert environment[f"{prefix}_HOST"] == "0.0.0.0"  # noqa: S104 - a pod's, behind its policies
            assert int(defaults(settings_of(pod))[f"{prefix}_PORT"]) == port


def test_one_process_takes_the_money_as_the_others_think() -> None:
    """Payments and the sagas have one capture mode, and Payments and the page one provider."""
    said = {pod.component: told("production", pod) for pod in processes("production")}

    assert len({environment["CAPTURE_MODE"] for environment in said.values() if "CAPTURE_MODE" in environment}) == 1
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
