"""Every setting of the intake and the workers, read once at start from the environment and `.env`.

Times are in seconds. The connection to Temporal is set by the standard TEMPORAL_* variables (temporalio.envconfig).
"""

import re
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from lib.settings import HTTPS, REQUIRED, SECRET, Origin, Url, checked, read, separated
from lib.settings.payload_keys import PayloadSettings
from providers.stripe.settings import stripe_faults

RateLimit = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}/(second|minute|hour|day)$")]

API_KEY_ID = re.compile(r"[a-z0-9-]{1,32}")
# An entry of API_KEYS, as `flask api-key` prints it: `<id>:<scope>[+<scope>]:<sha256 of the whole key, in hex>`.
API_KEY = re.compile(
    rf"(?P<id>{API_KEY_ID.pattern}):"
    r"(?P<scopes>purchases:(?:read|write)(?:\+purchases:(?:read|write))*):"
    r"(?P<sha256>[0-9a-f]{64})"
)


class Settings(PayloadSettings):
    """What the intake and the workers are told."""

    payments_url: Url = Field(default="http://127.0.0.1:5001", description="the Payments service")
    projects_url: Url = Field(default="http://127.0.0.1:5002", description="the Projects service")
    users_url: Url = Field(default="http://127.0.0.1:5003", description="the Users service")
    notifier_url: Url = Field(default="http://127.0.0.1:5004", description="the Notifier, which the audit reads")
    service_token: Annotated[str, SECRET] = Field(
        default="development-service-token",
        min_length=16,
        description="by which the services know this process, and what it may do there",
    )
    operator_token: Annotated[str, SECRET] = Field(
        default="",
        pattern=r"^(.{16,})?$",
        description="by which they know the people whose commands run beside this process; empty: by SERVICE_TOKEN",
    )
    amqp_url: Annotated[str, SECRET] = Field(
        default="amqp://guest:guest@127.0.0.1:5672/",
        pattern=r"^amqps?://",
        description="RabbitMQ, with user and password",
    )

    # Without it tokens are signed with JWT_SECRET, and whoever can verify them can forge them.
    jwt_jwks_url: Annotated[str, REQUIRED, HTTPS] = Field(
        default="",
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
    cors_origins: Annotated[tuple[Origin, ...], NoDecode, HTTPS] = Field(
        default=(), description="comma separated: the origins of pages on other hosts that may call us"
    )
    trusted_proxies: int = Field(
        default=0, ge=0, le=10, description="proxies before us that add to X-Forwarded-For; 0: nobody is believed"
    )

    stripe_api_base: Annotated[Url, HTTPS] = Field(
        default="http://127.0.0.1:5005", description="the provider that the page speaks to; https://api.stripe.com"
    )
    stripe_publishable_key: Annotated[str, SECRET] = Field(
        default="pk_test_development", pattern=r"^pk_", description="for the page; not secret"
    )
    stripe_webhook_secrets: Annotated[tuple[str, ...], NoDecode, SECRET] = Field(
        default=("whsec_development",),
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
    def commands_token(self) -> str:
        """By which the services know whoever runs the operators' commands."""
        return self.operator_token or self.service_token

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
    def check_stripe(self) -> Self:
        """Raise where a live key would meet a stand-in, or a machine where anybody gets a buyer's token."""
        for fault in stripe_faults(self.environment, self.stripe_api_base, self.stripe_publishable_key):
            raise ValueError(fault)
        return self


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings, or one readable line that names every fault and exit code 1."""
    return read(Settings)
