"""Settings of a service: read from the environment and `.env` once, at start; a fault is one readable line."""

import sys
from typing import Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# What .env.example shows; whoever starts production with it has configured nothing.
DEVELOPMENT_SERVICE_TOKEN = "development-service-token"  # noqa: S105


class ServiceSettings(BaseSettings):
    """What every service is told."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    environment: Literal["development", "production"] = Field(
        default="development", description="production refuses to start with development's secrets"
    )
    service_token: str = Field(
        default=DEVELOPMENT_SERVICE_TOKEN, min_length=16, description="shared by our own processes"
    )

    @model_validator(mode="after")
    def refuse_development_secrets(self) -> Self:
        """Raise when production would trust a secret that everybody can read in the repository."""
        if self.environment == "production" and self.service_token == DEVELOPMENT_SERVICE_TOKEN:
            raise ValueError("SERVICE_TOKEN is development's; production needs its own")
        return self


Settings = TypeVar("Settings", bound=ServiceSettings)


def load(settings: type[Settings]) -> Settings:
    """The settings, or one line that names each fault and an end of the process with code 1."""
    try:
        return settings()
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])).upper() or 'settings'}: {e['msg']}" for e in error.errors())
        sys.exit(f"The settings are wrong: {faults}")
