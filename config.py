"""Every setting of the intake and the workers, read once at start from the environment and `.env`.

Times are in seconds. The connection to Temporal is set by the standard TEMPORAL_* variables (temporalio.envconfig).
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from payload_keys import PayloadSettings, read

Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
# As a browser writes it into its header Origin: lower case, no path, no port that goes without saying.
Origin = Annotated[str, Field(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")]
RateLimit = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}/(second|minute|hour|day)$")]

API_KEY_ID = re.compile(r"[a-z0-9-]{1,32}")
# An entry of API_KEYS, as `flask api-key` prints it: `<id>:<scope>[+<scope>]:<sha256 of the whole key, in hex>`.
API_KEY = re.compile(
    rf"(?P<id>{API_KEY_ID.pattern}):"
    r"(?P<scopes>purchases:(?:read|write)(?:\+purchases:(?:read|write))*):"
    r"(?P<sha256>[0-9a-f]{64})"
)

# What .env.example shows: good enough for a machine of one's own, and refused in production.
DEVELOPMENT_SECRETS: dict[str, Any] = {
    "service_token": "development-service-token",
    # Without it tokens are signed with JWT_SECRET, and whoever can verify them can forge them.
    "jwt_jwks_url": "",
    "amqp_url": "amqp://guest:guest@127.0.0.1:5672/",
    "stripe_webhook_secrets": ("whsec_development",),
    "stripe_publishable_key": "pk_test_development",
    # Without it what Temporal keeps of purchases stands there in clear.
    "payload_key": "",
}


class Settings(PayloadSettings):
    """What the intake and the workers are told."""

    environment: Literal["development", "production"] = Field(
        default="development", description="production refuses to start with development's secrets"
    )

    payments_url: Url = Field(default="http://127.0.0.1:5001", description="the Payments service")
    projects_url: Url = Field(default="http://127.0.0.1:5002", description="the Projects service")
    users_url: Url = Field(default="http://127.0.0.1:5003", description="the Users service")
    notifier_url: Url = Field(default="http://127.0.0.1:5004", description="the Notifier, which the audit reads")
    service_token: str = Field(
        default=DEVELOPMENT_SECRETS["service_token"],
        min_length=16,
        description="by which our processes know each other",
    )
    amqp_url: str = Field(
        default=DEVELOPMENT_SECRETS["amqp_url"], pattern=r"^amqps?://", description="RabbitMQ, with user and password"
    )

    jwt_jwks_url: str = Field(
        default=DEVELOPMENT_SECRETS["jwt_jwks_url"],
        pattern=r"^(https?://\S+)?$",
        description="where the identity provider publishes the keys of buyers' tokens (RS256, ES256)",
    )
    jwt_secret: str = Field(
        default="development-jwt-secret-of-32-bytes-or-more",
        min_length=32,
        description="signs buyers' tokens where there is no JWT_JWKS_URL (HS256: at least 32 bytes, RFC 7518)",
    )
    jwt_issuer: str = Field(default="buy-projects", min_length=1, description="`iss` that a token must have")
    jwt_audience: str = Field(default="buy-projects", min_length=1, description="`aud` that a token must have")
    api_keys: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="comma separated: keys of servers that may act for buyers, each as its hash"
    )

    rate_limit_buyer: RateLimit = Field(
        default="1200/minute", description="requests of a buyer, or of servers for a buyer: 20 a second"
    )
    rate_limit_purchases: RateLimit = Field(
        default="120/minute",
        description="orders of a buyer, or of servers for a buyer, repeats aside: faster than anybody means to buy",
    )
    rate_limit_address: RateLimit = Field(
        default="6000/minute", description="requests from an address, which a company's buyers may share"
    )
    rate_limit_storage_url: str = Field(
        default="memory://",
        pattern=r"^(memory://|rediss?://\S+)$",
        description="where requests are counted: memory for each process by itself, Redis for all together",
    )
    cors_origins: Annotated[tuple[Origin, ...], NoDecode] = Field(
        default=(), description="comma separated: the origins of pages on other hosts that may call us"
    )
    trusted_proxies: int = Field(
        default=0, ge=0, le=10, description="proxies before us that add to X-Forwarded-For; 0: nobody is believed"
    )

    stripe_api_base: Url = Field(
        default="http://127.0.0.1:5005", description="the provider that the page speaks to; https://api.stripe.com"
    )
    stripe_publishable_key: str = Field(
        default=DEVELOPMENT_SECRETS["stripe_publishable_key"], pattern=r"^pk_", description="for the page; not secret"
    )
    stripe_webhook_secrets: Annotated[tuple[str, ...], NoDecode] = Field(
        default=DEVELOPMENT_SECRETS["stripe_webhook_secrets"],
        min_length=1,
        description="comma separated: while a secret is rolled the old and the new one are valid",
    )
    stripe_account: str = Field(
        default="",
        pattern=r"^(acct_[A-Za-z0-9]+)?$",
        description="the connected account whose events are ours (Connect); empty: only the endpoint's own account",
    )
    capture_mode: Literal["automatic", "manual"] = Field(
        default="automatic", description="manual: the money is only authorised until the offset is sold"
    )

    reservation_ttl: int = Field(
        default=1800,
        ge=1,
        le=86_400,
        description="seconds that offset is held for a buyer: 30 min outlast a 3-D Secure page",
    )
    opening_timeout: int = Field(
        default=30, ge=1, le=600, description="seconds after which an opening is given up: as long as a buyer stays"
    )
    payment_attempts: int = Field(default=1, ge=1, le=10, description="failed attempts to pay that end a purchase")

    worker_build_id: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9._+-]{0,100}$",
        description="the version of a worker's code, to which the sagas that it begins are pinned; empty: unversioned",
    )
    worker_deployment: str = Field(
        default="buy-projects",
        pattern=r"^[A-Za-z0-9_-]{1,100}$",
        description="Temporal's name for all versions of our workers together",
    )
    metrics_address: str = Field(
        default="",
        pattern=r"^(\S+:[0-9]{1,5})?$",
        description="host:port where a worker tells Prometheus its metrics; empty: nowhere",
    )
    alive_file: str = Field(
        default="", description="a file that a worker touches every 5 s while it works, for a platform's probes"
    )

    @property
    def livemode(self) -> bool:
        """Whether our keys move real money."""
        return self.stripe_publishable_key.startswith("pk_live_")

    @field_validator("stripe_webhook_secrets", "api_keys", "cors_origins", mode="before")
    @classmethod
    def split_list(cls, value: object) -> object:
        """A comma separated list as a tuple."""
        return separated(value)

    @field_validator("api_keys")
    @classmethod
    def check_api_keys(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        """Raise unless each is an entry of `flask api-key`; the fault names its place, for its text may be a secret."""
        return checked(entries, API_KEY, "<id>:<scope>[+<scope>]:<sha256>, as `flask api-key` prints it")

    @model_validator(mode="after")
    def refuse_development_secrets(self) -> Self:
        """Raise when production would trust what everybody can read in the repository."""
        if self.environment == "production":
            refuse_known(self, DEVELOPMENT_SECRETS)
        return self


def separated(value: object) -> object:
    """A comma separated list as a tuple; anything else as it is."""
    return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value


def checked(entries: tuple[str, ...], form: re.Pattern[str], told: str) -> tuple[str, ...]:
    """The entries of a list, each of a form; the fault names an entry's place, for its text may be a secret."""
    for place, entry in enumerate(entries, 1):
        if not form.fullmatch(entry):
            raise ValueError(f"entry {place} is not {told}")
    return entries


def refuse_known(settings: PayloadSettings, known: Mapping[str, Any]) -> None:
    """Raise when settings still have values that everybody can read in the repository."""
    left = [name.upper() for name, value in known.items() if getattr(settings, name) == value]
    if left:
        raise ValueError(f"production needs its own {', '.join(left)}")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings, or one readable line that names every fault and exit code 1."""
    return read(Settings)
