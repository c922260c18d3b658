"""What the commands work with."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from app.operators.books import SERVICES, HttpReaders, Readers
from app.operators.engine import Engine
from app.operators.temporal import TemporalEngine
from audit import Places, Report, audit
from config import Settings
from temporal_client import lazy_client

Tell = Callable[[str], None]


def somebody_is_there() -> bool:
    """Whether questions reach a person."""
    return sys.stdin.isatty()


@dataclass(frozen=True)
class Desk:
    """The ways to Temporal, to the services' books and to the audit; `asks` tells whether somebody can answer."""

    make_engine: Callable[[], Engine]
    readers: Readers
    audit: Callable[[Tell, Sequence[str]], Awaitable[Report]]
    asks: Callable[[], bool] = somebody_is_there


def desk(config: Settings) -> Desk:
    """The desk of this process; connects to nothing yet."""
    places = replace(Places.of(config), service_token=config.commands_token)

    async def audited(tell: Tell, purchase_ids: Sequence[str]) -> Report:
        return await audit(places, await lazy_client(), tell, purchase_ids)

    urls = {name: getattr(places, name) for name in SERVICES}
    return Desk(TemporalEngine, HttpReaders(urls, places.service_token), audited)
