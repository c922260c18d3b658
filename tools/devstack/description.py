"""`stack.json`: what other programs need to know to use a running stack. It holds secrets: its owner's eyes only."""

import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt

from lib.settings.payload_keys import PayloadSettings
from tools.devstack.errors import StackError
from tools.devstack.ports import Ports
from tools.devstack.process import ProcessSpec
from tools.devstack.processes import SERVICES

VERSION = 1
BUYERS = ("alice", "bob")
# Whose records are the shop's; the Stripe simulator's are the provider's.
DATABASES = tuple(service.name for service in SERVICES)
# What whoever reads Temporal has to be told of its payloads.
PAYLOADS = ("payload_keys", "payload_key", "payload_clear")
# A development stack may run for some days; the tokens of the intake's own users live far shorter.
TOKEN_LIFE = timedelta(days=7)


def description_at(data: Path) -> dict[str, Any]:
    """The description of the stack that runs on a folder of data; raises StackError where none does."""
    try:
        return dict(json.loads((data / "stack.json").read_text()))
    except FileNotFoundError as error:
        raise StackError(f"No stack that is ready runs on {data}.") from error


def described(environ: Mapping[str, str], ports: Ports) -> dict[str, Any]:
    """The description, without the processes: their ids are known when they run."""
    return {
        "version": VERSION,
        "temporal": {
            "address": environ["TEMPORAL_ADDRESS"],
            "namespace": environ.get("TEMPORAL_NAMESPACE") or "default",
            "ui_url": ui_url(environ, ports),
        },
        "amqp_url": environ["AMQP_URL"],
        "databases": {name: environ[f"{name.upper()}_DATABASE_URL"] for name in DATABASES},
        "service_token": environ["SERVICE_TOKEN"],
        "jwt_secret": environ["JWT_SECRET"],
        "buyers": {buyer: token(environ, buyer) for buyer in BUYERS},
        **{name: environ[name.upper()] for name in PAYLOADS},
        "stripe": {
            "api_base": environ["STRIPE_API_BASE"],
            "secret_key": environ["STRIPE_SECRET_KEY"],
            "publishable_key": environ["STRIPE_PUBLISHABLE_KEY"],
            "webhook_secrets": [secret.strip() for secret in environ["STRIPE_WEBHOOK_SECRETS"].split(",")],
        },
    }


def ui_url(environ: Mapping[str, str], ports: Ports) -> str:
    """Where people look at Temporal; at another's server where its makers have its page."""
    host = environ["TEMPORAL_ADDRESS"].rpartition(":")[0]
    return environ.get("TEMPORAL_UI_URL") or f"http://{host}:{ports.get('temporal_ui', 8233)}"


def payload_settings(description: Mapping[str, Any]) -> PayloadSettings:
    """By which keys a client of the stack reads and writes payloads."""
    return PayloadSettings(**{name: description[name] for name in PAYLOADS})


def command_line(description: Mapping[str, Any]) -> dict[str, str]:
    """The settings by which `flask …` and `make audit` speak to a stack, wherever its ports are."""
    urls = {f"{name.upper()}_URL": description["processes"][name]["url"] for name in DATABASES}
    stripe = description["stripe"]
    return {
        "TEMPORAL_ADDRESS": description["temporal"]["address"],
        "TEMPORAL_NAMESPACE": description["temporal"]["namespace"],
        "TEMPORAL_UI_URL": description["temporal"]["ui_url"],
        "AMQP_URL": description["amqp_url"],
        **urls,
        "SERVICE_TOKEN": description["service_token"],
        "JWT_SECRET": description["jwt_secret"],
        **{name.upper(): description[name] for name in PAYLOADS},
        "STRIPE_API_BASE": stripe["api_base"],
        "STRIPE_SECRET_KEY": stripe["secret_key"],
        "STRIPE_PUBLISHABLE_KEY": stripe["publishable_key"],
        "STRIPE_WEBHOOK_SECRETS": ",".join(stripe["webhook_secrets"]),
    }


def token(environ: Mapping[str, str], buyer: str) -> str:
    """A buyer's token, as the intake verifies it."""
    now = datetime.now(UTC)
    claims = {
        "sub": buyer,
        "iat": now,
        "exp": now + TOKEN_LIFE,
        "iss": environ["JWT_ISSUER"],
        "aud": environ["JWT_AUDIENCE"],
    }
    return jwt.encode(claims, environ["JWT_SECRET"], algorithm="HS256")


def with_processes(facts: Mapping[str, Any], processes: Iterable[tuple[ProcessSpec, int]]) -> dict[str, Any]:
    """The description with process id and addresses of each process."""
    running = {spec.name: {"pid": pid, "url": spec.url, "metrics_url": spec.metrics_url} for spec, pid in processes}
    return {**facts, "processes": running}


def write(path: Path, description: Mapping[str, Any]) -> None:
    """Write it in one move, readable by its owner only from the first byte on."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(description, out, indent=2)
        out.write("\n")
    draft.replace(path)
