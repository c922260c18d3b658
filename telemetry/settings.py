"""What every process is told of its logs and traces.

The OTEL_* variables are OpenTelemetry's own standard ones; its SDK reads them (and many more) from the environment
alone, so those that decide whether and how we begin are read from there too.
"""

import sys
from functools import lru_cache
from typing import Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# One purchase in ten shows what is slow and where; what fails is told by logs and metrics, which are not sampled.
SAMPLED_DEFAULT = 0.1

Kind = TypeVar("Kind", bound=BaseSettings)


class LogSettings(BaseSettings):
    """How a process writes its lines."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    environment: Literal["development", "production"] = Field(default="development")
    log_format: Literal["", "console", "json"] = Field(
        default="", description="console for people, json for machines; empty: json in production, else console"
    )

    @property
    def is_json(self) -> bool:
        """Whether each line is a JSON object."""
        return (self.log_format or ("json" if self.environment == "production" else "console")) == "json"


class TraceSettings(BaseSettings):
    """Whether a process traces, and how much; the SDK's own variables."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    otel_sdk_disabled: bool = False
    otel_exporter_otlp_endpoint: str = ""
    otel_exporter_otlp_traces_endpoint: str = ""
    # Where it is set the SDK makes the sampler by itself.
    otel_traces_sampler: str = ""
    otel_traces_sampler_arg: str = str(SAMPLED_DEFAULT)

    @property
    def ratio(self) -> float:
        """Which share of the traces that begin here is sampled. Raises ValueError for none."""
        share = float(self.otel_traces_sampler_arg or SAMPLED_DEFAULT)
        if not 0 <= share <= 1:
            raise ValueError("it is a share from 0 to 1")
        return share

    @model_validator(mode="after")
    def check_ratio(self) -> Self:
        """Raise for an argument that our sampler does not understand; another sampler may."""
        if not self.otel_traces_sampler:
            _ = self.ratio
        return self

    @property
    def are_on(self) -> bool:
        """Whether somebody has said where traces go."""
        told = self.otel_exporter_otlp_endpoint or self.otel_exporter_otlp_traces_endpoint
        return bool(told) and not self.otel_sdk_disabled


@lru_cache(maxsize=1)
def log_settings() -> LogSettings:
    """The settings of this process's lines, or one readable line that names every fault and exit code 1."""
    return _read(LogSettings)


@lru_cache(maxsize=1)
def trace_settings() -> TraceSettings:
    """The settings of this process's traces, or one readable line that names every fault and exit code 1."""
    return _read(TraceSettings)


def _read(kind: type[Kind]) -> Kind:
    try:
        return kind()
    except ValidationError as error:
        faults = (
            f"{'.'.join(map(str, e['loc'])).upper() or 'OTEL_TRACES_SAMPLER_ARG'}: {e['msg']}" for e in error.errors()
        )
        sys.exit("The settings are wrong: " + "; ".join(faults))
