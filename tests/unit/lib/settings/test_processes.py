"""What each process's settings take and refuse, what it does not know, and how one that is told nonsense ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import IntakeSettings
from audit.settings import AuditSettings
from lib.settings import ProcessSettings, read
from operators.settings import OperatorSettings
from tests.unit.lib.settings.classes import REPOSITORY, classes_of, defaults
from tools.devstack.patience import PATIENCE_S
from tools.devstack.processes import AUDIT, INTAKE, PROCESSES, WORKERS, Entry
from workers.settings import WorkerSettings

# What production has to be told, each process as far as it knows the setting.
OWN = {
    "SERVICE_TOKEN": "a-token-of-our-own-0123456789",
    "JWT_JWKS_URL": "https://identity.example/jwks.json",
    "AMQP_URL": "amqps://shop:Tq7-xW@rabbit.example/",
    "STRIPE_API_BASE": "https://api.stripe.com",
    "STRIPE_WEBHOOK_SECRETS": "whsec_own",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_own",
    "PAYLOAD_KEY": "own",
}


KINDS: tuple[type[ProcessSettings], ...] = (IntakeSettings, WorkerSettings, OperatorSettings, AuditSettings)

# What starts a worker (by its other name than in a stack) and the intake; each reads its settings before all else.
WORKER = ("-m", "workers.start_payment")

FLASK = ("-c", "from app import create_app; create_app()")

GUNICORN = ("-m", "gunicorn", "app:create_app()", "--bind", "unix:{folder}/socket")


def ended(arguments: tuple[str, ...], folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A process that has to end by itself, started with these settings in a folder without a .env."""
    return subprocess.run(
        [sys.executable, *(part.format(folder=folder) for part in arguments)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Production, told all that it needs."""
    monkeypatch.setenv("ENVIRONMENT", "production")
    for name, value in OWN.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("kind", KINDS)
def test_development_needs_no_settings(kind: type[ProcessSettings]) -> None:
    """On one's own machine everything has a default."""
    assert kind().environment == "development"


@pytest.mark.parametrize("kind", KINDS)
def test_production_takes_what_is_its_own(kind: type[ProcessSettings], monkeypatch: pytest.MonkeyPatch) -> None:
    """With all secrets replaced production starts."""
    in_production(monkeypatch)

    assert kind().environment == "production"


@pytest.mark.parametrize("forgotten", sorted(OWN))
@pytest.mark.parametrize("kind", KINDS)
def test_production_refuses_each_of_developments_values(
    kind: type[ProcessSettings], forgotten: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that everybody can read in the repository is enough, and is named; who does not know it starts without."""
    in_production(monkeypatch)
    monkeypatch.delenv(forgotten)

    if forgotten in defaults(kind):
        with pytest.raises(ValidationError, match=forgotten):
            kind()
    else:
        assert kind().environment == "production"


@pytest.mark.parametrize(
    ("entries", "others"),
    [
        (WORKERS, {"JWT_SECRET", "JWT_JWKS_URL", "API_KEYS", "STRIPE_WEBHOOK_SECRETS", "RATE_LIMIT_BUYER"}),
        ((INTAKE,), {"AMQP_URL", "OPERATOR_TOKEN", "NOTIFIER_URL", "WORKER_BUILD_ID", "ALIVE_FILE"}),
        ((AUDIT,), {"AMQP_URL", "OPERATOR_TOKEN", "JWT_SECRET", "STRIPE_WEBHOOK_SECRETS", "WORKER_BUILD_ID"}),
    ],
    ids=["workers", "intake", "audit"],
)
def test_a_process_knows_nothing_of_anothers(entries: tuple[Entry, ...], others: set[str]) -> None:
    """Whoever takes it over learns what it needs, and no more."""
    for entry in entries:
        assert not others & set(defaults(*classes_of(entry))), entry.name


def test_the_provider_s_key_that_moves_money_is_one_process_s() -> None:
    """Payments has it; the simulator, which stands in for the provider, knows development's."""
    assert {entry.name for entry in PROCESSES if "STRIPE_SECRET_KEY" in defaults(*classes_of(entry))} == {
        "payments",
        "stripe_simulator",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STRIPE_WEBHOOK_SECRETS", "whsec_own, whsec_development"),
        ("SERVICE_TOKEN", "Development-service-token-2"),
        ("OPERATOR_TOKEN", "development-service-token"),
        ("AMQP_URL", "amqps://guest:guest@rabbit.example/"),
        ("AMQP_URL", "amqps://shop:gu%65st@rabbit.example/"),
        ("AMQP_URL", "amqps://shop:shop@rabbit.example/"),
        ("AMQP_URL", "amqps://buy-projects:development@rabbit.example/"),
        ("AMQP_URL", "amqps://rabbit.example/"),
        ("RATE_LIMIT_STORAGE_URL", "rediss://:development@redis.example:6379/0"),
        ("RATE_LIMIT_STORAGE_URL", "redis://default:redis@redis.example:6379/0"),
        ("JWT_JWKS_URL", "http://identity.example/jwks.json"),
        ("CORS_ORIGINS", "https://shop.example,http://shop.example"),
        ("STRIPE_API_BASE", "http://api.stripe.com"),
        ("STRIPE_API_BASE", "https://stripe-simulator.example"),
        ("STRIPE_API_BASE", "https://api.stripe.com@simulator.example"),
    ],
)
def test_production_looks_into_lists_and_urls(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each element and each password counts, and the refusal names the setting without its value."""
    in_production(monkeypatch)
    monkeypatch.setenv(name, value)

    kinds = [kind for kind in KINDS if name in defaults(kind)]

    assert kinds
    for kind in kinds:
        with pytest.raises(SystemExit, match=name) as refused:
            read(kind)
        assert value not in str(refused.value)


def test_a_live_key_is_for_production_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """In development anybody gets a buyer's token."""
    in_production(monkeypatch)
    monkeypatch.setenv("ENVIRONMENT", "development")

    with pytest.raises(ValidationError, match="only ENVIRONMENT=production"):
        IntakeSettings()


@pytest.mark.parametrize(
    ("start", "wrong"),
    [(WORKER, ("AMQP_URL", "METRICS_ADDRESS")), (FLASK, ("RESERVATION_TTL", "JWT_SECRET"))],
    ids=["worker", "intake"],
)
def test_a_process_with_wrong_settings_ends_with_one_line(
    start: tuple[str, ...], wrong: tuple[str, ...], tmp_path: Path
) -> None:
    """Every fault is named in one line, the exit code is 1, and nothing was connected before."""
    done = ended(start, tmp_path, **dict.fromkeys(wrong, "soon"))

    assert done.returncode == 1
    (line,) = (done.stdout + done.stderr).splitlines()
    assert [name for name in wrong if name not in line] == []


def test_a_web_server_with_wrong_settings_ends(tmp_path: Path) -> None:
    """Gunicorn does not start its workers again and again, nor says that it serves."""
    (tmp_path / "gunicorn.conf.py").symlink_to(REPOSITORY / "gunicorn.conf.py")

    done = ended(GUNICORN, tmp_path, RESERVATION_TTL="soon")

    assert done.returncode == 1
    assert (done.stdout + done.stderr).count("RESERVATION_TTL") == 1
    assert "Serving" not in done.stdout
