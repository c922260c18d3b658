"""`Encryption`: what it hides, what it reads, and how it refuses."""

import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload

from temporal_client.encryption import Encryption, TamperedPayloadError, UnknownKeyError, UnreadablePayloadError

OLD, NEW = os.urandom(32), os.urandom(32)
CLEAR = Payload(metadata={"encoding": b"json/plain", "messageType": b"Order"}, data=b'{"buyer_id":"alice"}')


def changed(payload: Payload, **members: bytes) -> Payload:
    """A copy with other data, or with other metadata."""
    copy = Payload()
    copy.CopyFrom(payload)
    if data := members.pop("data", None):
        copy.data = data
    for name, value in members.items():
        copy.metadata[name.replace("_", "-")] = value
    return copy


async def test_what_is_written_shows_nothing_and_is_read_again() -> None:
    """Neither data nor metadata are seen from outside; every attempt is another text; the same payload comes back."""
    codec = Encryption({"old": OLD}, "old")
    first, second = await codec.encode([CLEAR, CLEAR])

    assert first.metadata == {"encoding": b"binary/encrypted", "encryption-key-id": b"old"}
    assert not any(part in first.SerializeToString() for part in (b"alice", b"buyer_id", b"json/plain", b"Order"))
    assert first.data != second.data
    assert await codec.decode([first, second]) == [CLEAR, CLEAR]


def test_it_is_aes_256_gcm_with_the_key_id_as_associated_data() -> None:
    """Whoever has the key and this sentence needs nothing of ours: 12 bytes nonce, ciphertext, tag."""
    written = Encryption({"old": OLD}, "old").written(CLEAR)
    clear = AESGCM(OLD).decrypt(written.data[:12], written.data[12:], b"old")
    assert Payload.FromString(clear) == CLEAR


def test_a_key_is_changed_while_payloads_of_the_old_one_are_kept() -> None:
    """New ones are written by the new key, and those of both are read."""
    before = Encryption({"old": OLD}, "old").written(CLEAR)
    codec = Encryption({"old": OLD, "new": NEW}, "new")

    assert codec.written(CLEAR).metadata["encryption-key-id"] == b"new"
    assert codec.read(before) == codec.read(codec.written(CLEAR)) == CLEAR


def test_payloads_in_clear_are_read() -> None:
    """Those from before it was turned on."""
    assert Encryption({"old": OLD}, "old").read(CLEAR) == CLEAR


def test_turned_off_it_writes_in_clear_and_reads_on() -> None:
    """Without a key to write by nothing is encrypted, and what was is read."""
    before = Encryption({"old": OLD}, "old").written(CLEAR)
    codec = Encryption({"old": OLD})

    assert codec.written(CLEAR) == CLEAR
    assert codec.read(before) == CLEAR


@pytest.mark.parametrize("keys", [{}, {"new": NEW}], ids=["no key at all", "another key"])
def test_an_unknown_key_is_named(keys: dict[str, bytes]) -> None:
    """The error says which key is missing, and where; not what the payload holds."""
    written = Encryption({"old": OLD}, "old").written(CLEAR)
    with pytest.raises(UnknownKeyError, match=r"'old'.*PAYLOAD_KEYS.*nothing is lost"):
        Encryption(keys).read(written)


def test_a_changed_payload_is_refused_wherever_it_was_changed() -> None:
    """One bit of nonce, ciphertext or tag; data cut off; nothing left of them."""
    codec = Encryption({"old": OLD}, "old")
    written = codec.written(CLEAR)
    for place in range(len(written.data)):
        data = bytearray(written.data)
        data[place] ^= 1
        with pytest.raises(TamperedPayloadError, match="'old'"):
            codec.read(changed(written, data=bytes(data)))
    for short in (written.data[:-1], written.data[:12], b"x"):
        with pytest.raises(TamperedPayloadError):
            codec.read(changed(written, data=short))


def test_a_changed_key_id_is_refused() -> None:
    """The id is a part of what is authenticated, even where both ids name the same key."""
    codec = Encryption({"old": OLD, "same": OLD}, "old")
    with pytest.raises(TamperedPayloadError, match="'same'"):
        codec.read(changed(codec.written(CLEAR), encryption_key_id=b"same"))


def test_an_id_that_is_no_text_is_an_unknown_key() -> None:
    """Whatever somebody has written there, the answer is an error of ours."""
    codec = Encryption({"old": OLD}, "old")
    with pytest.raises(UnreadablePayloadError):
        codec.read(changed(codec.written(CLEAR), encryption_key_id=b"\xff"))
