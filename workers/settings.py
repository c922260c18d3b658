"""Settings of a worker."""

from pydantic import Field

from clients.settings import BrokerSettings, CallerSettings
from lib.settings.payload_keys import PayloadSettings
from lib.telemetry.settings import MetricsSettings


class WorkerSettings(PayloadSettings, CallerSettings, BrokerSettings, MetricsSettings):
    """A worker's settings."""

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
    alive_file: str = Field(
        default="", description="a file that a worker touches every 5 s while it works, for a platform's probes"
    )
