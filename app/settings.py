"""Settings of the intake. Times are in seconds."""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator

from clients.settings import CallerSettings
from lib.settings import HTTPS, REQUIRED, Origin, Separated, checked
from lib.settings.payload_keys import PayloadSettings
from providers.stripe.settings import StripeEventSettings

RateLimit = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}/(second|minute|hour|day)$")]

API_KEY_ID = re.compile(r"[a-z0-9-]{1,32}")
# An entry of API_KEYS, as `flask api-key` prints it: `<id>:<scope>[+<scope>]:<sha256 of the whole key, in hex>`.
API_KEY = re.compile(
    rf"(?P<id>{API_KEY_ID.pattern}):"
    r"(?P<scopes>purchases:(?:read|write)(?:\+purchases:(?:read|write))*):"
    r"(?P<sha256>[0-9a-f]{64})"
)


class IntakeSettings(PayloadSettings, CallerSettings, StripeEventSettings):
    """The intake's settings."""

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
    api_keys: Separated[str] = Field(
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
    cors_origins: Annotated[Separated[Origin], HTTPS] = Field(
        default=(), description="comma separated: the origins of pages on other hosts that may call us"
    )
    trusted_proxies: int = Field(
        default=0, ge=0, le=10, description="proxies before us that add to X-Forwarded-For; 0: nobody is believed"
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

    @field_validator("api_keys")
    @classmethod
    def check_api_keys(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        """Raise unless each is an entry of `flask api-key`; the fault names its place, for its text may be a secret."""
        return checked(entries, API_KEY, "<id>:<scope>[+<scope>]:<sha256>, as `flask api-key` prints it")
