"""Settings of the Users service."""

from pydantic import Field

from services.common.settings import ServiceSettings


class UsersSettings(ServiceSettings):
    """The Users service's settings, beside those of every service."""

    users_database_url: str = Field(
        default="sqlite:///.run/users.db", description="SQLite for one machine, postgresql:// for more"
    )
    users_host: str = Field(default="127.0.0.1", description="address to listen on")
    users_port: int = Field(default=5003, ge=1, le=65535, description="TCP port to listen on")
