"""The settings that every service has."""

from typing import Annotated

from pydantic import Field, field_validator

from lib.settings import SECRET, ProcessSettings, Separated, checked
from services.common.service_tokens import ENTRY, ROLES

# What .env.example shows: of development-intake-token and so on; the operator's is development-service-token.
DEVELOPMENT_SERVICE_TOKENS = (
    "intake:92cc6e0b7a6880bcb885d4be6e87089c9329fce667e2c6fb5fa73cb189f60133",
    "worker:7a4d2a7922c449232310e1825dd6370f105b334cfa4b0d9f69640efcfc67874d",
    "auditor:614f6cd7a91681caa4f819d40290660e29b78f8980feb6f6de34b50ace1a93dc",
    "operator:31bddb957e1c0a86f1a77dd77c371a1dc6c4401700ba1d5a22e41804a68b6172",
)


class ServiceSettings(ProcessSettings):
    """The settings that every service has."""

    service_tokens: Annotated[Separated[str], SECRET] = Field(
        default=DEVELOPMENT_SERVICE_TOKENS,
        min_length=1,
        description="comma separated: who may call, each as `python -m services.new_token` prints it",
    )

    @field_validator("service_tokens")
    @classmethod
    def check_tokens(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        """Raise unless each is an entry of `new_token`, and no token is another's too."""
        form = f"<role>:<sha256>, as `python -m services.new_token` prints it; the roles are {', '.join(ROLES)}"
        checked(entries, ENTRY, form)
        hashes = [entry.partition(":")[2] for entry in entries]
        for place, each in enumerate(hashes, 1):
            if each in hashes[: place - 1]:
                raise ValueError(f"entry {place} has the token of an earlier one: every caller needs its own")
        return entries
