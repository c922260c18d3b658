"""Which values settings take, and which they refuse."""

import pytest
from pydantic import ValidationError

from app.settings import IntakeSettings
from lib.settings import read
from tests.unit.lib.settings.classes import defaults
from tests.unit.lib.settings.test_processes import KINDS

# An API key's, but for the last digit of its hash.
ENTRY = f"shop:purchases:read+purchases:write:{'a' * 63}"


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


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        (
            "CORS_ORIGINS",
            "https://shop.example, http://127.0.0.1:8000",
            ("https://shop.example", "http://127.0.0.1:8000"),
        ),
        ("STRIPE_WEBHOOK_SECRETS", "whsec_new, whsec_old,", ("whsec_new", "whsec_old")),
        ("API_KEYS", f"{ENTRY}a, {ENTRY}b", (f"{ENTRY}a", f"{ENTRY}b")),
    ],
)
def test_a_list_is_written_with_commas(
    name: str, text: str, values: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several pages, secrets and keys stand side by side; blanks and empty places mean nothing."""
    monkeypatch.setenv(name, text)
    assert getattr(IntakeSettings(), name.lower()) == values


def test_a_wrong_api_key_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may have put the key itself there: the fault says which entry it is, and what it has to look like."""
    monkeypatch.setenv("API_KEYS", f"shop:purchases:read:{'a' * 64}, bpk_shop_secret")

    with pytest.raises(SystemExit, match=r"API_KEYS: .*entry 2 .*flask api-key") as ended:
        read(IntakeSettings)
    assert "bpk_shop_secret" not in str(ended.value)
