"""Settings of processes that call the services or the broker; each process's class inherits those it needs."""

from typing import Annotated

from pydantic import Field

from lib.settings import SECRET, ProcessSettings, Url


class CallerSettings(ProcessSettings):
    """The addresses of the services, and the caller's token."""

    payments_url: Url = Field(default="http://127.0.0.1:5001", description="the Payments service")
    projects_url: Url = Field(default="http://127.0.0.1:5002", description="the Projects service")
    users_url: Url = Field(default="http://127.0.0.1:5003", description="the Users service")
    service_token: Annotated[str, SECRET] = Field(
        default="development-service-token",
        min_length=16,
        description="by which the services know this process, and what it may do there",
    )


class BrokerSettings(ProcessSettings):
    """The address of the broker."""

    amqp_url: Annotated[str, SECRET] = Field(
        default="amqp://guest:guest@127.0.0.1:5672/",
        pattern=r"^amqps?://",
        description="RabbitMQ, with user and password",
    )
