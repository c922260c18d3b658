"""A stack's ports, description and data folder."""

import json
import stat
from pathlib import Path

import jwt
import pytest

from tools.devstack import description, ports
from tools.devstack.errors import StackError
from tools.devstack.options import SHARED
from tools.devstack.process import ProcessSpec

ENVIRON = {
    **SHARED,
    "TEMPORAL_ADDRESS": "127.0.0.1:7233",
    "AMQP_URL": "amqp://guest:guest@127.0.0.1:5672/",
    **{f"{name.upper()}_DATABASE_URL": f"sqlite:////data/{name}.db" for name in description.DATABASES},
    "STRIPE_API_BASE": "http://127.0.0.1:5005",
    "STRIPE_WEBHOOK_SECRETS": "whsec_new, whsec_old",
}


def test_each_port_has_a_variable() -> None:
    """A variable moves its port alone; Erlang's two follow RabbitMQ's."""
    found = ports.from_environment({"USERS_PORT": "6003", "RABBITMQ_PORT": "5700"})
    assert (found["users"], found["payments"]) == (6003, 5001)
    assert (found["rabbitmq_distribution"], found["rabbitmq_epmd"]) == (25700, 6700)


def test_a_port_that_is_none_is_named() -> None:
    """The variable and its value stand in the error."""
    with pytest.raises(StackError, match="INTAKE_PORT is 'http'"):
        ports.from_environment({"INTAKE_PORT": "http"})


@pytest.mark.parametrize(
    ("outgoing", "last"), [("32768\t60999\n", 32_767), ("15000\t60999\n", 14_999), ("49152\t65535\n", 32_767)]
)
def test_no_port_is_drawn_from_those_of_outgoing_connections(outgoing: str, last: int) -> None:
    """A client that waits for a server may be given that server's port; all fit into 15 bits and leave room."""
    found = ports.blocks(outgoing)
    assert len(found) >= ports.TRIES_MAX
    assert found[-1] + ports.BLOCK_SIZE - 1 <= last


def test_the_description_has_what_the_design_lists() -> None:
    """Every key of the design, and tokens that the intake's rules accept."""
    facts = description.described(ENVIRON, ports.DEFAULTS)
    url = "http://127.0.0.1:5000"
    intake = ProcessSpec("intake", ("gunicorn",), url=url, metrics_url=f"{url}/metrics")
    told = description.with_processes(facts, [(intake, 7)])
    assert set(told) == {
        "version", "processes", "temporal", "amqp_url", "databases", "service_token", "jwt_secret", "buyers", "stripe",
        "payload_keys", "payload_key", "payload_clear",
    }  # fmt: skip
    assert told["processes"] == {"intake": {"pid": 7, "url": url, "metrics_url": f"{url}/metrics"}}
    assert told["temporal"] == {
        "address": "127.0.0.1:7233", "namespace": "default", "ui_url": "http://127.0.0.1:8233",
    }  # fmt: skip
    assert told["stripe"]["webhook_secrets"] == ["whsec_new", "whsec_old"]
    claims = jwt.decode(
        told["buyers"]["alice"],
        told["jwt_secret"],
        algorithms=["HS256"],
        audience="buy-projects",
        issuer="buy-projects",
        options={"require": ["exp", "sub", "iss", "aud"]},
    )
    assert claims["sub"] == "alice"


def test_the_description_is_its_owners_alone(tmp_path: Path) -> None:
    """It holds secrets: mode 0600, also when it replaces an older one; no draft is left."""
    path = tmp_path / "stack.json"
    for version in (1, 2):
        description.write(path, {"version": version})
    assert json.loads(path.read_text()) == {"version": 2}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
