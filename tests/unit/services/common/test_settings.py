"""A service's settings."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from lib.settings import ProcessSettings, read
from lib.settings.production import TOKENS
from lib.settings.reading import once
from lib.tokens import digest
from providers.stripe.settings import StripeSettings
from services.common.service_tokens import Role, new_token
from services.common.settings import DEVELOPMENT_SERVICE_TOKENS, ServiceSettings
from services.migrate import databases
from services.notifier.settings import NotifierSettings
from services.payments.settings import PaymentsSettings
from services.projects.settings import ProjectsSettings
from simulators.stripe.settings import SimulatorSettings

_, WORKERS = new_token(Role.WORKER)
_, INTAKES = new_token(Role.INTAKE)
OWN = {"ENVIRONMENT": "production", "SERVICE_TOKENS": f"{WORKERS},{INTAKES}"}
STRIPE = OWN | {"STRIPE_API_BASE": "https://api.stripe.com", "STRIPE_SECRET_KEY": "rk_live_own"}


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what the test says counts: neither this machine's environment nor its .env."""
    monkeypatch.chdir(tmp_path)
    for kind in (PaymentsSettings, StripeSettings, ProjectsSettings, NotifierSettings):
        for name in kind.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
    once.cache_clear()


def told(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    """The process's environment."""
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_production_starts_with_tokens_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers that only it knows, each by a token of its own."""
    told(monkeypatch, OWN)
    assert ServiceSettings().service_tokens == (WORKERS, INTAKES)


@pytest.mark.parametrize("entry", DEVELOPMENT_SERVICE_TOKENS)
def test_production_refuses_each_of_developments_callers(entry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of them in the list is enough, whatever its role, and the fault names the setting alone."""
    told(monkeypatch, OWN | {"SERVICE_TOKENS": f"{INTAKES},auditor:{entry.partition(':')[2]}"})
    with pytest.raises(SystemExit, match="production needs its own SERVICE_TOKENS") as refused:
        read(ServiceSettings)
    assert entry.partition(":")[2] not in str(refused.value)


def test_developments_callers_are_those_whose_tokens_are_told() -> None:
    """.env.example names them, and production knows every one."""
    names = ("intake", "worker", "auditor")
    expected = {f"{name}:{digest(f'development-{name}-token')}" for name in names}
    assert set(DEVELOPMENT_SERVICE_TOKENS) == expected | {f"operator:{digest('development-service-token')}"}
    assert {entry.partition(":")[2] for entry in DEVELOPMENT_SERVICE_TOKENS} <= set(map(digest, TOKENS))


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ("", "at least 1 item"),
        ("a-token-in-clear-0123456789", "entry 1 is not <role>:<sha256>"),
        (
            f"{INTAKES},boss:{'a' * 64}",
            "entry 2 is not .* the roles are intake, worker, auditor, operator",
        ),
        (f"{INTAKES},{INTAKES}", "entry 2 has the token of an earlier one"),
        (f"{INTAKES},worker:{INTAKES.partition(':')[2]}", "entry 2 has the token of an earlier one"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(entries: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No token, a token in clear, an unknown role, a token twice or for two callers: one line, and no token in it."""
    monkeypatch.setenv("SERVICE_TOKENS", entries)
    with pytest.raises(SystemExit, match=f"The settings are wrong: SERVICE_TOKENS: .*{why}") as refused:
        read(ServiceSettings)
    assert "a-token-in-clear" not in str(refused.value)
    assert INTAKES.partition(":")[2] not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (StripeSettings, STRIPE | {"STRIPE_SECRET_KEY": "sk_test_development"}),
        (StripeSettings, STRIPE | {"STRIPE_API_BASE": "http://127.0.0.1:5005", "STRIPE_SECRET_KEY": "sk_test_own"}),
        (StripeSettings, STRIPE | {"STRIPE_API_BASE": "https://stripe-simulator.example"}),
        (StripeSettings, STRIPE | {"ENVIRONMENT": "development"}),
        (PaymentsSettings, OWN | {"PAYMENTS_DATABASE_URL": "postgresql://payments:development@db/payments"}),
        (
            PaymentsSettings,
            OWN | {"PAYMENTS_DATABASE_URL": "postgresql://db/payments?user=payments&password=postgres"},
        ),
        (ProjectsSettings, OWN | {"PROJECTS_DATABASE_URL": "postgresql://projects:projects@db/projects"}),
        (NotifierSettings, OWN),
        (NotifierSettings, OWN | {"AMQP_URL": "amqps://guest:guest@rabbit.example/"}),
        (databases(), OWN | {"USERS_DATABASE_URL": "postgresql://users:development@db/users"}),
        (SimulatorSettings, {"ENVIRONMENT": "production"}),
    ],
)
def test_production_refuses_what_development_may(
    kind: type[ProcessSettings], values: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known keys and passwords, keys in clear, live keys anywhere else than at Stripe, and the simulator itself."""
    told(monkeypatch, values)
    with pytest.raises(ValidationError):
        kind()


@pytest.mark.parametrize("key", ["rk_live_own", "sk_live_own", "rk_test_own"])
def test_production_takes_stripe_and_a_database_of_its_own(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above refuses is refused for the one value that it changes; a rehearsal has a test key."""
    url = "postgresql://payments:Tq7-xW@db/payments"
    told(monkeypatch, STRIPE | {"PAYMENTS_DATABASE_URL": url, "STRIPE_SECRET_KEY": key})
    assert (PaymentsSettings().payments_database_url, StripeSettings().stripe_secret_key) == (url, key)


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1"])
def test_a_live_key_never_meets_a_stand_in(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In development too; and the fault does not show it."""
    told(monkeypatch, {"STRIPE_SECRET_KEY": key})
    with pytest.raises(SystemExit, match="a live one") as refused:
        read(StripeSettings)
    assert key not in str(refused.value)


@pytest.mark.parametrize("key", ["pk_test_1", "whsec_1", "sk_prod_1", "sk_test_", ""])
def test_what_is_no_key_for_a_server_is_refused(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page's key, a webhook's secret, and what has been cut off; a restricted and a secret one are taken above."""
    told(monkeypatch, {"STRIPE_SECRET_KEY": key})
    with pytest.raises(ValidationError):
        StripeSettings()
