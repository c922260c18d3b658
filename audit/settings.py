"""Settings of the audit, and where the records are that it compares."""

from pydantic import Field

from clients.settings import CallerSettings
from lib.settings import Url
from lib.settings.payload_keys import PayloadSettings
from lib.telemetry.settings import MetricsSettings

# Whose records there are.
SERVICES = ("payments", "projects", "users", "notifier")


class RecordsSettings(PayloadSettings, CallerSettings):
    """The settings of programs that read the records of all services and of Temporal."""

    notifier_url: Url = Field(default="http://127.0.0.1:5004", description="the Notifier, which keeps notifications")

    @property
    def urls(self) -> dict[str, str]:
        """The services' addresses by their names."""
        return {name: str(getattr(self, f"{name}_url")) for name in SERVICES}


class AuditSettings(RecordsSettings, MetricsSettings):
    """The audit's settings."""
