"""The settings of every process for its logs, metrics and traces.

The OTEL_* variables are OpenTelemetry's own standard ones; its SDK reads them (and many more) from the environment
alone, so those that decide whether and how we begin are read from there too.
"""

import os
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from lib.settings import ProcessSettings

# One purchase in ten shows what is slow and where; what fails is told by logs and metrics, which are not sampled.
SAMPLED_DEFAULT = 0.1


class LogSettings(ProcessSettings):
    """How a process writes its lines."""

    log_format: Literal["", "console", "json"] = Field(
        default="", description="console for people, json for machines; empty: json in production, else console"
    )

    @property
    def is_json(self) -> bool:
        """Whether each line is a JSON object."""
        return (self.log_format or ("json" if self.environment == "production" else "console")) == "json"


class MetricsSettings(ProcessSettings):
    """The address at which a process without an API answers Prometheus."""

    metrics_address: str = Field(
        default="",
        pattern=r"^(\S+:[0-9]{1,5})?$",
        description="host:port where a worker, or the audit, tells Prometheus its metrics; empty: nowhere",
    )


class TraceSettings(ProcessSettings):
    """Whether a process traces, and how much; the SDK's own variables."""

    model_config = SettingsConfigDict(env_file=None)

    otel_sdk_disabled: bool = False
    otel_exporter_otlp_endpoint: str = ""
    otel_exporter_otlp_traces_endpoint: str = ""
    # The collector's headers, often with a key.
    otel_exporter_otlp_headers: SecretStr = SecretStr("")
    otel_exporter_otlp_traces_headers: SecretStr = SecretStr("")
    # Where it is set the SDK makes the sampler by itself.
    otel_traces_sampler: str = ""
    otel_traces_sampler_arg: str = str(SAMPLED_DEFAULT)

    @property
    def ratio(self) -> float:
        """Which share of the traces that begin here is sampled. Raises ValueError for none."""
        share = float(self.otel_traces_sampler_arg or SAMPLED_DEFAULT)
        if not 0 <= share <= 1:
            raise ValueError("OTEL_TRACES_SAMPLER_ARG is a share from 0 to 1")
        return share

    @model_validator(mode="after")
    def check_ratio(self) -> Self:
        """Raise for an argument that our sampler does not understand; another sampler may."""
        if not self.otel_traces_sampler:
            _ = self.ratio
        return self

    @model_validator(mode="after")
    def check_headers(self) -> Self:
        """Raise where production would send a collector's key in clear."""
        keys = self.otel_exporter_otlp_traces_headers or self.otel_exporter_otlp_headers
        if self.environment == "production" and keys and self.are_on and not self.endpoint.startswith("https://"):
            raise ValueError("OTEL_EXPORTER_OTLP_HEADERS need an endpoint with https in production")
        return self

    @property
    def endpoint(self) -> str:
        """Where traces go; empty: nowhere."""
        return self.otel_exporter_otlp_traces_endpoint or self.otel_exporter_otlp_endpoint

    @property
    def are_on(self) -> bool:
        """Whether an endpoint for traces is set."""
        return bool(self.endpoint) and not self.otel_sdk_disabled


def use_stable_names() -> None:
    """Let the instrumentations use the names of OpenTelemetry's conventions, not those of before 2023."""
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
