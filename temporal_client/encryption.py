"""Payloads encrypted by AES-256-GCM before they leave a process of ours (Temporal's documentation, "Payload Codec")."""

import os
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

ENCODING = b"binary/encrypted"
# Temporal's own samples call it so.
KEY_ID = "encryption-key-id"
# 96 bits, as NIST SP 800-38D recommends for GCM; drawn at random, a key is good for 2^32 payloads.
NONCE_BYTES = 12


class UnreadablePayloadError(RuntimeError):
    """A payload that cannot be decrypted here: the SDK tries its task again until somebody has seen to it."""


class UnknownKeyError(UnreadablePayloadError):
    """Encrypted by a key that this process does not have."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"A payload is encrypted by the key {key_id!r}, which PAYLOAD_KEYS does not hold in this process: "
            "add it there and start the process again; nothing is lost meanwhile."
        )


class TamperedPayloadError(UnreadablePayloadError):
    """Not what was encrypted by that key: changed on its way or in its store, or the key's id names another key."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"A payload is not what was encrypted by the key {key_id!r}: it was changed, or PAYLOAD_KEYS has "
            "another key of that id here."
        )


class Encryption(PayloadCodec):
    """Writes payloads by one key, or in clear; reads those of every key that it holds, and those in clear."""

    def __init__(self, keys: Mapping[str, bytes], write_by: str = "") -> None:
        """`keys` by their ids, 32 bytes each; `write_by` is the id of one of them, or empty."""
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._write_by = write_by

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """What Temporal gets to see."""
        return [self.written(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """What Temporal has kept."""
        return [self.read(payload) for payload in payloads]

    def written(self, payload: Payload) -> Payload:
        """The whole payload encrypted, its own metadata with it; in clear where there is no key to write by."""
        if not self._write_by:
            return payload
        nonce = os.urandom(NONCE_BYTES)
        key_id = self._write_by.encode()
        secret = self._ciphers[self._write_by].encrypt(nonce, payload.SerializeToString(), key_id)
        return Payload(metadata={"encoding": ENCODING, KEY_ID: key_id}, data=nonce + secret)

    def read(self, payload: Payload) -> Payload:
        """The payload in clear; one that was written so passes: purchases stay open while encryption is turned on.

        Raises UnreadablePayloadError.
        """
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        given = payload.metadata.get(KEY_ID, b"")
        key_id = given.decode(errors="replace")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise UnknownKeyError(key_id)
        try:
            return Payload.FromString(cipher.decrypt(payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:], given))
        except (InvalidTag, ValueError) as error:
            # ValueError: the data are too short to hold a nonce and a tag at all.
            raise TamperedPayloadError(key_id) from error
