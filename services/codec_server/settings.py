"""Settings of the codec server."""

import re
from typing import Annotated

from pydantic import Field, field_validator

from lib.settings import HTTPS, SECRET, Origin, Separated, checked
from lib.settings.payload_keys import PayloadSettings

# An entry of CODEC_SERVER_TOKENS, as `services.codec_server new-token` prints it: whose token, and its SHA-256.
ENTRY = re.compile(r"(?P<name>[a-z0-9._-]{1,32}):(?P<sha256>[0-9a-f]{64})")

# What .env.example shows. The token is development-codec-token, which everybody can read here.
DEVELOPMENT_TOKENS = ("developer:d7120f67c39045be6b7067568e6c9299f9d0431d7e011b5639de9bdf91be3087",)


class CodecServerSettings(PayloadSettings):
    """The codec server's settings, beside the keys."""

    codec_server_host: str = Field(default="127.0.0.1", description="address to listen on")
    codec_server_port: int = Field(default=5006, ge=1, le=65535, description="TCP port to listen on")
    codec_server_origins: Annotated[Separated[Origin], HTTPS] = Field(
        default=("http://127.0.0.1:8233",), description="comma separated: where Temporal's UI is, as browsers write it"
    )
    codec_server_tokens: Annotated[Separated[str], SECRET] = Field(
        default=DEVELOPMENT_TOKENS,
        description="comma separated: who may see payloads, each as `services.codec_server new-token` prints it",
    )

    @field_validator("codec_server_tokens")
    @classmethod
    def check_tokens(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        """Raise unless each is an entry of `new-token`; the fault names its place, for its text may be a secret."""
        return checked(entries, ENTRY, "<name>:<sha256>, as `python -m services.codec_server new-token` prints it")
