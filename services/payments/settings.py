"""Settings of the Payments service; each provider has a settings class of its own."""

from pydantic import Field

from providers.port import CaptureMode
from services.common.settings import ServiceSettings


class PaymentsSettings(ServiceSettings):
    """The Payments service's settings, beside those of every service."""

    payments_database_url: str = Field(
        default="sqlite:///.run/payments.db", description="SQLite for one machine, postgresql:// for more"
    )
    payments_host: str = Field(default="127.0.0.1", description="address to listen on")
    payments_port: int = Field(default=5001, ge=1, le=65535, description="TCP port to listen on")
    capture_mode: CaptureMode = Field(
        default=CaptureMode.AUTOMATIC, description="manual holds the funds until the offset is committed"
    )
