"""What the commands work with."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from audit.auditor import audit
from audit.report import Report
from engine import address, lazy_client, namespace
from operators.decisions import identity_of
from operators.environment import Environment
from operators.ports import TemporalAdmin
from operators.records import HttpReaders, Readers
from operators.settings import OperatorSettings
from operators.temporal import SdkTemporalAdmin

Tell = Callable[[str], None]


def somebody_is_there() -> bool:
    """Whether questions reach a person."""
    return sys.stdin.isatty()


@dataclass(frozen=True)
class CommandContext:
    """The ways to Temporal, to the services' records and to the audit; `asks` says whether somebody can answer.

    An admin makes its changes in the name that `make_admin` was given.
    """

    make_admin: Callable[..., TemporalAdmin]
    readers: Readers
    audit: Callable[[Tell, Sequence[str]], Awaitable[Report]]
    environment: Environment
    asks: Callable[[], bool] = somebody_is_there


def command_context(config: OperatorSettings) -> CommandContext:
    """The context of this process; connects to nothing yet."""

    async def audited(tell: Tell, purchase_ids: Sequence[str]) -> Report:
        return await audit(config.urls, config.commands_token, await lazy_client(), tell, purchase_ids)

    environment = Environment(address(), namespace(), config.urls)
    return CommandContext(admin_of, HttpReaders(config.urls, config.commands_token), audited, environment)


def admin_of(by: str = "") -> SdkTemporalAdmin:
    """The way to Temporal in an operator's name."""
    return SdkTemporalAdmin(partial(lazy_client, **({"identity": identity_of(by)} if by else {})))
