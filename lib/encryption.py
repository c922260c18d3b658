"""Payloads encrypted by AES-256-GCM before they leave a process of ours (Temporal's documentation, "Payload Codec").

Each is bound to its workflow, or to a step of it, so that it cannot be used in another one. The SDK passes us that
as the serialization context.
"""

import copy
import hashlib
import logging
import os
from collections.abc import Mapping, Sequence
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

ENCODING = b"binary/encrypted"
# Replaces a payload that is refused; engine.converter raises when it is read.
REFUSED = b"binary/refused"
# Temporal's own samples call it so.
KEY_ID = "encryption-key-id"
# A digest of the workflow or step; the ids themselves would fill the 400 bytes that a server takes for a summary.
BOUND_TO = "encryption-bound-to"
# 128 bits: nobody finds a second id of the same digest.
DIGEST_BYTES = 16
# 96 bits, as NIST SP 800-38D recommends for GCM; drawn at random, a key is good for 2^32 payloads.
NONCE_BYTES = 12
# The decisions that are not bound to a workflow, for Temporal's UI does not tell the codec server which one it is for.
# Replaying them to another saga gains nothing: anybody who reaches Temporal can cancel a saga without a payload.
ANYWHERE = frozenset({b'"retry"', b'"abort"'})

log = logging.getLogger(__name__)


class UnreadablePayloadError(RuntimeError):
    """A payload that cannot be read here."""


class UnknownKeyError(UnreadablePayloadError):
    """Encrypted by a key that this process does not have: its task is tried again until somebody adds the key."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"A payload is encrypted by the key {key_id!r}, which PAYLOAD_KEYS does not hold in this process: "
            "add it there and start the process again; nothing is lost meanwhile."
        )


class RefusedPayloadError(UnreadablePayloadError):
    """Not written by us for this workflow: a signal with it is dropped, an update or a query refused."""


class TamperedPayloadError(RefusedPayloadError):
    """Not what was encrypted by that key: changed on its way or in its store, or the key's id names another key."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"A payload is not what was encrypted by the key {key_id!r}: it was changed, or PAYLOAD_KEYS has "
            "another key of that id here."
        )


class ForeignPayloadError(RefusedPayloadError):
    """Written by us, for another workflow or another step of this one."""

    def __init__(self) -> None:
        super().__init__("A payload was encrypted for another workflow or step than the one that has got it.")


class ClearPayloadError(RefusedPayloadError):
    """Not encrypted, where all of ours are."""

    def __init__(self) -> None:
        super().__init__("A payload is not encrypted: whoever has no key has sent it, or PAYLOAD_CLEAR ended too soon.")


class UnboundPayloadError(ValueError):
    """A payload that has to be bound to a workflow, without a context that names one."""

    def __init__(self) -> None:
        words = " and ".join(sorted(word.decode() for word in ANYWHERE))
        super().__init__(f"Only {words} are encrypted without knowing for which workflow: use `flask purchases`.")


class Encryption(PayloadCodec, WithSerializationContext):
    """Encrypts payloads by one key, or by none; decrypts by every key that it holds, and may read clear ones."""

    def __init__(self, keys: Mapping[str, bytes], write_by: str = "", *, reads_clear: bool = False) -> None:
        """`keys` by their ids, 32 bytes each; `write_by` is the id of one of them, or empty."""
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._write_by = write_by
        self._reads_clear = reads_clear
        self._bound_to = b""

    def with_context(self, context: SerializationContext) -> Self:
        """The codec of one workflow, or of one of its steps; without keys there is nothing to bind to it."""
        if not self._ciphers:
            # The SDK makes a whole converter for each new codec, several for each task.
            return self
        bound = copy.copy(self)
        bound._bound_to = _digest(context)  # noqa: SLF001 - a copy of itself
        return bound

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt payloads for Temporal."""
        return [self.written(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt payloads; a refused one becomes its reason, for an error here would fail the task at every try."""
        return [self._read_or_refused(payload) for payload in payloads]

    def written(self, payload: Payload) -> Payload:
        """The whole payload encrypted, its own metadata with it; in clear where there is no key to write by.

        Raises UnboundPayloadError.
        """
        if not self._write_by:
            return payload
        if not self._bound_to and payload.data not in ANYWHERE:
            raise UnboundPayloadError
        nonce = os.urandom(NONCE_BYTES)
        metadata = {"encoding": ENCODING, KEY_ID: self._write_by.encode(), BOUND_TO: self._bound_to}
        secret = self._ciphers[self._write_by].encrypt(nonce, payload.SerializeToString(), _associated(metadata))
        return Payload(metadata=metadata, data=nonce + secret)

    def read(self, payload: Payload) -> Payload:
        """The payload in clear; without a context whoever it is for.

        Raises UnreadablePayloadError.
        """
        if payload.metadata.get("encoding") != ENCODING:
            if not self._reads_clear:
                raise ClearPayloadError
            return payload
        clear = self._decrypted(payload)
        bound_to = payload.metadata.get(BOUND_TO, b"")
        if self._bound_to and bound_to != self._bound_to and not (bound_to == b"" and clear.data in ANYWHERE):
            raise ForeignPayloadError
        return clear

    def _decrypted(self, payload: Payload) -> Payload:
        key_id = payload.metadata.get(KEY_ID, b"").decode(errors="replace")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise UnknownKeyError(key_id)
        nonce, secret = payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:]
        try:
            return Payload.FromString(cipher.decrypt(nonce, secret, _associated(payload.metadata)))
        except (InvalidTag, ValueError) as error:
            # ValueError: the data are too short to hold a nonce and a tag at all.
            raise TamperedPayloadError(key_id) from error

    def _read_or_refused(self, payload: Payload) -> Payload:
        try:
            return self.read(payload)
        except RefusedPayloadError as error:
            log.error("refused: %s", error)  # noqa: TRY400 - whose doing it is no trace of ours tells
            return Payload(metadata={"encoding": REFUSED}, data=str(error).encode())


def _associated(metadata: Mapping[str, bytes]) -> bytes:
    """What is authenticated beside the payload; no key's id has a slash."""
    return metadata.get(KEY_ID, b"") + b"/" + metadata.get(BOUND_TO, b"")


def _digest(context: SerializationContext) -> bytes:
    """The digest of the workflow or step; without the namespace, for a copied database may run in another one."""
    if isinstance(context, ActivitySerializationContext):
        name = f"step\n{context.workflow_id}\n{context.activity_id}"
    elif isinstance(context, WorkflowSerializationContext):
        name = f"workflow\n{context.workflow_id}"
    else:
        raise TypeError(f"payloads of {type(context).__name__} are bound to nothing")
    return hashlib.sha256(name.encode()).digest()[:DIGEST_BYTES]
