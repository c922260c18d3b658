"""How values and failures become payloads: Pydantic's JSON, encrypted where there is a key to write by."""

from collections.abc import Sequence
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
    PayloadConverter,
)

from lib.encryption import REFUSED, Encryption, RefusedPayloadError
from lib.settings import read
from lib.settings.payload_keys import PayloadSettings

# Of a step that is tried again the server keeps a failure of 4 KB at most, with its causes, traces and encryption; it
# replaces a longer one (temporal's limit.mutableStateActivityFailureSize.error). A failure and its
# cause of that size leave a third of it for what is written around them.
MESSAGE_MAX, TRACE_MAX = 800, 500


# One for all: it keeps the models' validators, and the SDK makes a new converter for each saga and each context.
PYDANTIC = PydanticJSONPlainPayloadConverter()


class Converter(CompositePayloadConverter):
    """Pydantic's converter; raises RefusedPayloadError when a refused payload is read.

    An error in the codec would fail the whole task, again at every try. Raised here, the SDK drops a signal, refuses an
    update or a query, and fails the task only for what it cannot do without.
    """

    def __init__(self) -> None:
        converters = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(PYDANTIC if isinstance(each, JSONPlainPayloadConverter) else each for each in converters))

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """The values."""
        for payload in payloads:
            if payload.metadata.get("encoding") == REFUSED:
                raise RefusedPayloadError(payload.data.decode())
        return super().from_payloads(payloads, type_hints)


class ShortFailures(DefaultFailureConverter):
    """Shortens a failure to what a person needs: its message, its cause, and where in our code it was raised."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        """Write it; its cause has come through here already."""
        super().to_failure(exception, payload_converter, failure)
        if failure.HasField("cause"):
            failure.cause.ClearField("cause")
        failure.message = _cut(failure.message, MESSAGE_MAX)
        # The innermost frames stand last.
        failure.stack_trace = _cut(failure.stack_trace[::-1], TRACE_MAX)[::-1]


class EncryptedFailures(ShortFailures):
    """Puts message and trace into one payload, so that they are encrypted like all payloads."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        """Write it as the SDK's own converter reads it."""
        super().to_failure(exception, payload_converter, failure)
        (encoded,) = payload_converter.to_payloads([{"message": failure.message, "stack_trace": failure.stack_trace}])
        failure.encoded_attributes.CopyFrom(encoded)
        failure.message, failure.stack_trace = "Encoded failure", ""


def _cut(text: str, most: int) -> str:
    """As much of the text as fits into so many bytes."""
    return text.encode(errors="replace")[:most].decode(errors="ignore")


def data_converter(settings: PayloadSettings | None = None) -> DataConverter:
    """The converter of every client of ours; without `settings` by those of this process."""
    settings = settings or read(PayloadSettings)
    return DataConverter(
        payload_converter_class=Converter,
        # A failure's message and traceback are no payloads of themselves: this makes one of them.
        failure_converter_class=EncryptedFailures if settings.payload_key else ShortFailures,
        # Also without keys: its error names the missing key, where the SDK would only name an unknown encoding.
        payload_codec=Encryption(settings.keys_by_id, settings.payload_key, reads_clear=settings.reads_clear),
    )
