"""`Encryption`: what it hides, what it reads, and how it refuses."""

import hashlib
import os
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext

from lib.encryption import (
    ANYWHERE,
    ClearPayloadError,
    Encryption,
    ForeignPayloadError,
    TamperedPayloadError,
    UnboundPayloadError,
    UnknownKeyError,
    UnreadablePayloadError,
)

OLD, NEW = os.urandom(32), os.urandom(32)
PURCHASE = WorkflowSerializationContext(namespace="default", workflow_id="purchase/p1")
CLEAR = Payload(metadata={"encoding": b"json/plain", "messageType": b"Order"}, data=b'{"buyer_id":"alice"}')


def step(name: str, of: str = "purchase/p1") -> ActivitySerializationContext:
    """A step of a purchase."""
    return ActivitySerializationContext(
        namespace="default",
        activity_id=name,
        activity_type=name,
        activity_task_queue="start-payment",
        workflow_id=of,
        workflow_type="StartPayment",
        is_local=False,
    )


def encryption(keys: Mapping[str, bytes], write_by: str = "", *, reads_clear: bool = False) -> Encryption:
    """The codec of one purchase."""
    return Encryption(keys, write_by, reads_clear=reads_clear).with_context(PURCHASE)


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
    codec = encryption({"old": OLD}, "old")
    first, second = await codec.encode([CLEAR, CLEAR])

    assert first.metadata.keys() == {"encoding", "encryption-key-id", "encryption-bound-to"}
    assert (first.metadata["encoding"], first.metadata["encryption-key-id"]) == (b"binary/encrypted", b"old")
    assert not any(part in first.SerializeToString() for part in (b"alice", b"buyer_id", b"json/plain", b"Order"))
    assert first.data != second.data
    assert await codec.decode([first, second]) == [CLEAR, CLEAR]


def test_it_is_aes_256_gcm_with_key_id_and_workflow_as_associated_data() -> None:
    """Whoever has the key and these lines needs nothing of ours: 12 bytes nonce, ciphertext, tag."""
    written = encryption({"old": OLD}, "old").written(CLEAR)
    bound_to = hashlib.sha256(b"workflow\npurchase/p1").digest()[:16]
    assert written.metadata["encryption-bound-to"] == bound_to
    clear = AESGCM(OLD).decrypt(written.data[:12], written.data[12:], b"old/" + bound_to)
    assert Payload.FromString(clear) == CLEAR


def test_a_key_is_changed_while_payloads_of_the_old_one_are_kept() -> None:
    """New ones are written by the new key, and those of both are read."""
    before = encryption({"old": OLD}, "old").written(CLEAR)
    codec = encryption({"old": OLD, "new": NEW}, "new")

    assert codec.written(CLEAR).metadata["encryption-key-id"] == b"new"
    assert codec.read(before) == codec.read(codec.written(CLEAR)) == CLEAR


def test_payloads_in_clear_are_read_only_on_wish() -> None:
    """Those from before it was turned on; whoever reaches Temporal can write more of them."""
    assert encryption({"old": OLD}, "old", reads_clear=True).read(CLEAR) == CLEAR
    for codec in (encryption({"old": OLD}, "old"), Encryption({"old": OLD}, "old")):
        for clear in (CLEAR, Payload(), Payload(metadata={"encoding": b"binary/null"})):
            with pytest.raises(ClearPayloadError, match="not encrypted"):
                codec.read(clear)


@pytest.mark.parametrize(
    "of",
    [
        WorkflowSerializationContext(namespace="default", workflow_id="purchase/p2"),
        WorkflowSerializationContext(namespace="default", workflow_id="purchase/p1/look-at-payment"),
        step("look-at-payment"),
        step("", of="purchase/p1"),
    ],
    ids=repr,
)
def test_cipher_text_of_another_workflow_or_step_is_refused(
    of: WorkflowSerializationContext | ActivitySerializationContext,
) -> None:
    """Both ways: what was written for one is nothing to the other, whoever relabels it."""
    codec = Encryption({"old": OLD}, "old")
    mine, others = codec.with_context(PURCHASE).written(CLEAR), codec.with_context(of).written(CLEAR)
    assert codec.with_context(of).read(others) == CLEAR
    for reader, payload, label in ((PURCHASE, others, mine), (of, mine, others)):
        with pytest.raises(ForeignPayloadError):
            codec.with_context(reader).read(payload)
        relabelled = changed(payload, encryption_bound_to=label.metadata["encryption-bound-to"])
        with pytest.raises(TamperedPayloadError):
            codec.with_context(reader).read(relabelled)


