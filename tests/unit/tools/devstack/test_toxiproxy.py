"""How a stack's processes are led through Toxiproxy."""

import json
from pathlib import Path

import pytest

from tools.devstack import ports
from tools.devstack.errors import StackError
from tools.devstack.links import Links
from tools.devstack.ports import LOOPBACK
from tools.devstack.process import ProcessSpec
from tools.devstack.toxiproxy import led_through

PORTS = {**ports.DEFAULTS, **ports.LINKS}
ENVIRON = {
    "PAYMENTS_URL": "http://127.0.0.1:5001",
    "PROJECTS_URL": "http://127.0.0.1:5002",
    "USERS_URL": "http://127.0.0.1:5003",
    "STRIPE_API_BASE": "http://127.0.0.1:5005",
    "STRIPE_SIMULATOR_WEBHOOK_URL": "http://127.0.0.1:5000/webhooks/stripe",
    "AMQP_URL": "amqp://guest:guest@127.0.0.1:5672/",
    "TEMPORAL_ADDRESS": "127.0.0.1:7233",
}
NAMES = ("temporal", "rabbitmq", "payments", "projects", "users", "stripe_simulator", "start_payment_worker", "intake")


def led(data: Path, *, names: tuple[str, ...] = NAMES, **environ: str) -> dict[str, ProcessSpec]:
    """The processes of those names, led through the proxy."""
    specs = [ProcessSpec(name, ("true",)) for name in names]
    found = led_through(Path("/bin/toxiproxy"), specs, ENVIRON | environ, PORTS, data)
    return {spec.name: spec for spec in found}


def proxies(data: Path) -> dict[str, tuple[str, str]]:
    """Where each proxy listens and leads."""
    return {
        proxy["name"]: (proxy["listen"], proxy["upstream"])
        for proxy in json.loads((data / "toxiproxy.json").read_text())
    }


def test_each_process_is_led_by_its_own_environment(tmp_path: Path) -> None:
    """The sagas reach services and Temporal, Payments reaches Stripe, the simulator the intake: all through proxies."""
    found = led(tmp_path)
    assert found["payments"].env == {"STRIPE_API_BASE": "http://127.0.0.1:8478"}
    assert found["stripe_simulator"].env == {"STRIPE_SIMULATOR_WEBHOOK_URL": "http://127.0.0.1:8479/webhooks/stripe"}
    assert found["intake"].env == {
        "PAYMENTS_URL": "http://127.0.0.1:8475",
        "PROJECTS_URL": "http://127.0.0.1:8476",
        "USERS_URL": "http://127.0.0.1:8477",
        "TEMPORAL_ADDRESS": "127.0.0.1:8481",
    }
    assert found["start_payment_worker"].env == {
        **found["intake"].env,
        "AMQP_URL": "amqp://guest:guest@127.0.0.1:8480/",
    }
    assert found["projects"].env == {}


def test_each_proxy_leads_to_its_process(tmp_path: Path) -> None:
    """One proxy a link, from its port to the process's own; who is led waits for the proxy, and it for nobody."""
    found = led(tmp_path)
    targets = {"stripe": "stripe_simulator", "webhooks": "intake"}
    assert proxies(tmp_path) == {
        name: (f"{LOOPBACK}:{PORTS[f'link_{name}']}", f"{LOOPBACK}:{PORTS[targets.get(name, name)]}")
        for name in ("payments", "projects", "users", "stripe", "webhooks", "rabbitmq", "temporal")
    }
    assert found["toxiproxy"].after == ()
    assert {name for name, spec in found.items() if "toxiproxy" in spec.after} == {
        "payments", "stripe_simulator", "start_payment_worker", "intake",
    }  # fmt: skip


def test_anothers_server_is_reached_directly(tmp_path: Path) -> None:
    """A Temporal, a broker and a Stripe that the stack does not run have no link."""
    names = tuple(name for name in NAMES if name not in {"temporal", "rabbitmq"})
    elsewhere = {
        "TEMPORAL_ADDRESS": "temporal.example:7233",
        "AMQP_URL": "amqps://broker.example/",
        "STRIPE_API_BASE": "https://api.stripe.com",
    }
    found = led(tmp_path, names=names, **elsewhere)
    assert set(proxies(tmp_path)) == {"payments", "projects", "users", "webhooks"}
    assert not elsewhere.keys() & found["start_payment_worker"].env.keys()
    assert found["payments"].env == {}


def test_a_stack_without_links_says_so() -> None:
    """Whoever wants to break links is told how to start a stack that has some."""
    with pytest.raises(StackError, match="links=True"):
        Links({"processes": {"intake": {"pid": 7, "url": None}}})
