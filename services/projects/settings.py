"""Settings of the Projects service."""

from pydantic import Field

from services.common.settings import ServiceSettings


class ProjectsSettings(ServiceSettings):
    """The Projects service's settings, beside those of every service."""

    projects_database_url: str = Field(
        default="sqlite:///.run/projects.db", description="SQLite for one machine, postgresql:// for more"
    )
    projects_host: str = Field(default="127.0.0.1", description="address to listen on")
    projects_port: int = Field(default=5002, ge=1, le=65535, description="TCP port to listen on")
    max_open_purchases: int = Field(
        default=5, ge=1, le=1000, description="unpaid purchases that hold offset for one buyer at a time"
    )
    held_per_buyer_max: int = Field(
        default=250_000,
        ge=1,
        le=1_000_000,
        description="tCO2e of one milestone that one buyer may hold unpaid: a quarter of a large one, so that nobody"
        " empties it alone; more is bought one paid purchase after another",
    )
