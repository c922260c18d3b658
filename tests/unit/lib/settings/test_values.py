"""Which values settings take, and which they refuse."""

import pytest
from pydantic import ValidationError

from app.settings import IntakeSettings
from lib.settings import read
from tests.unit.lib.settings.classes import defaults
from tests.unit.lib.settings.test_processes import KINDS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "staging"),
        ("METRICS_ADDRESS", "9464"),
        ("WORKER_DEPLOYMENT", "buy projects"),
        ("PAYMENTS_URL", "127.0.0.1:5001"),
        ("SERVICE_TOKEN", "short"),
        ("AMQP_URL", "http://127.0.0.1:5672"),
        ("JWT_SECRET", "shorter-than-32-bytes"),
        ("JWT_JWKS_URL", "file:///etc/jwks.json"),
        ("API_KEYS", "bpk_shop_a-key-and-not-its-hash"),
        ("API_KEYS", f"shop:purchases:read:{'a' * 64},shop:purchases:delete:{'b' * 64}"),
        ("API_KEYS", f"shop::{'a' * 64}"),
        ("RATE_LIMIT_BUYER", "many"),
        ("RATE_LIMIT_BUYER", "0/minute"),
        ("RATE_LIMIT_ADDRESS", "10 per fortnight"),
        ("RATE_LIMIT_STORAGE_URL", "memcached://127.0.0.1"),
        ("TRUSTED_PROXIES", "-1"),
        ("STRIPE_PUBLISHABLE_KEY", "sk_test_that_is_secret"),
        ("STRIPE_WEBHOOK_SECRETS", " , "),
        ("CAPTURE_MODE", "later"),
        ("RESERVATION_TTL", "0"),
        ("OPENING_TIMEOUT", "30 s"),
        ("PAYMENT_ATTEMPTS", "11"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal is about this setting."""
    monkeypatch.setenv(name, value)

    kinds = [kind for kind in KINDS if name in defaults(kind)]

    assert kinds
    for kind in kinds:
        with pytest.raises(ValidationError) as refused:
            kind()
        assert [error["loc"] for error in refused.value.errors()] == [(name.lower(),)]


@pytest.mark.parametrize(
    "origin", ["*", "shop.example", "https://shop.example/", "https://*.example", "HTTPS://A.b", "null"]
)
def test_what_no_browser_calls_an_origin_is_refused(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wildcard, a path or a missing scheme would let in nobody, or everybody."""
    monkeypatch.setenv("CORS_ORIGINS", f"https://shop.example, {origin}")

    with pytest.raises(ValidationError, match=r"cors_origins\.1"):
        IntakeSettings()


def test_origins_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several pages may call."""
    monkeypatch.setenv("CORS_ORIGINS", "https://shop.example, http://127.0.0.1:8000")

    assert IntakeSettings().cors_origins == ("https://shop.example", "http://127.0.0.1:8000")


def test_webhook_secrets_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commas separate them; spaces and empty places are nobody's secret."""
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRETS", "whsec_new, whsec_old,")

    assert IntakeSettings().stripe_webhook_secrets == ("whsec_new", "whsec_old")


def test_a_wrong_api_key_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may have put the key itself there: the fault says which entry it is, and what it has to look like."""
    monkeypatch.setenv("API_KEYS", f"shop:purchases:read:{'a' * 64}, bpk_shop_secret")

    with pytest.raises(SystemExit, match=r"API_KEYS: .*entry 2 .*flask api-key") as ended:
        read(IntakeSettings)
    assert "bpk_shop_secret" not in str(ended.value)


def test_several_api_keys_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two keys of one server stand side by side while one is rolled."""
    entries = [f"shop:purchases:read+purchases:write:{digit * 64}" for digit in "ab"]
    monkeypatch.setenv("API_KEYS", ", ".join(entries))

    assert IntakeSettings().api_keys == tuple(entries)