def test_a_workflow_goes_on_in_another_namespace() -> None:
    """Where a copy of Temporal's database was restored under another name."""
    written = encryption({"old": OLD}, "old").written(CLEAR)
    restored = WorkflowSerializationContext(namespace="restored", workflow_id="purchase/p1")
    assert Encryption({"old": OLD}, "old").with_context(restored).read(written) == CLEAR


def test_who_only_shows_payloads_shows_those_of_every_workflow() -> None:
    """The codec server is not told whose they are; it notices all the same what was changed."""
    codec = Encryption({"old": OLD}, "old")
    written = codec.with_context(step("look-at-payment")).written(CLEAR)
    assert codec.read(written) == CLEAR
    with pytest.raises(TamperedPayloadError):
        codec.read(changed(written, encryption_bound_to=b"0" * 16))


def test_only_harmless_words_are_written_for_any_workflow() -> None:
    """What an operator says in Temporal's UI, which tells not to whom; nothing else is, even if it decrypts."""
    codec = Encryption({"old": OLD}, "old")
    for word in ANYWHERE:
        said = Payload(metadata={"encoding": b"json/plain"}, data=word)
        assert codec.with_context(PURCHASE).read(codec.written(said)) == said
    skip = Payload(metadata={"encoding": b"json/plain"}, data=b'"skip"')
    for other in (CLEAR, skip):
        with pytest.raises(UnboundPayloadError, match="flask purchases"):
            codec.written(other)
    metadata = {"encoding": b"binary/encrypted", "encryption-key-id": b"old"}
    forged = Payload(
        metadata=metadata, data=b"n" * 12 + AESGCM(OLD).encrypt(b"n" * 12, skip.SerializeToString(), b"old/")
    )
    with pytest.raises(ForeignPayloadError):
        codec.with_context(PURCHASE).read(forged)


async def test_what_is_refused_leaves_its_reason_and_an_unknown_key_fails_at_once() -> None:
    """A task is not to fail by what others send it; one that lacks a key is to wait for it."""
    codec = encryption({"old": OLD}, "old")
    written = codec.written(CLEAR)
    others = encryption({"new": NEW}, "new").written(CLEAR)
    decoded = await codec.decode([CLEAR, changed(written, data=b"x" * 40), written])
    assert [payload.metadata["encoding"] for payload in decoded] == [
        b"binary/refused",
        b"binary/refused",
        b"json/plain",
    ]
    assert (b"not encrypted" in decoded[0].data, b"it was changed" in decoded[1].data) == (True, True)
    with pytest.raises(UnknownKeyError):
        await codec.decode([others])


def test_turned_off_it_writes_in_clear_and_reads_on() -> None:
    """Without a key to write by nothing is encrypted, and what was is read."""
    before = encryption({"old": OLD}, "old").written(CLEAR)
    codec = encryption({"old": OLD}, reads_clear=True)

    assert codec.written(CLEAR) == CLEAR
    assert codec.read(before) == CLEAR


@pytest.mark.parametrize("keys", [{}, {"new": NEW}], ids=["no key at all", "another key"])
def test_an_unknown_key_is_named(keys: dict[str, bytes]) -> None:
    """The error says which key is missing, and where; not what the payload holds."""
    written = encryption({"old": OLD}, "old").written(CLEAR)
    with pytest.raises(UnknownKeyError, match=r"'old'.*PAYLOAD_KEYS.*nothing is lost"):
        encryption(keys).read(written)


def test_a_changed_payload_is_refused_wherever_it_was_changed() -> None:
    """One bit of nonce, ciphertext or tag; data cut off; nothing left of them."""
    codec = encryption({"old": OLD}, "old")
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
    codec = encryption({"old": OLD, "same": OLD}, "old")
    with pytest.raises(TamperedPayloadError, match="'same'"):
        codec.read(changed(codec.written(CLEAR), encryption_key_id=b"same"))


def test_an_id_that_is_no_text_is_an_unknown_key() -> None:
    """Whatever somebody has written there, the answer is an error of ours."""
    codec = encryption({"old": OLD}, "old")
    with pytest.raises(UnreadablePayloadError):
        codec.read(changed(codec.written(CLEAR), encryption_key_id=b"\xff"))
