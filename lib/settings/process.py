"""The base of every settings class."""

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from lib.settings.production import faults


class ProcessSettings(BaseSettings):
    """The base of settings; an error names its setting, and never shows a value."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Literal["development", "production"] = Field(
        default="development", description="production refuses to start with development's secrets"
    )

    @model_validator(mode="after")
    def refuse_in_production(self) -> Self:
        """Raise when production would use secrets that stand in this repository, or send keys unencrypted."""
        if self.environment == "production" and (found := list(faults(self))):
            raise ValueError("; ".join(found))
        return self
