"""How values become payloads: Pydantic's JSON, encrypted where there is a key to write by."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverter,
    DefaultFailureConverterWithEncodedAttributes,
)

from lib.settings import read
from payload_keys import PayloadSettings
from temporal_client.encryption import REFUSED, Encryption, RefusedPayloadError


class Converter(PydanticPayloadConverter):
    """Pydantic's; raises RefusedPayloadError where somebody wants to know what a refused payload holds.

    The codec itself would fail the whole task, and every further try of it. Here the SDK drops a signal, refuses an
    update and a query, and fails the task only for what it must have.
    """

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """The values."""
        for payload in payloads:
            if payload.metadata.get("encoding") == REFUSED:
                raise RefusedPayloadError(payload.data.decode())
        return super().from_payloads(payloads, type_hints)


def data_converter(settings: PayloadSettings | None = None) -> DataConverter:
    """The converter of every client of ours; without `settings` by those of this process."""
    told = settings or _settings()
    return DataConverter(
        payload_converter_class=Converter,
        # A failure's message and traceback are no payloads of themselves: this makes one of them.
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes
        if told.payload_key
        else DefaultFailureConverter,
        # Without any key too: it says which one is missing, where the SDK would only name an unknown encoding.
        payload_codec=Encryption(told.keys_by_id, told.payload_key, reads_clear=told.reads_clear),
    )


@lru_cache(maxsize=1)
def _settings() -> PayloadSettings:
    return read(PayloadSettings)
