"""Settings of the Notifier."""

from typing import Annotated

from pydantic import Field, SecretStr

from lib.settings import SECRET
from services.common.settings import ServiceSettings

# RabbitMQ's own default account, which works from the same machine only.
DEVELOPMENT_AMQP_URL = "amqp://guest:guest@127.0.0.1:5672/"


class NotifierSettings(ServiceSettings):
    """The Notifier's settings, beside those of every service."""

    amqp_url: Annotated[SecretStr, SECRET] = Field(
        default=SecretStr(DEVELOPMENT_AMQP_URL), description="RabbitMQ, with its credentials"
    )
    notifier_database_url: str = Field(
        default="sqlite:///.run/notifier.db", description="SQLite for one machine, postgresql:// for more"
    )
    notifier_host: str = Field(default="127.0.0.1", description="address to listen on")
    notifier_port: int = Field(default=5004, ge=1, le=65535, description="TCP port to listen on")
