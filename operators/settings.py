"""Settings of the operators' commands, which people type beside a process that has settings of its own."""

from typing import Annotated

from pydantic import Field

from audit.settings import RecordsSettings
from lib.settings import SECRET


class OperatorSettings(RecordsSettings):
    """The settings of `flask purchases` and `flask buyer`; `flask notifications` needs only the broker's."""

    operator_token: Annotated[str, SECRET] = Field(
        default="",
        pattern=r"^(.{16,})?$",
        description="by which the services know the people whose commands these are; empty: by SERVICE_TOKEN",
    )

    @property
    def commands_token(self) -> str:
        """The token with which the operators' commands call the services."""
        return self.operator_token or self.service_token
