"""The keys by which payloads are encrypted before they reach Temporal: PAYLOAD_KEYS and PAYLOAD_KEY.

Every process that reaches Temporal has them, and so has the codec server; docs/privacy.md has the rules for them.
"""

import base64
import os
import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from lib.settings import REQUIRED, ProcessSettings

# AES-256 takes a key of 256 bits.
KEY_BYTES = 32
# It stands in every payload, so it is short and plain, for example 2026-11.
PAYLOAD_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")


class PayloadSettings(ProcessSettings):
    """The settings of every process that reads or writes payloads."""

    payload_keys: SecretStr = Field(
        default=SecretStr(""),
        description="comma separated, each <key id>:<base64 of 32 bytes>: every key that payloads can be read by",
    )
    # Empty: payloads stand in Temporal unencrypted.
    payload_key: Annotated[str, REQUIRED] = Field(
        default="",
        pattern=rf"^({PAYLOAD_KEY_ID.pattern})?$",
        description="the id of the key that payloads are written by; empty: they are written in clear",
    )
    payload_clear: Literal["refused", "read"] = Field(
        default="refused",
        description="read: payloads in clear too, while encryption is turned on; without PAYLOAD_KEY they always are",
    )

    @property
    def keys_by_id(self) -> Mapping[str, bytes]:
        """Every key that payloads can be read by."""
        return parsed(self.payload_keys.get_secret_value())

    @property
    def reads_clear(self) -> bool:
        """Whether unencrypted payloads are accepted, which anybody who reaches Temporal can write."""
        return not self.payload_key or self.payload_clear == "read"

    @field_validator("payload_keys")
    @classmethod
    def check_keys(cls, given: SecretStr) -> SecretStr:
        """Raise unless each is an entry of `flask payload-key`."""
        parsed(given.get_secret_value())
        return given

    @model_validator(mode="after")
    def check_payload_key(self) -> Self:
        """Raise where the key to write by is not among those to read by."""
        if self.payload_key and self.payload_key not in self.keys_by_id:
            raise ValueError(f"PAYLOAD_KEY is {self.payload_key}, which PAYLOAD_KEYS does not hold")
        return self


def new_entry(key_id: str) -> str:
    """A new key, as an entry of PAYLOAD_KEYS."""
    return f"{key_id}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def parsed(entries: str) -> dict[str, bytes]:
    """The keys of a comma separated list. Raises ValueError with a faulty entry's place, for its text is a secret."""
    keys: dict[str, bytes] = {}
    for place, entry in enumerate(filter(None, map(str.strip, entries.split(","))), 1):
        key_id, _, text = entry.partition(":")
        key = _decoded(text)
        if not PAYLOAD_KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES:
            raise ValueError(f"entry {place} is not <key id>:<base64 of 32 bytes>, as `flask payload-key` prints it")
        if key_id in keys:
            raise ValueError(f"entry {place} has the id of an earlier one: every key needs an id of its own")
        keys[key_id] = key
    return keys


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
