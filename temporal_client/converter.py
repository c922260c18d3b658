"""How values become payloads: Pydantic's JSON, encrypted where there is a key to write by."""

from functools import lru_cache

from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverter,
    DefaultFailureConverterWithEncodedAttributes,
)

from lib.settings import read
from payload_keys import PayloadSettings
from temporal_client.encryption import Encryption


def data_converter(settings: PayloadSettings | None = None) -> DataConverter:
    """The converter of every client of ours; without `settings` by those of this process."""
    told = settings or _settings()
    return DataConverter(
        payload_converter_class=PydanticPayloadConverter,
        # A failure's message and traceback are no payloads of themselves: this makes one of them.
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes
        if told.payload_key
        else DefaultFailureConverter,
        # Without any key too: it says which one is missing, where the SDK would only name an unknown encoding.
        payload_codec=Encryption(told.keys_by_id, told.payload_key),
    )


@lru_cache(maxsize=1)
def _settings() -> PayloadSettings:
    return read(PayloadSettings)
