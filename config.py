"""Every setting of the intake and the workers, read once at start from the environment and `.env`.

Times are in seconds. The connection to Temporal is set by the standard TEMPORAL_* variables (temporalio.envconfig).
"""

import sys
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]

# What .env.example shows: good enough for a machine of one's own, and refused in production.
DEVELOPMENT_SECRETS: dict[str, Any] = {
    "service_token": "development-service-token",
    "jwt_secret": "development-jwt-secret-of-32-bytes-or-more",
    "amqp_url": "amqp://guest:guest@127.0.0.1:5672/",
    "stripe_webhook_secrets": ("whsec_development",),
    "stripe_publishable_key": "pk_test_development",
}


class Settings(BaseSettings):
    """What the intake and the workers are told."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

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

    jwt_secret: str = Field(
        default=DEVELOPMENT_SECRETS["jwt_secret"],
        min_length=32,
        description="signs buyers' tokens (HS256: at least 32 bytes, RFC 7518)",
    )
    jwt_issuer: str = Field(default="buy-projects", min_length=1, description="`iss` that a token must have")
    jwt_audience: str = Field(default="buy-projects", min_length=1, description="`aud` that a token must have")

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

    @field_validator("stripe_webhook_secrets", mode="before")
    @classmethod
    def split_secrets(cls, value: object) -> object:
        """A comma separated list as a tuple."""
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @model_validator(mode="after")
    def refuse_development_secrets(self) -> Self:
        """Raise when production would trust what everybody can read in the repository."""
        if self.environment == "production":
            known = [name.upper() for name, value in DEVELOPMENT_SECRETS.items() if getattr(self, name) == value]
            if known:
                raise ValueError(f"production needs its own {', '.join(known)}")
        return self


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings, or one readable line that names every fault and exit code 1."""
    try:
        return Settings()
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc'])).upper() or 'settings'}: {e['msg']}" for e in error.errors())
        sys.exit("The settings are wrong: " + "; ".join(faults))
