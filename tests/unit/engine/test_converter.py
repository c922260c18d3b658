"""`data_converter`: failures with their messages, and what is different with and without a key."""

import pytest
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError

from domain.purchase import Item
from engine import UnreadablePayloadError, data_converter
from lib.settings.payload_keys import PayloadSettings, new_entry

PURCHASE = WorkflowSerializationContext(namespace="default", workflow_id="purchase/p1")
ITEM = Item(project_id="mangrove", milestone_id="mangrove-2", quantity="1.500")


def converter(*key_ids: str) -> DataConverter:
    """A purchase's converter that writes by the first of these keys; each is made for the test."""
    entries = ",".join(map(new_entry, key_ids))
    told = PayloadSettings(_env_file=None, payload_keys=entries, payload_key=key_ids[0] if key_ids else "")
    return data_converter(told).with_context(PURCHASE)


def fail() -> None:
    """Fail as a step does: a message, details and a cause, each with something to hide, and a traceback."""
    cause = RuntimeError("answered for alice")
    raise ApplicationError("alice has no 9.00 USD", {"buyer_id": "alice"}, type="sold-out") from cause


def failing() -> ApplicationError:
    """The failure of such a step."""
    with pytest.raises(ApplicationError) as raised:
        fail()
    return raised.value


async def failure(by: DataConverter, error: BaseException) -> Failure:
    """The failure as Temporal gets it."""
    told = Failure()
    await by.encode_failure(error, told)
    return told


async def test_models_come_back() -> None:
    """A model of ours goes through, with a key and without."""
    for by in (converter(), converter("a", "b")):
        assert await by.decode(await by.encode([ITEM]), [Item]) == [ITEM]


async def test_with_a_key_a_failure_shows_only_its_type() -> None:
    """Messages, tracebacks, details and causes are encrypted; the type, by which sagas decide, is not."""
    by = converter("a")
    told = await failure(by, failing())
    raw = told.SerializeToString()

    assert not any(part in raw for part in (b"alice", b"USD", b"buyer_id", b"test_converter.py", b"answered"))
    assert (told.application_failure_info.type, told.message, told.stack_trace) == ("sold-out", "Encoded failure", "")
    read = await by.decode_failure(told)
    assert isinstance(read, ApplicationError)
    assert (read.message, read.details) == ("alice has no 9.00 USD", ({"buyer_id": "alice"},))
    assert isinstance(read.__cause__, ApplicationError)
    assert read.__cause__.message == "answered for alice"


async def test_a_failure_that_is_passed_on_stays_encrypted() -> None:
    """A saga that fails by what a step has told it: also the causes within do not come to light."""
    by = converter("a")
    passed = ApplicationError("the saga gives up")
    passed.__cause__ = await by.decode_failure(await failure(by, failing()))
    raw = (await failure(by, passed)).SerializeToString()

    assert not any(part in raw for part in (b"alice", b"USD", b"answered", b"gives up"))


def nested(levels: int) -> RuntimeError:
    """An error of many words at the end of a chain of others, each with a trace of its own."""
    raised = RuntimeError(f"level {levels}: " + "ünsäglich \n" * 1000)
    raised.__cause__ = nested(levels - 1) if levels else None
    return raised.with_traceback(failing().__traceback__)


@pytest.mark.parametrize("keys", [(), ("a",)])
async def test_a_failure_stays_below_what_the_server_keeps(keys: tuple[str, ...]) -> None:
    """However long a chain of errors is: 4 KB of a step that is tried again, and what matters of it comes back."""
    by = converter(*keys)
    told = await failure(by, nested(10))
    assert told.ByteSize() < 4096
    read = await by.decode_failure(told)
    assert "level 10: ünsäglich" in str(read)
    assert "level 9: ünsäglich" in str(read.__cause__)
    assert read.__cause__
    assert read.__cause__.__cause__ is None


async def test_without_a_key_a_failure_is_readable() -> None:
    """In development the UI shows it as it is."""
    assert (await failure(converter(), failing())).message == "alice has no 9.00 USD"


async def test_a_payload_of_an_unknown_key_is_an_error() -> None:
    """It is not taken for something else, also where nothing is encrypted."""
    written = await converter("a").encode([ITEM])
    for by in (converter(), converter("b")):
        with pytest.raises(UnreadablePayloadError, match="'a'"):
            await by.decode(written, [Item])


async def test_a_refused_payload_is_an_error_where_it_is_used() -> None:
    """With the reason, and of the kind that the intake and operators' commands tell of as what cannot be read."""
    in_clear = await converter().encode([ITEM])
    with pytest.raises(UnreadablePayloadError, match="not encrypted"):
        await converter("a").decode(in_clear, [Item])


async def test_a_failures_words_in_clear_are_not_believed_where_all_are_encrypted() -> None:
    """Details that somebody without a key has sent are refused; without any, nothing is told but the kind."""
    forged = await failure(converter(), failing())
    with pytest.raises(UnreadablePayloadError):
        await converter("a").decode_failure(forged)


async def test_payloads_in_clear_are_read_while_encryption_is_turned_on() -> None:
    """PAYLOAD_CLEAR=read; and always without a key to write by."""
    keys = new_entry("a")
    told = PayloadSettings(_env_file=None, payload_keys=keys, payload_key="a", payload_clear="read")
    in_clear = await converter().encode([ITEM])
    assert await data_converter(told).with_context(PURCHASE).decode(in_clear, [Item]) == [ITEM]
    assert PayloadSettings(_env_file=None, payload_keys=keys).reads_clear
    assert not PayloadSettings(_env_file=None, payload_keys=keys, payload_key="a").reads_clear
